import { randomInt } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type Dockerode from 'dockerode'
import { FaultError, messageOf, RefusedError } from '../../src/domain/errors.ts'
import { Limits } from '../../src/domain/limits.ts'
import type { Files } from '../../src/domain/sandbox.ts'
import { containerOf } from './container.ts'
import { DockerReader, type Frame, FrameReader, frame, Reader, Writer } from './frames.ts'
import type { Network } from './network.ts'
import { normalised } from './paths.ts'
import { type Caps, Received } from './received.ts'
import { type Program, type Running, RunningInCell } from './running.ts'

/** What a cell is made of. The container's own bounds are the ceiling of every trial's limits in it. */
export interface CellOptions {
  readonly docker: Dockerode
  /** An image that holds our supervisor at /assay/cell, and what the zygotes run. */
  readonly image: string
  readonly memoryBytes: number
  readonly processes: number
  readonly diskBytes: number
  readonly cpus?: number
  readonly runtime?: string
  readonly labels: Readonly<Record<string, string>>
  /** A seccomp profile as JSON text. */
  readonly seccomp: string
  /** Interpreters to keep warm in the cell. One that the image cannot start is left out of `cell.zygotes`. */
  readonly zygotes?: readonly 'python'[]
  /** Paths that the image declares as volumes; they are closed. */
  readonly volumes?: readonly string[]
  /** The network of the trial's services; without it the cell has none. */
  readonly network?: Network
}

const VERSION = 1
/** No answer of the supervisor or the daemon takes so long on any machine that still works. */
const ANSWER_MS = 120_000
/** A supervisor whose connection ended is over at once, and the daemon soon knows. */
const FAREWELL_MS = 20_000
const PIECE = 64 * 1024
const ZYGOTES = { python: ['python3', '-s', '/assay/zygote.py'] }

/** A question to the supervisor that is still open. */
interface Question {
  take(frame: Frame): boolean
  lost(error: FaultError): void
  outOfMemory?(): void
}

/**
 * One container with our supervisor in it. Serves one trial at a time. A FaultError from here leaves it unusable.
 *
 * Theory of operation. One connection is attached to the container before it starts; the supervisor's frames come through it
 * and each goes to the question or the program of its id. Begins, starts and input are sent without waiting: frames are obeyed
 * in order, so a trial costs as few round trips as it has answers to wait for. When the connection ends, everything open fails.
 */
export class Cell implements AsyncDisposable {
  /** The container's id. */
  readonly id: string
  readonly #options: CellOptions
  readonly #container: Dockerode.Container
  readonly #stream: Duplex
  readonly #open = new Map<number, Question>()
  readonly #zygotes: string[] = []
  readonly #frames = new FrameReader()
  readonly #docker = new DockerReader()
  #stderr = ''
  #corked = false
  #lastId = 0
  // One that no other cell of this machine is likely to use: some of the kernel's limits count a user's things everywhere.
  #user = randomInt(100_000, 2 ** 31 - 10_000_000)
  #lost: FaultError | undefined
  #gone = false
  #disposed: Promise<void> | undefined

