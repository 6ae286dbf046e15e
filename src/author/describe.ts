import { BadInputError, type Json, type RecordedAnswer, type Subject } from '../domain/index.ts'
import { type AuthoredBenchmark, benchmark, type Scripted, type Task } from './task.ts'

/** The benchmark that a file exports: as its default, by any name, or as tasks. */
export function exportedBenchmark(exported: Record<string, unknown>, file: string): AuthoredBenchmark {
  if (isBenchmark(exported.default)) return exported.default
  const named = Object.values(exported).find(isBenchmark)
  if (named !== undefined) return named
  const tasks = [...new Set(Object.values(exported).filter(isTask))]
  if (tasks.length === 0)
    throw new BadInputError(`${file} exports neither a benchmark nor a task; write \`export default benchmark({ … })\``)
  const [folder = '', name = ''] = file.split(/[/\\]/).slice(-2)
  const stem = name.replace(/\.[cm]?[jt]s$/, '')
  return benchmark({ name: ['index', 'benchmark'].includes(stem) ? folder : stem, tasks })
}

const isKind = (value: unknown, kind: string) =>
  value !== null && typeof value === 'object' && 'kind' in value && value.kind === kind
const isBenchmark = (value: unknown): value is AuthoredBenchmark => isKind(value, 'benchmark')
const isTask = (value: unknown): value is Task => isKind(value, 'task')

/** What a benchmark says of itself, as data. */
export function describe(authored: AuthoredBenchmark) {
  return {
    name: authored.name,
    version: authored.version ?? '0.0.0',
    // The main one first, and every metric that the author tells of beside it.
    metric: [...new Set([authored.metric ?? 'pass@1', ...Object.keys(authored.metrics ?? {})])].join(','),
    card: cardOf(authored),
  }
}

function cardOf({
  description,
  license,
  direction,
  metrics,
  attempts,
  card,
  tasks,
}: AuthoredBenchmark): Record<string, Json> {
  const all = {
    description,
    license,
    direction,
    metrics,
    attempts,
    weights: Object.fromEntries(tasks.map((task) => [task.name, task.weight ?? 1])),
    tasks: Object.fromEntries(
      tasks.flatMap((task) => (task.description === undefined ? [] : [[task.name, task.description]])),
    ),
    ...card,
  }
  return JSON.parse(JSON.stringify(all))
}

/** What a recorded subject answers to a sample, whole. */
export function answersOf(given: Scripted | readonly Scripted[] | undefined): RecordedAnswer[] | undefined {
  if (given === undefined) return undefined
  const list = Array.isArray(given) ? (given as readonly Scripted[]) : [given as Scripted]
  return list.map((one) => (typeof one === 'string' ? { text: one, form: 'text' } : { form: 'text', ...one }))
}

/** A recorded subject with its answers to a sample; nobody where it has none. */
export const recordedAs = (name: string, answers: readonly RecordedAnswer[] | undefined): Subject | undefined =>
  answers && { kind: 'recorded', name, answers: [...answers] }
