import type { Command } from 'commander'
import { allSandboxes, defaultConcurrency, untrustedCode } from '../app.ts'
import { BadInputError, digestOf, type Run, type Store, type Summary, summarize, type Trial } from '../domain/index.ts'
import type { Rerun } from '../rerun.ts'
import type { Revealed } from '../tasks/sealing.ts'
import { findRun } from './find.ts'
import { storeOption, UNTRUSTED } from './options.ts'
import { paint, print, printable, printJson } from './output.ts'
import { integer } from './parse.ts'
import { stopOnSignals } from './signals.ts'

interface Options {
  store: string
  json?: boolean
  rerun?: boolean
  untrusted?: boolean
  revealed?: string
  concurrency?: number
}

const FLAWS_SHOWN = 20

export function register(program: Command): void {
  program
    .command('verify')
    .argument('<run>', 'a run’s id, its beginning, or latest')
    .description('Check a run: every trace’s hash chain, every score against its trace, the root over all trials.')
    .addOption(storeOption())
    .option('--rerun', 'put the recorded answers through the sandboxes again, and compare every verdict')
    .option('--untrusted', UNTRUSTED)
    .option('--revealed <file>', 'hold what `assay reveal` wrote against the commitment of the run')
    .option('--concurrency <n>', 'trials at once, for --rerun', integer('concurrency', 1, 1024))
    .option('--json', 'what was found as JSON on stdout')
    .action(verifyRun)
}

async function verifyRun(id: string, options: Options): Promise<void> {
  const [{ openStore }, { verify }] = await Promise.all([import('../store/index.ts'), import('../engine/index.ts')])
  await using store = await openStore(options.store, { create: false })
  const run = await findRun(store, id)
  const listed: { trial: string; flaw: string }[] = []
  const found = await verify(run, withListing(store, run, listed))
  const flaws = [...found.flaws, ...listed]
  if (options.revealed !== undefined) flaws.push(...(await flawsOfRevealed(run, options.revealed)))
  const again = options.rerun ? await rerunAll(run, store, options) : undefined
  for (const { trial, sample, before, after } of again?.differences ?? []) {
    flaws.push({ trial, flaw: `${sample} was ${before} and is ${after} now` })
  }
  if (options.json)
    printJson({ run: run.id, ...found, recorded: run.root ?? null, flaws, ...(again && { rerun: again }) })
  else {
    print(`run ${printable(run.id)}: ${found.trials} trials, root ${found.root}`)
    if (run.root === undefined) print('the run has no recorded root yet: it is not finished')
    if (again !== undefined)
      print(`run again: ${again.compared} verdicts compared, ${again.differences.length} differ, ${again.skipped} void`)
    for (const { trial, flaw } of flaws.slice(0, FLAWS_SHOWN)) {
      print(`${paint('red', 'FLAW')} ${trial === '' ? 'run' : `trial ${printable(trial)}`}: ${printable(flaw)}`)
    }
    if (flaws.length > FLAWS_SHOWN) print(`and ${flaws.length - FLAWS_SHOWN} more flaws (--json has all)`)
    if (flaws.length === 0) print(paint('green', 'every trace is whole and every score follows from its trace'))
  }
  if (flaws.length > 0) process.exitCode = 1
}

async function rerunAll(
  run: Run,
  store: Store,
  { concurrency = defaultConcurrency(), untrusted }: Options,
): Promise<Rerun> {
  const { rerun } = await import('../rerun.ts')
  const signals = stopOnSignals()
  await using sandboxes = allSandboxes({ concurrency, dockerHost: process.env.DOCKER_HOST })
  try {
    const code = untrusted ? await untrustedCode(sandboxes) : undefined
    return await rerun(run, store, sandboxes, concurrency, code, signals.stop)
  } finally {
    signals[Symbol.dispose]()
  }
}

async function flawsOfRevealed(run: Run, file: string): Promise<{ trial: string; flaw: string }[]> {
  const [{ commitmentsOf }, { fromJsonLines, readText }] = await Promise.all([
    import('../tasks/sealing.ts'),
    import('../tasks/declared/dataset.ts'),
  ])
  const rows = fromJsonLines(file, await readText(file)).map(({ data }) => data as unknown as Revealed)
  const revealed = commitmentsOf(rows)
  const committed = (run.card['commitments'] ?? {}) as Record<string, string>
  if (Object.keys(committed).length === 0)
    throw new BadInputError(`run ${run.id} is of no sealed benchmark, so there is nothing to hold ${file} against`)
  return Object.entries(committed)
    .filter(([task, commitment]) => revealed[task] !== commitment)
    .map(([task]) => ({ trial: '', flaw: `what is revealed of task ${task} is not what the run committed to` }))
}

/** The run's trials; on the way, what boards and exports are made of is held against them. */
async function* withListing(store: Store, run: Run, flaws: { trial: string; flaw: string }[]): AsyncGenerator<Trial> {
  const listing = new Map<string, string>()
  const digest = (summary: Summary) => digestOf(summary).slice(0, 32)
  for await (const summary of store.summaries(run.id)) listing.set(summary.trial, digest(summary))
  for await (const trial of store.trials(run.id)) {
    const listed = listing.get(trial.id)
    listing.delete(trial.id)
    if (listed === undefined) flaws.push({ trial: trial.id, flaw: 'the trial is stored but not listed' })
    else if (listed !== digest(summarize(trial)))
      flaws.push({ trial: trial.id, flaw: 'the listing differs from the trial' })
    yield trial
  }
  for (const trial of listing.keys()) flaws.push({ trial, flaw: 'the trial is listed but not stored' })
}
