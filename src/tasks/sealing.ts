import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parseDocument } from 'yaml'
import { BadInputError, type Json, type PlannedTask, type Sample } from '../domain/index.ts'
import { loadBenchmark } from './declared/benchmark.ts'
import { readDataset } from './declared/dataset.ts'
import { readYaml } from './declared/read.ts'
import { BenchmarkText, type TaskText } from './declared/schema.ts'
import { textOf } from './declared/task.ts'
import {
  bondOf,
  commitmentOf,
  type Env,
  type Hidden,
  hide,
  newKey,
  openKey,
  openRow,
  readSeal,
  SEALED,
  sealRow,
} from './sealed.ts'

/** What sealing or opening a benchmark made: the commitment of each task. */
export interface Sealing {
  readonly out: string
  readonly commitments: Readonly<Record<string, string>>
}

/** One row that was opened, as it is published: its id, its salt and what was hidden. */
export interface Revealed {
  readonly task: string
  readonly id: string
  readonly salt: string
  readonly hidden: Readonly<Record<string, Json>>
}

/** Copies a declared benchmark to a new folder with some of its columns sealed to the recipients. */
export async function seal(
  file: string,
  out: string,
  columns: readonly string[],
  recipients: readonly string[],
): Promise<Sealing> {
  const { text, document } = await read(file)
  const planned = (await loadBenchmark(file)).tasks
  const commitments: Record<string, string> = {}
  const files = new Map<string, string>()
  for (const [index, task] of text.tasks.entries()) {
    if (task.seal !== undefined) throw new BadInputError(`${file}: task ${task.name} is sealed already`)
    const rows = await readDataset(resolve(dirname(file), task.dataset))
    const missing = columns.find((column) => !rows.some(({ data }) => Object.hasOwn(data, column)))
    if (missing !== undefined)
      throw new BadInputError(
        `--columns ${missing}: ${task.dataset} has no such column; it has ${Object.keys(rows[0]!.data).join(', ')}`,
      )
    assertPublic(task, rows[0]!.data, columns)
    const { key, encrypted } = await newKey(recipients)
    const parts = rows.map(({ data }): [string, Hidden] => [textOf('id', task.id, data), hide(data, columns)])
    const bonds = bondsOf(planned[index]!, columns)
    const lines = rows.map(({ data }, row) => {
      const [id, part] = parts[row]!
      const open = Object.entries(data).filter(([name]) => !columns.includes(name))
      return JSON.stringify({ ...Object.fromEntries(open), [SEALED]: sealRow(id, part, key, bonds.get(id)!) })
    })
    const commitment = commitmentOf(parts)
    commitments[task.name] = commitment
    const dataset = `data/sealed-${index}.jsonl.gz`
    files.set(dataset, task.dataset)
    await put(join(out, dataset), gzipSync(`${lines.join('\n')}\n`))
    await put(
      join(out, `seal-${index}.json`),
      `${JSON.stringify({ key: encrypted, commitment, columns }, undefined, 2)}\n`,
    )
    document.setIn(['tasks', index, 'dataset'], dataset)
    document.setIn(['tasks', index, 'seal'], `seal-${index}.json`)
  }
  await copyRest(file, out, new Set(text.tasks.map((task) => task.dataset)))
  await put(join(out, 'benchmark.yaml'), document.toString())
  return { out, commitments }
}

/** What each row is bound to, by its id. */
function bondsOf({ ref, samples }: PlannedTask, columns: readonly string[]): ReadonlyMap<string, string> {
  const definition = ref.kind === 'declared' ? (ref.definition as object) : {}
  return new Map(
    [...(samples(0) as Iterable<Sample>)].map((sample) => [sample.id, bondOf(definition, sample, columns)]),
  )
}

