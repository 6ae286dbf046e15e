import { randomBytes } from 'node:crypto'
import { FaultError } from '../../src/domain/errors.ts'
import type { Ending, ExecResult, Output } from '../../src/domain/exec.ts'
import type { LoadedModule, Module } from '../../src/domain/sandbox.ts'
import { frame, Splitter } from './frames.ts'
import { type Reply, readReply, type Violation } from './messages.ts'

/*
 * The host's half of the talk with a runner (python/runner.py tells the messages). We ask, one question at a time, under an
 * id that is fresh and random; the program answers, after any number of calls of the functions that we provide. Anything
 * else that comes over the channel (noise, an answer to no question, a second one) is the program's fault: its process is
 * killed and the session ends as thrown, type `ProtocolViolation`. When the process ends first, its ending is the answer.
 * Whatever ended the session, later calls get it again.
 */

/** One program process and the channel to the runner in it. */
export interface Channel {
  /** Sends bytes to the runner. Never throws: a channel whose program is gone swallows them. */
  send(bytes: Uint8Array): void
  /** Bytes from the runner, in chunks of any size; ends when the program's end is closed. Throws only for trouble of ours. */
  readonly frames: AsyncIterable<Uint8Array>
  /** How the process ended, after every process of the program is dead. Rejects only for trouble of ours. */
  readonly ended: Promise<ExecResult>
  /** Kills the program; `ended` resolves soon after. May be called twice. */
  kill(): Promise<void>
  /** What it has written so far. */
  output?(): { readonly stdout: Output; readonly stderr: Output }
  /** The wall limit that holds from start to end, enforced behind the channel; the session guards it with a grace. */
  readonly wallMs: number
}

/** How long a process may take to be reported dead after its limit, its kill or the end of its channel. */
const GRACE_MS = 60_000
/** How long a program that closed its channel may live on before it is killed. */
const FAREWELL_MS = 5_000
const NOTHING: Output = { text: '', truncated: false }

/** Loads a module into the process behind a channel. Never throws for what the program does. */
export async function openSession(channel: Channel, module: Module, signal: AbortSignal): Promise<LoadedModule> {
  const session = new Session(channel, module.provide ?? {})
  const provide = Object.keys(module.provide ?? {})
  try {
    const loaded = await session.ask(
      { op: 'load', source: module.source, name: 'solution', language: module.language, provide },
      signal,
    )
    if (loaded.ending.kind !== 'returned') session.final ??= loaded
    return {
      loaded,
      call: (name, args, signal) => session.ask({ op: 'call', name, args }, signal),
      [Symbol.asyncDispose]: () => session.close(),
    }
  } catch (error) {
    await session.close()
    throw error
  }
}

class Session {
  final: ExecResult | undefined
  readonly #channel: Channel
  readonly #provide: NonNullable<Module['provide']>
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #splitter = new Splitter()
  #busy = false
  #guard: Guard | undefined
  #closed: Promise<void> | undefined

  constructor(channel: Channel, provide: NonNullable<Module['provide']>) {
    this.#channel = channel
    this.#provide = provide
    this.#chunks = channel.frames[Symbol.asyncIterator]()
    // Its rejection is told where it is awaited; it must not be an unhandled one meanwhile.
    channel.ended.catch(() => {})
  }

