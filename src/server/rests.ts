import type { Trial } from '../domain/index.ts'

/** The first rest, and the longest. */
const FIRST_MS = 5_000
const LONGEST_MS = 60_000

/**
 * When to leave jobs of a capability to others, because this machine cannot do them just now: its Docker engine is away, an image is
 * missing. Without a rest it would be the quickest of all to take jobs, and to fail them.
 */
export class Rests {
  readonly #last = new Map<string, { ms: number; until: number }>()

  /** How long to rest after a trial of this capability; each rest is twice as long as the one before, until a trial has its sandbox. */
  after(capability: string, { outcome }: Pick<Trial, 'outcome'>, now = performance.now()): number {
    if (outcome.kind !== 'void' || outcome.fault.code !== 'sandbox-unavailable') {
      this.#last.delete(capability)
      return 0
    }
    const last = this.#last.get(capability)
    // Trials that were under way together fail together: that is one reason to rest.
    if (last !== undefined && now < last.until) return last.until - now
    const ms = last === undefined ? FIRST_MS : Math.min(LONGEST_MS, last.ms * 2)
    this.#last.set(capability, { ms, until: now + ms })
    return ms
  }
}

/** How long a job waits before it is tried again: for a sandbox that cannot be had, longer than it takes to start an engine again. */
export const retryMs = (code: string) => (code === 'sandbox-unavailable' ? FIRST_MS : 500)
