import { type Job, type Run, type RunRequest, RunStatus, type Sandboxes } from '../domain/index.ts'
import { type Prepared, prepare } from '../prepare.ts'
import { ask, type Broker, pause, type Submission, storePlan, submit } from '../queue/nats/index.ts'
import { sendCode } from './bundle.ts'
import { RunResult } from './result.ts'
import type { Progress } from './tally.ts'

export type Share = Partial<Pick<Submission, 'weight' | 'priority' | 'budget'>>

/** Plans a request here and hands it in: what lies on this machine (answers, datasets, code) travels with the run. */
export async function submitRequest(
  broker: Broker,
  request: RunRequest,
  sandboxes: Sandboxes,
  share: Share,
  signal: AbortSignal,
): Promise<Prepared> {
  // Before anything is planned: is there anybody who would take it?
  await ask(broker.link, 'state', null)
  const prepared = await prepare(request, sandboxes, signal)
  await submitRun(broker, prepared.run, prepared.jobs, share)
  return prepared
}

/** Hands in a run that is planned. */
export async function submitRun(broker: Broker, run: Run, jobs: readonly Job[], share: Share = {}): Promise<void> {
  await sendCode(broker.objects, jobs)
  const plan = await storePlan(broker.objects, jobs)
  await submit(broker.link, { v: 1, run, plan, ...share })
}

const POLL_MS = 50

/** Waits until a run has ended, and tells how far it is on the way; undefined once the signal aborts. */
export async function waitForRun(
  broker: Broker,
  run: string,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Progress | undefined> {
  while (!signal.aborted) {
    const progress = (await ask(broker.link, 'progress', { run }, 120_000)) as unknown as Progress | null
    // The server may not have seen the run yet.
    if (progress !== null) {
      onProgress(progress)
      if (RunStatus.parse(progress.status) !== 'running') return progress
    }
    await pause(POLL_MS, signal)
  }
  return undefined
}

/** What came of a run, as `assay run` would tell it. */
export async function fetchResult(broker: Broker, run: string, wallMs: number, junit: boolean): Promise<RunResult> {
  return RunResult.parse(await ask(broker.link, 'result', { run, wallMs, junit }))
}
