import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openBroker } from '../../src/queue/nats/index.ts'
import { Cluster, until } from '../support/cluster.ts'
import { aJob } from '../support/jobs.ts'
import { natsServer, startNats } from '../support/nats.ts'
import { need } from '../support/need.ts'
import { finished, handIn, manyJobs, nothingLeft, outcomes, rightOutcomes, underWay } from './jobs.ts'

const JOBS = 200

describe.runIf(need('nats-server', natsServer))('a worker that reads too slowly', () => {
  test('is cut off by NATS, comes back, and its jobs are done once', { timeout: 400_000 }, async () => {
    const folder = new Cluster('')
    await using _folder = folder
    const [config, log] = ['nats.conf', 'nats.log'].map((name) => join(folder.folder, name)) as [string, string]
    writeFileSync(config, 'write_deadline: "1s"\n')
    await using nats = await startNats(['-c', config, '-l', log])
    await using cluster = new Cluster(nats.url)
    cluster.serve('--lease-seconds', '3', '--deliveries', '100')
    const worker = cluster.start('worker', '--nats', nats.url, '--slots', '32')
    await until('it is ready', () => worker.log().includes('worker ready'))
    const { run, jobs } = manyJobs('heavy', JOBS)
    const heavy = jobs.map((job) => {
      const data = { ...job.sample.data, ballast: 'x'.repeat(500_000) }
      return aJob(job.sample.id, { ...job, sample: { id: job.sample.id, data } })
    })
    await handIn(nats.url, { run, jobs: heavy })
    await using broker = await openBroker({ url: nats.url, name: 'test' })
    await underWay(broker, 'none')
    // It stands still while much is on its way to it, as often as it takes.
    const isCutOff = () => readFileSync(log, 'utf8').includes('Slow Consumer')
    while (!isCutOff() && (await outcomes(cluster.store, 'heavy')).size < JOBS) {
      worker.child.kill('SIGSTOP')
      await sleep(2_500)
      worker.child.kill('SIGCONT')
      await sleep(50)
    }
    expect(isCutOff()).toBe(true)
    await finished(cluster.store, 'heavy')
    expect(await outcomes(cluster.store, 'heavy')).toEqual(rightOutcomes(JOBS))
    await nothingLeft(broker)
  })
})
