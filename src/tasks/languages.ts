import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { BadInputError, messageOf } from '../domain/errors.ts'
import { type LanguageInfo, LanguageManifest } from '../domain/language.ts'

export { compileCommand, runCommand } from './commands.ts'

/** The folder of our images, in a checkout and in the published package. */
export const IMAGES_FOLDER = fileURLToPath(new URL('../../images/', import.meta.url))

const SUFFIX = '.language.json'
const known = new Map<string, ReadonlyMap<string, LanguageInfo>>()

/** All languages by name, as their manifests `images/<image>/<name>.language.json` declare them; read once a process. */
export function languages(folder = IMAGES_FOLDER): ReadonlyMap<string, LanguageInfo> {
  let found = known.get(folder)
  if (found === undefined) {
    found = new Map(manifests(folder).map((file) => read(folder, file)))
    known.set(folder, found)
  }
  return found
}

/** One language by its name. Throws BadInputError, naming the known ones. */
export function language(name: string): LanguageInfo {
  const info = languages().get(name)
  if (info !== undefined) return info
  throw new BadInputError(
    `there is no language "${name}"; known are ${[...languages().keys()].join(', ')} (images/README.md tells how to add one)`,
  )
}

function manifests(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /^[^/]+\/[^/]+$/.test(file) && file.endsWith(SUFFIX))
    .sort()
}

function read(folder: string, file: string): [string, LanguageInfo] {
  const [image = '', manifest = ''] = file.split('/')
  try {
    const info = { image, ...LanguageManifest.parse(JSON.parse(readFileSync(folder + file, 'utf8'))) }
    if (`${info.name}${SUFFIX}` !== manifest)
      throw new Error(`"name" must be "${manifest.slice(0, -SUFFIX.length)}", as the file is named`)
    return [info.name, info]
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error)
    throw new BadInputError(`images/${file}: ${messageOf(new Error(what))}`)
  }
}
