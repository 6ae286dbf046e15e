import { type CodeRunner, findBenchmark, taskOf } from './app.ts'
import {
  type Benchmark,
  FaultError,
  GRADING_VERSION,
  type Isolation,
  type Job,
  type Json,
  jobId,
  type PlannedTask,
  type RecordedAnswer,
  type Sample,
  type Sandboxes,
  type Subject,
  type TaskRef,
  type Trial,
} from './domain/index.ts'
import { runTrial } from './engine/index.ts'
import { agreeing, canFail, cardFindings, dataFindings, type Finding, passing, refusals } from './findings.ts'
import { recordedModel } from './models/recorded.ts'
import { expectationOf, questionOf } from './tasks/declared/question.ts'
import type { Definition } from './tasks/declared/schema.ts'
import type { AskedRow } from './tasks/rows.ts'
import { type Suspect, suspectsOf } from './tasks/suspects.ts'

export interface CheckOptions {
  /** Rows of each task that answers are tried on. */
  readonly rows: number
  /** How often the reference answers are graded again. */
  readonly repeats: number
  readonly isolation: Isolation
  /** Trials at once. */
  readonly slots: number
  /** Runs the benchmark's own code, where this process shall not. */
  readonly code?: CodeRunner | undefined
}

/**
 * Whether a benchmark would mislead: references must pass, what cannot be right must fail, the same must come out each time,
 * and the data must not tell its answers. Answers are tried on some rows, evenly spread; the data is read whole.
 */
export async function checkBenchmark(
  ref: string,
  options: CheckOptions,
  sandboxes: Sandboxes,
  signal: AbortSignal,
): Promise<{ benchmark: Benchmark; findings: Finding[] }> {
  const benchmark = await findBenchmark(ref, options.code)
  const findings = [...cardFindings(benchmark)]
  for (const task of benchmark.tasks) {
    const samples = await Array.fromAsync(task.samples(0))
    findings.push(
      ...dataFindings(
        task,
        samples.flatMap((sample) => askedRow(task, sample) ?? []),
      ),
    )
    const trials = new Trials(benchmark, task, options, sandboxes, signal)
    findings.push(...(await trialFindings(task, spread(samples, options.rows), options, trials)))
  }
  return { benchmark, findings }
}

async function trialFindings(
  task: PlannedTask,
  samples: readonly Sample[],
  { repeats, slots }: CheckOptions,
  trials: Trials,
): Promise<Finding[]> {
  const referenced = samples.flatMap((sample) => {
    const subject = task.subjects['reference']?.(sample)
    return subject === undefined ? [] : [{ sample, subject }]
  })
  const findings: Finding[] = []
  const first = await each(referenced, slots, ({ sample, subject }) => trials.run(sample, subject, 0))
  findings.push(passing(task, first))
  if (repeats > 0 && referenced.length > 0) {
    const again = Array.from({ length: repeats }, (_, index) =>
      referenced.map((one) => ({ ...one, attempt: index + 1 })),
    ).flat()
    // The other way round, so that what one row leaves for the next shows.
    const later = await each(again.reverse(), slots, ({ sample, subject, attempt }) =>
      trials.run(sample, subject, attempt),
    )
    findings.push(agreeing(task, [...first, ...later], repeats + 1))
  }
  const tried = samples.flatMap((sample) => [
    ...suspects(task, sample).map((suspect) => ({ sample, suspect })),
    ...swapped(task, sample, samples),
  ])
  const came = await each(tried, slots, async ({ sample, suspect }) => {
    const subject: Subject = { kind: 'recorded', name: suspect.name, answers: [suspect.answer] }
    return { suspect, trial: await trials.run(sample, subject, 0) }
  })
  findings.push(
    ...refusals(task, came),
    canFail(
      task,
      samples,
      came.map(({ trial }) => trial),
    ),
  )
  return findings
}

