import type { Consumer, ConsumerMessages, JsMsg } from '@nats-io/jetstream'
import type * as z from 'zod'
import { type Lease, messageOf, type Queue } from '../../domain/index.ts'
import type { Link } from './connect.ts'
import { decode, encode, UnreadableError } from './envelope.ts'
import type { Objects } from './objects.ts'
import { isMissing, isThereAlready } from './streams.ts'
import { backoff, pause } from './wait.ts'

// Who waits for whom: `next` waits for a message; each waiting call is demand, and demand is what we pull for, from every consumer
// that this queue has. So nothing lies here unread while another worker is idle, but for what several consumers sent at once (and
// `ahead`, where items are quick); that is kept and handed out first. One timer tells the server that all of it is still being
// worked on. Whoever could not tell it for as long as a lease lasts (stopped, cut off) has lost the lease: its signal aborts, and
// from then on nothing of ours touches the message, because it is somebody else's.

/** What items of a queue are to the broker. */
export interface Kind<T> {
  readonly stream: string
  readonly schema: z.ZodType<T>
  subject(item: T): string
  /** Published twice within two minutes, a message with the same id is kept once. */
  messageId(item: T): string
}

export interface NatsQueueOptions {
  /** How many items more than are waited for to hold; 0 unless told. */
  readonly ahead?: () => number
  /** Told of a message that cannot be read; it is put aside once this resolves. */
  readonly onUnreadable: (message: { subject: string; data: Uint8Array; reason: string }) => Promise<void>
}

/** A pull waits for messages so long at the server; it cannot be called back without losing what it may bring. */
const PULL_MS = 2_000
/**
 * Messages that may be on their way to us from one consumer. NATS cuts off whoever has more than 64 MB before him (`max_pending`), and a
 * message may be 1 MB: with more, a worker of many slots with heavy jobs was cut off again each time it came back.
 */
const ON_THE_WAY = 50

interface Source {
  readonly consumer: Consumer
  readonly leaseMs: number
  /** Messages that pulls under way may still bring. */
  requested: number
  restsUntil: number
}

interface Held<T> {
  readonly message: JsMsg
  readonly item: T
  readonly leaseMs: number
  readonly lost: AbortController
  beatAt: number
  settled: boolean
}

/** A queue on JetStream: a stream, and any number of durable consumers of it that are pulled from. */
export class NatsQueue<T> implements Queue<T> {
  readonly #link: Link
  readonly #objects: Objects
  readonly #kind: Kind<T>
  readonly #options: NatsQueueOptions
  readonly #sources = new Map<string, Source>()
  readonly #pulls = new Set<ConsumerMessages>()
  readonly #running = new Set<Promise<void>>()
  readonly #ready: Held<T>[] = []
  readonly #held = new Set<Held<T>>()
  readonly #waiting: (() => void)[] = []
  readonly #end = new AbortController()
  #beat: NodeJS.Timeout | undefined

  constructor(link: Link, objects: Objects, kind: Kind<T>, options: NatsQueueOptions) {
    this.#link = link
    this.#objects = objects
    this.#kind = kind
    this.#options = options
  }

