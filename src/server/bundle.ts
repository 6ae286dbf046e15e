import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import * as z from 'zod'
import { type CodeRunner, taskOf } from '../app.ts'
import { loadCode } from '../author/load.ts'
import { BadInputError, FaultError, type Job, messageOf, type TaskFunction, type TaskRef } from '../domain/index.ts'
import type { Objects } from '../queue/nats/index.ts'

// A benchmark in code travels as its folder, under the digest that its jobs name. A worker unpacks it once, loads it from there, and
// the loader holds the code against that digest: what arrives is what was planned with, or nothing runs.

const MOST_BYTES = 64 * 2 ** 20
const MOST_FILES = 2_000
const LEFT_OUT = /^(\..*|node_modules|dist|.*\.(db|db-wal|db-shm|answers))$/

const Bundle = z.strictObject({
  entry: z.string().regex(/^[^/\\]+$/),
  /** Contents in base64, by relative path. */
  files: z.record(z.string().regex(/^(?!\/)(?!.*(^|\/)\.\.?(\/|$))[^\\\0]+$/), z.string()),
})
type Bundle = z.infer<typeof Bundle>

const packed = promisify(gzip)
const unpacked = promisify(gunzip)
const nameOf = (digest: string) => `code-${digest}`

/** Brings the code that jobs need to the object store. Bad input where the folder does not hold all that the code loads. */
export async function sendCode(objects: Objects, jobs: readonly Job[]): Promise<void> {
  const refs = new Map<string, TaskRef & { kind: 'code' }>()
  for (const { task } of jobs) if (task.kind === 'code') refs.set(task.digest, task)
  for (const ref of refs.values()) {
    const bundle = await bundleOf(ref.benchmark)
    await assertWhole(bundle, ref)
    await objects.put(await packed(JSON.stringify(bundle)), nameOf(ref.digest))
  }
}

async function bundleOf(file: string): Promise<Bundle> {
  const folder = dirname(file)
  const files: Record<string, string> = {}
  let bytes = 0
  const walk = async (at: string): Promise<void> => {
    for (const entry of await readdir(at, { withFileTypes: true })) {
      const path = join(at, entry.name)
      if (LEFT_OUT.test(entry.name)) continue
      if (entry.isDirectory()) await walk(path)
      if (!entry.isFile()) continue
      bytes += (await stat(path)).size
      if (bytes > MOST_BYTES || Object.keys(files).length >= MOST_FILES)
        throw new BadInputError(
          `${folder} is too much to send to workers (over ${MOST_BYTES / 2 ** 20} MiB or ${MOST_FILES} files); give ${basename(file)} a folder of its own, with its data`,
        )
      files[relative(folder, path).replaceAll('\\', '/')] = (await readFile(path)).toString('base64')
    }
  }
  await walk(folder)
  return { entry: basename(file), files }
}

/** Loads a bundle as a worker would. */
async function assertWhole(bundle: Bundle, ref: TaskRef & { kind: 'code' }): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-code-'))
  try {
    await unpack(bundle, folder)
    const { benchmark } = await loadCode(join(folder, bundle.entry))
    if (benchmark.digest !== ref.digest) throw new Error('it came out as other code')
  } catch (error) {
    throw new BadInputError(
      `${ref.benchmark} cannot be sent to workers: ${messageOf(error)}; keep all that it imports and reads in its own folder`,
      { cause: error },
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function unpack({ files }: Bundle, folder: string): Promise<void> {
  for (const [path, base64] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), Buffer.from(base64, 'base64'))
  }
}

/** Runs nothing: what a job names on this machine is no reason to run it. */
const NOWHERE: CodeRunner = {
  benchmark: () => Promise.reject(new TypeError('code is not run here')),
  task: () => Promise.reject(new TypeError('code is not run here')),
}

/**
 * The functions of tasks on a worker. Code is taken from this machine where the same lies here, else from the object store; code that
 * `code` is to run, because it is not trusted, comes from the object store only.
 */
export function bundledTasks(
  objects: Objects,
  code?: CodeRunner,
): AsyncDisposable & { of(ref: TaskRef): Promise<TaskFunction> } {
  const fetched = new Map<string, Promise<string>>()
  const folders: string[] = []
  const fetch = async (digest: string) => {
    const bundle = Bundle.parse(
      JSON.parse((await unpacked(await objects.get(nameOf(digest)), { maxOutputLength: 2 * MOST_BYTES })).toString()),
    )
    const folder = await mkdtemp(join(tmpdir(), 'assay-code-'))
    folders.push(folder)
    await unpack(bundle, folder)
    return join(folder, bundle.entry)
  }
  return {
    async of(ref) {
      if (ref.kind === 'declared') return taskOf(ref)
      const here = await taskOf(ref, code && NOWHERE).catch(() => undefined)
      if (here !== undefined) return here
      let file = fetched.get(ref.digest)
      if (file === undefined) {
        file = fetch(ref.digest)
        file.catch(() => fetched.delete(ref.digest))
        fetched.set(ref.digest, file)
      }
      const at = await file.catch((error: unknown) => {
        throw new FaultError('internal', `the code of ${ref.name} cannot be had: ${messageOf(error)}`, { cause: error })
      })
      return taskOf({ ...ref, benchmark: at }, code)
    },
    async [Symbol.asyncDispose]() {
      for (const folder of folders) await rm(folder, { recursive: true, force: true })
    },
  }
}
