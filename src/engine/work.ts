import { FaultError, type Job, type Lease, type Queue, type Trial } from '../domain/index.ts'

export interface Work {
  readonly jobs: Queue<Job>
  readonly trials: Pick<Queue<Trial>, 'put'>
  readonly run: (lease: Lease<Job>, signal: AbortSignal) => Promise<Trial>
  readonly slots: number
  /** How often a job is handed out before its fault stands. */
  readonly deliveries: number
  /** Milliseconds before the first retry after a fault; each later one waits twice as long. */
  readonly backoffMs?: (code: string) => number
  /** Told when a budget is spent; the job is back in the queue. */
  readonly onPause?: (error: FaultError, job: Job) => void
}

/** Faults that another try may cure. */
const PASSING = new Set(['sandbox-unavailable', 'sandbox-lost', 'model-unavailable', 'judge-failed', 'internal'])

/** Jobs in, trials out, `slots` at a time. `stop` ends it once the jobs in hand are finished; `kill` drops them, and they return to the queue. */
export async function work(parts: Work, stop: AbortSignal, kill: AbortSignal): Promise<void> {
  await Promise.all(Array.from({ length: parts.slots }, () => slot(parts, stop, kill)))
}

async function slot(parts: Work, stop: AbortSignal, kill: AbortSignal): Promise<void> {
  const { jobs, run, onPause } = parts
  // The next job is run while the last trial is on its way to the recorder.
  let handed = Promise.resolve()
  try {
    while (!stop.aborted && !kill.aborted) {
      await using leases = new AsyncDisposableStack()
      const lease = await jobs.next(stop)
      if (lease === undefined) return
      leases.use(lease)
      try {
        const trial = await run(lease, AbortSignal.any([kill, lease.lost]))
        await handed
        handed = hand(parts, trial, lease, leases.move())
        handed.catch(() => {}) // told where it is awaited
      } catch (error) {
        if (!(error instanceof FaultError)) throw error
        if (error.code === 'budget') onPause?.(error, lease.item)
        else if (error.code !== 'cancelled') throw error
        // Unsettled, the job returns to the queue by itself.
      }
    }
  } finally {
    await handed
  }
}

/** Gives a trial to the recorder, or its job back where another try may help. */
async function hand(
  { trials, deliveries, backoffMs = () => 500 }: Work,
  trial: Trial,
  lease: Lease<Job>,
  leases: AsyncDisposableStack,
): Promise<void> {
  await using _leases = leases
  // Somebody else has the job by now; a trial of ours would be a second one.
  if (lease.lost.aborted) return
  const fault = passingFault(trial)
  if (fault !== undefined && lease.delivery < deliveries) {
    await lease.retry(backoffMs(fault) * 2 ** (lease.delivery - 1))
  } else {
    await trials.put(trial)
    await lease.done()
  }
}

const passingFault = ({ outcome }: Trial) =>
  outcome.kind === 'void' && PASSING.has(outcome.fault.code) ? outcome.fault.code : undefined
