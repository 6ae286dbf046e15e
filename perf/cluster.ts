// `assay submit` with two local workers against `assay run`: the same benchmark, the same slots in all, warm and one after the other.
// Take the ratio. Run: node perf/cluster.ts [BENCHMARK] [RUN OPTIONS…]
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { Cluster } from '../test/support/cluster.ts'
import { startNats } from '../test/support/nats.ts'

const [benchmark = 'humaneval-x-js', ...more] = process.argv.slice(2)
/** As many as the two workers have. */
const SLOTS = 4
const ROUNDS = 3
const MAIN = join(import.meta.dirname, '../src/cli/main.ts')

await using nats = await startNats()
await using cluster = new Cluster(nats.url)
await cluster.pair()

const options = [benchmark, '--samples', 'reference', '--json', ...more]
const shared = () => result(['submit', '--nats', nats.url, '--wait', ...options])
const here = () => result(['run', '--store', 'sqlite::memory:', '--concurrency', String(SLOTS), ...options])
shared()
const rates: { run: number; submit: number }[] = []
for (let round = 0; round < ROUNDS; round++) rates.push({ run: here(), submit: shared() })
for (const { run, submit } of rates)
  console.log(`run ${run.toFixed(1)}/s, submit ${submit.toFixed(1)}/s, ratio ${(submit / run).toFixed(2)}`)
const best = (key: 'run' | 'submit') => Math.max(...rates.map((rate) => rate[key]))
console.log(`best of ${ROUNDS}: ratio ${(best('submit') / best('run')).toFixed(2)}`)

function result(args: readonly string[]): number {
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`assay ${args.join(' ')} ended with ${status}: ${stderr}`)
  const { trials, wallMs } = JSON.parse(stdout) as { trials: number; wallMs: number }
  return (trials * 1000) / wallMs
}
