import { type CodeRunner, taskOf } from './app.ts'
import { digestOf, type Run, type Sandboxes, type Store, type TaskRef, type Trial } from './domain/index.ts'
import { runTrial } from './engine/index.ts'
import { openModels, replayOf } from './models/index.ts'

/** A trial that came out otherwise when its recorded answers were run again. */
export interface Difference {
  readonly trial: string
  readonly sample: string
  readonly before: string
  readonly after: string
}

/** What running a run's recorded answers again came to. Trials that were void, or are void now, are not compared. */
export interface Rerun {
  readonly compared: number
  readonly skipped: number
  readonly differences: readonly Difference[]
}

/**
 * Puts the recorded answers of every scored trial through the sandboxes again, with no model, and compares the verdicts. `code` runs a
 * benchmark's own code, where this process shall not.
 */
export async function rerun(
  run: Run,
  store: Store,
  sandboxes: Sandboxes,
  slots: number,
  code: CodeRunner | undefined,
  signal: AbortSignal,
): Promise<Rerun> {
  const differences: Difference[] = []
  let compared = 0
  let skipped = 0
  const trials = store.trials(run.id)[Symbol.asyncIterator]()
  const worker = async () => {
    for (let next = await trials.next(); !next.done && !signal.aborted; next = await trials.next()) {
      const before = next.value
      const after = before.outcome.kind === 'void' ? before : await again(before, sandboxes, code, signal)
      if (before.outcome.kind === 'void' || after.outcome.kind === 'void') skipped++
      else {
        compared++
        if (verdictOf(before) !== verdictOf(after)) {
          differences.push({ trial: before.id, sample: before.job.sample.id, before: tell(before), after: tell(after) })
        }
      }
    }
  }
  await Promise.all(Array.from({ length: slots }, worker))
  return { compared, skipped, differences }
}

async function again(
  trial: Trial,
  sandboxes: Sandboxes,
  code: CodeRunner | undefined,
  signal: AbortSignal,
): Promise<Trial> {
  await using models = await openModels({ env: {}, replay: await replayOf([trial]) })
  // Awaited here, or the models would be closed before the trial begins.
  const tasks = (ref: TaskRef) => taskOf(ref, code)
  return await runTrial(trial.job, 1, { tasks, models, sandboxes }, signal)
}

/** What must be the same on every machine: passed or not, for which reason, worth how much. Metrics may be times. */
function verdictOf({ outcome }: Trial): string {
  if (outcome.kind === 'void') return 'void'
  const { passed, reason, value } = outcome.score
  return digestOf({ passed, reason, value })
}

function tell({ outcome }: Trial): string {
  if (outcome.kind === 'void') return `void (${outcome.fault.code})`
  return outcome.score.passed ? 'passed' : `failed (${outcome.score.reason})`
}