  private constructor(options: CellOptions, container: Dockerode.Container, stream: Duplex) {
    this.id = container.id
    this.#options = options
    this.#container = container
    this.#stream = stream
    stream.on('data', (chunk: Buffer) => this.#receive(chunk))
    stream.on('error', (cause) => this.#fail(`lost its connection (${messageOf(cause)})`))
    stream.on('close', () => void this.#ended())
    stream.on('end', () => void this.#ended())
  }

  /** Creates, attaches, starts and greets a container. Throws FaultError('sandbox-unavailable'). */
  static async open(options: CellOptions, signal: AbortSignal): Promise<Cell> {
    signal.throwIfAborted()
    let container: Dockerode.Container | undefined
    let cell: Cell | undefined
    try {
      container = await inTime('create a container', options.docker.createContainer(containerOf(options)))
      const attach = { stream: true, stdin: true, stdout: true, stderr: true, hijack: true }
      const stream = await inTime('attach to a container', container.attach(attach))
      cell = new Cell(options, container, stream as Duplex)
      const greeting = cell.#greeting()
      // It is awaited below; a start that fails must not leave it unheard.
      greeting.catch(() => {})
      await inTime('start a container', container.start())
      await greeting
      for (const name of options.zygotes ?? []) await cell.#warm(name)
      signal.throwIfAborted()
      return cell
    } catch (cause) {
      const removed = cell ? cell[Symbol.asyncDispose]() : container && remove(container)
      await removed?.catch(() => {})
      if (signal.aborted) throw signal.reason
      throw new FaultError('sandbox-unavailable', `no cell of ${options.image}: ${messageOf(cause)}`, { cause })
    }
  }

  /** Names of the warm interpreters that this cell can fork. */
  get zygotes(): ReadonlySet<string> {
    return new Set(this.#zygotes)
  }

  /** False once the connection or the container is gone. */
  get alive(): boolean {
    return this.#lost === undefined && !this.#gone
  }

  /** A trial begins: a uid that this cell never used, an empty work folder. Does not wait for the supervisor; trouble comes with the next answer. */
  async begin(limits: Limits, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    for (const name of ['memoryBytes', 'processes', 'diskBytes'] as const) {
      if (limits[name] > this.#options[name])
        throw new FaultError('internal', `a cell of less ${name} than the trial's limit`)
    }
    this.#user += 1
    this.#send(frame('B', 0, new Writer().u32(this.#user).bytes()))
  }

  /** Puts files into the work folder. Throws RefusedError where they do not fit. */
  async put(files: Files, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    for (const [path, { data, executable }] of files) {
      this.#send(
        frame(
          'P',
          0,
          new Writer()
            .u8(executable ? 1 : 0)
            .text(normalised(path))
            .bytes(),
        ),
      )
      for (let at = 0; at < data.length; at += PIECE) {
        this.#send(frame('D', 0, data.subarray(at, at + PIECE)))
        await this.#drained(signal)
      }
    }
    await this.#ask('E', new Uint8Array(), signal, () => {})
  }

  /** Kills what still runs, then takes regular files out; `.` is the whole work folder. */
  async get(
    paths: readonly string[],
    caps: Caps,
    signal: AbortSignal,
  ): Promise<{ files: Files; dropped: readonly string[] }> {
    const received = new Received(caps)
    const names = paths.map((path) => (path === '.' ? '' : normalised(path)))
    const question = new Writer().u64(caps.bytes).u32(caps.entries).u32(caps.depth).texts(names).bytes()
    await this.#ask('G', question, signal, (answer) => received.take(answer))
    return received
  }

  /** Starts a program under the trial's uid. Several may run at once. Does not wait: trouble comes with its end. */
  async start(program: Program, signal: AbortSignal): Promise<Running> {
    signal.throwIfAborted()
    if (this.#lost) throw this.#lost
    const { argv = [], zygote, env = {}, cwd = '', channel = false } = program
    const limits = Limits.parse(program.limits)
    const { wallMs, cpuMs, memoryBytes, outputBytes, processes, diskBytes } = limits
    const fields = new Writer().u8((channel ? 1 : 0) | (zygote === undefined ? 0 : 2))
    for (const limit of [wallMs, cpuMs, memoryBytes, outputBytes, processes, diskBytes]) fields.u64(limit)
    fields.text(cwd === '' || cwd === '.' ? '' : normalised(cwd)).texts(argv)
    fields.texts(Object.entries(env).map(([name, value]) => `${name}=${value}`))
    fields.u8(zygote === undefined ? 0 : this.#zygotes.indexOf(zygote))
    const id = this.#nextId()
    this.#send(frame('S', id, fields.bytes()))
    const running = new RunningInCell(
      id,
      { ...program, limits },
      {
        send: (bytes) => this.#send(bytes),
        fail: (error) => this.#break(error),
      },
    )
    this.#open.set(id, running)
    return running
  }

  /** The trial ends: kills and reaps every process, wipes and verifies. After `odd` the cell must be thrown away. */
  async end(signal: AbortSignal): Promise<'clean' | 'odd'> {
    let odd = true
    await this.#ask('Z', new Uint8Array(), signal, (answer) => {
      odd = answer.payload[0] !== 0
    })
    return odd ? 'odd' : 'clean'
  }

  /** Drops the connection, then kills and removes the container. May be called twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose()
    await this.#disposed
  }

  async #dispose(): Promise<void> {
    this.#break(new FaultError('sandbox-lost', 'the cell was closed'))
    // In this order: while somebody is attached and does not read, Docker 20.10 hangs on kill.
    this.#stream.destroy()
    await remove(this.#container)
  }

  #greeting(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => reject(new FaultError('sandbox-lost', 'the supervisor did not greet us')), ANSWER_MS)
    this.#open.set(0, {
      take: ({ type, payload }) => {
        if (type !== 'r' || new Reader(payload).u32() !== VERSION)
          reject(new FaultError('sandbox-lost', 'the image holds a supervisor of another version'))
        else resolve()
        return true
      },
      lost: reject,
    })
    return promise.finally(() => clearTimeout(timer))
  }

  async #warm(name: 'python'): Promise<void> {
    try {
      await this.#ask('Y', new Writer().texts(ZYGOTES[name]).bytes(), new AbortController().signal, () => {})
      this.#zygotes.push(name)
    } catch (error) {
      // An image without the interpreter: programs are executed there instead.
      if (this.#lost) throw error
    }
  }

  /** Asks, passes what comes to `take`, and resolves with the last answer. */
  #ask(type: string, payload: Uint8Array, signal: AbortSignal, take: (answer: Frame) => void): Promise<void> {
    if (this.#lost) return Promise.reject(this.#lost)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const id = this.#nextId()
    const late = setTimeout(() => this.#fail('does not answer'), ANSWER_MS)
    // An answer that nobody waits for would be taken for another's; hence a cell that was left in a question is lost.
    const leave = () => this.#fail('was left in the middle of a question')
    signal.addEventListener('abort', leave, { once: true })
    this.#open.set(id, {
      take: (answer) => {
        if (answer.type === 'f') reject(new RefusedError(`the cell could not do it: ${answer.payload}`))
        else take(answer)
        if (answer.type === 'a' || answer.type === 'z') resolve()
        return answer.type === 'a' || answer.type === 'z' || answer.type === 'f'
      },
      lost: reject,
    })
    this.#send(frame(type, id, payload))
    if (signal.aborted) leave()
    return promise.finally(() => {
      clearTimeout(late)
      signal.removeEventListener('abort', leave)
    })
  }

  #nextId(): number {
    this.#lastId += 1
    return this.#lastId
  }

  /** Frames of one turn of the event loop leave in one write: each write costs this process, the daemon and the cell a wake-up. */
  #send(bytes: Buffer): void {
    if (this.#lost) return
    if (!this.#corked) {
      this.#corked = true
      this.#stream.cork()
      process.nextTick(() => {
        this.#corked = false
        this.#stream.uncork()
      })
    }
    this.#stream.write(bytes)
  }

  /** Waits until what was sent has left this process, so that many files do not pile up in it. */
  async #drained(signal: AbortSignal): Promise<void> {
    if (!this.#stream.writableNeedDrain || this.#lost) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const done = () => resolve()
    for (const event of ['drain', 'close', 'error']) this.#stream.once(event, done)
    signal.addEventListener('abort', done, { once: true })
    await promise
    for (const event of ['drain', 'close', 'error']) this.#stream.off(event, done)
    signal.removeEventListener('abort', done)
    signal.throwIfAborted()
  }

  #receive(chunk: Buffer): void {
    try {
      for (const { stream, bytes } of this.#docker.read(chunk)) {
        if (stream === 'stderr') this.#stderr = `${this.#stderr}${bytes}`.slice(-2000)
        else for (const answer of this.#frames.read(bytes)) this.#deliver(answer)
      }
    } catch (error) {
      this.#break(error instanceof FaultError ? error : new FaultError('internal', messageOf(error), { cause: error }))
    }
  }

  /** Frames for what is over already crossed with our last ones. */
  #deliver(answer: Frame): void {
    if (this.#open.get(answer.id)?.take(answer)) this.#open.delete(answer.id)
  }

  /**
   * The connection ended. A program can make the kernel kill our supervisor for the memory that it took itself; that is its limit
   * and no fault of ours. It takes both to tell: a kill that came from nobody here, and the kernel's word that memory was out.
   */
  async #ended(): Promise<void> {
    if (this.#gone || this.#lost) return
    this.#gone = true
    try {
      await inTime('wait for a container', this.#container.wait(), FAREWELL_MS)
      const { State } = await inTime('inspect a container', this.#container.inspect())
      if (State.OOMKilled && State.ExitCode === 137 && !this.#lost) {
        for (const question of this.#open.values()) question.outOfMemory?.()
      }
    } catch {
      // The daemon does not know either; then it stays a lost cell.
    }
    this.#fail('ended')
  }

  #fail(how: string): void {
    if (this.#lost) return
    const said = this.#stderr.trim()
    this.#break(new FaultError('sandbox-lost', `the cell ${how}${said && `; it said: ${messageOf(said)}`}`))
  }

  #break(error: FaultError): void {
    if (this.#lost) return
    this.#lost = error
    for (const question of this.#open.values()) question.lost(error)
    this.#open.clear()
    this.#stream.destroy()
  }
}

/** Removes a container whatever its state; one that is gone already is fine. */
async function remove(container: Dockerode.Container): Promise<void> {
  try {
    await inTime('remove a container', container.remove({ force: true, v: true }))
  } catch (error) {
    const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
    // 404: it is gone; 409: somebody else is removing it.
    if (status !== 404 && status !== 409) throw error
  }
}

/** A call to the daemon with an end. */
async function inTime<T>(what: string, call: Promise<T>, ms = ANSWER_MS): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new FaultError('sandbox-unavailable', `the Docker engine did not ${what} in time`)),
    ms,
  )
  try {
    return await Promise.race([call, late])
  } finally {
    clearTimeout(timer)
  }
}
