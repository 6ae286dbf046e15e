import { FaultError, messageOf } from '../../src/domain/errors.ts'
import type { SandboxRequest } from '../../src/domain/sandbox.ts'
import type { Cell } from './cell.ts'
import type { CellImage } from './images.ts'
import { LEASE_MS } from './labels.ts'
import type { Network } from './network.ts'
import { Places } from './places.ts'
import { unless } from './unless.ts'

/** How long a cell rests before it is closed, and how far back counts as lately. */
const REST_MS = 20_000
/** Trials that one cell may serve. */
const MAX_USES = 200
/** A trial may take hours; it must end before the cell's lease does. */
const MAX_AGE_MS = LEASE_MS / 2

/**
 * Theory of operation. A container costs some 130 ms of processor to make and remove, so none is made on a trial's path.
 *
 * A cell is a *spare* (made ahead; nobody used it), *held* by one sandbox, *idle* (in `reuse`: waits for the next trial of
 * the run and role it has served) or *closing*. In `fresh`, each take of a shape makes spares of that shape, as many as were
 * taken lately, so the next trial finds one. A spare that is still being made counts: who takes it waits for the rest.
 *
 * A cell in `fresh` is closed after one trial. A cell in `reuse` goes back to idle only if the supervisor found nothing odd,
 * no limit was passed, and neither its trials nor its lease are used up. It keeps its run and its role for life.
 *
 * What is bounded: held cells by the places (per role, because a trial holds one of each at a time); idle cells and spares
 * together; and cells that are closing: beyond that, a place is free only once its container is gone.
 */
export class Pool implements AsyncDisposable {
  readonly #make: Make
  readonly #size: number
  readonly #places: Readonly<Record<Role, Places>>
  /** In the order of their making. */
  #spares: Spare[] = []
  /** The longest idle first. */
  #idle: Idle[] = []
  readonly #held = new Set<Cell>()
  readonly #closing = new Set<Promise<void>>()
  /** Cells on their trials' networks; the networks cannot go before they do. */
  readonly #making = new Set<Promise<Cell>>()
  readonly #births = new WeakMap<Cell, number>()
  /** By shape, when it was taken lately. */
  readonly #taken = new Map<string, number[]>()
  readonly #stop = new AbortController()
  readonly #timer: NodeJS.Timeout
  #disposed: Promise<void> | undefined

  constructor(size: number, make: Make) {
    this.#make = make
    this.#size = size
    this.#places = { solution: new Places(size), grader: new Places(size) }
    this.#timer = setInterval(() => this.#trim(), REST_MS / 4).unref()
  }

  /** Waits for a place, then for a cell of this shape that is fit for the run and the role. */
  async take(wish: Wish, signal: AbortSignal): Promise<Held> {
    const leave = wish.beside ? () => {} : await this.#places[wish.role].take(wish.run, signal)
    try {
      const { cell, uses, warm } =
        wish.network === undefined
          ? (this.#takeIdle(wish) ?? (await this.#takeSpare(wish, signal)))
          : await this.#takeOwn(wish.shape, await wish.network(), signal)
      if (this.#stop.signal.aborted) {
        void this.#close(cell)
        throw this.#stop.signal.reason
      }
      this.#held.add(cell)
      return { cell, warm, giveBack: (state) => this.#giveBack({ cell, uses: uses + 1, wish, state }, leave) }
    } catch (error) {
      leave()
      throw error
    }
  }

  /** Closes every cell, held ones too, and waits until the containers are gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose()
    await this.#disposed
  }

  #takeIdle({ isolation, shape, run, role }: Wish): Taken | undefined {
    if (isolation === 'fresh') return undefined
    const key = keyOf(shape)
    for (;;) {
      const index = this.#idle.findLastIndex((idle) => idle.key === key && idle.run === run && idle.role === role)
      const [idle] = index < 0 ? [] : this.#idle.splice(index, 1)
      if (!idle) return undefined
      if (idle.cell.alive) return { cell: idle.cell, uses: idle.uses, warm: true }
      void this.#close(idle.cell)
    }
  }

  /** The spare that will be ready first, or a new one. */
  async #takeSpare({ shape, isolation }: Wish, signal: AbortSignal): Promise<Taken> {
    const key = keyOf(shape)
    this.#taken.set(key, [...this.#lately(key), performance.now()])
    const index = this.#spares.findIndex((spare) => spare.key === key)
    const [spare = this.#spare(shape)] = index < 0 ? [] : this.#spares.splice(index, 1)
    if (isolation === 'fresh') this.#refill(shape, this.#lately(key).length)
    const warm = spare.ready
    try {
      const cell = await unless(signal, spare.cell)
      if (cell.alive) return { cell, uses: 0, warm }
      void this.#close(cell)
      return { cell: await this.#create(shape, AbortSignal.any([signal, this.#stop.signal])), uses: 0, warm: false }
    } catch (error) {
      // The one who waited left; the cell is for somebody else.
      if (signal.aborted) this.#keep(spare, 'first')
      throw error
    }
  }

  /** A cell on a network of its trial's. */
  async #takeOwn(shape: Shape, network: Network, signal: AbortSignal): Promise<Taken> {
    const making = this.#create(shape, AbortSignal.any([signal, this.#stop.signal]), network)
    this.#making.add(making)
    try {
      return { cell: await making, uses: 0, warm: false }
    } finally {
      this.#making.delete(making)
    }
  }

  async #create(shape: Shape, signal: AbortSignal, network?: Network): Promise<Cell> {
    const cell = await this.#make(shape, signal, network)
    this.#births.set(cell, performance.now())
    return cell
  }

  #spare(shape: Shape): Spare {
    const cell = this.#create(shape, this.#stop.signal)
    const spare: Spare = { key: keyOf(shape), cell, since: performance.now(), ready: false }
    cell.then(
      () => {
        spare.ready = true
      },
      () => this.#drop(spare),
    )
    return spare
  }