  async ask(question: object, signal: AbortSignal): Promise<ExecResult> {
    signal.throwIfAborted()
    if (this.#closed !== undefined) throw new FaultError('internal', 'a call of a module that was disposed of')
    if (this.final !== undefined) return this.final
    if (this.#busy) throw new FaultError('internal', 'a call of a module that still works on another')
    this.#busy = true
    const { promise: stopped, reject: stop } = Promise.withResolvers<never>()
    const onAbort = () => stop(signal.reason)
    this.#guard = new Guard(this.#channel.wallMs + GRACE_MS, () => stop(overdue()))
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await Promise.race([this.#answer(question, signal), stopped])
    } catch (error) {
      await this.close()
      throw error
    } finally {
      this.#guard.end()
      signal.removeEventListener('abort', onAbort)
      this.#busy = false
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#end()
    return this.#closed
  }

  async #end(): Promise<void> {
    await this.#channel.kill()
    await within(GRACE_MS, this.#channel.ended).catch(() => {})
  }

  async #answer(question: object, signal: AbortSignal): Promise<ExecResult> {
    const id = randomBytes(8).toString('hex')
    const since = performance.now()
    this.#channel.send(frame({ ...question, id }))
    for (;;) {
      const reply = await this.#reply(id)
      if (reply === undefined) return this.#gone()
      if ('violation' in reply) return this.#violated(reply)
      if (reply.op === 'too-large') return this.#finish({ kind: 'limited', limit: 'output' })
      if (reply.op !== 'ask') return this.#result(endingOf(reply), performance.now() - since)
      const broken = await this.#provided(reply, id, signal)
      if (broken !== undefined) return broken
    }
  }

  /** Answers a call of one of our functions; a result when that was the end of the session. */
  async #provided(asked: Reply & { op: 'ask' }, id: string, signal: AbortSignal): Promise<ExecResult | undefined> {
    if (!Object.hasOwn(this.#provide, asked.name))
      return this.#violated({ violation: 'a call of what is not provided' })
    // The program's clock need not run while it waits for us, so neither does the guard's.
    this.#guard?.rest()
    const answer = await this.#provide[asked.name]!(asked.args, signal)
    this.#guard?.wake()
    if ('stop' in answer) {
      await this.#channel.kill()
      return this.#gone()
    }
    this.#channel.send(frame({ op: 'answer', id, ask: asked.ask, ...answer }))
    return undefined
  }

  /** The next message; nothing once the channel has ended. */
  async #reply(id: string): Promise<Reply | Violation | undefined> {
    for (;;) {
      const message = this.#splitter.next()
      if (message === 'broken') return { violation: 'a message that is too long or no UTF-8' }
      if (message !== 'incomplete') return readReply(message.text, id)
      const chunk = await this.#chunks.next()
      if (chunk.done === true) return undefined
      this.#splitter.push(chunk.value)
    }
  }

  /** The channel has ended: usually the process has too, and tells how. */
  async #gone(): Promise<ExecResult> {
    const result = await within(FAREWELL_MS, this.#channel.ended)
    if (result === undefined) return this.#violated({ violation: 'no answer: it closed its channel' })
    this.final = result
    return result
  }

  #violated({ violation }: Violation): Promise<ExecResult> {
    return this.#finish({ kind: 'threw', type: 'ProtocolViolation', message: `the program sent ${violation}` })
  }

  /** Kills the program and ends the session so; but a limit that was hit before is the first cause, and stays. */
  async #finish(ending: Ending): Promise<ExecResult> {
    await this.#channel.kill()
    const result = await within(GRACE_MS, this.#channel.ended)
    if (result === undefined) throw overdue()
    this.final = result.ending.kind === 'limited' ? result : { ...result, ending }
    return this.final
  }

  #result(ending: Ending, wallMs: number): ExecResult {
    const { stdout, stderr } = this.#channel.output?.() ?? { stdout: NOTHING, stderr: NOTHING }
    return { ending, stdout, stderr, usage: { wallMs } }
  }
}

/** Calls out when a program was awake for longer than its limits and a grace allow in one go. */
class Guard {
  readonly #ms: number
  readonly #late: () => void
  #timer: NodeJS.Timeout | undefined
  #over = false

  constructor(ms: number, late: () => void) {
    this.#ms = ms
    this.#late = late
    this.wake()
  }

  wake(): void {
    // A function of ours may answer a question that was given up meanwhile.
    if (!this.#over) this.#timer = setTimeout(this.#late, this.#ms)
  }

  rest(): void {
    clearTimeout(this.#timer)
  }

  /** Once the question is over; else a process would live on until the guard calls. */
  end(): void {
    this.#over = true
    this.rest()
  }
}

function endingOf(reply: Exclude<Reply, { op: 'ask' | 'too-large' }>): Ending {
  switch (reply.op) {
    case 'returned':
      return { kind: 'returned', value: reply.value }
    case 'uncrossable':
      return { kind: 'uncrossable', type: reply.type }
    case 'threw':
      return { kind: 'threw', type: reply.type, message: reply.message, ...(reply.syntax ? { syntax: true } : {}) }
    default:
      return reply satisfies never
  }
}

function overdue(): FaultError {
  return new FaultError('sandbox-lost', 'the sandbox did not report the end of a program that was over its wall limit')
}

/** What the promise comes to, or nothing after this long. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => late.resolve(undefined), ms)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
