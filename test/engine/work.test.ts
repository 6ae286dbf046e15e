import { expect, test } from 'vitest'
import type { Job, Lease, Queue, Trial } from '../../src/domain/index.ts'
import { work } from '../../src/engine/index.ts'
import { aTrial } from '../support/trials.ts'

test('a slot runs its next job while a trial is on its way, and hands none in whose lease was lost meanwhile', async () => {
  const stop = new AbortController()
  const lost = new AbortController()
  const settled: string[] = []
  const lease = (id: string, signal: AbortSignal): Lease<Job> => ({
    item: { id } as Job,
    delivery: 1,
    putAt: 0,
    lost: signal,
    done: async () => void settled.push(id),
    retry: async () => void settled.push(`${id} again`),
    [Symbol.asyncDispose]: async () => {},
  })
  const waiting = [lease('first', new AbortController().signal), lease('second', lost.signal)]
  const jobs = { next: async () => waiting.shift() } as unknown as Queue<Job>
  const arrived = Promise.withResolvers<void>()
  const put: string[] = []
  const trials = {
    async put(trial: Trial) {
      put.push(trial.id)
      await arrived.promise
    },
  }
  const run = async ({ item }: Lease<Job>) => {
    if (item.id === 'second') {
      expect(put).toEqual(['first'])
      lost.abort()
      arrived.resolve()
    }
    return { ...aTrial(), id: item.id }
  }
  await work({ jobs, trials, run, slots: 1, deliveries: 1 }, stop.signal, new AbortController().signal)
  expect(put).toEqual(['first'])
  expect(settled).toEqual(['first'])
})
