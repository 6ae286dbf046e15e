// Small runs beside one of 10,000 jobs, with real processes: a server and two workers of two slots. The first of 10 is handed in
// together with the large one, the others while it goes on. Run: node perf/fairness.ts [JOBS] > the table of docs/scale.md
import { openStore } from '../src/store/index.ts'
import { finished, handIn, manyJobs, outcomes, slowJobs } from '../test/faults/jobs.ts'
import { Cluster } from '../test/support/cluster.ts'
import { startNats } from '../test/support/nats.ts'

const JOBS = Number(process.argv[2] ?? 10_000)
const SMALL = [10, 100, 1_000]
const HOUR = 3_600_000
const shapes = {
  'answers held against a pattern': manyJobs,
  'isolates, 10 ms each': (run: string, count: number) => slowJobs(run, count, 10),
}

console.log('| jobs | in the run | done after, s | of the large run by then |\n| --- | ---: | ---: | ---: |')
for (const [shape, jobs] of Object.entries(shapes)) {
  await using nats = await startNats()
  await using cluster = new Cluster(nats.url)
  await cluster.pair()
  await using store = await openStore(cluster.store)
  await handIn(nats.url, jobs('warm', 100))
  await finished(cluster.store, 'warm', HOUR)

  const large = jobs('large', JOBS)
  const smalls = SMALL.map((count) => jobs(`small-${count}`, count))
  const begun = Date.now()
  await handIn(nats.url, large)
  for (const small of smalls) {
    const since = Date.now()
    await handIn(nats.url, small)
    await finished(cluster.store, small.run.id, HOUR)
    const end = Date.parse((await store.run(small.run.id))!.finishedAt!)
    row(shape, small.jobs.length, end - since, `${(await outcomes(cluster.store, 'large')).size}`)
  }
  await finished(cluster.store, 'large', HOUR)
  const end = Date.parse((await store.run('large'))!.finishedAt!)
  row(shape, JOBS, end - begun, 'all')
}

function row(shape: string, jobs: number, ms: number, done: string): void {
  console.log(`| ${shape} | ${jobs} | ${(ms / 1000).toFixed(1)} | ${done} |`)
}
