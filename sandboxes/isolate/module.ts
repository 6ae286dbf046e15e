import { FaultError } from '../../src/domain/errors.ts'
import { type Ending, type ExecResult, output } from '../../src/domain/exec.ts'
import type { Limits } from '../../src/domain/limits.ts'
import type { Answer, LoadedModule, Module } from '../../src/domain/sandbox.ts'
import type { Value } from '../../src/domain/value.ts'
import { readArguments, readValue } from '../../src/domain/values.ts'
import type { Done, FromHost, ToHost } from './messages.ts'
import { Meter } from './meter.ts'
import type { Death, HostProcess } from './process.ts'

const WATCH_MS = 20
const UNLOAD_MS = 10_000
const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*(\.[\p{ID_Start}$_][\p{ID_Continue}$]*)*$/u

/** A module in a language that isolates run. */
export type IsolateSource = Module & { readonly language: 'javascript' | 'typescript' }

/** A program in a host process of its own. Whatever stops it early takes the process with it. */
export class IsolateModule implements LoadedModule {
  loaded!: ExecResult
  readonly #host: HostProcess
  readonly #provide: NonNullable<Module['provide']>
  readonly #limits: Limits
  readonly #meter: Meter
  readonly #giveBack: () => void
  readonly #written = { stdout: 0, stderr: 0 }
  /** Set once nothing can run any more; calls repeat it. */
  #final: Ending | undefined
  #isBusy = false
  #disposed: Promise<void> | undefined

  private constructor(host: HostProcess, module: Module, limits: Limits, giveBack: () => void) {
    this.#host = host
    this.#provide = module.provide ?? {}
    this.#limits = limits
    this.#meter = new Meter(host.pid, limits)
    this.#giveBack = giveBack
  }

  /** Loads a module; `giveBack` is called once its process is free or dead. */
  static async load(
    host: HostProcess,
    module: IsolateSource,
    libraries: readonly string[],
    limits: Limits,
    giveBack: () => void,
    signal: AbortSignal,
  ): Promise<IsolateModule> {
    const made = new IsolateModule(host, module, limits, giveBack)
    const { language, source, modules } = module
    const memoryMiB = Math.max(8, Math.floor(limits.memoryBytes / 2 ** 20))
    try {
      made.loaded = await made.#run(
        {
          do: 'load',
          language,
          source,
          libraries,
          provide: Object.keys(made.#provide),
          memoryMiB,
          ...(modules && { modules }),
        },
        signal,
      )
    } catch (error) {
      await made[Symbol.asyncDispose]()
      throw error
    }
    if (made.loaded.ending.kind !== 'returned') made.#final ??= made.loaded.ending
    return made
  }