/** Opens every sealed row of a benchmark, in order, with the identity that the environment holds. */
export async function reveal(file: string, env: Env): Promise<Revealed[]> {
  const { text } = await read(file)
  const revealed: Revealed[] = []
  for (const task of text.tasks) {
    if (task.seal === undefined) continue
    const seal = await readSeal(resolve(dirname(file), task.seal), file)
    const key = await openKey(seal, env)
    const parts: [string, Hidden][] = []
    for (const { data } of await readDataset(resolve(dirname(file), task.dataset))) {
      const id = textOf('id', task.id, data)
      parts.push([id, openRow(id, String(data[SEALED]), key)])
    }
    if (commitmentOf(parts) !== seal.commitment) {
      throw new BadInputError(
        `${file}: what task ${task.name} holds is not what its seal commits to; the benchmark was changed after it was sealed`,
      )
    }
    revealed.push(...parts.map(([id, part]) => ({ task: task.name, id, ...part })))
  }
  if (revealed.length === 0) throw new BadInputError(`${file}: no task of it is sealed`)
  return revealed
}

/** Copies a sealed benchmark to a new folder as it was before. */
export async function unseal(file: string, out: string, env: Env): Promise<Sealing> {
  const { text, document } = await read(file)
  const revealed = Map.groupBy(await reveal(file, env), ({ task }) => task)
  const commitments: Record<string, string> = {}
  for (const [index, task] of text.tasks.entries()) {
    if (task.seal === undefined) continue
    commitments[task.name] = (await readSeal(resolve(dirname(file), task.seal), file)).commitment
    const hidden = new Map(revealed.get(task.name)!.map((row) => [row.id, row.hidden]))
    const lines = (await readDataset(resolve(dirname(file), task.dataset))).map(({ data }) => {
      const { [SEALED]: _, ...open } = data
      return JSON.stringify({ ...open, ...hidden.get(textOf('id', task.id, data)) })
    })
    const dataset = `data/open-${index}.jsonl.gz`
    await put(join(out, dataset), gzipSync(`${lines.join('\n')}\n`))
    document.setIn(['tasks', index, 'dataset'], dataset)
    document.deleteIn(['tasks', index, 'seal'])
  }
  const sealed = text.tasks.flatMap((task) => (task.seal === undefined ? [] : [task.dataset, task.seal]))
  await copyRest(file, out, new Set(sealed))
  await put(join(out, 'benchmark.yaml'), document.toString())
  return { out, commitments }
}

/** The commitment that revealed rows come to, for each task. */
export function commitmentsOf(rows: readonly Revealed[]): Record<string, string> {
  const byTask = Map.groupBy(rows, ({ task }) => task)
  return Object.fromEntries(
    [...byTask].map(([task, all]) => [task, commitmentOf(all.map(({ id, salt, hidden }) => [id, { salt, hidden }]))]),
  )
}

async function read(file: string) {
  const text = (await readYaml(file)).parse(BenchmarkText)
  return { text, document: parseDocument(await readFile(file, 'utf8')) }
}

/** What the subject is shown, and what tells samples apart, cannot be hidden. */
function assertPublic(task: TaskText, row: Record<string, Json>, columns: readonly string[]): void {
  const open = Object.fromEntries(Object.entries(row).filter(([name]) => !columns.includes(name)))
  for (const [key, template] of [
    ['id', task.id],
    ['prompt', task.prompt],
    ['system', task.system],
    ['prefix', task.prefix],
  ] as const) {
    if (template === undefined) continue
    try {
      textOf(key, template, open)
    } catch {
      throw new BadInputError(
        `--columns: task ${task.name} shows a column that would be hidden, in its ${key}: ${template.slice(0, 200)}`,
      )
    }
  }
}

/** Everything beside the benchmark's file but the data that changes. */
async function copyRest(file: string, out: string, leave: ReadonlySet<string>): Promise<void> {
  const from = dirname(resolve(file))
  const left = new Set([...leave].map((path) => resolve(from, path)).concat(resolve(file)))
  if (resolve(out) === from) throw new BadInputError(`--out ${out}: give another folder than the benchmark’s own`)
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    const source = join(entry.parentPath, entry.name)
    if (!entry.isFile() || left.has(source) || source.startsWith(`${resolve(out)}/`)) continue
    await put(join(out, relative(from, source)), await readFile(source))
  }
}

async function put(path: string, data: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, data)
}
