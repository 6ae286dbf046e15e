import { randomUUID } from 'node:crypto'
import { FaultError, messageOf } from '../../src/domain/errors.ts'
import type {
  Sandbox,
  Sandboxes,
  SandboxFacts,
  SandboxRequest,
  SandboxSpec,
  Services,
} from '../../src/domain/sandbox.ts'
import { Cell } from './cell.ts'
import { Engine, statusOf } from './engine.ts'
import { type CellImage, Images } from './images.ts'
import { labelsOf, register } from './labels.ts'
import type { Network } from './network.ts'
import { type Held, Pool, type Shape, type Wish } from './pool.ts'
import { DockerSandbox } from './sandbox.ts'
import { SECCOMP } from './seccomp.ts'
import type { FoundService } from './service.ts'
import { RunningServices } from './services.ts'
import { removeOf, sweep } from './sweeper.ts'
import { type Lease, TrialServices } from './trials.ts'

const SWEEP_MS = 60_000
/** How long the daemon may take to end what we began, once we are told to stop. */
const FAREWELL_MS = 120_000

/** What Docker sandboxes are opened with. */
export interface DockerOptions {
  /** Where the Docker engine listens, as in DOCKER_HOST. */
  readonly dockerHost?: string
  /** Sandboxes of each role at once. */
  readonly concurrency: number
  /** Who owns the containers, for the reader of their labels. */
  readonly worker?: string
}

/** Sandboxes in Docker containers. What an earlier worker left behind is swept at once and then every minute. */
export function dockerSandboxes({ dockerHost, concurrency, worker = 'assay' }: DockerOptions): Sandboxes {
  // Two workers of one name must not take each other's containers for their own.
  return new DockerSandboxes(new Engine(dockerHost), concurrency, `${worker}-${randomUUID()}`)
}

class DockerSandboxes implements Sandboxes {
  readonly #engine: Engine
  readonly #worker: string
  readonly #images: Images
  readonly #pool: Pool
  readonly #services = new TrialServices()
  readonly #stop = new AbortController()
  readonly #unregister: () => void
  #made = false
  #sweeping: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #disposed: Promise<void> | undefined

  constructor(engine: Engine, concurrency: number, worker: string) {
    this.#engine = engine
    this.#worker = worker
    this.#images = new Images(engine)
    this.#unregister = register(worker)
    this.#pool = new Pool(concurrency, (shape, signal, network) => this.#make(shape, signal, network))
  }

  async open(request: SandboxRequest, signal: AbortSignal): Promise<Sandbox> {
    const { spec, role } = request
    if (spec.kind !== 'docker') throw new FaultError('bad-job', `a Docker sandbox was asked for kind "${spec.kind}"`)
    this.#sweepNowAndThen()
    if (spec.runtime !== undefined) await this.#engine.requireRuntime(spec.runtime, signal)
    for (let attempt = 1; ; attempt++) {
      const image = await this.#images.get(spec.image, signal)
      if (spec.digest !== undefined && spec.digest !== image.digest)
        throw otherImage(spec.image, image.digest, spec.digest)
      try {
        // Graders run the benchmark's own code, in cells that trials share; services are the solution's.
        if (spec.services === undefined || role !== 'solution') return await this.#open(request, image, signal)
        return await this.#openServed(request, image, spec.services, signal)
      } catch (error) {
        // Somebody removed the image that we knew; it is made again.
        const gone = error instanceof FaultError && statusOf(error.cause) === 404
        if (!gone || attempt > 1) throw error
        this.#images.forget(spec.image)
      }
    }
  }

  async digest(spec: SandboxSpec, signal: AbortSignal): Promise<string | undefined> {
    return spec.kind === 'docker' ? (await this.#images.get(spec.image, signal)).digest : undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose()
    await this.#disposed
  }

  async #open(request: SandboxRequest, image: CellImage, signal: AbortSignal): Promise<Sandbox> {
    const { limits, role, isolation, run, beside = false } = request
    const facts = await this.#facts(request, image, signal)
    const held = await this.#take({ shape: shapeOf(request, image), role, isolation, run, beside }, limits, signal)
    return new DockerSandbox(held, limits, facts)
  }

