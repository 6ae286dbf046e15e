import {
  type Fault,
  FaultError,
  type Job,
  type Models,
  messageOf,
  type Outcome,
  type Sandboxes,
  SpoiledError,
  sha256,
  type TaskFunction,
  type TaskRef,
  type Timings,
  type Trial,
} from '../domain/index.ts'
import { openContext } from './context.ts'
import { redact, redactFault } from './redact.ts'
import { score } from './score.ts'
import { Tracer } from './trace.ts'

/** What a trial is run with. */
export interface Bench {
  readonly tasks: (ref: TaskRef) => TaskFunction | Promise<TaskFunction>
  readonly models: Models
  readonly sandboxes: Sandboxes
  /** The backstop for a whole trial, models and sandboxes included. */
  readonly trialMs?: number
  readonly worker?: string
}

const HOUR = 3_600_000

/**
 * Runs one job to its trial. Our trouble makes the trial void. Throws only what must leave no trial at all: FaultError
 * 'budget' (the run pauses) and 'cancelled' (nobody wants it any more).
 */
export async function runTrial(
  job: Job,
  delivery: number,
  bench: Bench,
  signal: AbortSignal,
  putAt?: number,
): Promise<Trial> {
  const startedAt = new Date()
  const start = performance.now()
  const sealed = job.task.kind === 'declared' && job.task.sealed === true
  const tracer = sealed ? new Tracer(job.id, redact) : new Tracer(job.id)
  tracer.record({ kind: 'started', job: job.id, delivery, ...(bench.worker !== undefined && { worker: bench.worker }) })
  const trialMs = bench.trialMs ?? HOUR
  const deadline = AbortSignal.timeout(trialMs)
  const either = AbortSignal.any([signal, deadline])

  const stack = new AsyncDisposableStack()
  const { context, spent, usage } = openContext({ ...bench, job, tracer, stack, signal: either })
  let fault: Fault | undefined
  try {
    const task = await bench.tasks(job.task)
    await task(context)
    either.throwIfAborted()
  } catch (error) {
    if (signal.aborted) throw new FaultError('cancelled', 'the trial was stopped', { cause: error })
    if (error instanceof FaultError && (error.code === 'budget' || error.code === 'cancelled')) throw error
    if (deadline.aborted) fault = { code: 'internal', message: `the trial took longer than ${trialMs} ms` }
    else if (error instanceof SpoiledError)
      context.check({ name: 'sandbox', passed: false, reason: 'runtime-error', message: messageOf(error) })
    else if (error instanceof FaultError) fault = { code: error.code, message: messageOf(error) }
    else fault = { code: 'bad-job', message: `task ${job.task.name} threw: ${messageOf(error)}` }
  } finally {
    // Sandboxes go before the verdict does: a cell that cannot be cleaned is known by then. What disposing meets is its owner's to report.
    await stack.disposeAsync().catch((error: unknown) => {
      tracer.record({ kind: 'noted', text: `closing a sandbox failed: ${messageOf(error)}` })
    })
  }
  const scored = fault === undefined ? score(tracer.events) : undefined
  if (fault === undefined && scored === undefined) {
    fault = {
      code: 'bad-job',
      message: `task ${job.task.name} recorded no check and no value for sample ${job.sample.id}`,
    }
  }
  if (fault !== undefined && sealed) fault = redactFault(fault)
  if (fault !== undefined) tracer.record({ kind: 'faulted', fault })
  const outcome: Outcome = scored === undefined ? { kind: 'void', fault: fault! } : { kind: 'scored', score: scored }
  const totalMs = performance.now() - start
  const timings: Timings = {
    ...(putAt !== undefined && { queueMs: Math.max(0, startedAt.getTime() - putAt) }),
    ...spent,
    gradeMs: Math.max(0, totalMs - spent.prepareMs - spent.answerMs - spent.runMs),
    totalMs,
  }
  const shared = tracer.events.some(({ body }) => body.kind === 'shared')
  return {
    id: trialId(job),
    job,
    startedAt: startedAt.toISOString(),
    outcome,
    integrity: shared ? 'shared-process' : 'separate-process',
    trace: [...tracer.events],
    root: tracer.root,
    timings,
    usage,
    delivery,
  }
}

/** The id of the one trial that a run keeps of a job. */
export const trialId = (job: Pick<Job, 'run' | 'id'>) => sha256(`${job.run}\n${job.id}`).slice(0, 16)
