import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { allSandboxes, defaultConcurrency } from '../app.ts'
import { type NatsOptions, natsOptions, openBrokerHere } from './nats.ts'
import { print, printJson, say } from './output.ts'
import { integer, number } from './parse.ts'
import { type RunOptions, requestOf, requestOptions } from './run.ts'
import { stopOnSignals } from './signals.ts'

interface Options extends Omit<RunOptions, 'store'>, NatsOptions {
  wait?: boolean
  weight?: number
  priority?: string
}

export function register(program: Command): void {
  natsOptions(
    requestOptions(
      program
        .command('submit')
        .argument('<benchmark>', 'a name in benchmarks/, or a path to a folder, a .yaml or a .ts'),
    ),
  )
    .description('Hand a run in to the workers of an `assay serve`, and print its id.')
    .option('--wait', 'stay until the run has ended, and end as `assay run` does')
    .option('--max-tokens <n>', 'pause the run when so many tokens are spent', integer('max-tokens', 1))
    .option('--max-requests <n>', 'pause the run after so many requests to models', integer('max-requests', 1))
    .option('--weight <n>', 'its share against other runs (default 1)', number('weight', 0.01, 100))
    .option(
      '--priority <n>',
      'runs of a higher priority go first, -100 to 100 (default 0)',
      number('priority', -100, 100),
    )
    .action(submit)
}

async function submit(benchmark: string, options: Options): Promise<void> {
  const { fetchResult, planRequest, submitRun, waitForRun } = await import('../server/submit.ts')
  const { weight, priority, budget: usd, maxTokens: tokens, maxRequests: requests } = options
  using signals = stopOnSignals('leaving; the run goes on')
  await using broker = await openBrokerHere(options, 'assay-submit')
  await using sandboxes = allSandboxes({ concurrency: defaultConcurrency(), dockerHost: process.env.DOCKER_HOST })
  const share = {
    ...(weight !== undefined && { weight }),
    ...(priority !== undefined && { priority: Number(priority) }),
    budget: { usd, tokens, requests },
  }
  const request = requestOf(benchmark, { ...options, store: '' })
  const { run, jobs, remarks } = await planRequest(broker, request, sandboxes, signals.stop)
  for (const remark of remarks) say(remark)
  const start = performance.now()
  await submitRun(broker, run, jobs, share)
  if (!options.wait) return options.json ? printJson({ run: run.id }) : print(run.id)
  say(run.id)
  const ended = await waitForRun(broker, run.id, () => undefined, signals.stop)
  if (ended === undefined) {
    process.exitCode = 130
    return
  }
  const wanted = options.junit !== undefined
  const { result, board, status, junit } = await fetchResult(broker, run.id, performance.now() - start, wanted)
  if (options.junit !== undefined && junit !== undefined)
    await writeFile(options.junit, await broker.objects.get(junit))
  if (options.json) printJson(result)
  else print(board)
  if (status !== 'finished') {
    say(`the run is ${status}`)
    process.exitCode = 3
  } else if (result.void > 0) {
    say(`${result.void} of ${result.trials} trials are void through our own trouble`)
    process.exitCode = 3
  } else if (options.failUnder !== undefined && result.passRate < options.failUnder) {
    say(`pass rate ${result.passRate.toFixed(4)} is below --fail-under ${options.failUnder}`)
    process.exitCode = 1
  }
}
