import { setTimeout as sleep } from 'node:timers/promises'
import type Dockerode from 'dockerode'
import { FaultError, messageOf } from '../../src/domain/errors.ts'
import { Limits } from '../../src/domain/limits.ts'
import type { Ready } from '../../src/domain/sandbox.ts'
import type { Cell } from './cell.ts'
import { type Engine, statusOf } from './engine.ts'
import { DockerReader } from './frames.ts'
import { createNetwork, type Network, removeNetwork } from './network.ts'
import { type FoundService, serviceContainer } from './service.ts'
import { removeContainer } from './sweeper.ts'

/** Between two looks at a service that is not ready; the later, the longer. */
const PAUSES_MS = [50, 100, 200, 500, 1000]
/** Lines of its output that a service which did not become ready is quoted with. */
const LINES = 10
/** How long the daemon may take to remove containers and a network. */
const REMOVE_MS = 120_000

export interface ServicesOptions {
  readonly engine: Engine
  readonly labels: Readonly<Record<string, string>>
  readonly runtime: string | undefined
}

interface Started {
  readonly name: string
  readonly found: FoundService
  readonly container: Dockerode.Container
}

/**
 * The services of one trial and their network. They are started together; whoever opens a sandbox beside them waits until each
 * is ready. What goes wrong until then is our fault and makes the trial void; afterwards a service is the trial's, and one that a
 * program has brought down stays down. Services are asked from outside (`docker exec`) only before any program of a trial runs.
 */
export class RunningServices implements AsyncDisposable {
  readonly network: Network
  readonly #engine: Engine
  readonly #started: Started[] = []
  #ready: Promise<void> | undefined
  #disposed: Promise<void> | undefined

  private constructor(engine: Engine, network: Network) {
    this.#engine = engine
    this.network = network
  }

