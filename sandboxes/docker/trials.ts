import { messageOf } from '../../src/domain/errors.ts'
import type { RunningServices } from './services.ts'

/** A sandbox's part in the services of its trial. */
export interface Lease {
  readonly services: Promise<RunningServices>
  /** The sandbox's cell is gone; once the last one is, the services end. Resolves when they have, where this was the last. */
  leave(): Promise<void>
}

interface Shared {
  readonly services: Promise<RunningServices>
  users: number
}

/** The services of the trials that are under way: started for a trial's first sandbox, ended with its last. */
export class TrialServices implements AsyncDisposable {
  readonly #shared = new Map<string, Shared>()
  readonly #ending = new Set<Promise<void>>()

  /** Joins the services of a trial; whoever is first starts them. */
  join(trial: string, start: () => Promise<RunningServices>): Lease {
    let shared = this.#shared.get(trial)
    if (shared === undefined) {
      shared = { services: start(), users: 0 }
      // Whoever joined is told; nobody has to wait for it.
      shared.services.catch(() => {})
      this.#shared.set(trial, shared)
    }
    shared.users++
    const { services } = shared
    let left: Promise<void> | undefined
    return {
      services,
      leave: () => {
        left ??= this.#leave(trial, shared)
        return left
      },
    }
  }

  /** Ends whatever runs. Their sandboxes' cells must be gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const [trial, shared] of this.#shared) void this.#end(trial, shared)
    while (this.#ending.size > 0) await Promise.allSettled(this.#ending)
  }

  async #leave(trial: string, shared: Shared): Promise<void> {
    shared.users--
    if (shared.users === 0 && this.#shared.get(trial) === shared) await this.#end(trial, shared)
  }

  #end(trial: string, shared: Shared): Promise<void> {
    this.#shared.delete(trial)
    const ended = shared.services.then(
      (services) => services[Symbol.asyncDispose](),
      () => {}, // what did not start has ended by itself
    )
    const ending = ended.catch((error: unknown) => {
      process.emitWarning(`services of a trial did not end, and will be swept: ${messageOf(error)}`)
    })
    this.#ending.add(ending)
    void ending.finally(() => this.#ending.delete(ending))
    return ending
  }
}
