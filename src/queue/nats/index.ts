import { BadInputError, Job, messageOf, Trial } from '../../domain/index.ts'
import { type Link, type LinkOptions, openLink } from './connect.ts'
import { bury } from './dead.ts'
import {
  consumerOf,
  JOBS,
  jobSubject,
  jobsOfCapability,
  jobsOfRun,
  RECORDER,
  TRIALS,
  trialSubject,
  trialSubjectOf,
  VERSION,
} from './names.ts'
import { ensureObjects, type Objects, objectsOf } from './objects.ts'
import { NatsQueue } from './queue.ts'
import { DELIVERY, type Delivery, ensureJobConsumer, ensureStreams, ensureTrialConsumer, isMissing } from './streams.ts'
import { sweepDone as sweep } from './sweep.ts'
import { backoff, pause } from './wait.ts'

export type { Link, Log } from './connect.ts'
export * from './control.ts'
export { type Buried, deadLetters, revive, watchDead } from './dead.ts'
export { type Lead, lead } from './leader.ts'
export { capabilityOf, serves } from './names.ts'
export type { Objects } from './objects.ts'
export { forgetRun, readPlan, Submission, storePlan, submit, watchRuns } from './runs.ts'
export { backoff, pause }

/** Assay's streams on a NATS server. */
export interface Broker extends AsyncDisposable {
  readonly link: Link
  readonly objects: Objects
  /** Jobs, pulled from the consumers that are named to it with `from`. */
  jobs(ahead?: () => number): NatsQueue<Job>
  trials(ahead?: () => number): NatsQueue<Trial>
  /** Whether a trial waits for the recorder. */
  hasTrial(run: string, trial: string): Promise<boolean>
}

/** Connects to a NATS server. */
export async function openBroker(options: LinkOptions & { create?: boolean; replicas?: number }): Promise<Broker> {
  const link = await openLink(options)
  const { create = false, replicas = 1 } = options
  while (create) {
    try {
      await ensureStreams(link.manager, replicas)
      await ensureObjects(link, replicas)
      break
    } catch (error) {
      if (error instanceof BadInputError || options.patience === undefined || options.patience.aborted) throw error
      link.log('warn', `the streams cannot be made yet: ${messageOf(error)}`)
      await pause(1_000, options.patience)
    }
  }
  const objects = objectsOf(link)
  const onUnreadable = (letter: Parameters<typeof bury>[1]) => bury(link, letter)
  // A job may be put again once it is done with, so its ids only tie the tries of one put together; that it waits once is the
  // subject's doing.
  const term = `${process.pid} ${Date.now().toString(36)}`
  let puts = 0
  return {
    link,
    objects,
    jobs: (ahead) =>
      new NatsQueue<Job>(
        link,
        objects,
        {
          stream: JOBS,
          schema: Job,
          subject: jobSubject,
          messageId: (job) => `${job.id} ${term} ${puts++}`,
        },
        { onUnreadable, ...(ahead && { ahead }) },
      ),
    trials: (ahead) =>
      new NatsQueue<Trial>(
        link,
        objects,
        {
          stream: TRIALS,
          schema: Trial,
          subject: trialSubject,
          // A void trial may be followed by a better one of the same job.
          messageId: (trial) => `${trial.id} ${trial.delivery} ${trial.root.slice(0, 16)}`,
        },
        { onUnreadable, ...(ahead && { ahead }) },
      ),
    async hasTrial(run, trial) {
      const query = { last_by_subj: trialSubjectOf(run, trial) }
      const message = await link.manager.streams.getMessage(TRIALS, query).catch((error: unknown) => {
        if (isMissing(error)) return null
        throw error
      })
      return message !== null
    },
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  }
}

/** Makes the consumers of one capability's jobs, and of trials. */
export const ensureCapability = ({ link }: Broker, token: string, delivery: Delivery = DELIVERY) =>
  ensureJobConsumer(link.manager, token, delivery)
export const ensureRecorder = ({ link }: Broker) => ensureTrialConsumer(link.manager)
export const recorderConsumer = RECORDER
export const capabilityConsumer = consumerOf

/** The capabilities that jobs have been put for, as tokens. */
export async function capabilities({ link }: Broker): Promise<string[]> {
  const found: string[] = []
  for await (const { name } of link.manager.consumers.list(JOBS)) {
    if (name.startsWith(`v${VERSION}-`)) found.push(name.slice(`v${VERSION}-`.length))
  }
  return found
}

/** The trial ids of a run's jobs that wait or are being worked on. */
export async function outstanding({ link }: Broker, run: string): Promise<Set<string>> {
  const { state } = await link.manager.streams.info(JOBS, { subjects_filter: jobsOfRun(run) })
  return new Set(Object.keys(state.subjects ?? {}).map((subject) => subject.slice(subject.lastIndexOf('.') + 1)))
}

/** Takes a run's jobs off the queue, those that are being worked on too. */
export async function purgeJobs({ link }: Broker, run: string): Promise<number> {
  return (await link.manager.streams.purge(JOBS, { filter: jobsOfRun(run) })).purged
}

/** How much waits: jobs by capability, and trials that are not recorded. */
export async function depths({ link }: Broker): Promise<{ jobs: Record<string, number>; trials: number }> {
  const jobs: Record<string, number> = {}
  const { state } = await link.manager.streams.info(JOBS, { subjects_filter: jobsOfCapability('*') })
  for (const subject of Object.keys(state.subjects ?? {})) {
    const token = subject.split('.')[3]!
    jobs[token] = (jobs[token] ?? 0) + 1
  }
  const trials = await link.manager.streams.info(TRIALS).catch((error: unknown) => {
    link.log('warn', messageOf(error))
    throw error
  })
  return { jobs, trials: trials.state.messages }
}

/** Trials that the recorder has not settled. */
export async function trialsPending({ link }: Broker): Promise<number> {
  const { num_pending, num_ack_pending } = await link.manager.consumers.info(TRIALS, RECORDER)
  return num_pending + num_ack_pending
}

/** Puts right what a server that died left behind: see sweep.ts. */
export const sweepDone = ({ link }: Broker) => sweep(link)
