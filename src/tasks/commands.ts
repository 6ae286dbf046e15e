import type { LanguageInfo } from '../domain/language.ts'
import type { Command } from '../domain/sandbox.ts'

/** The command that compiles the source file, where the language needs compiling. */
export function compileCommand({ compile }: LanguageInfo): Command | undefined {
  return compile && { argv: compile.argv, env: compile.env, limits: compile.limits as NonNullable<Command['limits']> }
}

/** The command that runs the (compiled) program with these arguments. */
export function runCommand({ run }: LanguageInfo, args: readonly string[] = []): Command {
  return { argv: [...run.argv, ...args], env: run.env, limits: run.limits as NonNullable<Command['limits']> }
}
