import type * as z from 'zod'
import type { Json, Limits } from '../../domain/index.ts'
import type { Kit } from '../kit.ts'
import { type Tool, tool } from '../tools.ts'
import { speakable } from './argv.ts'
import { told } from './told.ts'

export interface CommandTool<T> {
  readonly name: string
  readonly description?: string
  readonly parameters: z.ZodType<T> | Json
  /** The program and its arguments, never a shell line. */
  argv(args: T): readonly string[]
  /** What the program reads. */
  stdin?(args: T): string | Uint8Array
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Of one call; never more than the task's own. */
  readonly limits?: Partial<Limits>
  readonly maxOutput?: number
}

/** A tool that runs a program in the trial's sandbox. */
export function command<T>(kit: Kit, definition: CommandTool<T>): Tool<T> {
  const { name, description, parameters, argv, stdin, maxOutput, cwd, env, limits } = definition
  const options = { ...(cwd !== undefined && { cwd }), ...(env && { env }), ...(limits && { limits }) }
  return tool({
    name,
    ...(description !== undefined && { description }),
    parameters,
    ...(maxOutput !== undefined && { maxOutput }),
    async run(args, signal) {
      const input = stdin === undefined ? {} : { stdin: stdin(args) }
      return told(await kit.sandbox.exec(speakable(argv(args)), { ...options, ...input, signal }), limits)
    },
  })
}
