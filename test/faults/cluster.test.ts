import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { deadLetters, depths, openBroker } from '../../src/queue/nats/index.ts'
import { openStore } from '../../src/store/index.ts'
import { Cluster, until } from '../support/cluster.ts'
import { canMount, smallDisk } from '../support/disk.ts'
import { aJob } from '../support/jobs.ts'
import { natsServer, startNats } from '../support/nats.ts'
import { need } from '../support/need.ts'
import { postgresFolder, startPostgres } from '../support/postgres.ts'
import { finished, handIn, manyJobs, outcomes, rightOutcomes, slowJobs, stored, underWay } from './jobs.ts'

const LEASE = ['--lease-seconds', '3']
const MINUTES = { timeout: 400_000 }

describe.runIf(need('nats-server', natsServer))('when something dies', () => {
  test('a worker that is killed in mid-trial: others do its jobs', MINUTES, async () => {
    await using nats = await startNats()
    await using cluster = new Cluster(nats.url)
    cluster.serve(...LEASE)
    const victim = cluster.worker()
    const handing = handIn(nats.url, slowJobs('slow', 6, 500))
    await using broker = await openBroker({ url: nats.url, name: 'test' })
    await handing
    await underWay(broker, 'isolate')
    await victim.end('SIGKILL')
    cluster.worker()
    await finished(cluster.store, 'slow')
    expect([...(await outcomes(cluster.store, 'slow')).values()]).toEqual(Array(6).fill('passed'))
  })

  test('a worker that stands still and goes on: what it held is done once', MINUTES, async () => {
    await using nats = await startNats()
    await using cluster = new Cluster(nats.url)
    cluster.serve(...LEASE)
    const sleeper = cluster.worker()
    await handIn(nats.url, slowJobs('slow', 4, 500))
    await using broker = await openBroker({ url: nats.url, name: 'test' })
    await underWay(broker, 'isolate')
    sleeper.child.kill('SIGSTOP')
    cluster.worker()
    await finished(cluster.store, 'slow')
    sleeper.child.kill('SIGCONT')
    const before = await outcomes(cluster.store, 'slow')
    expect([...before.values()]).toEqual(Array(4).fill('passed'))
    // It takes part again, and the finished run stays as it is.
    await handIn(nats.url, manyJobs('next', 30))
    await finished(cluster.store, 'next')
    expect(await outcomes(cluster.store, 'slow')).toEqual(before)
    await using store = await openStore(cluster.store)
    const run = (await store.run('slow'))!
    const { verify } = await import('../../src/engine/index.ts')
    expect((await verify(run, store.trials('slow'))).flaws).toEqual([])
  })

  test(
    'the server that is killed, or stopped for a while: the run goes on, and no trial is lost',
    MINUTES,
    async () => {
      await using nats = await startNats()
      await using cluster = new Cluster(nats.url)
      let server = cluster.serve(...LEASE)
      cluster.worker()
      await handIn(nats.url, manyJobs('many', 600))
      for (const count of [1, 150]) {
        await stored(cluster, 'many', count)
        await server.end('SIGKILL')
        server = cluster.serve(...LEASE)
      }
      server.child.kill('SIGSTOP')
      setTimeout(() => server.child.kill('SIGCONT'), 1_000)
      await finished(cluster.store, 'many')
      expect(await outcomes(cluster.store, 'many')).toEqual(rightOutcomes(600))
    },
  )

  test('the server that leads: one that stood by takes over', MINUTES, async () => {
    await using nats = await startNats()
    await using cluster = new Cluster(nats.url)
    const first = cluster.serve(...LEASE)
    await until('the first leads', () => first.log().includes('leading'))
    const second = cluster.serve(...LEASE)
    await until('the second stands by', () => second.log().includes('standing by'))
    expect(second.log()).not.toContain('"leading"')
    cluster.worker()
    await handIn(nats.url, manyJobs('many', 300))
    await stored(cluster, 'many', 1)
    await first.end('SIGKILL')
    await finished(cluster.store, 'many')
    expect(await outcomes(cluster.store, 'many')).toEqual(rightOutcomes(300))
  })

  test('NATS: everybody waits for it, and goes on', MINUTES, async () => {
    await using nats = await startNats()
    await using cluster = new Cluster(nats.url)
    cluster.serve(...LEASE)
    cluster.worker()
    await handIn(nats.url, manyJobs('many', 600))
    await stored(cluster, 'many', 50)
    await nats.kill()
    await nats.start()
    await finished(cluster.store, 'many')
    expect(await outcomes(cluster.store, 'many')).toEqual(rightOutcomes(600))
  })

  test.runIf(need('PostgreSQL', postgresFolder))(
    'PostgreSQL: trials wait on the queue until it is back',
    MINUTES,
    async () => {
      await using nats = await startNats()
      await using postgres = await startPostgres()
      const url = await postgres.database()
      await using cluster = new Cluster(nats.url)
      cluster.serve(...LEASE, '--store', url)
      cluster.worker()
      await handIn(nats.url, manyJobs('many', 400))
      await until('some are stored', async () => (await outcomes(url, 'many')).size > 20)
      await postgres.kill()
      await using broker = await openBroker({ url: nats.url, name: 'test' })
      await until('trials wait', async () => (await depths(broker)).trials > 0)
      await postgres.start()
      await until('it can be read again', () => outcomes(url, 'many').catch(() => undefined))
      await finished(url, 'many')
      expect(await outcomes(url, 'many')).toEqual(rightOutcomes(400))
    },
  )

  test.runIf(canMount())('a full disk: trials wait on the queue until there is room', MINUTES, async () => {
    await using nats = await startNats()
    await using cluster = new Cluster(nats.url)
    const disk = join(cluster.folder, 'disk')
    mkdirSync(disk)
    using _disk = smallDisk(disk, 12)
    const ballast = join(disk, 'ballast')
    writeFileSync(ballast, Buffer.alloc(11 * 2 ** 20))
    const url = `sqlite:${join(disk, 'assay.db')}`
    await using server = cluster.serve(...LEASE, '--store', url)
    cluster.worker()
    const { run, jobs } = manyJobs('many', 400)
    // Text that cannot be packed: the store has to grow by it.
    const noise = (n: number) => ({ ...jobs[n]!.sample.data, noise: randomBytes(3_000).toString('base64') })
    const loud = jobs.map((job, n) => aJob(job.sample.id, { ...job, sample: { id: job.sample.id, data: noise(n) } }))
    await handIn(nats.url, { run, jobs: loud })
    await until('the disk is full', () => server.log().includes('trials cannot be saved now'))
    rmSync(ballast)
    await finished(url, 'many')
    expect(await outcomes(url, 'many')).toEqual(rightOutcomes(400))
    await server.end('SIGTERM')
  })

  test('a job that ends every worker is given up with a reason, while others go on', MINUTES, async () => {
    await using nats = await startNats()
    await using cluster = new Cluster(nats.url)
    cluster.serve(...LEASE, '--deliveries', '2')
    await handIn(nats.url, slowJobs('poison', 1, 8_000))
    await using broker = await openBroker({ url: nats.url, name: 'test' })
    for (let delivery = 1; delivery <= 2; delivery++) {
      const victim = cluster.worker()
      await underWay(broker, 'isolate', delivery)
      await victim.end('SIGKILL')
    }
    cluster.worker()
    await handIn(nats.url, manyJobs('others', 20))
    await finished(cluster.store, 'others')
    expect(await outcomes(cluster.store, 'others')).toEqual(rightOutcomes(20))
    await finished(cluster.store, 'poison')
    expect(await outcomes(cluster.store, 'poison')).toEqual(new Map([['s0', 'void']]))
    const [letter] = await Array.fromAsync(deadLetters(broker.link))
    expect(letter?.reason).toContain('handed out 2 times')
  })

  test('messages that come twice, late or in ruins change no result', MINUTES, async () => {
    await using nats = await startNats()
    await using cluster = new Cluster(nats.url)
    cluster.serve(...LEASE)
    cluster.worker()
    const planned = manyJobs('many', 30)
    await handIn(nats.url, planned)
    await finished(cluster.store, 'many')
    await using store = await openStore(cluster.store)
    const before = await store.run('many')
    await using broker = await openBroker({ url: nats.url, name: 'test' })
    const trials = await Array.fromAsync(store.trials('many'))
    const first = trials[0]!
    // As if there had been no memory of message ids: each goes to the recorder again, and one claims to be worse than it was.
    const worse = { ...first, delivery: 9, outcome: { kind: 'void', fault: { code: 'internal', message: 'late' } } }
    for (const [n, trial] of [...trials, worse, first].entries()) {
      const subject = `assay.trials.v1.again.${n}`
      await broker.link.js.publish(subject, JSON.stringify({ v: 1, item: trial }))
    }
    await broker.link.js.publish('assay.trials.v1.again.ruin', 'ruin')
    await using jobs = broker.jobs()
    await jobs.put(planned.jobs[0]!)
    await until('all is taken', async () => {
      const waits = await depths(broker)
      return waits.trials === 0 && Object.keys(waits.jobs).length === 0
    })
    expect(await outcomes(cluster.store, 'many')).toEqual(rightOutcomes(30))
    expect(await store.trial(first.id)).toEqual(first)
    expect((await store.run('many'))?.root).toBe(before?.root)
    expect(await Array.fromAsync(deadLetters(broker.link))).toHaveLength(1)
  })
})
