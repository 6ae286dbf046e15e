import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { allSandboxes, defaultConcurrency, untrustedCode } from '../app.ts'
import {
  BadInputError,
  Isolation,
  type Job,
  type Json,
  type Run,
  RunRequest,
  type Store,
  type Summary,
} from '../domain/index.ts'
import { runLocal } from '../local.ts'
import { type Prepared, prepare } from '../prepare.ts'
import { findRun } from './find.ts'
import { openRunModels } from './models.ts'
import { storeOption, UNTRUSTED } from './options.ts'
import { say } from './output.ts'
import { absolute, amounts, integer, number, oneOf, pairs, several } from './parse.ts'
import { progress } from './progress.ts'
import { stopOnSignals } from './signals.ts'

export interface RunOptions {
  samples?: string[]
  model?: string[]
  param?: Record<string, Json>
  judge?: string
  user?: string
  role?: Record<string, import('../domain/index.ts').Json>
  attempts?: number
  limit?: number
  only?: string[]
  seed?: number
  isolation?: Isolation
  concurrency?: number
  store: string
  budget?: number
  modelBudget?: Record<string, number>
  maxTokens?: number
  maxRequests?: number
  cache?: string
  replay?: string
  untrusted?: boolean
  dryRun?: boolean
  failUnder?: number
  junit?: string
  json?: boolean
  resume?: string
}

/** What `run` and `submit` both take. */
export function requestOptions(command: Command): Command {
  return command
    .option(
      '--samples <file>',
      'recorded answers: a JSONL file (.gz too), a folder, or a named subject (reference, empty); may be repeated',
      several,
    )
    .option('--model <name>', 'a live model, as provider/name; may be repeated', several)
    .option('--param <key=value>', 'a parameter for the models, e.g. temperature=0.2; may be repeated', pairs('param'))
    .option('--judge <name>', 'the model that judges, as provider/name')
    .option('--user <name>', 'the model that plays the user, as provider/name')
    .option('--role <part=name>', 'a model in any other part, e.g. critic=openai/gpt-5; may be repeated', pairs('role'))
    .option('--attempts <n>', 'answers to each sample', integer('attempts', 1, 1_000_000))
    .option('--limit <n>', 'at most so many samples of each task', integer('limit', 1))
    .option('--only <glob>', 'only samples whose id matches, e.g. HumanEval/1*; may be repeated', several)
    .option('--seed <n>', 'seed of generated samples (default 0)', integer('seed', 0))
    .option(
      '--isolation <how>',
      'fresh (a container per trial) or reuse (default fresh)',
      oneOf('isolation', Isolation.options),
    )
    .option('--budget <usd>', 'pause the run when so much is spent', number('budget', 0))
    .option('--fail-under <share>', 'exit with 1 when the pass rate is below, 0 to 1', number('fail-under', 0, 1))
    .option('--junit <file>', 'write a JUnit report too')
    .option('--json', 'end with one JSON object on stdout')
}

export function register(program: Command): void {
  requestOptions(
    program
      .command('run')
      .argument('[benchmark]', 'a name in benchmarks/, or a path to a folder, a .yaml or a .ts file'),
  )
    .description('Put a benchmark to recorded or live subjects, and score what they answer.')
    .option(
      '--concurrency <n>',
      `trials at once (default ${defaultConcurrency()} here)`,
      integer('concurrency', 1, 1024),
    )
    .addOption(storeOption())
    .option('--model-budget <name=usd>', 'the same for one model; may be repeated', amounts('model-budget'))
    .option('--max-tokens <n>', 'pause the run when so many tokens are spent', integer('max-tokens', 1))
    .option('--max-requests <n>', 'pause the run after so many requests to models', integer('max-requests', 1))
    .option('--cache <dir>', 'keep models’ answers there, and take them from there')
    .option('--replay <run>', 'let the answers recorded in another run answer, with no model')
    .option('--untrusted', UNTRUSTED)
    .option('--dry-run', 'plan only: what would run, and an estimate of what it costs')
    .option('--resume <run>', 'go on with a run: only what is missing or void runs')
    .action(run)
}

/** The request that the options make. */
export function requestOf(benchmark: string, options: RunOptions): RunRequest {
  const { model, param, judge, user, role, attempts, limit, only, seed, isolation } = options
  return RunRequest.parse({
    benchmark: /[/\\.]/.test(benchmark) ? resolve(benchmark) : benchmark,
    samples: options.samples?.map(absolute),
    models: model,
    parameters: param,
    roles: { ...role, ...(judge && { judge }), ...(user && { user }) },
    attempts,
    limit,
    only,
    seed,
    isolation,
  })
}