  #refill(shape: Shape, wanted: number): void {
    const key = keyOf(shape)
    const missing = Math.min(this.#size, wanted) - this.#spares.filter((spare) => spare.key === key).length
    for (let count = 0; count < missing; count++) this.#keep(this.#spare(shape), 'last')
    this.#trim()
  }

  #keep(spare: Spare, where: 'first' | 'last'): void {
    this.#spares[where === 'first' ? 'unshift' : 'push'](spare)
    // It may have failed while it was nobody's.
    spare.cell.catch(() => this.#drop(spare))
    if (this.#stop.signal.aborted) this.#discard(spare)
  }

  #drop(spare: Spare): void {
    this.#spares = this.#spares.filter((other) => other !== spare)
  }

  #discard(spare: Spare): void {
    this.#drop(spare)
    void this.#track(
      spare.cell.then(
        (cell) => cell[Symbol.asyncDispose](),
        () => {}, // it never came to be: there is nothing to close
      ),
    )
  }

  #giveBack({ cell, uses, wish, state }: Return, leave: () => void): Promise<void> {
    this.#held.delete(cell)
    const { isolation, shape, run, role } = wish
    const now = performance.now()
    const young = uses < MAX_USES && now - (this.#births.get(cell) ?? 0) < MAX_AGE_MS
    const open = isolation === 'reuse' && !this.#stop.signal.aborted
    if (open && state === 'clean' && cell.alive && young) {
      this.#idle.push({ key: keyOf(shape), cell, run, role, uses, since: now })
      leave()
      this.#trim()
      return Promise.resolve()
    }
    const closed = this.#close(cell)
    if (this.#closing.size <= this.#size) leave()
    else void closed.finally(leave)
    // Its next trial is likely under way.
    if (open) this.#refill(shape, 1)
    return closed
  }

  /** Closes what nobody wanted for a while, and the longest resting of what is too much. */
  #trim(): void {
    const resting = [...this.#idle, ...this.#spares].sort((a, b) => a.since - b.since)
    const old = performance.now() - REST_MS
    const excess = resting.length - 2 * this.#size
    for (const one of resting.filter(({ since }, index) => since < old || index < excess)) {
      if ('ready' in one) this.#discard(one)
      else {
        this.#idle = this.#idle.filter((other) => other !== one)
        void this.#close(one.cell)
      }
    }
    for (const key of this.#taken.keys()) if (this.#lately(key).length === 0) this.#taken.delete(key)
  }

  #lately(key: string): number[] {
    const old = performance.now() - REST_MS
    return (this.#taken.get(key) ?? []).filter((time) => time > old)
  }

  #close(cell: Cell): Promise<void> {
    return this.#track(cell[Symbol.asyncDispose]())
  }

  /** Remembers what is closing until it is closed. A container that cannot be removed now is found by its labels later. */
  #track(closing: Promise<void>): Promise<void> {
    const tracked = closing.catch((error: unknown) => {
      process.emitWarning(`a cell was not closed, and will be swept: ${messageOf(error)}`)
    })
    this.#closing.add(tracked)
    void tracked.finally(() => this.#closing.delete(tracked))
    return tracked
  }

  async #dispose(): Promise<void> {
    clearInterval(this.#timer)
    this.#stop.abort(new FaultError('sandbox-unavailable', 'the sandboxes are being closed'))
    for (const spare of this.#spares) this.#discard(spare)
    for (const { cell } of this.#idle.splice(0)) void this.#close(cell)
    for (const cell of this.#held) void this.#close(cell)
    await Promise.allSettled(this.#making)
    while (this.#closing.size > 0) await Promise.all(this.#closing)
  }
}

type Make = (shape: Shape, signal: AbortSignal, network?: Network) => Promise<Cell>
type Role = SandboxRequest['role']

/** What of a cell is settled when its container is made. */
export interface Shape extends CellImage {
  readonly runtime: string | undefined
  readonly memoryBytes: number
  readonly processes: number
  readonly diskBytes: number
}

/** What a sandbox needs of the pool. */
export interface Wish extends Pick<SandboxRequest, 'role' | 'isolation' | 'run' | 'beside'> {
  readonly shape: Shape
  /** Tells the network of a trial, once the trial has a place. A cell on it is made when it is asked for, and serves nobody else. */
  readonly network?: () => Promise<Network>
}

/** A cell in one sandbox's hands. */
export interface Held {
  readonly cell: Cell
  /** It was there before it was asked for, and so it may have died unseen. */
  readonly warm: boolean
  /** Returns the cell; `spent` ones are thrown away. Resolves once it rests, or is gone. */
  giveBack(state: 'clean' | 'spent'): Promise<void>
}

interface Taken {
  readonly cell: Cell
  readonly uses: number
  readonly warm: boolean
}

interface Spare {
  readonly key: string
  readonly cell: Promise<Cell>
  readonly since: number
  ready: boolean
}

interface Idle {
  readonly key: string
  readonly cell: Cell
  readonly run: string
  readonly role: Role
  readonly uses: number
  readonly since: number
}

interface Return {
  readonly cell: Cell
  readonly uses: number
  readonly wish: Wish
  readonly state: 'clean' | 'spent'
}

function keyOf({ image, runtime, memoryBytes, processes, diskBytes }: Shape): string {
  return JSON.stringify([image, runtime, memoryBytes, processes, diskBytes])
}
