/** AbortController and AbortSignal, which V8 alone does not have: as much of them as tasks and tools use. */

type Listener = ((event: { type: 'abort' }) => void) | { handleEvent(event: { type: 'abort' }): void }

/** Why a signal aborted. */
export const reasonOf = ({ reason }: AbortSignal): unknown => reason

const aborts = new WeakMap<AbortSignal, (reason: unknown) => void>()

class AbortError extends Error {
  override readonly name: string
  constructor(message: string, name = 'AbortError') {
    super(message)
    this.name = name
  }
}

export class AbortSignal {
  aborted = false
  reason: unknown = undefined
  onabort: ((event: { type: 'abort' }) => void) | null = null
  readonly #listeners = new Map<Listener, boolean>()

  constructor() {
    aborts.set(this, (reason) => {
      if (this.aborted) return
      this.aborted = true
      this.reason = reason ?? new AbortError('This operation was aborted')
      const heard = [...this.#listeners.keys()]
      this.#listeners.clear()
      this.onabort?.({ type: 'abort' })
      for (const listener of heard) {
        if (typeof listener === 'function') listener({ type: 'abort' })
        else listener.handleEvent({ type: 'abort' })
      }
    })
  }

  static abort(reason?: unknown): AbortSignal {
    const made = new AbortSignal()
    aborts.get(made)?.(reason)
    return made
  }

  static timeout(ms: number): AbortSignal {
    const made = new AbortSignal()
    setTimeout(() => aborts.get(made)?.(new AbortError('The operation was aborted due to timeout', 'TimeoutError')), ms)
    return made
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const made = new AbortSignal()
    for (const signal of signals) {
      const follow = () => aborts.get(made)?.(signal.reason)
      if (signal.aborted) follow()
      else signal.addEventListener('abort', follow)
    }
    return made
  }

  addEventListener(type: string, listener: Listener, { once = false }: { once?: boolean } = {}): void {
    if (type === 'abort') this.#listeners.set(listener, once)
  }

  removeEventListener(_type: string, listener: Listener): void {
    this.#listeners.delete(listener)
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason
  }
}

export class AbortController {
  readonly signal = new AbortSignal()

  abort(reason?: unknown): void {
    aborts.get(this.signal)?.(reason)
  }
}