async function run(benchmark: string | undefined, options: RunOptions): Promise<void> {
  const { openStore } = await import('../store/index.ts')
  await using store = await openStore(options.store)
  const before = options.resume === undefined ? undefined : await findRun(store, options.resume)
  if (before === undefined && benchmark === undefined)
    throw new BadInputError('which benchmark? `assay run BENCHMARK --samples FILE`')
  const request = before === undefined ? requestOf(benchmark!, options) : RunRequest.parse(before.request)
  const slots = options.concurrency ?? defaultConcurrency()
  await using sandboxes = allSandboxes({ concurrency: slots, dockerHost: process.env.DOCKER_HOST })
  const signals = stopOnSignals()
  try {
    const code = options.untrusted ? await untrustedCode(sandboxes) : undefined
    const prepared = await prepare(request, sandboxes, signals.stop, before?.id, code)
    if (before !== undefined) assertSame(before, prepared)
    for (const remark of prepared.remarks) say(remark)
    if (options.dryRun) return await estimate(prepared, options)
    await using models = await openRunModels(options, store, prepared.run, prepared.jobs)
    const shown = progress(prepared.run, await store.scored(prepared.run.id))
    const start = performance.now()
    const parts = { store, sandboxes, models, slots, code, onSaved: shown.saved }
    const ended = await runLocal(prepared.run, prepared.jobs, parts, signals.stop, signals.kill).finally(shown.end)
    // What is void is tried again by a resume, which pays for no answer twice either.
    const allScored = (await store.scored(prepared.run.id)).size === prepared.jobs.length
    if (ended.kind === 'finished' && allScored) models.finished()
    if (ended.kind === 'stopped') say(`stopped; go on with: assay run --resume ${prepared.run.id}`)
    if (ended.kind === 'paused')
      say(`paused, ${ended.reason}; go on with: assay run --resume ${prepared.run.id} --budget MORE`)
    await report(store, prepared.run.id, options, performance.now() - start)
    if (signals.stop.aborted) process.exitCode = 130
  } finally {
    signals[Symbol.dispose]()
  }
}

/** A resume goes on with the same work, or not at all: half of one benchmark and half of another would be no result. */
function assertSame(before: Run, { run, jobs }: { run: Run; jobs: readonly Job[] }): void {
  if (before.digest !== run.digest || before.planned !== jobs.length) {
    throw new BadInputError(
      `${run.benchmark} has changed since run ${before.id} began, so it cannot go on; start a new run`,
    )
  }
}

async function estimate(prepared: Prepared, options: RunOptions): Promise<void> {
  const [{ estimateOf }, { pricesFrom }] = await Promise.all([
    import('../models/estimate.ts'),
    import('../models/prices.ts'),
  ])
  const estimated = estimateOf(prepared, await pricesFrom(process.env))
  if (options.json) process.stdout.write(`${JSON.stringify(estimated)}\n`)
  else for (const line of estimated.lines) process.stdout.write(`${line}\n`)
}

/** The trial that is most worth a look: one that failed, or else any. */
const telling = (summaries: readonly Summary[]) =>
  (summaries.find(({ outcome }) => outcome !== 'passed') ?? summaries[0])?.trial ?? 'TRIAL'

/** Prints what came of a run, writes what was asked for, and sets the exit code. */
export async function report(store: Store, id: string, options: RunOptions, wallMs: number): Promise<void> {
  const [{ resultOf }, { boardOf, boardText }] = await Promise.all([
    import('../views/result.ts'),
    import('../views/board.ts'),
  ])
  const run = (await store.run(id))!
  const summaries = await Array.fromAsync(store.summaries(id))
  const result = resultOf(run, summaries, wallMs)
  if (options.junit !== undefined) {
    const { exportRun } = await import('../views/export.ts')
    await writeFile(options.junit, exportRun('junit', run, store))
  }
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`)
  else
    process.stdout.write(
      `${boardText(boardOf([{ run, summaries }]))}\nnext: assay show ${telling(summaries)}, assay export ${id} --format jsonl\n`,
    )
  if (result.void > 0 && run.status === 'finished') {
    say(
      `${result.void} of ${result.trials} trials are void through our own trouble; \`assay run --resume ${id}\` tries them again`,
    )
    process.exitCode = 3
  } else if (options.failUnder !== undefined && result.passRate < options.failUnder) {
    say(`pass rate ${result.passRate.toFixed(4)} is below --fail-under ${options.failUnder}`)
    process.exitCode = 1
  }
}
