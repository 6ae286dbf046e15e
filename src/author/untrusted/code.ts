import { basename, dirname, resolve } from 'node:path'
import {
  type Benchmark,
  type ExecResult,
  FaultError,
  type Job,
  type Limits,
  limits,
  type PlannedTask,
  type Sample,
  type Sandboxes,
  type Subject,
  type TaskContext,
  type TaskFunction,
  type TaskRef,
} from '../../domain/index.ts'
import { recordedAs } from '../describe.ts'
import { codeDigest } from '../load.ts'
import { Effects } from './effects.ts'
import { Folder, INSIDE } from './folder.ts'
import { type Graph, graphOf } from './graph.ts'
import { GUEST_LIMITS, Guest, GuestError } from './guest.ts'
import { Library } from './library.ts'
import { Batch, Described, planningError, type Sampled, shaped, type Told } from './messages.ts'

export interface UntrustedOptions {
  readonly sandboxes: Sandboxes
  /** The most that a benchmark's code may use for one trial, or for planning. */
  readonly most?: Limits
}

/** A benchmark whose code was never run in this process. */
interface Known {
  readonly file: string
  readonly folder: Folder
  readonly graph: Graph
  readonly described: Described
  readonly digest: string
}

/**
 * Benchmarks in code that nobody here trusts: their code runs in isolates only, a fresh one for each trial, and reaches models,
 * sandboxes and checks by our API alone.
 */
export class UntrustedCode {
  readonly #options: UntrustedOptions
  readonly #known = new Map<string, Promise<Known>>()

  constructor(options: UntrustedOptions) {
    this.#options = options
  }

  /** Loads a benchmark file. Mistakes in it are bad input. */
  async benchmark(path: string): Promise<Benchmark> {
    const known = await this.#know(path)
    const { name, version, metric, card, tasks } = known.described
    return {
      name,
      version,
      digest: known.digest,
      metric,
      card,
      tasks: tasks.map((task) => this.#planned(known, task)),
      source: known.file,
    }
  }

  /** The function that a job's task names. Throws FaultError where the code here is not the code that the job was planned with. */
  async task(ref: TaskRef & { kind: 'code' }): Promise<TaskFunction> {
    const known = await this.#know(ref.benchmark)
    if (!known.described.tasks.some(({ name }) => name === ref.name))
      throw new FaultError('bad-job', `${ref.benchmark} has no task ${ref.name}`)
    if (known.digest !== ref.digest)
      throw new FaultError(
        'bad-job',
        `${ref.benchmark} is not the code that this job was planned with; bring the same version here`,
      )
    return (context) => this.#run(known, context)
  }

  #know(path: string): Promise<Known> {
    const file = resolve(path)
    let known = this.#known.get(file)
    if (known === undefined) {
      known = this.#load(file)
      known.catch(() => this.#known.delete(file))
      this.#known.set(file, known)
    }
    return known
  }

  async #load(file: string): Promise<Known> {
    const folder = await Folder.of(dirname(file)).catch(() => undefined)
    if (folder === undefined || (await folder.read(`${INSIDE}/${basename(file)}`)) === undefined)
      throw planningError(file, { name: 'BadInputError', message: 'there is no such file' })
    const graph = await graphOf(file, folder)
    const signal = new AbortController().signal
    const described = await planning(file, async () => {
      await using guest = await this.#guest(graph, new Library(folder), signal)
      const told = await guest.ask({ do: 'describe', file: named(file) }, signal)
      return shaped(Described, told, 'what it says of itself')
    })
    for (const path of described.data)
      if ((await folder.read(`${INSIDE}/${path}`)) === undefined)
        throw planningError(file, { name: 'BadInputError', message: `there is no data file ${path} in its folder` })
    const digests = described.tasks.map(({ name, digest }) => [name, digest] as const)
    return { file, folder, graph, described, digest: await codeDigest(file, graph.sources, digests, described.data) }
  }

