import { BadInputError } from '../../../domain/errors.ts'
import type { LanguageInfo } from '../../../domain/language.ts'
import { ask } from './wire.ts'

export { compileCommand, runCommand } from '../../../tasks/commands.ts'

let known: ReadonlyMap<string, LanguageInfo> | undefined

/** All languages by name, as the other side knows them. */
export function languages(): ReadonlyMap<string, LanguageInfo> {
  known ??= new Map((ask('languages') as unknown as LanguageInfo[]).map((info) => [info.name, info]))
  return known
}

/** One language by its name. Throws BadInputError, naming the known ones. */
export function language(name: string): LanguageInfo {
  const info = languages().get(name)
  if (info !== undefined) return info
  throw new BadInputError(`there is no language "${name}"; known are ${[...languages().keys()].join(', ')}`)
}
