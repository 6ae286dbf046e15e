import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { BadInputError, type Job } from '../../src/domain/index.ts'
import {
  type Broker,
  capabilities,
  capabilityConsumer,
  capabilityOf,
  deadLetters,
  depths,
  ensureCapability,
  lead,
  openBroker,
  outstanding,
  purgeJobs,
  revive,
  serves,
  sweepDone,
  watchDead,
} from '../../src/queue/nats/index.ts'
import { until } from '../support/cluster.ts'
import { aJob } from '../support/jobs.ts'
import { type NatsServer, natsServer, startNats } from '../support/nats.ts'
import { need } from '../support/need.ts'

const never = new AbortController().signal

test('the capability of a job is what a worker needs for it', () => {
  const live = { kind: 'model', name: 'a/b', parameters: {} } as const
  const code = { kind: 'code', name: 't', benchmark: '/b.ts', digest: 'd' } as const
  expect(capabilityOf(aJob())).toBe('none')
  expect(capabilityOf(aJob('a', { sandbox: { kind: 'isolate' } }))).toBe('isolate')
  expect(capabilityOf(aJob('a', { sandbox: { kind: 'docker', image: 'python' } }))).toBe('docker-python')
  expect(capabilityOf(aJob('a', { sandbox: { kind: 'docker', image: 'ghcr.io/a/b:1' } }))).toMatch(
    /^docker-x[0-9a-f]{16}$/,
  )
  expect(capabilityOf(aJob('a', { subject: live }))).toBe('model-none')
  expect(capabilityOf(aJob('a', { task: code, roles: { judge: live }, sandbox: { kind: 'isolate' } }))).toBe(
    'code-model-isolate',
  )
})

test('a worker takes only jobs that it can do', () => {
  expect(serves([], 'none')).toBe(true)
  expect(serves([], 'isolate')).toBe(false)
  expect(serves(['isolate'], 'isolate')).toBe(true)
  expect(serves(['isolate'], 'model-isolate')).toBe(false)
  expect(serves(['isolate', 'model'], 'model-isolate')).toBe(true)
  expect(serves(['docker'], 'docker-python')).toBe(true)
  expect(serves(['docker.python'], 'docker-python')).toBe(true)
  expect(serves(['docker.python'], 'docker-node')).toBe(false)
  expect(serves(['isolate'], 'code-isolate')).toBe(false)
  expect(capabilityOf(aJob('a', { grading: 2, sandbox: { kind: 'isolate' } }))).toBe('g2-isolate')
  expect(serves(['isolate', 'docker', 'model', 'code'], 'g2-isolate')).toBe(false)
})

test('a server that is not there is bad input that says what to do', async () => {
  await expect(openBroker({ url: 'nats://u:secret@127.0.0.1:1', name: 'test' })).rejects.toThrow(
    /no NATS server answers at nats:\/\/127.0.0.1:1 .*nats-server -js/,
  )
  await expect(openBroker({ url: 'http://x', name: 'test' })).rejects.toThrow(BadInputError)
})