  /** Pulls from this consumer too. Throws where the stream or the consumer is not there. */
  async from(consumer: string): Promise<void> {
    if (this.#sources.has(consumer)) return
    const found = await this.#link.js.consumers.get(this.#kind.stream, consumer)
    const leaseMs = ((await found.info(true)).config.ack_wait ?? 30e9) / 1e6
    if (this.#sources.has(consumer)) return
    this.#sources.set(consumer, { consumer: found, leaseMs, requested: 0, restsUntil: 0 })
    this.#beatWithin(leaseMs)
    this.#pull()
  }

  /** Pulls no more from this consumer for so long. */
  rest(consumer: string, ms: number): void {
    const source = this.#sources.get(consumer)
    if (source === undefined) return
    source.restsUntil = performance.now() + ms
    setTimeout(() => this.#pull(), ms + 1).unref()
  }

  /** Tries for as long as the connection may come back. */
  async put(item: T): Promise<void> {
    const subject = this.#kind.subject(item)
    const msgID = this.#kind.messageId(item)
    const data = await this.#insist('an object', () => encode(item, this.#objects))
    await this.#insist(subject, async () => {
      try {
        await this.#link.js.publish(subject, data, { msgID, timeout: 5_000 })
      } catch (error) {
        if (!isThereAlready(error)) throw error
      }
    })
  }

  async next(signal: AbortSignal): Promise<Lease<T> | undefined> {
    while (!signal.aborted && !this.#end.signal.aborted) {
      const held = this.#ready.shift()
      if (held !== undefined) {
        this.#pull()
        return this.#lease(held)
      }
      await this.#arrival(signal)
    }
    return undefined
  }

  async more(max: number): Promise<Lease<T>[]> {
    const taken = this.#ready.splice(0, max).map((held) => this.#lease(held))
    this.#pull()
    return taken
  }

  /** Aborts what is held of items that nobody wants any more; their messages are done with. */
  drop(isUnwanted: (item: T) => boolean): void {
    for (const held of this.#held) {
      if (held.settled || !isUnwanted(held.item)) continue
      this.#settle(held, (message) => message.ack())
      held.lost.abort()
    }
    const wanted = this.#ready.filter((held) => !held.settled)
    this.#ready.splice(0, this.#ready.length, ...wanted)
  }

  /** Aborts the leases that have run out, now rather than at the next beat. */
  check(): void {
    for (const held of this.#held) {
      if (performance.now() - held.beatAt > held.leaseMs && !held.lost.signal.aborted) {
        this.#link.log('warn', 'a lease was lost: this process was silent for too long', {
          subject: held.message.subject,
        })
        this.#held.delete(held)
        held.lost.abort()
      }
    }
    const kept = this.#ready.filter((held) => !held.lost.signal.aborted)
    this.#ready.splice(0, this.#ready.length, ...kept)
  }

  /** Takes no more, and hands back what nobody took; leases that are held stay their holders'. */
  async drain(): Promise<void> {
    this.#end.abort()
    this.#return()
    for (const wake of this.#waiting.splice(0)) wake()
    // With nobody at the other end, a pull brings nothing any more.
    if (!this.#link.connected) for (const pull of this.#pulls) await pull.close()
    await Promise.allSettled([...this.#running])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain()
    clearInterval(this.#beat)
  }

  #pull(): void {
    if (this.#end.signal.aborted) {
      this.#return()
      return
    }
    const wanted = this.#waiting.length + (this.#options.ahead?.() ?? 0) - this.#ready.length
    for (const source of this.#sources.values()) {
      const missing = Math.min(wanted, ON_THE_WAY) - source.requested
      if (missing <= 0 || performance.now() < source.restsUntil) continue
      source.requested += missing
      const running = this.#fetch(source, missing).finally(() => this.#running.delete(running))
      this.#running.add(running)
    }
  }

  async #fetch(source: Source, count: number): Promise<void> {
    let left = count
    try {
      const messages = await source.consumer.fetch({ max_messages: count, expires: PULL_MS })
      this.#pulls.add(messages)
      try {
        for await (const message of messages) {
          left--
          source.requested--
          await this.#arrived(message, source)
        }
      } finally {
        this.#pulls.delete(messages)
      }
    } catch (error) {
      this.#link.log('warn', `pulling failed: ${messageOf(error)}`)
      if (isMissing(error)) for (const [name, one] of this.#sources) if (one === source) this.#sources.delete(name)
      await pause(500, this.#end.signal)
    } finally {
      source.requested -= left
    }
    this.#pull()
  }

  async #arrived(message: JsMsg, { leaseMs }: Source): Promise<void> {
    if (this.#end.signal.aborted) return message.nak()
    const beatAt = performance.now()
    let item: T
    try {
      item = await decode(message.data, this.#kind.schema, this.#objects)
    } catch (error) {
      if (error instanceof UnreadableError) await this.#putAside(message, error.message)
      else {
        this.#link.log('warn', messageOf(error), { subject: message.subject })
        message.nak(1_000)
      }
      return
    }
    const held = { message, item, leaseMs, lost: new AbortController(), beatAt, settled: false }
    this.#held.add(held)
    this.#ready.push(held)
    this.#waiting.shift()?.()
  }

  async #putAside(message: JsMsg, reason: string): Promise<void> {
    const { subject, data } = message
    this.#link.log('error', 'a message cannot be read; it is put aside', { subject, reason })
    try {
      await this.#options.onUnreadable({ subject, data, reason })
      // With a reason, servers before 2.10 would not understand it.
      message.term()
    } catch (error) {
      this.#link.log('warn', `it could not be put aside: ${messageOf(error)}`, { subject })
    }
  }

  /** Gives what came and was not taken to others, at once. */
  #return(): void {
    for (const held of this.#ready.splice(0)) this.#settle(held, (message) => message.nak())
  }

  #arrival(signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', left)
        resolve()
      }
      const left = () => {
        const at = this.#waiting.indexOf(wake)
        if (at >= 0) this.#waiting.splice(at, 1)
        resolve()
      }
      this.#waiting.push(wake)
      signal.addEventListener('abort', left, { once: true })
      this.#pull()
    })
  }

  #lease(held: Held<T>): Lease<T> {
    const { message, item, lost } = held
    return {
      item,
      delivery: message.info.deliveryCount,
      putAt: Math.floor(message.info.timestampNanos / 1e6),
      lost: lost.signal,
      done: async () => this.#settle(held, () => message.ack()),
      retry: async (afterMs) => this.#settle(held, () => message.nak(afterMs)),
      [Symbol.asyncDispose]: async () => this.#settle(held, () => message.nak()),
    }
  }

  /** Says once what became of a message; of one whose lease is lost we say nothing. */
  #settle(held: Held<T>, say: (message: JsMsg) => void): void {
    if (held.settled) return
    held.settled = true
    this.check()
    this.#held.delete(held)
    if (held.lost.signal.aborted) return
    try {
      say(held.message)
    } catch (error) {
      // Unsaid, it is handed out again; what it became is stored once all the same.
      this.#link.log('warn', `a message could not be settled: ${messageOf(error)}`, { subject: held.message.subject })
    }
  }

  #beatWithin(leaseMs: number): void {
    clearInterval(this.#beat)
    const shortest = Math.min(leaseMs, ...[...this.#sources.values()].map((source) => source.leaseMs))
    this.#beat = setInterval(() => {
      this.check()
      if (!this.#link.connected) return
      for (const held of this.#held) {
        held.message.working()
        held.beatAt = performance.now()
      }
    }, shortest / 5)
  }

  async #insist<R>(what: string, act: () => Promise<R>): Promise<R> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await act()
      } catch (error) {
        if (this.#link.closed.aborted) throw error
        this.#link.log('warn', `${what} could not be published yet: ${messageOf(error)}`)
        await pause(backoff(attempt), this.#link.closed)
      }
    }
  }
}