  /** Makes the network and starts every service. Throws FaultError('sandbox-unavailable'), and leaves nothing behind then. */
  static async start(
    found: ReadonlyMap<string, FoundService>,
    options: ServicesOptions,
    signal: AbortSignal,
  ): Promise<RunningServices> {
    signal.throwIfAborted()
    const network = await createNetwork(options.engine, [...found.keys()], options.labels)
    const services = new RunningServices(options.engine, network)
    // All of them have come to something before any is removed.
    const starts = await Promise.allSettled([...found].map(([name, one]) => services.#start(name, one, options)))
    const failed = starts.find((start) => start.status === 'rejected')
    if (failed === undefined && !signal.aborted) return services
    await services[Symbol.asyncDispose]()
    throw signal.aborted ? signal.reason : failed?.reason
  }

  /** The images that services were started from, by their names. */
  get images(): Record<string, string> {
    return Object.fromEntries(this.#started.map(({ name, found }) => [name, found.image.Id]))
  }

  /** Waits until all are ready, as seen from a cell in which a trial has begun. Asked again, it tells what came of it. */
  ready(cell: Cell, signal: AbortSignal): Promise<void> {
    this.#ready ??= Promise.all(this.#started.map((started) => this.#wait(started, cell, signal))).then(() => undefined)
    return this.#ready
  }

  /** Removes the containers, then the network. Cells that were joined to it must be gone. May be called twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose()
    await this.#disposed
  }

  async #start(name: string, found: FoundService, { labels, runtime }: ServicesOptions): Promise<void> {
    const { docker } = this.#engine
    const steady = new AbortController().signal
    try {
      const options = serviceContainer(name, found, this.network, { labels, runtime })
      const container = await this.#engine.call('create a container', () => docker.createContainer(options), steady)
      this.#started.push({ name, found, container })
      await this.#engine.call('start a container', () => container.start(), steady)
    } catch (cause) {
      throw fault(name, found, `did not start: ${messageOf(cause)}`, cause)
    }
  }

  async #wait(started: Started, cell: Cell, signal: AbortSignal): Promise<void> {
    const { name, found } = started
    const { withinMs } = found.service.ready
    const over = new AbortController()
    const late = AbortSignal.timeout(withinMs)
    const either = AbortSignal.any([signal, late, over.signal])
    try {
      await Promise.race([this.#answers(started, cell, either), this.#ends(started, either)])
    } catch (error) {
      if (signal.aborted) throw signal.reason
      if (!late.aborted) throw error
      throw fault(
        name,
        found,
        `was not ready within ${withinMs} ms: ${told(found.service.ready)}${await this.#said(started)}`,
      )
    } finally {
      over.abort()
    }
  }

  /** Resolves once the service is ready. */
  async #answers(started: Started, cell: Cell, signal: AbortSignal): Promise<void> {
    const { ready } = started.found.service
    if ('command' in ready) return this.#succeeds(started.container, ready.command, signal)
    const argv = ['/assay/cell', 'reach', this.network.hosts.get(started.name)!, String(ready.port)]
    const program = await cell.start({ argv, stdin: 'none', limits: probeLimits(ready) }, signal)
    const kill = () => program.kill()
    signal.addEventListener('abort', kill, { once: true })
    const { ending } = await program.ended
    signal.removeEventListener('abort', kill)
    signal.throwIfAborted()
    if (ending.kind === 'exited' && ending.code === 0) return
    throw new FaultError('sandbox-lost', `whether "${started.name}" answers could not be asked (${ending.kind})`)
  }

  /** Runs a command in the container until it exits with 0. */
  async #succeeds(container: Dockerode.Container, command: readonly string[], signal: AbortSignal): Promise<void> {
    for (let look = 0; ; look++) {
      const asked = { Cmd: [...command], AttachStdout: false, AttachStderr: false }
      const exec = await this.#call('run a command in a service', () => container.exec(asked), signal)
      const stream = await this.#call('run a command in a service', () => exec.start({ Detach: true }), signal)
      stream.resume()
      for (;;) {
        const { Running, ExitCode } = await this.#call('inspect a command', () => exec.inspect(), signal)
        if (!Running && ExitCode === 0) return
        if (!Running) break
        await sleep(PAUSES_MS[0], undefined, { signal })
      }
      await sleep(PAUSES_MS[look] ?? PAUSES_MS.at(-1), undefined, { signal })
    }
  }

  /** Throws once the service has ended. */
  async #ends(started: Started, signal: AbortSignal): Promise<void> {
    const { name, found, container } = started
    for (let look = 0; ; look++) {
      const { State } = await this.#call('inspect a container', () => container.inspect(), signal)
      if (!State.Running) {
        const how = State.OOMKilled
          ? `needed more than its memoryBytes (${found.service.memoryBytes})`
          : `ended with exit code ${State.ExitCode}`
        throw fault(name, found, `${how} before it was ready${await this.#said(started)}`)
      }
      await sleep(PAUSES_MS[look] ?? PAUSES_MS.at(-1), undefined, { signal })
    }
  }

  /** The end of a service's output. */
  async #said({ container }: Started): Promise<string> {
    try {
      const steady = new AbortController().signal
      const asked = { stdout: true, stderr: true, tail: LINES, follow: false as const }
      const logs = await this.#engine.call('tell the output of a service', () => container.logs(asked), steady)
      const text = [...new DockerReader().read(logs)].map(({ bytes }) => bytes.toString()).join('')
      return text.trim() === '' ? '; it said nothing' : `; it said: ${messageOf(text.trim().slice(-1000))}`
    } catch {
      return '' // it is told without
    }
  }

  async #call<T>(what: string, run: () => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await this.#engine.call(what, run, signal)
    } catch (error) {
      // 409: the container is not running; its end is told elsewhere.
      if (statusOf(error) === 409)
        return new Promise<T>((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        })
      throw error
    }
  }

  async #dispose(): Promise<void> {
    const late = AbortSignal.timeout(REMOVE_MS)
    await Promise.all(this.#started.map(({ container }) => removeContainer(this.#engine, container.id, late)))
    await removeNetwork(this.#engine, this.network.id, late)
  }
}

/** Our own clock ends the probe; the supervisor's is the backstop. */
function probeLimits({ withinMs }: Ready): Limits {
  const wallMs = Math.min(3_600_000, withinMs + 60_000)
  return Limits.parse({ wallMs, cpuMs: wallMs })
}

const told = (ready: Ready) =>
  'port' in ready
    ? `nothing answers on port ${ready.port}`
    : `${ready.command.join(' ').slice(0, 200)} did not exit with 0`

function fault(name: string, { service }: FoundService, what: string, cause?: unknown): FaultError {
  return new FaultError('sandbox-unavailable', `service "${name}" (${service.image}) ${what}`, { cause })
}
