import {
  BadInputError,
  type Json,
  Name,
  type PartialLimits,
  PartialLimits as PartialLimitsSchema,
  type PromptRequest,
  type RecordedAnswer,
  type SandboxSpec,
  Services,
  type ServicesText,
} from '../domain/index.ts'
import type { Kit } from './kit.ts'
import type { Result } from './result.ts'
import { type Row, type Samples, samplesFrom } from './samples.ts'
import type { FileTexts } from './sandbox.ts'

/** One recorded answer as an author writes it: a text, or a text and its form, or tool calls. */
export type Scripted = string | (Partial<RecordedAnswer> & { readonly text: string })

/** What an author says of a task. `D` is the data of one sample. */
export interface TaskDefinition<D extends Row> {
  readonly name: string
  readonly description?: string
  /** A list, a file (`rows`), a generator (`generate`), all combinations (`grid`). */
  readonly samples: Samples<D> | readonly D[]
  /** Where the code runs that models write; a task without one runs none. */
  readonly sandbox?: SandboxSpec
  readonly limits?: PartialLimits
  /** Share in the benchmark's main metric; 1 where nothing is said. */
  readonly weight?: number
  /** Names the parts of the benchmark that a sample belongs to, e.g. `{ difficulty: 'hard' }`; results are shown for each. */
  slices?(data: D): Readonly<Record<string, string>>
  /** Files that lie in the sandbox before anything runs. */
  files?(data: D): FileTexts
  /** The share from which a numeric result counts as passed; 1 where nothing is said. */
  readonly passAt?: number
  /** Recorded subjects by name: what they answer to a sample. `--samples NAME` asks them; no model is needed. */
  readonly subjects?: Readonly<Record<string, (data: D) => Scripted | readonly Scripted[] | undefined>>
  /**
   * Who plays the other parts (judge, user) while one of `subjects` is asked and the run names nobody: a script, so that the whole
   * task can be tried without a model. A live model is never judged by a script.
   */
  readonly standIns?: Readonly<Record<string, (request: PromptRequest, data: D) => string>>
  /** The first prompt, where estimates shall know it. */
  prompt?(data: D): string
  /** Done before `run`, and after it whatever came of it. */
  setup?(kit: Kit, data: D): unknown
  teardown?(kit: Kit, data: D): unknown
  /** Puts one sample to the model and records checks. */
  run(kit: Kit, data: D): Result | Promise<Result>
}

/** A task, ready for a benchmark. */
export interface Task<D extends Row = Row> extends Omit<TaskDefinition<D>, 'samples'> {
  readonly kind: 'task'
  readonly samples: Samples<D>
}

/** Defines a task: a function that puts one sample to a model and records checks. */
export function task<D extends Row>(definition: TaskDefinition<D>): Task<D> {
  const { name, samples, weight = 1, passAt = 1, limits = {} } = definition
  const where = `task ${JSON.stringify(name)}`
  if (!Name.safeParse(name).success) throw new BadInputError(`${where}: a name is short, visible text`)
  if (!(weight >= 0 && Number.isFinite(weight)))
    throw new BadInputError(`${where}: the weight is ${weight}; give 0 or more`)
  if (!(passAt >= 0 && passAt <= 1)) throw new BadInputError(`${where}: passAt is ${passAt}; give a share from 0 to 1`)
  const bounds = PartialLimitsSchema.safeParse(limits)
  if (!bounds.success) {
    const issue = bounds.error.issues[0]!
    throw new BadInputError(`${where}: limits.${issue.path.join('.')}: ${issue.message}`)
  }
  return { ...definition, kind: 'task', samples: samplesFrom(samples) }
}

/** What readers should know of a named metric. */
export interface MetricInfo {
  readonly direction?: 'higher' | 'lower'
  readonly unit?: string
  readonly description?: string
}

/** What an author says of a benchmark. */
export interface BenchmarkDefinition {
  readonly name: string
  readonly version?: string
  readonly description?: string
  readonly license?: string
  // biome-ignore lint/suspicious/noExplicitAny: each task has data of its own type
  readonly tasks: readonly Task<any>[]
  /**
   * The main metric, and how the attempts at a sample become one figure: pass@k (pass@1 where nothing is said), pass^k, maj@k, mean,
   * median, mode, max, at-least-k, or the name of a metric that tasks measure.
   */
  readonly metric?: string
  readonly direction?: 'higher' | 'lower'
  /** The metrics that tasks measure. */
  readonly metrics?: Readonly<Record<string, MetricInfo>>
  /** Answers to each sample; `--attempts` says otherwise. */
  readonly attempts?: number
  /** Anything else that readers should know. */
  readonly card?: Readonly<Record<string, Json>>
  /** Files besides `rows` that tasks read themselves; they count to the benchmark's identity. */
  readonly data?: readonly string[]
}

/** A benchmark: tasks with weights and a main metric. */
export interface AuthoredBenchmark extends BenchmarkDefinition {
  readonly kind: 'benchmark'
}

/** Groups tasks into a benchmark; a benchmark file exports it as its default. */
export function benchmark(definition: BenchmarkDefinition): AuthoredBenchmark {
  const { name, tasks } = definition
  const where = `benchmark ${JSON.stringify(name)}`
  if (!Name.safeParse(name).success) throw new BadInputError(`${where}: a name is short, visible text`)
  if (tasks.length === 0) throw new BadInputError(`${where}: it has no tasks`)
  const twice = tasks.find(({ name }, index) => tasks.findIndex((other) => other.name === name) !== index)
  if (twice !== undefined) throw new BadInputError(`${where}: two tasks are called "${twice.name}"`)
  const { attempts } = definition
  if (attempts !== undefined && !(Number.isInteger(attempts) && attempts > 0))
    throw new BadInputError(`${where}: attempts is ${attempts}; give a whole number from 1`)
  return { ...definition, kind: 'benchmark' }
}

/** What of a Docker sandbox an author may choose besides its image. */
export interface DockerChoice {
  readonly runtime?: string
  /** Programs beside each trial, a database say, by their host names in the trial. */
  readonly services?: ServicesText
}

/** Docker containers of an image: a folder of images/, or anybody's image. */
export function docker(image: string, { runtime, services }: DockerChoice = {}): SandboxSpec {
  const parsed = Services.optional().safeParse(services)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    const { path } = issue
    const message = (issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined) ?? issue.message
    throw new BadInputError(
      `docker(${JSON.stringify(image)}): services${path.map((key) => `.${String(key)}`).join('')}: ${message}`,
    )
  }
  return {
    kind: 'docker',
    image,
    ...(runtime !== undefined && { runtime }),
    ...(parsed.data && { services: parsed.data }),
  }
}

/** V8 isolates: JavaScript without files or programs, in about a millisecond. */
export const isolate = (): SandboxSpec => ({ kind: 'isolate' })
