import { expect, test } from 'vitest'
import { FaultError, type Job, type Models, type TaskFunction, type Trial } from '../../src/domain/index.ts'
import { flawOfTrial, runHere, runTrial } from '../../src/engine/index.ts'
import { MemoryQueue } from '../../src/queue/memory.ts'
import { aJob, keep, noSandboxes } from '../support/jobs.ts'

const models: Models = {
  subject: (job) => ({ name: job.subject.name, prompt: async () => ({ text: job.sample.id, form: 'text' as const }) }),
  role: () => {
    throw new FaultError('model-unavailable', 'nobody')
  },
}
const never = new AbortController().signal

function start(jobs: readonly Job[], task: TaskFunction, stop: AbortSignal = never, kill: AbortSignal = never) {
  const store = keep()
  const bench = { tasks: () => task, models, sandboxes: noSandboxes }
  const ended = runHere(
    {
      todo: (async function* () {
        yield* jobs
      })(),
      jobs: new MemoryQueue<Job>((job) => job.id),
      trials: new MemoryQueue<Trial>((trial) => trial.id),
      store,
      slots: 3,
      window: 5,
      deliveries: 3,
      backoffMs: () => 1,
      run: (lease, signal) => runTrial(lease.item, lease.delivery, bench, signal, lease.putAt),
    },
    stop,
    kill,
  )
  return { ended, store }
}
const jobs = (count: number) => Array.from({ length: count }, (_, n) => aJob(`s${n}`))
const pass: TaskFunction = async ({ model, check, signal, sample }) => {
  const { text } = await model.prompt({ messages: [] }, signal)
  check({ name: 'same', passed: text === sample.id })
}

test('every job becomes one trial, and each trial can be verified', async () => {
  const { ended, store } = start(jobs(100), pass)
  expect(await ended).toEqual({ kind: 'finished' })
  expect(store.trials.size).toBe(100)
  for (const trial of store.trials.values()) {
    expect(trial.outcome).toMatchObject({ kind: 'scored', score: { passed: true } })
    expect(flawOfTrial(trial)).toBeUndefined()
    expect(
      flawOfTrial({
        ...trial,
        outcome: { kind: 'scored', score: { value: 0, passed: false, reason: null, metrics: {} } },
      }),
    ).toBeTypeOf('string')
  }
})

test('trouble of ours is tried again, and stands as void when it does not pass', async () => {
  const tries = new Map<string, number>()
  const { ended, store } = start(jobs(10), async (context) => {
    const id = context.sample.id
    tries.set(id, (tries.get(id) ?? 0) + 1)
    if (id === 's3' || (id === 's4' && tries.get(id)! < 3)) throw new FaultError('sandbox-lost', 'gone')
    await pass(context)
  })
  await ended
  const outcomes = new Map([...store.trials.values()].map((trial) => [trial.job.sample.id, trial.outcome]))
  expect(outcomes.get('s3')).toEqual({ kind: 'void', fault: { code: 'sandbox-lost', message: 'gone' } })
  expect(outcomes.get('s4')).toMatchObject({ kind: 'scored' })
  expect([tries.get('s3'), tries.get('s4'), tries.get('s5')]).toEqual([3, 3, 1])
})

test('a task that throws, or checks nothing, makes void trials that are not tried again', async () => {
  let calls = 0
  const { ended, store } = start(jobs(2), async ({ sample }) => {
    calls++
    if (sample.id === 's0') throw new TypeError('oops')
  })
  await ended
  expect(calls).toBe(2)
  for (const trial of store.trials.values())
    expect(trial.outcome).toMatchObject({ kind: 'void', fault: { code: 'bad-job' } })
})

test('a stop finishes and saves what is in hand', async () => {
  const stop = new AbortController()
  let begun = 0
  const { ended, store } = start(
    jobs(50),
    async (context) => {
      if (++begun === 10) stop.abort()
      await pass(context)
    },
    stop.signal,
  )
  expect(await ended).toEqual({ kind: 'stopped' })
  expect(store.trials.size).toBe(begun)
  expect(begun).toBeLessThan(50)
})

test('a kill drops what hangs', async () => {
  const kill = new AbortController()
  const { ended, store } = start(
    jobs(5),
    ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')))
        setTimeout(() => kill.abort(), 1)
      }),
    never,
    kill.signal,
  )
  expect(await ended).toEqual({ kind: 'stopped' })
  expect(store.trials.size).toBe(0)
})

test('a spent budget pauses the run and leaves no trial of the job that met it', async () => {
  let asked = 0
  const { ended, store } = start(jobs(20), async (context) => {
    if (++asked > 7) throw new FaultError('budget', '7 of 7 requests are spent')
    await pass(context)
  })
  expect(await ended).toEqual({ kind: 'paused', reason: '7 of 7 requests are spent' })
  expect(store.trials.size).toBe(7)
})

test('a store that fails ends the run with its error', async () => {
  const { ended, store } = start(jobs(20), pass)
  store.save = () => Promise.reject(new FaultError('internal', 'the disk is full'))
  await expect(ended).rejects.toThrow('the disk is full')
})
