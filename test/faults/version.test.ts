import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { verify } from '../../src/engine/index.ts'
import { capabilityConsumer, deadLetters, depths, openBroker } from '../../src/queue/nats/index.ts'
import { openStore } from '../../src/store/index.ts'
import { Cluster, until } from '../support/cluster.ts'
import { aJob } from '../support/jobs.ts'
import { natsServer, startNats } from '../support/nats.ts'
import { need } from '../support/need.ts'
import { aRun } from '../support/trials.ts'
import { finished, handIn, manyJobs, nothingLeft, outcomes, rightOutcomes } from './jobs.ts'

interface Message {
  readonly subject: string
  readonly data: { readonly v: number; readonly item: Record<string, unknown> }
}

/** What went over the wire of version 1, as it was: a run of four jobs and their trials. */
const v1 = JSON.parse(readFileSync(join(import.meta.dirname, 'messages/v1.json'), 'utf8')) as {
  readonly jobs: readonly Message[]
  readonly trials: readonly Message[]
}
const idOf = ({ subject }: { subject: string }) => subject.slice(subject.lastIndexOf('.') + 1)
const MINUTES = { timeout: 300_000 }

describe.runIf(need('nats-server', natsServer))('programs of several versions', () => {
  test('a worker of version 1 reads the jobs that are put today, and its trials are recorded', MINUTES, async () => {
    await using nats = await startNats()
    await using cluster = new Cluster(nats.url)
    cluster.serve()
    const jobs = v1.jobs.map(({ data }) => data.item as unknown as ReturnType<typeof aJob>)
    await handIn(nats.url, { run: aRun('recorded', { planned: jobs.length }), jobs })
    await using broker = await openBroker({ url: nats.url, name: 'an older worker' })
    const { js, manager } = broker.link
    await until('the jobs are put', async () => (await depths(broker)).jobs.none === jobs.length)
    await until('they can be had', () =>
      manager.consumers.info('ASSAY_JOBS', capabilityConsumer('none')).catch(() => undefined),
    )
    const consumer = await js.consumers.get('ASSAY_JOBS', capabilityConsumer('none'))
    for (let n = 0; n < jobs.length; n++) {
      const message = await consumer.next({ expires: 60_000 })
      // Whoever changes what a job is on the wire must raise VERSION.
      expect(message?.json()).toEqual(v1.jobs.find(({ subject }) => subject === message?.subject)?.data)
      const trial = v1.trials.find((one) => idOf(one) === idOf(message!))!
      await js.publish(trial.subject, JSON.stringify(trial.data))
      message!.ack()
    }
    await finished(cluster.store, 'recorded')
    expect(await outcomes(cluster.store, 'recorded')).toEqual(rightOutcomes(jobs.length))
    await using store = await openStore(cluster.store)
    expect((await verify((await store.run('recorded'))!, store.trials('recorded'))).flaws).toEqual([])
    await nothingLeft(broker)
  })

  test(
    'what is newer than a worker or a recorder is not touched, or put aside in one clear line',
    MINUTES,
    async () => {
      await using nats = await startNats()
      await using cluster = new Cluster(nats.url)
      const server = cluster.serve()
      const worker = cluster.worker()
      await using broker = await openBroker({ url: nats.url, name: 'a newer program' })
      // Graded by newer rules: no worker here may judge that.
      const newer = Array.from({ length: 3 }, (_, n) => ({ ...manyJobs('newer', 3).jobs[n]!, grading: 2 }))
      const graded = newer.map(({ id: _, isolation: _i, ...content }) => aJob(content.sample.id, content))
      await handIn(nats.url, { run: aRun('newer', { planned: 3, createdAt: new Date().toISOString() }), jobs: graded })
      const { js, manager } = broker.link
      const [job, trial] = [v1.jobs[0]!, v1.trials[0]!]
      // Of the next version, in its own subjects.
      await js.publish(job.subject.replace('.v1.', '.v2.'), JSON.stringify({ v: 2, what: 'nobody knows yet' }))
      await js.publish(trial.subject.replace('.v1.', '.v2.'), JSON.stringify({ v: 2, what: 'nobody knows yet' }))
      // In the subjects of this one, by mistake.
      await js.publish(trial.subject, JSON.stringify({ v: 2, item: trial.data.item }))
      await handIn(nats.url, manyJobs('many', 30))
      await until('the capability is known', async () => (await depths(broker)).jobs['g2-none'] === 3)
      await js.publish(job.subject, JSON.stringify({ v: 1, item: { ...job.data.item, colour: 'red' } }))
      await finished(cluster.store, 'many')
      expect(await outcomes(cluster.store, 'many')).toEqual(rightOutcomes(30))
      await until(
        'what cannot be read is put aside',
        async () => (await Array.fromAsync(deadLetters(broker.link))).length > 1,
      )
      const dead = await Array.fromAsync(deadLetters(broker.link))
      expect(Object.fromEntries(dead.map(({ subject, reason }) => [subject, reason]))).toEqual({
        [job.subject]: expect.stringContaining('colour'),
        [trial.subject]: 'this is no message of Assay, or one of another version',
      })
      const told = (log: string) => log.split('\n').filter((line) => line.includes('cannot be read'))
      expect([told(worker.log()).length, told(server.log()).length]).toEqual([1, 1])
      // The rest waits for somebody newer.
      expect(await depths(broker)).toEqual({ jobs: { 'g2-none': 3 }, trials: 1 })
      const next = await manager.streams.info('ASSAY_JOBS', { subjects_filter: 'assay.jobs.v2.>' })
      expect(Object.values(next.state.subjects ?? {})).toEqual([1])
      expect(await outcomes(cluster.store, 'newer')).toEqual(new Map())
    },
  )
})
