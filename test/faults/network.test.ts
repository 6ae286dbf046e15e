import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { verify } from '../../src/engine/index.ts'
import { openBroker } from '../../src/queue/nats/index.ts'
import { openStore } from '../../src/store/index.ts'
import { Cluster, until } from '../support/cluster.ts'
import { natsServer, startNats } from '../support/nats.ts'
import { need } from '../support/need.ts'
import { canMakeNetworks, island } from '../support/network.ts'
import { finished, handIn, manyJobs, nothingLeft, outcomes, rightOutcomes, slowJobs, underWay } from './jobs.ts'

describe.runIf(need('nats-server', natsServer) && canMakeNetworks())('a network that is cut', () => {
  test('between a worker and NATS, for longer than its leases: others do its jobs, and it takes part again', {
    timeout: 400_000,
  }, async () => {
    using far = island()
    await using nats = await startNats([], far.host)
    await using cluster = new Cluster(nats.url)
    cluster.serve('--lease-seconds', '3')
    const lonely = cluster.launch(['worker', '--nats', nats.url, '--slots', '2', '--name', 'lonely'], far)
    await until('it is ready', () => lonely.log().includes('worker ready'))
    await handIn(nats.url, slowJobs('slow', 6, 500))
    await using broker = await openBroker({ url: nats.url, name: 'test' })
    await underWay(broker, 'isolate')
    far.cut()
    const near = cluster.worker('--name', 'near')
    await finished(cluster.store, 'slow')
    const before = await outcomes(cluster.store, 'slow')
    expect([...before.values()]).toEqual(Array(6).fill('passed'))
    far.mend()
    // What it did in its silence comes late, or never; then it is the only one who works.
    await near.end('SIGTERM')
    await handIn(nats.url, manyJobs('next', 60))
    await finished(cluster.store, 'next')
    expect(await outcomes(cluster.store, 'next')).toEqual(rightOutcomes(60))
    await nothingLeft(broker)
    expect(await outcomes(cluster.store, 'slow')).toEqual(before)
    await using store = await openStore(cluster.store)
    const run = (await store.run('slow'))!
    const trials = await Array.fromAsync(store.trials('slow'))
    expect(trials).toHaveLength(6)
    const who = trials.map(({ trace }) => trace[0]?.body.kind === 'started' && trace[0].body.worker)
    expect(who).toContain('near')
    expect((await verify(run, store.trials('slow'))).flaws).toEqual([])
  })

  test('between a worker and NATS, for a moment: its jobs stay its own', { timeout: 400_000 }, async () => {
    using far = island()
    await using nats = await startNats([], far.host)
    await using cluster = new Cluster(nats.url)
    cluster.serve('--lease-seconds', '60')
    const lonely = cluster.launch(['worker', '--nats', nats.url, '--slots', '2'], far)
    await until('it is ready', () => lonely.log().includes('worker ready'))
    await handIn(nats.url, slowJobs('slow', 6, 500))
    await using broker = await openBroker({ url: nats.url, name: 'test' })
    await underWay(broker, 'isolate')
    far.cut()
    await sleep(2_000)
    far.mend()
    await finished(cluster.store, 'slow')
    await nothingLeft(broker)
    await using store = await openStore(cluster.store)
    const trials = await Array.fromAsync(store.trials('slow'))
    expect(trials.map(({ outcome }) => outcome.kind === 'scored' && outcome.score.passed)).toEqual(Array(6).fill(true))
  })
})
