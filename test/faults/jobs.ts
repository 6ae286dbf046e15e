import type { Job, Run } from '../../src/domain/index.ts'
import { type Broker, capabilityConsumer, depths, openBroker } from '../../src/queue/nats/index.ts'
import { submitRun } from '../../src/server/submit.ts'
import { openStore } from '../../src/store/index.ts'
import { type Cluster, until } from '../support/cluster.ts'
import { aJob } from '../support/jobs.ts'
import { aRun } from '../support/trials.ts'

// Jobs that need no sandbox: an answer is held against a pattern. Whether one passes is known beforehand, from its number.

const definition = {
  prompt: 'Say {{word}}.',
  libraries: [],
  forbid: [],
  grader: { kind: 'answer', equals: '{{word}}' },
  files: {},
}

/** A run of so many jobs, of which every third is answered wrong. */
export function manyJobs(run: string, count: number): { run: Run; jobs: Job[] } {
  const jobs = Array.from({ length: count }, (_, n) =>
    aJob(`s${n}`, {
      run,
      task: { kind: 'declared', name: 'say', definition },
      sample: { id: `s${n}`, data: { word: `word ${n}` } },
      subject: {
        kind: 'recorded',
        name: 'recorded',
        answers: [{ text: isRight(n) ? `word ${n}` : 'no', form: 'text' }],
      },
    }),
  )
  return { run: aRun(run, { planned: count, createdAt: new Date().toISOString() }), jobs }
}

export const isRight = (n: number) => n % 3 !== 0

/** A run of jobs that run JavaScript in an isolate for so long; `poison` makes each an endless loop. */
export function slowJobs(run: string, count: number, ms: number): { run: Run; jobs: Job[] } {
  const source = `function slow(n) { const end = Date.now() + ${ms}; while (Date.now() < end); return n }`
  const jobs = Array.from({ length: count }, (_, n) =>
    aJob(`s${n}`, {
      run,
      task: {
        kind: 'declared',
        name: 'slow',
        definition: {
          prompt: 'Write slow.',
          language: 'javascript',
          libraries: [],
          forbid: [],
          grader: { kind: 'calls', entry: 'slow', cases: '{{cases}}' },
          files: {},
        },
      },
      sandbox: { kind: 'isolate' },
      sample: { id: `s${n}`, data: { cases: [{ args: [n], expected: n }] } },
      subject: { kind: 'recorded', name: 'recorded', answers: [{ text: source, form: 'solution' }] },
    }),
  )
  return { run: aRun(run, { planned: count, createdAt: new Date().toISOString() }), jobs }
}

/** A run of jobs that run a shell script in a container for so many seconds; every third prints what is wrong. */
export function scriptJobs(run: string, count: number, seconds: number): { run: Run; jobs: Job[] } {
  const jobs = Array.from({ length: count }, (_, n) =>
    aJob(`s${n}`, {
      run,
      task: {
        kind: 'declared',
        name: 'script',
        definition: {
          prompt: 'Print what you read.',
          language: 'bash',
          libraries: [],
          forbid: [],
          grader: { kind: 'stdio', cases: [{ stdin: '{{word}}', stdout: '{{word}}' }] },
          files: {},
        },
      },
      sandbox: { kind: 'docker', image: 'bash' },
      sample: { id: `s${n}`, data: { word: `word${n}` } },
      subject: {
        kind: 'recorded',
        name: 'recorded',
        answers: [{ text: `sleep ${seconds}; ${isRight(n) ? 'cat' : 'echo no'}`, form: 'solution' }],
      },
    }),
  )
  return { run: aRun(run, { planned: count, createdAt: new Date().toISOString() }), jobs }
}

/** Hands a run in, once somebody serves. */
export async function handIn(nats: string, { run, jobs }: { run: Run; jobs: Job[] }): Promise<void> {
  await until('the run is handed in', async () => {
    try {
      await using broker = await openBroker({ url: nats, name: 'test' })
      await submitRun(broker, run, jobs)
      return true
    } catch {
      // Nobody serves yet, or NATS is away just now.
      return false
    }
  })
}

/** What the store says of a run: each job's outcome, void ones too. */
export async function outcomes(url: string, run: string): Promise<Map<string, string>> {
  await using store = await openStore(url)
  const found = new Map<string, string>()
  for await (const { sample, outcome } of store.summaries(run)) found.set(sample, outcome)
  return found
}

/** Waits until a run is finished in the store. */
export async function finished(url: string, run: string, limitMs?: number): Promise<void> {
  await using store = await openStore(url)
  await until(`run ${run} is finished`, async () => (await store.run(run))?.status === 'finished', limitMs)
}

/** Waits until jobs of a capability are being worked on. */
export async function underWay(broker: Broker, token: string, deliveries = 1): Promise<void> {
  await until(`a job is handed out ${deliveries} times`, async () => {
    const info = await broker.link.manager.consumers
      .info('ASSAY_JOBS', capabilityConsumer(token))
      .catch(() => undefined)
    return info !== undefined && info.num_ack_pending > 0 && info.delivered.consumer_seq >= deliveries
  })
}

/** Waits until no job and no trial is left on the queues. */
export async function nothingLeft(broker: Broker): Promise<void> {
  await until('nothing is left on the queues', async () => {
    const { jobs, trials } = await depths(broker)
    return trials === 0 && Object.keys(jobs).length === 0
  })
}

/** Waits until so many trials of a run are stored. */
export async function stored(cluster: Cluster, run: string, count: number): Promise<void> {
  await until(`${count} trials are stored`, async () => (await outcomes(cluster.store, run)).size >= count)
}

/** What every run of `manyJobs` must come to, whatever died on the way. */
export function rightOutcomes(count: number): Map<string, string> {
  return new Map(Array.from({ length: count }, (_, n) => [`s${n}`, isRight(n) ? 'passed' : 'failed']))
}
