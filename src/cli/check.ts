import type { Command } from 'commander'
import { allSandboxes, defaultConcurrency, untrustedCode } from '../app.ts'
import { Isolation } from '../domain/index.ts'
import { UNTRUSTED } from './options.ts'
import { paint, print, printJson, table } from './output.ts'
import { integer, oneOf } from './parse.ts'
import { stopOnSignals } from './signals.ts'

interface CheckOptions {
  rows: number
  repeats: number
  isolation: Isolation
  concurrency?: number
  untrusted?: boolean
  json?: boolean
}

export function register(program: Command): void {
  program
    .command('check')
    .argument('<benchmark>', 'a name in benchmarks/, or a path to a folder, a .yaml or a .ts file')
    .description(
      'Would this benchmark mislead? References must pass, blind answers and cheats must fail, repeats must agree, and the data must not tell its answers. Exits with 1 where it would.',
    )
    .option('--rows <n>', 'rows of each task that answers are tried on', integer('rows', 1, 1_000_000), 10)
    .option('--repeats <n>', 'how often the reference answers are graded again', integer('repeats', 0, 100), 4)
    .option(
      '--isolation <how>',
      'fresh (a container per trial) or reuse',
      oneOf('isolation', Isolation.options),
      'reuse' as const,
    )
    .option('--concurrency <n>', 'trials at once', integer('concurrency', 1, 1024))
    .option('--untrusted', UNTRUSTED)
    .option('--json', 'one JSON object on stdout')
    .action(check)
}

const MARKS = { ok: 'ok', remark: 'remark', bad: 'BAD', skipped: 'skipped' } as const

async function check(ref: string, options: CheckOptions): Promise<void> {
  const { checkBenchmark } = await import('../check.ts')
  const slots = options.concurrency ?? defaultConcurrency()
  await using sandboxes = allSandboxes({ concurrency: slots, dockerHost: process.env.DOCKER_HOST })
  using signals = stopOnSignals('stopping')
  const code = options.untrusted ? await untrustedCode(sandboxes) : undefined
  const { benchmark, findings } = await checkBenchmark(ref, { ...options, slots, code }, sandboxes, signals.stop)
  const bad = findings.filter(({ verdict }) => verdict === 'bad').length
  if (options.json) printJson({ benchmark: benchmark.name, version: benchmark.version, ok: bad === 0, findings })
  else {
    const columns = [{ title: '' }, { title: 'task' }, { title: 'check' }, { title: 'found' }]
    const rows = findings.map(({ verdict, task, check, told }) => [MARKS[verdict], task, check, told])
    print(table(columns, rows, (line) => paint('bold', line)))
    print(
      bad === 0
        ? `\n${benchmark.name}: nothing here would mislead`
        : `\n${benchmark.name}: ${bad === 1 ? 'one finding' : `${bad} findings`} would mislead; mend what is BAD`,
    )
  }
  process.exitCode = bad === 0 ? 0 : 1
}
