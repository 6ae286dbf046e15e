import type { Json } from '../../../domain/index.ts'
import { type AbortSignal, reasonOf } from './abort.ts'
import { ask, errorOf, type Thrown } from './wire.ts'

/*
 * Theory of operation. Work that takes time is started on the other side under a number, and its end is an event. Code here runs
 * until nothing is left that could go on by itself; then `next` waits on the other side for events, or until the next timer is due.
 */

type Event =
  | { readonly id: number; readonly value: Json }
  | { readonly id: number; readonly error: Thrown }
  | { readonly callback: number; readonly of: number; readonly name: string; readonly args: Json[] }

interface Timer {
  readonly id: number
  readonly run: () => void
  readonly every: number | undefined
  due: number
}

/** A function that a program may call while a piece of work is under way. */
export type Callback = (name: string, args: Json[]) => Promise<Json>

const pause = globalThis.setTimeout
const { now } = Date
const open = new Map<number, PromiseWithResolvers<Json>>()
const callbacks = new Map<number, Callback>()
let timers: Timer[] = []
let last = 0

/** The numbers under which work is started. */
export const nextId = () => ++last

/** Starts work on the other side, and waits for its end without holding anything else up. */
export function start(op: string, data: unknown, signal?: unknown, id = nextId()): Promise<Json> {
  const stop = signal as AbortSignal | undefined
  if (stop?.aborted) return Promise.reject(reasonOf(stop))
  const ended = Promise.withResolvers<Json>()
  ask('start', { id, op, data })
  open.set(id, ended)
  if (stop === undefined) return ended.promise
  const abort = () => {
    if (!open.delete(id)) return
    ask('abort', { id })
    ended.reject(reasonOf(stop))
  }
  stop.addEventListener('abort', abort, { once: true })
  return ended.promise.finally(() => stop.removeEventListener('abort', abort))
}

/** Answers programs' calls for a piece of work from now on. */
export function answering(id: number, callback: Callback): void {
  callbacks.set(id, callback)
}

/** Runs work to its end, with all that it waits for. */
export async function drive<T>(work: Promise<T>): Promise<T> {
  let over = false
  const end = () => {
    over = true
  }
  work.then(end, end)
  for (;;) {
    // A turn of the event loop: whatever can go on by itself has gone on.
    await new Promise<void>((resolve) => void pause(resolve, 0))
    if (over) return work
    if (fire()) continue
    const waitMs = timers[0] === undefined ? undefined : Math.max(0, timers[0].due - now())
    for (const event of ask('next', { ...(waitMs !== undefined && { waitMs }) }) as unknown as Event[]) take(event)
  }
}

function take(event: Event): void {
  if ('callback' in event) {
    const callback = callbacks.get(event.of)
    const answer = callback?.(event.name, event.args) ?? Promise.resolve({ stop: true })
    void answer.then((given) => ask('reply', { callback: event.callback, answer: given }))
    return
  }
  const ended = open.get(event.id)
  open.delete(event.id)
  if ('error' in event) ended?.reject(errorOf(event.error))
  else ended?.resolve(event.value)
}

/** Runs the timer that is due, where one is. */
function fire(): boolean {
  const timer = timers[0]
  if (timer === undefined || timer.due > now()) return false
  timers.shift()
  if (timer.every !== undefined) insert({ ...timer, due: now() + timer.every })
  timer.run()
  return true
}

function insert(timer: Timer): void {
  const at = timers.findIndex(({ due }) => due > timer.due)
  if (at === -1) timers.push(timer)
  else timers.splice(at, 0, timer)
}

function set(action: (...args: unknown[]) => void, delay: unknown, repeats: boolean, args: unknown[]): number {
  if (typeof action !== 'function') throw new TypeError('The "callback" argument must be of type function')
  const ms = Math.min(Math.max(1, Number(delay) || 1), 2 ** 31 - 1)
  const timer: Timer = {
    id: nextId(),
    run: () => action(...args),
    every: repeats ? ms : undefined,
    due: now() + ms,
  }
  insert(timer)
  return timer.id
}

const clear = (id: unknown) => {
  timers = timers.filter((timer) => timer.id !== id)
}

/** The timers of a program, which `next` waits for. */
export const clocks = {
  setTimeout: (action: () => void, delay?: unknown, ...args: unknown[]) => set(action, delay, false, args),
  setInterval: (action: () => void, delay?: unknown, ...args: unknown[]) => set(action, delay, true, args),
  setImmediate: (action: () => void, ...args: unknown[]) => set(action, 0, false, args),
  clearTimeout: clear,
  clearInterval: clear,
  clearImmediate: clear,
}
