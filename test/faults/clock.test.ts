import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openBroker } from '../../src/queue/nats/index.ts'
import { openStore } from '../../src/store/index.ts'
import { Cluster, type Program, until } from '../support/cluster.ts'
import { natsServer, startNats } from '../support/nats.ts'
import { need } from '../support/need.ts'
import { finished, handIn, manyJobs, nothingLeft, outcomes, rightOutcomes, slowJobs, stored, underWay } from './jobs.ts'

const node = ['--import', join(import.meta.dirname, 'clock.ts')]

describe.runIf(need('nats-server', natsServer))('clocks that jump by hours', () => {
  test('of the server and of workers, ahead and back: no lease is lost, no trial is missing or done twice', {
    timeout: 400_000,
  }, async () => {
    await using nats = await startNats()
    await using cluster = new Cluster(nats.url)
    const own = ['--port', '0', '--store', cluster.store]
    const server = cluster.launch(['serve', '--nats', nats.url, ...own], { node })
    const workers = ['one', 'two'].map((name) =>
      cluster.launch(['worker', '--nats', nats.url, '--slots', '2', '--name', name], { node }),
    )
    await until('all are ready', () => [server, ...workers].every((one) => /"leading"|worker ready/.test(one.log())))
    await handIn(nats.url, manyJobs('many', 400))
    await stored(cluster, 'many', 1)
    await jump(server, workers[0]!)
    await stored(cluster, 'many', 100)
    await jump(server, ...workers)
    await handIn(nats.url, slowJobs('slow', 8, 500))
    await using broker = await openBroker({ url: nats.url, name: 'test' })
    await underWay(broker, 'isolate')
    await jump(server, ...workers)
    await finished(cluster.store, 'many')
    await finished(cluster.store, 'slow')
    await nothingLeft(broker)
    expect(await outcomes(cluster.store, 'many')).toEqual(rightOutcomes(400))
    expect([...(await outcomes(cluster.store, 'slow')).values()]).toEqual(Array(8).fill('passed'))
    await using store = await openStore(cluster.store)
    for (const run of ['many', 'slow']) {
      const trials = await Array.fromAsync(store.trials(run))
      expect(new Set(trials.map(({ delivery }) => delivery))).toEqual(new Set([1]))
      for (const { timings } of trials) expect(timings.queueMs).toBeGreaterThanOrEqual(0)
    }
  })
})

/** Makes clocks jump, and waits until they have. */
async function jump(...programs: readonly Program[]): Promise<void> {
  for (const program of programs) {
    const before = jumps(program)
    program.child.kill('SIGUSR2')
    await until('the clock has jumped', () => jumps(program) > before)
  }
}

const jumps = (program: Program) => program.log().split('the clock shows').length
