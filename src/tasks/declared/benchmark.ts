import { existsSync, readdirSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import {
  BadInputError,
  type Benchmark,
  digestOf,
  type Json,
  limits,
  Name,
  type PlannedTask,
  type Sample,
  type SandboxSpec,
  type Subject,
  type TaskRef,
} from '../../domain/index.ts'
import type { Grader } from '../graders/grader.ts'
import { graderOf, kinds } from '../graders/index.ts'
import { language } from '../languages.ts'
import { isFor, NOT_FOR, opened, readSeal, SEALED, type Seal } from '../sealed.ts'
import { type Row, readDataset } from './dataset.ts'
import { readYaml, type YamlFile } from './read.ts'
import { BenchmarkText, type Definition, type NamedAnswer, type TaskText } from './schema.ts'
import { hint } from './suggest.ts'
import { configOf, prefixOf, textOf, toolsOf } from './task.ts'
import { type Columns, columnsOf, expand } from './template.ts'

/** Where benchmarks are looked for by name: the working folder's, then ours. */
export const BENCHMARK_ROOTS: readonly string[] = [
  resolve('benchmarks'),
  fileURLToPath(new URL('../../../benchmarks/', import.meta.url)),
]

/** Reads a declared benchmark: by its name in one of the roots, or from a folder or a .yaml file. */
export async function loadBenchmark(
  ref: string,
  { roots = BENCHMARK_ROOTS }: { roots?: readonly string[] } = {},
): Promise<Benchmark> {
  const file = findFile(ref, roots)
  const yaml = await readYaml(file)
  const text = yaml.parse(BenchmarkText)
  const tasks: (PlannedTask & { data: Json })[] = []
  for (const [index, task] of text.tasks.entries()) {
    if (tasks.some((other) => other.name === task.name)) {
      throw new BadInputError(`${yaml.where(['tasks', index, 'name'])}: two tasks are called ${task.name}; rename one`)
    }
    tasks.push(await planTask(yaml, file, task, index))
  }
  const { name, version, metric, tasks: _, ...card } = text
  return {
    name,
    version,
    metric,
    card: {
      ...(Object.fromEntries(Object.entries(card).filter(([, value]) => value !== undefined)) as Benchmark['card']),
      ...commitmentsOf(tasks),
    },
    digest: digestOf({ name, version, metric, tasks: tasks.map(({ data, ref, weight }) => ({ data, ref, weight })) }),
    tasks,
    source: file,
  }
}

/** The file of a declared benchmark, by its name in one of the roots, or from a folder or a .yaml file. */
export function findFile(ref: string, roots: readonly string[] = BENCHMARK_ROOTS): string {
  const places = [resolve(ref), ...(/[/\\]|^\.+$/.test(ref) ? [] : roots.map((root) => join(root, ref)))]
  for (const place of places) {
    if (!existsSync(place)) continue
    if (!statSync(place).isDirectory()) return place
    const file = ['benchmark.yaml', 'benchmark.yml'].map((name) => join(place, name)).find(existsSync)
    if (file !== undefined) return file
  }
  if (existsSync(resolve(ref)))
    throw new BadInputError(`${ref}: the folder holds no benchmark.yaml; write one (assay init)`)
  const names = roots.filter(existsSync).flatMap((root) => readdirSync(root))
  const known = [...new Set(names)].filter((name) =>
    roots.some((root) => ['benchmark.yaml', 'benchmark.ts'].some((file) => existsSync(join(root, name, file)))),
  )
  throw new BadInputError(`there is no benchmark "${ref}"${hint(ref, known)}; or give a folder, a .yaml or a .ts file`)
}

async function planTask(yaml: YamlFile, file: string, task: TaskText, index: number) {
  const at = (...path: PropertyKey[]) =>
    `${yaml.where(['tasks', index, ...path])}: ${['tasks', `[${index}]`, ...path.map((key) => `.${String(key)}`)].join('')}`
  const grader = graderAt(task, at)
  const { sandbox, limits: most } = place(task, grader, at)
  const read = await readDataset(resolve(dirname(file), task.dataset)).catch((error: unknown) => {
    throw error instanceof BadInputError ? new BadInputError(`${at('dataset')}: ${error.message}`) : error
  })
  const seal = task.seal === undefined ? undefined : await readSeal(resolve(dirname(file), task.seal), at('seal'))
  const rows = seal === undefined ? read : await openRows(read, task, seal)
  const files: Record<string, string> = {}
  for (const path of grader.files?.(task.grader) ?? []) {
    const bytes = await readFile(resolve(dirname(file), path)).catch(() => undefined)
    if (bytes === undefined) throw new BadInputError(`${at('grader')}: there is no file ${path} beside the benchmark`)
    files[path] = bytes.toString('base64')
  }
  const { prompt, system, prefix, language, libraries, forbid, tools } = task
  const definition: Definition = {
    prompt,
    ...(system !== undefined && { system }),
    ...(prefix !== undefined && { prefix }),
    ...(language !== undefined && { language }),
    libraries,
    forbid,
    ...(tools !== undefined && { tools }),
    grader: task.grader,
    ...(seal && { seal }),
    files,
  }
  if (seal !== undefined) assertHidden(definition, task, seal, at)
  const wanted = usedColumns(definition, grader, rows[0]!, task.slices)
  const data = new Map<string, Row>()
  const samples: Sample[] = []
  for (const row of rows) {
    const whole = sampleOf(task, definition, row, wanted, at)
    const sample = seal === undefined ? whole : covered(whole, row.data, seal)
    if (seal !== undefined && !isFor(definition, sample))
      throw new BadInputError(`${at('seal')}: ${sample.id}: ${NOT_FOR}`)
    const twin = data.get(sample.id)
    if (twin)
      throw new BadInputError(`${row.where}: the id ${sample.id} is already that of ${relative('.', twin.where)}`)
    data.set(sample.id, row)
    samples.push(sample)
  }
  for (const [name, answer] of Object.entries(task.subjects)) {
    guarded(at('subjects', name), rows[0]!, () => answerOf(name, answer, rows[0]!.data))
  }
  const ref: TaskRef = {
    kind: 'declared',
    name: task.name,
    definition: definition as unknown as Json,
    ...(seal && { sealed: true as const }),
  }
  return {
    name: task.name,
    weight: task.weight,
    ref,
    ...(sandbox && { sandbox }),
    limits: most,
    ...(language !== undefined && { language }),
    samples: () => samples,
    subjects: Object.fromEntries(
      Object.entries(task.subjects).map(([name, answer]) => [
        name,
        (sample: Sample) => {
          const row = data.get(sample.id)
          assertOpen(name, answer, seal)
          return row && answerOf(name, answer, row.data)
        },
      ]),
    ),
    prompt: (sample: Sample) => textOf('prompt', prompt, sample.data),
    data: samples as unknown as Json,
  }
}

/** The rows with their sealed parts opened; what is planned from them is covered again. */
async function openRows(rows: readonly Row[], task: TaskText, seal: Seal): Promise<Row[]> {
  const open = await Promise.all(
    rows.map(async (row) => ({
      ...row,
      data: {
        ...(await opened({ id: textOf('id', task.id, row.data), data: row.data }, seal, process.env)),
        [SEALED]: row.data[SEALED]!,
      },
    })),
  )
  return open
}

/** What the subject is shown stands in traces, so nothing hidden may go into it. */
function assertHidden(definition: Definition, { id }: TaskText, seal: Seal, at: At): void {
  const { prompt, system, prefix, tools, grader } = definition
  const told = graderOf(grader.kind).shown ?? []
  const own = Object.fromEntries(told.map((key) => [`grader.${key}`, (grader as Record<string, unknown>)[key]]))
  for (const [key, shown] of Object.entries({ id, prompt, system, prefix, tools, ...own })) {
    const hidden = shown === undefined ? undefined : seal.columns.find((column) => columnsOf(shown as Json).has(column))
    if (hidden !== undefined) throw new BadInputError(`${at(key)}: it shows ${hidden}, which is sealed; leave it out`)
  }
}

/** A named subject's answers stand in jobs and traces, so they may not be made of hidden data. */
function assertOpen(name: string, answer: NamedAnswer, seal: Seal | undefined): void {
  const hidden = seal?.columns.find((column) => columnsOf(answer as Json).has(column))
  if (hidden !== undefined) {
    throw new BadInputError(`subject ${name} is made of ${hidden}, which is sealed; give its answers as --samples FILE`)
  }
}

/** A sample as it may travel: its public columns, and the sealed part as it is. */
function covered(sample: Sample, row: Columns, seal: Seal): Sample {
  const open = Object.entries(sample.data).filter(([name]) => !seal.columns.includes(name))
  return { id: sample.id, data: { ...Object.fromEntries(open), [SEALED]: row[SEALED]! } }
}

/** What sealed tasks commit to, for the run's record. */
function commitmentsOf(tasks: readonly PlannedTask[]): Benchmark['card'] {
  const sealed = tasks.flatMap(({ name, ref }) => {
    const { seal } = (ref.kind === 'declared' ? ref.definition : {}) as { seal?: Seal }
    return seal === undefined ? [] : [[name, seal.commitment] as const]
  })
  return sealed.length === 0 ? {} : { commitments: Object.fromEntries(sealed) }
}

type At = (...path: PropertyKey[]) => string

function graderAt(task: TaskText, at: At): Grader {
  const { kind, ...fields } = task.grader
  if (!kinds.includes(kind)) throw new BadInputError(`${at('grader', 'kind')}: no grader "${kind}"${hint(kind, kinds)}`)
  const grader = graderOf(kind)
  if (grader.schema instanceof z.ZodObject) {
    const known = Object.keys(grader.schema.shape)
    const stray = Object.keys(fields).find((key) => !known.includes(key))
    if (stray !== undefined)
      throw new BadInputError(`${at('grader', stray)}: ${kind} has no such key${hint(stray, known)}`)
  }
  return grader
}

/** Where the task's code runs and how far it may go. */
function place(task: TaskText, grader: Grader, at: At) {
  const {
    language: name,
    sandbox: kind = grader.place ?? (grader.needs === 'code' || task.image !== undefined ? 'docker' : 'none'),
    image,
  } = task
  if (grader.needs === 'code' && name === undefined) {
    throw new BadInputError(`${at()}: ${grader.kind} runs code; add "language", for example language: python`)
  }
  if (name !== undefined && grader.languages && !grader.languages.includes(name)) {
    throw new BadInputError(
      `${at('language')}: ${grader.kind} speaks ${grader.languages.join(', ')}, not ${name}; use stdio or program`,
    )
  }
  if (kind === 'isolate' && grader.isolates === false) {
    throw new BadInputError(
      `${at('sandbox')}: ${grader.kind} starts programs, which an isolate cannot; write sandbox: docker`,
    )
  }
  if (grader.place !== undefined && kind !== grader.place) {
    throw new BadInputError(
      `${at('sandbox')}: the environment of ${grader.kind} runs in an isolate; write sandbox: ${grader.place}, or leave it out`,
    )
  }
  if (kind === 'isolate' && grader.place === undefined && name !== 'javascript' && name !== 'typescript') {
    throw new BadInputError(
      `${at('sandbox')}: isolates run javascript and typescript, not ${name}; write sandbox: docker`,
    )
  }
  if (kind === 'none' && grader.needs === 'code')
    throw new BadInputError(`${at('sandbox')}: ${grader.kind} runs code; write sandbox: docker`)
  if (kind !== 'docker' && image !== undefined)
    throw new BadInputError(`${at('image')}: an image needs sandbox: docker`)
  if (kind !== 'docker' && task.services !== undefined) {
    const why = kind === 'isolate' ? 'an isolate has no network' : 'a task without a sandbox has nobody to use them'
    throw new BadInputError(`${at('services')}: ${why}; write sandbox: docker, or leave services out`)
  }
  if (kind !== 'isolate' && task.libraries.length > 0) {
    throw new BadInputError(
      `${at('libraries')}: libraries are lent to isolates only; put them into an image for docker`,
    )
  }
  const info = name === undefined ? undefined : language(name)
  const sandbox: SandboxSpec | undefined =
    kind === 'none'
      ? undefined
      : kind === 'isolate'
        ? { kind }
        : {
            kind,
            image: image ?? info?.image ?? 'bash',
            ...(task.runtime !== undefined && { runtime: task.runtime }),
            ...(task.services && { services: task.services }),
          }
  return { sandbox, limits: limits((task.limits.wallMs ?? task.limits.cpuMs) ? {} : info?.run.limits, task.limits) }
}

/** The columns that jobs must carry; `solution` in a late template is the answer, not a column. */
function usedColumns(definition: Definition, grader: Grader, row: Row, slices: readonly string[]): Set<string> {
  const { files: _, grader: config, ...rest } = definition
  const late = grader.late ?? []
  const entries = Object.entries(config)
  const wanted = columnsOf([
    rest as unknown as Json,
    Object.fromEntries(entries.filter(([key]) => !late.includes(key))) as Json,
  ])
  const filled = columnsOf(Object.fromEntries(entries.filter(([key]) => late.includes(key))) as Json)
  filled.delete('solution')
  for (const name of [...filled, ...slices]) wanted.add(name)
  for (const name of slices) {
    if (!Object.hasOwn(row.data, name))
      throw new BadInputError(`slices: the data has no "${name}"${hint(name, Object.keys(row.data))}`)
  }
  return wanted
}

/** One sample, with everything that the task will make of it tried once. */
function sampleOf(task: TaskText, definition: Definition, row: Row, wanted: Set<string>, at: At): Sample {
  const id = guarded(at('id'), row, () => textOf('id', task.id, row.data))
  const name = Name.safeParse(id)
  if (!name.success)
    throw new BadInputError(`${row.where}: the id ${JSON.stringify(id)} is none: 1 to 512 visible characters`)
  const data = Object.fromEntries(
    [...wanted].filter((key) => Object.hasOwn(row.data, key)).map((key) => [key, row.data[key]!]),
  )
  guarded(at('prompt'), row, () => textOf('prompt', definition.prompt, row.data))
  if (definition.system !== undefined) guarded(at('system'), row, () => textOf('system', definition.system!, row.data))
  guarded(at('prefix'), row, () => prefixOf(definition, row.data))
  for (const text of definition.forbid) guarded(at('forbid'), row, () => textOf('forbid', text, row.data))
  const tools = guarded(at('tools'), row, () => toolsOf(definition, row.data))
  const grader = graderOf(definition.grader.kind)
  const config = guarded(at('grader'), row, () => configOf(definition, row.data))
  guarded(at('grader'), row, () => grader.check?.(config, tools ?? []))
  for (const key of grader.late ?? []) {
    const template = (definition.grader as Record<string, Json>)[key]
    if (template !== undefined) guarded(at('grader', key), row, () => expand(template, { ...row.data, solution: '' }))
  }
  return { id, data }
}

/** Runs a step of reading; what goes wrong in it is told with the place in the benchmark and the row of the data. */
function guarded<T>(place: string, row: Row, step: () => T): T {
  try {
    return step()
  } catch (error) {
    if (error instanceof BadInputError)
      throw new BadInputError(`${place}: ${error.message} (${relative('.', row.where)})`)
    if (error instanceof z.ZodError) {
      const { path, message } = error.issues[0]!
      throw new BadInputError(
        `${place}${path.map((key) => `.${String(key)}`).join('')}: ${message} (${relative('.', row.where)})`,
      )
    }
    throw error
  }
}

function answerOf(name: string, answer: NamedAnswer, data: Columns): Subject {
  const [form, template] = typeof answer === 'string' ? ['completion', answer] : Object.entries(answer)[0]!
  const recorded =
    form === 'calls'
      ? { text: '', form: 'text' as const, calls: expand(template as Json, data) as never }
      : { text: textOf(`subjects.${name}`, template as string, data), form: form as 'completion' | 'solution' | 'text' }
  return { kind: 'recorded', name, answers: [recorded] }
}