/** Runs trials of one task on given answers. */
class Trials {
  readonly #job: (sample: Sample, subject: Subject, attempt: number) => Job
  readonly #sandboxes: Sandboxes
  readonly #code: CodeRunner | undefined
  readonly #signal: AbortSignal

  constructor(
    benchmark: Benchmark,
    task: PlannedTask,
    { isolation, code }: CheckOptions,
    sandboxes: Sandboxes,
    signal: AbortSignal,
  ) {
    this.#sandboxes = sandboxes
    this.#code = code
    this.#signal = signal
    const run = `check-${benchmark.name}`.slice(0, 500)
    this.#job = (sample, subject, attempt) => {
      const { name, version } = benchmark
      const content = {
        benchmark: { name, version },
        task: task.ref,
        sample,
        subject,
        roles: {},
        attempt,
        seed: 0,
        limits: task.limits,
        ...(task.sandbox && { sandbox: task.sandbox }),
        grading: GRADING_VERSION,
      }
      return { id: jobId(content), run, isolation, ...content }
    }
  }

  async run(sample: Sample, subject: Subject, attempt: number): Promise<Trial> {
    this.#signal.throwIfAborted()
    const models = {
      subject: () => recordedModel(subject.name, subject.kind === 'recorded' ? subject.answers : []),
      role: (_job: Job, name: string) => {
        throw new FaultError('model-unavailable', `it needs a model as its ${name}, and a check asks none`)
      },
    }
    const bench = { tasks: (ref: TaskRef) => taskOf(ref, this.#code), models, sandboxes: this.#sandboxes }
    return runTrial(this.#job(sample, subject, attempt), 1, bench, this.#signal)
  }
}

function suspects(task: PlannedTask, sample: Sample): Suspect[] {
  const prompt = task.prompt?.(sample) ?? ''
  if (task.ref.kind === 'declared')
    return suspectsOf({ prompt, ...questionOf(task.ref.definition as Definition, sample.data) })
  return suspectsOf({ prompt, grader: 'code', language: task.language, entry: undefined, functions: [] })
}

/** The reference answer of another row. */
function swapped(task: PlannedTask, sample: Sample, samples: readonly Sample[]) {
  const own = answerOf(task, sample)
  const at = samples.indexOf(sample)
  const other = [...samples.slice(at + 1), ...samples.slice(0, at)]
    .map((one) => answerOf(task, one))
    .find((answer) => answer !== undefined && JSON.stringify(answer) !== JSON.stringify(own))
  // Another row's answer may well be right here too (yes, no, a letter): it only shows that the row can be failed.
  return other === undefined
    ? []
    : [{ sample, suspect: { name: 'another row’s answer', kind: 'other' as const, answer: other } }]
}

function answerOf(task: PlannedTask, sample: Sample): RecordedAnswer | undefined {
  const subject = task.subjects['reference']?.(sample)
  return subject?.kind === 'recorded' ? subject.answers[0] : undefined
}

function askedRow(task: PlannedTask, sample: Sample): AskedRow | undefined {
  const prompt = task.prompt?.(sample)
  if (prompt === undefined) return undefined
  return {
    task: task.name,
    id: sample.id,
    prompt,
    reference: answerOf(task, sample)?.text,
    expects: expectsOf(task, sample),
    data: sample.data,
  }
}

/** The grader's configuration; none, where the task is code or hides it. */
function expectsOf({ ref }: PlannedTask, { data }: Sample): Json | undefined {
  return ref.kind === 'declared' ? expectationOf(ref.definition as Definition, data) : undefined
}

/** So many of a list, evenly spread. */
function spread<T>(list: readonly T[], count: number): T[] {
  if (list.length <= count) return [...list]
  return Array.from({ length: count }, (_, index) => list[Math.floor((index * list.length) / count)]!)
}

async function each<T, R>(items: readonly T[], atOnce: number, act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const left = items.entries()
  const lane = async () => {
    for (const [index, item] of left) results[index] = await act(item)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return results
}
