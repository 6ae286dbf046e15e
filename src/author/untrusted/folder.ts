import { lstat, readdir, readFile, realpath } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

/** Where the benchmark's folder is for its own code. */
export const INSIDE = '/benchmark'
/** Bytes of one file at most. */
const MOST_BYTES = 64 * 2 ** 20
const MOST_ENTRIES = 10_000
/** What never belongs to a benchmark, as bundles leave it out. */
const LEFT_OUT = /^(\..*|node_modules)$/

/** A benchmark's own folder, from which its code may read, and nothing beyond it: links that lead out of it lead nowhere. */
export class Folder {
  readonly #root: string

  private constructor(root: string) {
    this.#root = root
  }

  static async of(path: string): Promise<Folder> {
    return new Folder(await realpath(path))
  }

  /** The bytes of a regular file; undefined where there is none. */
  async read(path: string): Promise<Buffer | undefined> {
    const real = await this.#real(path)
    const stats = real === undefined ? undefined : await lstat(real)
    return stats?.isFile() === true && stats.size <= MOST_BYTES ? readFile(real!) : undefined
  }

  /** What is in a folder, and whether each is a file; undefined where there is no such folder. */
  async list(path: string, recursive: boolean): Promise<[name: string, isFile: boolean][] | undefined> {
    const real = await this.#real(path)
    if (real === undefined || !(await lstat(real)).isDirectory()) return undefined
    const found: [string, boolean][] = []
    const walk = async (at: string): Promise<void> => {
      for (const entry of await readdir(at, { withFileTypes: true })) {
        if (LEFT_OUT.test(entry.name) || !(entry.isFile() || entry.isDirectory())) continue
        if (found.length >= MOST_ENTRIES) throw new Error(`${path} holds more than ${MOST_ENTRIES} files`)
        const whole = join(at, entry.name)
        found.push([relative(real, whole).replaceAll('\\', '/'), entry.isFile()])
        if (recursive && entry.isDirectory()) await walk(whole)
      }
    }
    await walk(real)
    return found
  }

  /** Where a path, as the benchmark's code sees it, is on this machine; undefined where it is not in the folder. */
  async #real(path: string): Promise<string | undefined> {
    const inside = path === INSIDE ? '.' : path.startsWith(`${INSIDE}/`) ? path.slice(INSIDE.length + 1) : undefined
    if (inside === undefined || inside.includes('\0')) return undefined
    const real = await realpath(join(this.#root, inside)).catch(() => undefined)
    if (real === undefined) return undefined
    const own = relative(this.#root, real)
    const steps = own.split(sep)
    return steps[0] === '..' || own.startsWith('/') || steps.some((step) => LEFT_OUT.test(step)) ? undefined : real
  }
}
