import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../../src/domain/index.ts'
import { openStore } from '../../src/store/index.ts'
import { Cluster, type Program } from '../support/cluster.ts'
import { startNats } from '../support/nats.ts'
import { finished, handIn, manyJobs, outcomes, rightOutcomes } from './jobs.ts'

export interface Chaos {
  readonly jobs: number
  readonly runs: number
  readonly workers: number
  readonly kills: number
  readonly everyMs: number
  readonly say?: (line: string) => void
}

/** What came of it: every figure but `jobs` and `seconds` must be what was wanted. */
export interface Table {
  readonly jobs: number
  readonly trials: number
  readonly right: number
  readonly void: number
  /** How often each fault made a trial void. */
  readonly faults: Readonly<Record<string, number>>
  readonly left: number
  readonly kills: Readonly<Record<string, number>>
  readonly seconds: number
}

/**
 * Runs jobs on workers while something is killed every moment: a worker, the server, NATS; or a worker is stopped for a while. Whatever is
 * killed is started again. Jobs come in several runs, so that there is work for as long as there are kills.
 */
export async function chaos({ jobs, runs, workers, kills, everyMs, say = () => {} }: Chaos): Promise<Table> {
  const start = performance.now()
  await using nats = await startNats()
  await using cluster = new Cluster(nats.url)
  const serve = () => cluster.serve('--lease-seconds', '3', '--deliveries', '50')
  const crew: Program[] = Array.from({ length: workers }, () => cluster.worker())
  let server = serve()
  const share = Math.ceil(jobs / runs)
  const planned = Array.from({ length: runs }, (_, n) => manyJobs(`chaos-${n}`, Math.min(share, jobs - n * share)))
  const handing = (async () => {
    for (const run of planned) {
      await handIn(nats.url, run)
      say(`${run.run.id}: handed in`)
      await sleep((kills * everyMs) / runs / 2)
    }
  })()
  const done: Record<string, number> = { worker: 0, serve: 0, nats: 0, stopped: 0 }
  await Promise.race([finished(cluster.store, 'chaos-0').catch(() => undefined), sleep(everyMs * 3)])
  for (let kill = 0; kill < kills; kill++) {
    await sleep(everyMs)
    const n = kill % workers
    const what = (['worker', 'stopped', 'serve', 'worker', 'nats'] as const)[kill % 5]!
    done[what]!++
    say(`kill ${kill + 1}: ${what}`)
    if (what === 'worker') {
      await crew[n]!.end('SIGKILL')
      crew[n] = cluster.worker()
    } else if (what === 'serve') {
      await server.end('SIGKILL')
      server = serve()
    } else if (what === 'nats') {
      await nats.kill()
      await nats.start()
    } else {
      const { child } = crew[n]!
      child.kill('SIGSTOP')
      setTimeout(() => child.kill('SIGCONT'), 4_000)
    }
  }
  await handing
  let trials = 0
  let right = 0
  let void_ = 0
  const faults: Record<string, number> = {}
  for (const { run, jobs: own } of planned) {
    await finished(cluster.store, run.id, 300_000)
    const found = await outcomes(cluster.store, run.id)
    trials += found.size
    for (const [sample, outcome] of rightOutcomes(own.length)) if (found.get(sample) === outcome) right++
    await using store = await openStore(cluster.store)
    for (const [sample, outcome] of found) {
      if (outcome !== 'void') continue
      void_++
      const fault = await faultOf(store, run.id, sample)
      faults[fault] = (faults[fault] ?? 0) + 1
    }
  }
  const { openBroker, depths } = await import('../../src/queue/nats/index.ts')
  await using broker = await openBroker({ url: nats.url, name: 'test' })
  // What was done twice is on its way out, and what NATS forgot to delete is swept now and then.
  let left = Number.POSITIVE_INFINITY
  for (const end = Date.now() + 90_000; left > 0 && Date.now() < end; await sleep(200)) {
    const waits = await depths(broker)
    left = Object.values(waits.jobs).reduce((sum, count) => sum + count, waits.trials)
  }
  return {
    jobs,
    trials,
    right,
    void: void_,
    faults,
    left,
    kills: done,
    seconds: Math.round((performance.now() - start) / 1000),
  }
}

async function faultOf(store: Store, run: string, sample: string): Promise<string> {
  for await (const { job, outcome, delivery } of store.trials(run))
    if (job.sample.id === sample && outcome.kind === 'void')
      return `${outcome.fault.code}: ${outcome.fault.message} (delivery ${delivery})`
  return 'not found'
}