  /** A sandbox beside the services of its trial. Its cell is joined to their network, so it is nobody else's, before or after. */
  async #openServed(
    request: SandboxRequest,
    image: CellImage,
    services: Services,
    signal: AbortSignal,
  ): Promise<Sandbox> {
    const { limits, role, run, beside = false, trial = randomUUID() } = request
    const facts = await this.#facts({ ...request, isolation: 'fresh' }, image, signal)
    const found = await this.#find(services, signal)
    const { runtime } = shapeOf(request, image)
    const options = { engine: this.#engine, labels: labelsOf(this.#worker), runtime }
    let held: Held | undefined
    let lease: Lease | undefined
    // Services wait for a place as well: they are started once the trial has one.
    const network = async () => {
      this.#made = true
      const either = AbortSignal.any([signal, this.#stop.signal])
      lease = this.#services.join(trial, () => RunningServices.start(found, options, either))
      return (await lease.services).network
    }
    try {
      const wish = { shape: shapeOf(request, image), role, isolation: 'fresh', run, beside, network } as const
      held = await this.#take(wish, limits, signal)
      const running = await lease!.services
      await running.ready(held.cell, signal)
      return new DockerSandbox(held, limits, { ...facts, services: running.images }, () => lease!.leave())
    } catch (error) {
      await held?.giveBack('spent')
      await lease?.leave()
      throw error
    }
  }

  async #find(services: Services, signal: AbortSignal): Promise<Map<string, FoundService>> {
    const found = new Map<string, FoundService>()
    for (const [name, service] of Object.entries(services)) {
      const image = await this.#images.find(service.image, signal)
      if (service.digest !== undefined && service.digest !== image.Id)
        throw otherImage(service.image, image.Id, service.digest)
      found.set(name, { service, image })
    }
    return found
  }

  /** A cell in which the trial has begun. One that waited in the pool may turn out to be dead; then others may be had. */
  async #take(wish: Wish, limits: SandboxRequest['limits'], signal: AbortSignal): Promise<Held> {
    for (;;) {
      const held = await this.#pool.take(wish, signal)
      try {
        await held.cell.begin(limits, signal)
        return held
      } catch (error) {
        void held.giveBack('spent')
        if (!held.warm || signal.aborted || !(error instanceof FaultError)) throw error
      }
    }
  }

  async #make({ runtime, digest: _, ...shape }: Shape, signal: AbortSignal, network?: Network): Promise<Cell> {
    this.#made = true
    const labels = labelsOf(this.#worker)
    const options = { docker: this.#engine.docker, labels, seccomp: SECCOMP, zygotes: ['python'] } as const
    return Cell.open(
      { ...shape, ...options, ...(runtime !== undefined && { runtime }), ...(network && { network }) },
      signal,
    )
  }

  async #facts({ spec, isolation }: SandboxRequest, { digest }: CellImage, signal: AbortSignal): Promise<SandboxFacts> {
    const { versions, defaultRuntime } = await this.#engine.facts(signal)
    const { image, runtime = defaultRuntime } = spec as DockerSpec
    return { kind: 'docker', image, digest, isolation, runtime, versions: { ...versions } }
  }

  #sweepNowAndThen(): void {
    if (this.#timer) return
    const again = () => {
      this.#sweeping ??= this.#sweep().finally(() => {
        this.#sweeping = undefined
      })
    }
    this.#timer = setInterval(again, SWEEP_MS).unref()
    again()
  }

  async #sweep(): Promise<void> {
    try {
      await sweep(this.#engine, this.#stop.signal)
    } catch (error) {
      // The next round tries again; what is opened meanwhile says itself that the daemon is away.
      if (!this.#stop.signal.aborted) process.emitWarning(`containers could not be swept: ${messageOf(error)}`)
    }
  }

  async #dispose(): Promise<void> {
    clearInterval(this.#timer)
    this.#stop.abort(new FaultError('sandbox-unavailable', 'the sandboxes are being closed'))
    await this.#pool[Symbol.asyncDispose]()
    await this.#services[Symbol.asyncDispose]()
    await this.#sweeping
    try {
      // Whatever a broken connection kept from us: containers that were made, or could not be removed.
      if (this.#made) await removeOf(this.#engine, this.#worker, AbortSignal.timeout(FAREWELL_MS))
    } catch (error) {
      process.emitWarning(`containers may be left for the next worker to sweep: ${messageOf(error)}`)
    }
    // From here on, what is left has a dead owner, and any sweeper takes it.
    this.#unregister()
  }
}

type DockerSpec = SandboxSpec & { kind: 'docker' }

function shapeOf({ spec, limits }: SandboxRequest, image: CellImage): Shape {
  const { memoryBytes, processes, diskBytes } = limits
  return { ...image, runtime: (spec as DockerSpec).runtime, memoryBytes, processes, diskBytes }
}

function otherImage(name: string, here: string, planned: string): FaultError {
  return new FaultError(
    'sandbox-unavailable',
    `image "${name}" is ${here} here, and the job was planned for ${planned}; load the same image on every machine`,
  )
}