describe.runIf(need('nats-server', natsServer))('with a NATS server', () => {
  let server: NatsServer
  let broker: Broker
  beforeAll(async () => {
    server = await startNats()
    broker = await openBroker({ url: server.url, name: 'test', create: true })
  })
  afterAll(async () => {
    await broker?.[Symbol.asyncDispose]()
    await server?.[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    for (const stream of ['ASSAY_JOBS', 'ASSAY_DEAD', 'ASSAY_TRIALS']) await broker.link.manager.streams.purge(stream)
    for (const token of await capabilities(broker))
      await broker.link.manager.consumers.delete('ASSAY_JOBS', capabilityConsumer(token))
  })

  const jobsWith = async (delivery = { leaseMs: 30_000, deliveries: 5 }) => {
    await ensureCapability(broker, 'none', delivery)
    const queue = broker.jobs()
    await queue.from(capabilityConsumer('none'))
    return queue
  }

  test('streams that are there already are taken as they are, and made new where they differ', async () => {
    await using again = await openBroker({ url: server.url, name: 'test', create: true })
    expect(await depths(again)).toEqual({ jobs: {}, trials: 0 })
  })

  test('a job that waits, is being done or was put by another process is on the queue once', async () => {
    await using queue = await jobsWith()
    await using other = await openBroker({ url: server.url, name: 'other' })
    await queue.put(aJob())
    await other.jobs().put(aJob())
    await using lease = (await queue.next(never))!
    await other.jobs().put(aJob())
    expect((await depths(broker)).jobs).toEqual({ none: 1 })
    await lease.done()
    await until('it is gone', async () => (await depths(broker)).jobs.none === undefined)
  })

  test('a lease is kept for as long as its holder is alive', async () => {
    await using queue = await jobsWith({ leaseMs: 5_000, deliveries: 5 })
    await queue.put(aJob())
    await using lease = (await queue.next(never))!
    await using other = broker.jobs()
    await other.from(capabilityConsumer('none'))
    const stop = AbortSignal.timeout(7_000)
    expect(await other.next(stop)).toBeUndefined()
    expect(lease.lost.aborted).toBe(false)
    await lease.done()
  })

  test('a holder that is silent for too long has lost its lease, and says nothing more of the job', async () => {
    await using queue = await jobsWith({ leaseMs: 1_000, deliveries: 5 })
    await queue.put(aJob())
    await using stale = (await queue.next(never))!
    // As if the whole process were stopped: its timers do not fire.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500)
    queue.check()
    expect(stale.lost.aborted).toBe(true)
    await using fresh = (await queue.next(never))!
    expect(fresh.delivery).toBe(2)
    await stale.done()
    // A settled message would be gone: the stale holder must not have done that.
    await broker.link.nats.flush()
    expect((await depths(broker)).jobs).toEqual({ none: 1 })
    await fresh.done()
  })

  test('jobs of a cancelled run are taken off, and leases on them abort', async () => {
    await using queue = await jobsWith()
    await queue.put(aJob('a', { run: 'unwanted' }))
    await using held = (await queue.next(never))!
    await queue.put(aJob('b', { run: 'unwanted' }))
    await queue.put(aJob('c', { run: 'wanted' }))
    expect((await outstanding(broker, 'unwanted')).size).toBe(2)
    await purgeJobs(broker, 'unwanted')
    queue.drop((job: Job) => job.run === 'unwanted')
    expect(held.lost.aborted).toBe(true)
    await using left = (await queue.next(never))!
    expect(left.item.run).toBe('wanted')
    await left.done()
  })

  test('a message that cannot be read is put aside with the reason, and others go on', async () => {
    await using queue = await jobsWith()
    const { js } = broker.link
    await js.publish('assay.jobs.v1.none.run.1', 'no json')
    await js.publish('assay.jobs.v1.none.run.2', JSON.stringify({ v: 99, item: aJob() }))
    await js.publish('assay.jobs.v1.none.run.3', JSON.stringify({ v: 1, item: { ...aJob(), attempt: -1 } }))
    await queue.put(aJob())
    await using lease = (await queue.next(never))!
    expect(lease.item.sample.id).toBe('one')
    await lease.done()
    await until('all are settled', async () => Object.keys((await depths(broker)).jobs).length === 0)
    const dead = await Array.fromAsync(deadLetters(broker.link))
    expect(dead.map(({ subject, reason }) => [subject.at(-1), reason])).toEqual([
      ['1', expect.stringContaining('not JSON')],
      ['2', expect.stringContaining('another version')],
      ['3', expect.stringContaining('attempt')],
    ])
  })

  test('a job that is handed out too often is taken out, and can be put back', async () => {
    await using queue = await jobsWith({ leaseMs: 1_000, deliveries: 2 })
    const stop = new AbortController()
    const told: [string, number][] = []
    const watching = watchDead(
      broker.link,
      broker.objects,
      async (job, delivery) => void told.push([job.sample.id, delivery]),
      stop.signal,
    )
    await queue.put(aJob())
    for (let delivery = 1; delivery <= 2; delivery++) {
      await using lease = (await queue.next(never))!
      expect(lease.delivery).toBe(delivery)
    }
    // Only when somebody asks for more does the server find that there is no other delivery left.
    const asking = queue.next(stop.signal)
    await until('it is taken out', async () => (await depths(broker)).jobs.none === undefined)
    stop.abort()
    expect(await asking).toBeUndefined()
    await watching
    expect(told).toEqual([['one', 2]])
    const [letter] = await Array.fromAsync(deadLetters(broker.link))
    expect(letter?.reason).toContain('handed out 2 times')
    await revive(broker.link, letter!)
    await using lease = (await queue.next(never))!
    expect(lease.item).toEqual(aJob())
    await lease.done()
    expect(await Array.fromAsync(deadLetters(broker.link))).toEqual([])
  })

  test('one leads, and another takes over when it lets go', async () => {
    await using other = await openBroker({ url: server.url, name: 'other' })
    const first = (await lead(broker.link, 'test', 'first', never))!
    let second: Awaited<ReturnType<typeof lead>>
    const waiting = lead(other.link, 'test', 'second', never).then((led) => {
      second = led
    })
    await sleep(1_000)
    expect(second).toBeUndefined()
    await first[Symbol.asyncDispose]()
    await waiting
    expect(second?.lost.aborted).toBe(false)
    await second?.[Symbol.asyncDispose]()
  })

  test('a server that lost its newest messages when it died hands out new ones all the same', async () => {
    await using own = await startNats()
    await using there = await openBroker({ url: own.url, name: 'test', create: true })
    await ensureCapability(there, 'none', { leaseMs: 3_000, deliveries: 5 })
    await using queue = there.jobs()
    await queue.from(capabilityConsumer('none'))
    for (let n = 0; n < 20; n++) {
      await queue.put(aJob(`job ${n}`))
      await using lease = (await queue.next(never))!
      await lease.done()
    }
    await until('all are settled', async () => (await depths(there)).jobs.none === undefined)
    await there.link.nats.flush()
    await own.kill()
    // What the consumer settled is on the disk, and the messages are not: the stream counts from one again.
    rmSync(join(own.folder, 'jetstream/$G/streams/ASSAY_JOBS/msgs'), { recursive: true })
    await own.start()
    await queue.put(aJob('after'))
    await until('it begins again', async () => {
      await sweepDone(there).catch(() => undefined)
      return (await depths(there)).jobs.none === 1
    })
    await using lease = (await queue.next(AbortSignal.timeout(60_000)))!
    expect(lease.item.sample.id).toBe('after')
    await lease.done()
  })

  test('jobs that the server has forgotten to hand out again are handed out all the same', async () => {
    await using queue = await jobsWith({ leaseMs: 2_000, deliveries: 5 })
    await queue.put(aJob('forgotten'))
    const lost = await (await broker.link.js.consumers.get('ASSAY_JOBS', capabilityConsumer('none'))).next()
    expect(lost).not.toBeNull()
    // Servers up to 2.9 forget all that is in hand when another run is cancelled; the one who has it is gone.
    await queue.put(aJob('unwanted', { run: 'unwanted' }))
    await purgeJobs(broker, 'unwanted')
    const found = queue.next(AbortSignal.timeout(90_000))
    let lease: Awaited<typeof found>
    const taken = found.then((one) => {
      lease = one
      return true
    })
    await until('it is handed out again', async () => {
      await sweepDone(broker)
      return Promise.race([taken, sleep(500)])
    })
    expect(lease!.item.sample.id).toBe('forgotten')
    await lease!.done()
  })

  test('the queue outlives its server', async () => {
    await using own = await startNats()
    await using there = await openBroker({ url: own.url, name: 'test', create: true })
    await ensureCapability(there, 'none', { leaseMs: 30_000, deliveries: 5 })
    await using queue = there.jobs()
    await queue.from(capabilityConsumer('none'))
    await queue.put(aJob('before'))
    await own.kill()
    const put = queue.put(aJob('while it is away'))
    await own.start()
    await put
    const seen = new Set<string>()
    while (seen.size < 2) {
      await using lease = (await queue.next(never))!
      seen.add(lease.item.sample.id)
      await lease.done()
    }
    expect(seen).toEqual(new Set(['before', 'while it is away']))
  })
})
