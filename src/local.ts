import { type CodeRunner, taskOf } from './app.ts'
import type { Job, Models, Run, Sandboxes, Store, TaskRef, Trial } from './domain/index.ts'
import { type Ended, leafOf, rootOf, runHere, runTrial } from './engine/index.ts'
import { MemoryQueue } from './queue/memory.ts'

export interface Local {
  readonly store: Store
  readonly sandboxes: Sandboxes
  readonly models: Models
  /** Trials at once. */
  readonly slots: number
  /** Runs the code of benchmarks, where this process shall not. */
  readonly code?: CodeRunner | undefined
  readonly onSaved?: (trials: readonly Trial[]) => void
}

/** How often a job whose trial had a passing fault is tried before the fault stands. */
const DELIVERIES = 3

/** Runs a planned run in this process, what is scored already left out, and closes its record in the store. */
export async function runLocal(
  run: Run,
  jobs: readonly Job[],
  parts: Local,
  stop: AbortSignal,
  kill: AbortSignal,
): Promise<Ended> {
  const { store, sandboxes, models, slots, code, onSaved } = parts
  await store.begin(run)
  await store.update(run.id, { status: 'running' })
  const scored = await store.scored(run.id)
  const todo = async function* () {
    for (const job of jobs) if (!scored.has(job.id)) yield job
  }
  await using queued = new MemoryQueue<Job>((job) => job.id)
  await using finished = new MemoryQueue<Trial>((trial) => trial.id)
  const bench = { tasks: (ref: TaskRef) => taskOf(ref, code), models, sandboxes }
  const ended = await runHere(
    {
      todo: todo(),
      jobs: queued,
      trials: finished,
      store,
      slots,
      window: 64 + slots * 4,
      deliveries: DELIVERIES,
      run: (lease, signal) => runTrial(lease.item, lease.delivery, bench, signal, lease.putAt),
      ...(onSaved && { onSaved }),
    },
    stop,
    kill,
  )
  await closeRun(run.id, ended, store)
  return ended
}

/** Writes down how a run ended, and the root over its trials when it is finished. */
export async function closeRun(run: string, ended: Ended, store: Store): Promise<void> {
  if (ended.kind !== 'finished') return store.update(run, { status: ended.kind })
  const leaves: string[] = []
  for await (const summary of store.summaries(run)) leaves.push(leafOf({ id: summary.job }, summary.root))
  await store.update(run, { status: 'finished', finishedAt: new Date().toISOString(), root: rootOf(leaves) })
}