  #guest(graph: Graph, host: Library, signal: AbortSignal, printed?: (result: ExecResult) => void): Promise<Guest> {
    const { sandboxes, most } = this.#options
    return Guest.open(graph, { sandboxes, host, most, ...(printed && { printed }) }, signal)
  }

  #planned(known: Known, task: Described['tasks'][number]): PlannedTask {
    const { file, digest } = known
    const asked = new WeakMap<Sample, Sampled>()
    const answers = (name: string) => (sample: Sample) => recordedAs(name, asked.get(sample)?.answers[name])
    return {
      name: task.name,
      weight: task.weight ?? 1,
      ref: { kind: 'code', name: task.name, benchmark: file, digest },
      ...(task.sandbox && { sandbox: task.sandbox }),
      limits: limits(task.limits),
      samples: (seed) => this.#samples(known, task.name, seed, (sampled) => asked.set(sampled.sample, sampled)),
      subjects: Object.fromEntries(
        task.subjects.map((name): [string, (sample: Sample) => Subject | undefined] => [name, answers(name)]),
      ),
      ...(task.prompt && { prompt: (sample: Sample) => asked.get(sample)?.prompt ?? '' }),
    }
  }

  async *#samples(
    { file, folder, graph }: Known,
    task: string,
    seed: number,
    seen: (sampled: Sampled) => void,
  ): AsyncIterable<Sample> {
    const signal = new AbortController().signal
    await using guest = await planning(file, () => this.#guest(graph, new Library(folder), signal))
    await planning(file, () => guest.ask({ do: 'samples', file: named(file), task, seed }, signal))
    const ids = new Set<string>()
    for (;;) {
      const { samples, done } = await planning(file, async () =>
        shaped(Batch, await guest.ask({ do: 'more' }, signal), 'samples'),
      )
      for (const sampled of samples) {
        if (ids.has(sampled.sample.id))
          throw planningError(file, {
            name: 'BadInputError',
            message: `two samples of task ${task} are called "${sampled.sample.id}"`,
          })
        ids.add(sampled.sample.id)
        seen(sampled)
        yield sampled.sample
      }
      if (done) return
    }
  }

  async #run({ file, folder, graph }: Known, context: TaskContext): Promise<void> {
    const { job, signal } = context
    const most = this.#options.most ?? GUEST_LIMITS
    context.record({
      kind: 'noted',
      text: 'the task’s own code is not trusted: it ran in an isolate',
      data: { ...most },
    })
    await using effects = new Effects(folder, context)
    const printed = ({ stdout, stderr }: ExecResult) => {
      if (stdout.text !== '' || stderr.text !== '') context.record({ kind: 'printed', role: 'task', stdout, stderr })
    }
    try {
      await using guest = await this.#guest(graph, effects, signal, printed)
      await guest.ask({ do: 'run', file: named(file), told: toldOf(context) }, signal)
    } catch (error) {
      if (!(error instanceof GuestError)) throw error
      throw faultOf(error, effects, job)
    }
  }
}

/** How the benchmark's own code is told of its file: the last two steps name it. */
const named = (file: string) => `${basename(dirname(file))}/${basename(file)}`

const toldOf = ({ model, job: { task, sample, seed, attempt, subject, roles } }: TaskContext): Told => ({
  task: task.name,
  sample,
  seed,
  attempt,
  subject: { kind: subject.kind, name: subject.name },
  model: model.name,
  roles: Object.fromEntries(Object.entries(roles).map(([role, { name }]) => [role, name])),
})

/** A fault of ours that the task was told of stays what it is; whatever else it throws is its own fault. */
function faultOf({ thrown }: GuestError, effects: Effects, job: Job): FaultError {
  const { name, code, message } = thrown
  const ours = name === 'FaultError' ? effects.faultLike(thrown) : undefined
  if (ours !== undefined) return ours
  if (name === 'FaultError' && (code === 'bad-job' || code === 'judge-failed'))
    return new FaultError(code, message.slice(0, 2000))
  return new FaultError('bad-job', `task ${job.task.name} threw: ${message.slice(0, 2000)}`)
}

async function planning<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof GuestError) throw planningError(file, error.thrown)
    if (error instanceof FaultError && error.code === 'bad-job')
      throw planningError(file, { name: 'FaultError', message: error.message })
    throw error
  }
}
