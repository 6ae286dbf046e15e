import { readFile } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import {
  BadInputError,
  type Benchmark,
  FaultError,
  limits,
  messageOf,
  type PlannedTask,
  type Sample,
  sha256,
  type TaskFunction,
  type TaskRef,
} from '../domain/index.ts'
import { answersOf, describe, exportedBenchmark, recordedAs } from './describe.ts'
import { functionOf } from './kit.ts'
import { lendAssay } from './resolve.ts'
import { planned, type Row } from './samples.ts'
import type { Task } from './task.ts'

/** A benchmark from code, with the functions of its tasks by name. */
export interface LoadedCode {
  readonly benchmark: Benchmark
  readonly functions: ReadonlyMap<string, TaskFunction>
}

const loaded = new Map<string, Promise<LoadedCode>>()

/** Loads a benchmark file: TypeScript or JavaScript that exports a benchmark (or one task) as its default, or tasks by name. */
export function loadCode(path: string): Promise<LoadedCode> {
  const file = resolve(path)
  let code = loaded.get(file)
  if (code === undefined) {
    code = load(file)
    loaded.set(file, code)
  }
  return code
}

/** The function that a job's task names. Throws FaultError where the code here is not the code that the job was planned with. */
export async function codeTask(ref: TaskRef): Promise<TaskFunction> {
  if (ref.kind !== 'code') throw new FaultError('bad-job', `task ${ref.name} is declared, not code`)
  const { benchmark, functions } = await loadCode(ref.benchmark)
  const own = functions.get(ref.name)
  if (own === undefined) throw new FaultError('bad-job', `${ref.benchmark} has no task ${ref.name}`)
  if (benchmark.digest !== ref.digest)
    throw new FaultError(
      'bad-job',
      `${ref.benchmark} is not the code that this job was planned with; bring the same version here`,
    )
  return own
}

async function load(file: string): Promise<LoadedCode> {
  lendAssay()
  let exported: Record<string, unknown>
  try {
    exported = await import(pathToFileURL(file).href)
  } catch (error) {
    if (error instanceof Error && error.name === 'BadInputError') throw new BadInputError(`${file}: ${error.message}`)
    const missing =
      (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND' && messageOf(error).includes(`'${file}'`)
    const isCommon = /import statement outside a module|Unexpected token 'export'/.test(messageOf(error))
    const hint = isCommon ? '; set "type": "module" in the package.json beside it' : ''
    throw new BadInputError(
      missing ? `there is no file ${file}` : `${file} cannot be loaded: ${messageOf(error)}${hint}`,
      {
        cause: error,
      },
    )
  }
  const authored = exportedBenchmark(exported, file)
  const folder = dirname(file)
  const digests = authored.tasks.map(async ({ name, samples }) => [name, await samples.digest(folder)] as const)
  const digest = await codeDigest(file, await sourcesOf(file), await Promise.all(digests), authored.data)
  return {
    benchmark: {
      ...describe(authored),
      digest,
      tasks: authored.tasks.map((task) => plannedTask(task, { file, folder, digest })),
      source: file,
    },
    functions: new Map(authored.tasks.map((task) => [task.name, functionOf(task)])),
  }
}

function plannedTask(
  task: Task,
  { file, folder, digest }: { file: string; folder: string; digest: string },
): PlannedTask {
  const { name, weight = 1, sandbox, prompt, subjects = {} } = task
  const dataOf = (sample: Sample) => sample.data as unknown as Row
  return {
    name,
    weight,
    ref: { kind: 'code', name, benchmark: file, digest },
    ...(sandbox && { sandbox }),
    limits: limits(task.limits),
    samples: (seed) => planned(task.samples, seed, folder, name),
    subjects: Object.fromEntries(
      Object.entries(subjects).map(([subject, answer]) => [
        subject,
        (sample: Sample) => recordedAs(subject, answersOf(answer(dataOf(sample)))),
      ]),
    ),
    ...(prompt && { prompt: (sample: Sample) => prompt.call(task, dataOf(sample)) }),
  }
}

/** SHA-256 of all that a benchmark is: its file, what that imports from beside it, and the data of its tasks. */
export async function codeDigest(
  file: string,
  sources: ReadonlyMap<string, string>,
  tasks: readonly (readonly [name: string, digest: string])[],
  data: readonly string[] = [],
): Promise<string> {
  const folder = dirname(file)
  const parts = [...sources].map(([path, text]) => `${relative(folder, path)} ${sha256(text)}`)
  for (const [name, digest] of tasks) parts.push(`task ${name} ${digest}`)
  for (const path of data) parts.push(`data ${path} ${sha256(await readFile(resolve(folder, path)))}`)
  return sha256(parts.sort().join('\n'))
}

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])(\.{1,2}\/[^'"\n]+)\1/g

/** A file and everything that it imports by relative path, whole. `read` gives nothing for what is no file. */
export async function sourcesOf(
  file: string,
  read: (path: string) => Promise<string | undefined> = textOf,
  found = new Map<string, string>(),
): Promise<Map<string, string>> {
  if (found.has(file)) return found
  const text = await read(file)
  // What only looks like an import (in a text, in a comment) names no file.
  if (text === undefined) return found
  found.set(file, text)
  for (const specifier of importsOf(text))
    await sourcesOf(fileURLToPath(new URL(specifier, pathToFileURL(file))), read, found)
  return found
}

/** What a source imports by relative path, and what only looks so. */
export const importsOf = (text: string) => [...text.matchAll(IMPORT)].map(([, , specifier = '']) => specifier)

const textOf = (path: string) => readFile(path, 'utf8').catch(() => undefined)
