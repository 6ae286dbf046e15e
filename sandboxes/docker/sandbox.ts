import { FaultError } from '../../src/domain/errors.ts'
import type { ExecResult } from '../../src/domain/exec.ts'
import type { Limits } from '../../src/domain/limits.ts'
import type {
  Command,
  Files,
  LoadedModule,
  Module,
  RunningProgram,
  Sandbox,
  SandboxFacts,
} from '../../src/domain/sandbox.ts'
import { load } from './load.ts'
import { Places } from './places.ts'
import type { Held } from './pool.ts'
import type { Caps } from './received.ts'
import { checkCommand, checkFiles } from './request.ts'
import type { Program, Running } from './running.ts'

/** How long a cell may take to wipe itself after a trial; a full tmpfs on a loaded machine took 2 s. */
const END_MS = 30_000
/** Entries and levels that are taken out of a work folder at most; bytes are bounded by the disk limit. */
const MAX_ENTRIES = 10_000
const MAX_DEPTH = 32
/** Commands that run at once; more wait. The supervisor has 16 places, and programs that stay (a shell, a server) need some. */
const AT_ONCE = 12

/**
 * A trial in a cell. Over a limit the cell is spent: the trial may go on in it, because the supervisor has killed whatever
 * passed the limit, but no other trial gets it. The same goes for a cell in which anything threw.
 */
export class DockerSandbox implements Sandbox {
  readonly facts: SandboxFacts
  readonly #held: Held
  readonly #limits: Limits
  readonly #leave: (() => Promise<void>) | undefined
  readonly #running = new Set<Running>()
  readonly #places = new Places(AT_ONCE)
  #spent = false
  #disposed: Promise<void> | undefined

  /** `leave` gives up the services of the trial, once a cell in `fresh` is gone; the trial waits for it. */
  constructor(held: Held, limits: Limits, facts: SandboxFacts, leave?: () => Promise<void>) {
    this.#held = held
    this.#limits = limits
    this.facts = facts
    this.#leave = leave
  }

  async write(files: Files, signal: AbortSignal): Promise<void> {
    checkFiles(files)
    await this.#orSpent(this.#held.cell.put(files, signal))
  }

  async read(paths: readonly string[], signal: AbortSignal): Promise<{ files: Files; dropped: readonly string[] }> {
    const caps: Caps = { bytes: this.#limits.diskBytes, entries: MAX_ENTRIES, depth: MAX_DEPTH }
    return this.#orSpent(this.#held.cell.get(paths, caps, signal))
  }

  async exec(command: Command, signal: AbortSignal): Promise<ExecResult> {
    const program = { ...this.#program(command), stdin: command.stdin ?? ('none' as const) }
    const leave = await this.#places.take('exec', signal)
    try {
      return await this.#untilEnded(await this.#start(program, signal), signal)
    } finally {
      leave()
    }
  }

  async spawn(command: Command, signal: AbortSignal): Promise<RunningProgram> {
    const running = await this.#start({ ...this.#program(command), stdin: 'pipe' }, signal)
    if (command.stdin) void running.write(command.stdin)
    const ended = this.#untilEnded(running, signal)
    ended.catch(() => {}) // whoever awaits it gets the error; nobody has to
    return {
      stdout: running.stdout,
      write: (data) => running.write(data),
      closeStdin: async () => running.closeStdin(),
      kill: async () => running.kill(),
      hold: (on) => running.hold(on),
      ended,
      async [Symbol.asyncDispose]() {
        running.kill()
        await Promise.allSettled([ended])
      },
    }
  }

  async load(module: Module, signal: AbortSignal): Promise<LoadedModule> {
    const limits = within(this.#limits, module.limits)
    const { cell } = this.#held
    return load({ module, limits, cell, start: (program) => this.#start(program, signal) }, signal)
  }

  /** The program's processes are killed, the cell is wiped and goes back to the pool; nobody waits for that. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose()
    await this.#disposed
  }

  #program({ argv, env, cwd, limits }: Command): Omit<Program, 'stdin'> {
    checkCommand({ argv, ...(env && { env }), ...(cwd !== undefined && { cwd }) })
    return { argv, ...(env && { env }), ...(cwd !== undefined && { cwd }), limits: within(this.#limits, limits) }
  }

  async #start(program: Program, signal: AbortSignal): Promise<Running> {
    if (this.#disposed) throw new FaultError('internal', 'this sandbox is closed')
    const running = await this.#orSpent(this.#held.cell.start(program, signal))
    this.#running.add(running)
    running.ended.then(
      ({ ending }) => {
        this.#running.delete(running)
        if (ending.kind === 'limited') this.#spent = true
      },
      () => {
        this.#running.delete(running)
        this.#spent = true
      },
    )
    return running
  }

  async #untilEnded(running: Running, signal: AbortSignal): Promise<ExecResult> {
    const abort = () => running.kill()
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    try {
      const result = await running.ended
      if (signal.aborted) throw signal.reason
      return result
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  async #orSpent<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise
    } catch (error) {
      this.#spent = true
      throw error
    }
  }

  async #dispose(): Promise<void> {
    for (const running of this.#running) running.kill()
    if (this.#spent || this.facts.isolation === 'fresh') {
      const gone = this.#held.giveBack('spent')
      if (this.#leave) await gone.then(this.#leave)
      return
    }
    // The place stays taken until the cell is clean, but the trial need not wait for it.
    void this.#held.cell.end(AbortSignal.timeout(END_MS)).then(
      (state) => this.#held.giveBack(state === 'clean' ? 'clean' : 'spent'),
      () => this.#held.giveBack('spent'),
    )
  }
}

/** The sandbox's limits, or less where less is asked for. */
function within(most: Limits, asked: Partial<Limits> | undefined): Limits {
  const names = Object.keys(most) as (keyof Limits)[]
  return Object.fromEntries(names.map((name) => [name, Math.min(most[name], asked?.[name] ?? most[name])])) as Limits
}