  async call(name: string, args: readonly Value[], signal: AbortSignal): Promise<ExecResult> {
    if (!NAME.test(name))
      throw new FaultError('bad-job', `${JSON.stringify(name.slice(0, 100))} is no name of a function`)
    if (this.#final !== undefined) return repeated(this.#final)
    return this.#run({ do: 'call', name, args: JSON.stringify(args) }, signal)
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose()
    return this.#disposed
  }

  async #dispose(): Promise<void> {
    this.#final ??= { kind: 'signaled', signal: 'SIGKILL' }
    if (this.#isBusy) this.#host.kill()
    if (this.#host.isAlive) await this.#unload()
    this.#giveBack()
  }

  /** The next program finds an empty process, or none. */
  async #unload(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const late = setTimeout(() => this.#host.kill(), UNLOAD_MS)
    this.#host.listener = ({ is }) => is === 'unloaded' && resolve()
    this.#host.send({ do: 'unload' })
    await Promise.race([promise, this.#host.death])
    clearTimeout(late)
    this.#host.listener = undefined
  }

  /** One load or call, until the first thing that ends it. */
  async #run(message: ToHost, signal: AbortSignal): Promise<ExecResult> {
    signal.throwIfAborted()
    if (this.#isBusy) throw new FaultError('internal', 'a module takes one call at a time')
    this.#isBusy = true
    const host = this.#host
    const meter = this.#meter
    const streams = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
    const truncated = { stdout: false, stderr: false }
    const { promise, resolve } = Promise.withResolvers<Ended>()
    const over = new AbortController()
    let fatal = ''
    // Until an isolate stands, whatever breaks is ours.
    let isPrepared = message.do === 'call'

    const write = (stream: 'stdout' | 'stderr', text: string): void => {
      const bytes = Buffer.from(text)
      const room = this.#limits.outputBytes - this.#written[stream]
      this.#written[stream] += Math.min(room, bytes.length)
      streams[stream].push(bytes.subarray(0, room))
      if (bytes.length <= room) return
      truncated[stream] = true
      resolve({ by: 'limit', limit: 'output' })
    }
    host.listener = (told: FromHost) => {
      if (told.is === 'prepared') isPrepared = true
      else if (told.is === 'wrote') write(told.stream, told.text)
      else if (told.is === 'fatal') fatal = told.message
      else if (told.is === 'done') resolve({ by: 'itself', done: told.result, at: told.at, cpuMs: told.cpuMs })
      else if (told.is === 'asked') {
        meter.pause()
        void this.#answer(told.name, told.args, AbortSignal.any([signal, over.signal])).then(
          (reply) => {
            if (over.signal.aborted) return
            if (reply === undefined) return resolve({ by: 'us' })
            meter.resume()
            host.send({ do: 'answer', reply })
          },
          (error: unknown) => resolve({ by: 'fault', error }),
        )
      }
    }
    void host.death.then((death) => {
      const lost = (): FaultError =>
        new FaultError(
          'sandbox-lost',
          `an isolate's host process broke (${death.signal}): ${death.words.slice(0, 500).trim()}`,
        )
      resolve(isPrepared ? { by: 'death', death } : { by: 'fault', error: lost() })
    })
    const stopped = (): void => resolve({ by: 'fault', error: signal.reason })
    signal.addEventListener('abort', stopped, { once: true })
    const watch = setInterval(() => {
      const limit = meter.exceeded()
      // What the program sent before the limit passed may still lie in the pipe; it is read before this is believed.
      if (limit !== undefined) setImmediate(() => resolve({ by: 'limit', limit }))
    }, WATCH_MS)

    meter.start()
    host.send(message)
    const ended = await promise
    clearInterval(watch)
    signal.removeEventListener('abort', stopped)
    host.listener = undefined
    over.abort()

    const { exceeded, ...usage } = ended.by === 'itself' ? meter.stop(ended.at, ended.cpuMs) : meter.stop()
    if (ended.by !== 'itself' || exceeded !== undefined) host.kill()
    this.#isBusy = false
    if (ended.by === 'fault') {
      this.#final = { kind: 'signaled', signal: 'SIGKILL' }
      throw ended.error
    }
    const ending =
      exceeded !== undefined && ended.by !== 'limit'
        ? ({ kind: 'limited', limit: exceeded } as const)
        : endingOf(ended, fatal)
    if (!host.isAlive || ending.kind === 'limited') {
      host.kill()
      this.#final = ending
    }
    const taken = (stream: 'stdout' | 'stderr') => output(Buffer.concat(streams[stream]), truncated[stream])
    return { ending, stdout: taken('stdout'), stderr: taken('stderr'), usage }
  }

  /** The text of an answer of ours; undefined: end the program. */
  async #answer(name: string, args: unknown, signal: AbortSignal): Promise<string | undefined> {
    const asked = Object.hasOwn(this.#provide, name) ? this.#provide[name] : undefined
    if (asked === undefined)
      throw new FaultError('internal', `a program asked for ${JSON.stringify(name)}, which is not provided`)
    const read = readArguments(args)
    if (read === undefined)
      throw new FaultError('sandbox-lost', 'an isolate sent arguments that break the rules of values')
    const answer: Answer = await asked(read, signal)
    if ('stop' in answer) return undefined
    return 'thrown' in answer ? `e${JSON.stringify(answer.thrown)}` : `v${JSON.stringify(answer.value)}`
  }
}

/** What ended an operation first. */
type Ended =
  | { readonly by: 'itself'; readonly done: Done; readonly at: number; readonly cpuMs: number }
  | { readonly by: 'limit'; readonly limit: 'wall' | 'cpu' | 'memory' | 'output' | 'processes' | 'disk' }
  | { readonly by: 'death'; readonly death: Death }
  /** An answer said stop. */
  | { readonly by: 'us' }
  | { readonly by: 'fault'; readonly error: unknown }

function endingOf(ended: Exclude<Ended, { by: 'fault' }>, fatal: string): Ending {
  switch (ended.by) {
    case 'limit':
      return { kind: 'limited', limit: ended.limit }
    case 'us':
      return { kind: 'signaled', signal: 'SIGKILL' }
    case 'death':
      // V8 says why it gives up, on a stream that no program can write to.
      if (
        /out[ -]of[ -]memory|allocation fail|invalid (array|table|string) (size|length)|invalid size error|near heap limit/i.test(
          fatal + ended.death.words,
        )
      )
        return { kind: 'limited', limit: 'memory' }
      return { kind: 'signaled', signal: ended.death.signal }
    case 'itself':
      return endingOfDone(ended.done)
  }
}

function endingOfDone(done: Done): Ending {
  if ('returned' in done) {
    const value = readValue(done.returned)
    return value === undefined
      ? { kind: 'uncrossable', type: 'value that breaks the rules' }
      : { kind: 'returned', value }
  }
  if ('uncrossable' in done) return { kind: 'uncrossable', type: done.uncrossable }
  if ('limited' in done) return { kind: 'limited', limit: done.limited }
  const { type, message } = done.threw
  // What isolated-vm's allocator says when it refuses: the memory limit, in other words.
  if (type === 'RangeError' && message === 'Array buffer allocation failed') return { kind: 'limited', limit: 'memory' }
  return { kind: 'threw', type, message, ...(done.syntax ? { syntax: true } : {}) }
}

function repeated(ending: Ending): ExecResult {
  const nothing = { text: '', truncated: false }
  return { ending, stdout: nothing, stderr: nothing, usage: { wallMs: 0 } }
}
