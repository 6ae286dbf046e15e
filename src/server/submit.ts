import { type Job, type Run, type RunRequest, RunStatus, type Sandboxes } from '../domain/index.ts'
import { type Prepared, prepare } from '../prepare.ts'
import { ask, type Broker, pause, type Submission, storePlan, submit } from '../queue/nats/index.ts'
import { sendCode } from './bundle.ts'
import { RunResult } from './result.ts'
import type { Progress } from './tally.ts'

export type Share = Partial<Pick<Submission, 'weight' | 'priority' | 'budget'>>

/** Plans a request here, once it is sure that there is somebody to take it. */
export async function planRequest(
  broker: Broker,
  request: RunRequest,
  sandboxes: Sandboxes,
  signal: AbortSignal,
): Promise<Prepared> {
  await ask(broker.link, 'state', null)
  return await prepare(request, sandboxes, signal)
}

/** Hands in a run that is planned: what lies on this machine (answers, datasets, code) travels with it. */
export async function submitRun(broker: Broker, run: Run, jobs: readonly Job[], share: Share = {}): Promise<void> {
  await sendCode(broker.objects, jobs)
  const plan = await storePlan(broker.objects, jobs)
  await submit(broker.link, { v: 1, run, plan, ...share })
}

const SOONEST_MS = 20
const LATEST_MS = 500

/** Waits until a run has ended, and tells how far it is on the way; undefined once the signal aborts. */
export async function waitForRun(
  broker: Broker,
  run: string,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Progress | undefined> {
  const start = performance.now()
  while (!signal.aborted) {
    let waitMs = SOONEST_MS
    const progress = (await ask(broker.link, 'progress', { run }, 120_000)) as unknown as Progress | null
    // The server may not have seen the run yet.
    if (progress !== null) {
      onProgress(progress)
      if (RunStatus.parse(progress.status) !== 'running') return progress
      waitMs = untilAsked(progress, performance.now() - start)
    }
    await pause(waitMs, signal)
  }
  return undefined
}

/** Half the time that a run still needs at its pace: each question costs the server and the broker as much as a small trial's message. */
function untilAsked({ planned, passed, failed, void: lost }: Progress, elapsedMs: number): number {
  const done = passed + failed + lost
  const leftMs = done === 0 ? LATEST_MS : (elapsedMs * (planned - done)) / done
  return Math.min(LATEST_MS, Math.max(SOONEST_MS, leftMs / 2))
}

/** What came of a run, as `assay run` would tell it. */
export async function fetchResult(broker: Broker, run: string, wallMs: number, junit: boolean): Promise<RunResult> {
  return RunResult.parse(await ask(broker.link, 'result', { run, wallMs, junit }))
}
