/**
 * Holds `assay submit` with two local workers against `assay run`, job by job, on every benchmark of ours, and prints a table.
 *
 *     node scripts/parity.ts [--limit N] [--only NAME]…
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findBenchmark } from '../src/app.ts'
import { Cluster } from '../test/support/cluster.ts'
import { startNats } from '../test/support/nats.ts'
import { parity } from '../test/support/parity.ts'

const { values } = parseArgs({
  options: { limit: { type: 'string' }, only: { type: 'string', multiple: true, default: [] } },
})
const names = readdirSync(join(import.meta.dirname, '../benchmarks')).sort()
const chosen = names.filter((name) => values.only.length === 0 || values.only.includes(name))
const options = ['--isolation', 'reuse', ...(values.limit === undefined ? [] : ['--limit', values.limit])]

await using nats = await startNats()
await using cluster = new Cluster(nats.url)
await cluster.pair()
const stores = { nats: nats.url, own: `sqlite:${join(cluster.folder, 'own.db')}`, shared: cluster.store }

console.log(
  '| benchmark | subjects | jobs | agree | passed | failed | void |\n| --- | --- | ---: | ---: | ---: | ---: | ---: |',
)
let different = 0
for (const name of chosen) {
  const { tasks } = await findBenchmark(name)
  const subjects = [...new Set([...tasks.flatMap((task) => Object.keys(task.subjects)), 'empty'])]
  const { trials, passed, failed, void: void_, differences } = await parity(name, subjects, options, stores)
  const agree = trials - differences.length
  console.log(`| ${name} | ${subjects.join(', ')} | ${trials} | ${agree} | ${passed} | ${failed} | ${void_} |`)
  for (const { job, run, submit } of differences) console.error(`${name}, job ${job}: run ${run}, submit ${submit}`)
  different += differences.length
}
if (different > 0) process.exitCode = 1
