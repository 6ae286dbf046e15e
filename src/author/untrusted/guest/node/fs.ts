import { Buffer } from '../bytes.ts'
import { ask } from '../wire.ts'
import { fileURLToPath } from './url.ts'

/** Reading what lies in the benchmark's own folder: all of node:fs that untrusted code has. */

type Path = string | URL

const pathOf = (path: unknown) => (typeof path === 'string' ? path : fileURLToPath(path as URL))

/** An entry of a folder. */
class Dirent {
  readonly name: string
  readonly parentPath: string
  readonly #isFile: boolean

  constructor(name: string, parentPath: string, isFile: boolean) {
    this.name = name
    this.parentPath = parentPath
    this.#isFile = isFile
  }

  isFile(): boolean {
    return this.#isFile
  }

  isDirectory(): boolean {
    return !this.#isFile
  }
}

export function readFileSync(path: Path, options?: string | { readonly encoding?: string }): string | Buffer {
  const bytes = Buffer.from(ask('file', { path: pathOf(path) }) as string, 'base64')
  const encoding = typeof options === 'string' ? options : options?.encoding
  return encoding === undefined ? bytes : bytes.toString(encoding)
}

export const readFile = async (path: Path, options?: string | { readonly encoding?: string }) =>
  readFileSync(path, options)

interface Listing {
  readonly recursive?: boolean
  readonly withFileTypes?: boolean
}

export function readdirSync(path: Path, { recursive = false, withFileTypes = false }: Listing = {}) {
  const folder = pathOf(path).replace(/\/+$/, '')
  const entries = ask('folder', { path: folder, recursive }) as [string, boolean][]
  if (!withFileTypes) return entries.map(([name]) => name)
  return entries.map(([name, isFile]) => {
    const at = name.lastIndexOf('/')
    return new Dirent(name.slice(at + 1), at === -1 ? folder : `${folder}/${name.slice(0, at)}`, isFile)
  })
}

export const readdir = async (path: Path, options?: Listing) => readdirSync(path, options)

export const existsSync = (path: Path) => ask('exists', { path: pathOf(path) }) as boolean
