import type { Logger } from 'pino'
import { untrustedCode } from '../app.ts'
import { FaultError, type Isolation, type Model, type Models, messageOf, type Sandboxes } from '../domain/index.ts'
import { runTrial, work } from '../engine/index.ts'
import { recordedModel } from '../models/recorded.ts'
import {
  announce,
  type Broker,
  capabilities,
  capabilityConsumer,
  capabilityOf,
  hearCancelled,
  hearCapability,
  PRESENCE_MS,
  serves,
} from '../queue/nats/index.ts'
import { bundledTasks } from './bundle.ts'
import { Rests, retryMs } from './rests.ts'

export interface WorkerParts {
  readonly broker: Broker
  readonly sandboxes: Sandboxes
  readonly log: Logger
  readonly worker: string
  readonly slots: number
  /** isolate, docker, docker.IMAGE, model, code. */
  readonly capabilities: readonly string[]
  /** `fresh`: containers serve one trial each here, whatever a run allows. */
  readonly isolation?: Isolation
  readonly models?: Models & AsyncDisposable
  /** Runs the code of benchmarks as a part of this process; in isolates where nobody says so. */
  readonly trusted?: boolean
}

/** How often a job with a passing fault is tried before the fault stands; the broker gives up only later. */
const DELIVERIES = 4
/** Jobs quicker than this are fetched ahead: the way to the broker would take as long as they do. */
const QUICK_MS = 100

/** Takes jobs and runs them. `stop` ends it once the jobs in hand are finished; `kill` drops them, and others get them at once. */
export async function runWorker(parts: WorkerParts, stop: AbortSignal, kill: AbortSignal): Promise<void> {
  const { broker, log, slots, worker } = parts
  const { link } = broker
  let meanMs = Number.POSITIVE_INFINITY
  await using trials = broker.trials()
  await using models = parts.models ?? liveModels()
  await using jobs = broker.jobs(() => (meanMs < QUICK_MS ? slots : 0))
  const tokens = new Set<string>()
  const look = async () => {
    try {
      for (const token of await capabilities(broker)) {
        if (!serves(parts.capabilities, token)) continue
        await jobs.from(capabilityConsumer(token))
        tokens.add(token)
      }
    } catch (error) {
      log.debug(`no jobs to look for yet: ${messageOf(error)}`)
    }
    if (!stop.aborted) announce(link, { worker, slots, serves: [...tokens] })
  }
  using _cancelled = hearCancelled(link, (run) => jobs.drop((job) => job.run === run))
  using _capability = hearCapability(link, () => void look())
  await look()
  const looking = setInterval(() => void look(), PRESENCE_MS)
  // While the jobs in hand are finished, no others are waited for.
  const drained = async () => {
    announce(link, { worker, slots: 0, serves: [] })
    await jobs.drain()
  }
  const onStop = () => void drained()
  stop.addEventListener('abort', onStop, { once: true })

  const tasks = bundledTasks(broker.objects, parts.trusted === true ? undefined : await untrustedCode(parts.sandboxes))
  await using _tasks = tasks
  const rests = new Rests()
  const bench = { tasks: tasks.of, models, sandboxes: strict(parts), worker }
  log.info({ worker, slots, capabilities: parts.capabilities }, 'worker ready')
  try {
    await work(
      {
        jobs,
        trials,
        slots,
        deliveries: DELIVERIES,
        backoffMs: retryMs,
        run: async (lease, signal) => {
          const start = performance.now()
          const trial = await runTrial(lease.item, lease.delivery, bench, signal, lease.putAt)
          // A process that was stopped may come this far before it learns that the job is somebody else's by now.
          jobs.check()
          if (lease.lost.aborted) throw new FaultError('cancelled', 'the lease was lost')
          const ms = performance.now() - start
          meanMs = Number.isFinite(meanMs) ? meanMs * 0.8 + ms * 0.2 : ms
          const capability = capabilityOf(lease.item)
          const restMs = rests.after(capability, trial)
          if (restMs > 0) jobs.rest(capabilityConsumer(capability), restMs)
          if (trial.outcome.kind === 'void')
            log.warn({ trial: trial.id, fault: trial.outcome.fault, ...(restMs > 0 && { restMs }) }, 'void trial')
          return trial
        },
      },
      stop,
      kill,
    )
  } finally {
    clearInterval(looking)
    stop.removeEventListener('abort', onStop)
  }
  log.info({ worker }, 'worker ended')
}

function strict({ sandboxes, isolation }: WorkerParts): Sandboxes {
  if (isolation !== 'fresh') return sandboxes
  return {
    open: (request, signal) => sandboxes.open({ ...request, isolation: 'fresh' }, signal),
    digest: (spec, signal) => sandboxes.digest(spec, signal),
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/** Recorded subjects, and live ones with the keys of this process; the model SDKs are loaded when the first is asked. */
function liveModels(): Models & AsyncDisposable {
  let opened: Promise<Models & AsyncDisposable> | undefined
  const live = () => {
    opened ??= import('../models/index.ts').then(({ openModels }) => openModels({ env: process.env, urls: false }))
    return opened
  }
  const later = (name: string, model: (models: Models) => Model): Model => {
    let found: Model | undefined
    return {
      name,
      prompt: async (request, signal) => {
        found ??= model(await live())
        return found.prompt(request, signal)
      },
    }
  }
  return {
    subject(job) {
      const { subject } = job
      if (subject.kind === 'recorded') return recordedModel(subject.name, subject.answers)
      return later(subject.name, (models) => models.subject(job))
    },
    role(job, name) {
      const model = job.roles[name]
      if (model === undefined)
        throw new FaultError(
          'model-unavailable',
          `nobody plays the ${name} in this run; name a model with --${name} PROVIDER/NAME`,
        )
      return later(model.name, (models) => models.role(job, name))
    },
    async [Symbol.asyncDispose]() {
      if (opened !== undefined) await (await opened)[Symbol.asyncDispose]()
    },
  }
}
