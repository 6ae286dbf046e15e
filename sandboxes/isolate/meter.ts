import type { LimitName, Limits } from '../../src/domain/limits.ts'
import { cpuMsOf, forgetPeak, memoryOf, monotonicMs, waitedMsOf } from './proc.ts'

const MiB = 2 ** 20
/** V8's own share of a program's memory: its young generation, code and compilers. Not the program's to answer for. */
const ENGINE_BYTES = 32 * MiB
/** A loaded machine may stretch a program's time so far, and no further. */
const STRETCH = 3

/**
 * Measures one program in its host process, from load to dispose, against its limits. Its clock stands still between calls
 * and while the program waits for an answer of ours; time that its threads spent ready but without a processor does not count.
 */
export class Meter {
  readonly #pid: number
  readonly #limits: Limits
  readonly #baseBytes: number
  /** Whether the kernel's peak is this program's; otherwise the highest figure that we saw is. */
  readonly #hasOwnPeak: boolean
  /** What the process had used up before this program. Read once: a look at all its threads takes longer than most calls. */
  readonly #before: { cpuMs: number; waitedMs: number }
  #peakBytes = 0
  /** Of the operations that are over. */
  #wallMs = 0
  #cpuMs = 0
  #started: number | undefined
  #pausedMs = 0
  #pausedAt: number | undefined

  constructor(pid: number, limits: Limits) {
    this.#pid = pid
    this.#limits = limits
    this.#hasOwnPeak = forgetPeak(pid)
    this.#baseBytes = memoryOf(pid)?.residentBytes ?? 0
    this.#before = { cpuMs: cpuMsOf(pid) ?? 0, waitedMs: waitedMsOf(pid) }
  }

  start(): void {
    this.#pausedMs = 0
    this.#pausedAt = undefined
    this.#started = monotonicMs()
  }

  /** The program waits for us. */
  pause(): void {
    this.#pausedAt ??= monotonicMs()
  }

  resume(): void {
    if (this.#pausedAt !== undefined) this.#pausedMs += monotonicMs() - this.#pausedAt
    this.#pausedAt = undefined
  }

  /** The limit that is passed now, while the program runs. */
  exceeded(): LimitName | undefined {
    if (this.#started === undefined) return undefined
    return this.#over(this.#elapsed(monotonicMs()), this.#sinceStart() ?? 0)
  }

  /** Ends an operation with its final figures: when it was over, and its processor time where the host process told it. */
  stop(
    at = monotonicMs(),
    cpuMs?: number,
  ): { wallMs: number; cpuMs?: number; memoryBytes?: number; exceeded: LimitName | undefined } {
    this.resume()
    const started = this.#started
    if (started === undefined) return { wallMs: 0, exceeded: undefined }
    const spentCpuMs = cpuMs ?? this.#sinceStart()
    const wallMs = this.#elapsed(Math.max(started, Math.min(at, monotonicMs())))
    const exceeded = this.#over(wallMs, spentCpuMs ?? 0)
    this.#started = undefined
    this.#wallMs += wallMs
    this.#cpuMs += spentCpuMs ?? 0
    const memoryBytes = this.#peakBytes > 0 ? this.#peakBytes : undefined
    return {
      wallMs,
      ...(spentCpuMs === undefined ? {} : { cpuMs: spentCpuMs }),
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
      exceeded,
    }
  }

  /** Milliseconds until the wall limit could be passed at the earliest. */
  get wallLeftMs(): number {
    const elapsed = this.#started === undefined ? 0 : this.#elapsed(monotonicMs())
    return Math.max(0, this.#limits.wallMs - this.#wallMs - elapsed)
  }

  /** Processor time of the operation that runs; none of a process that is gone. */
  #sinceStart(): number | undefined {
    const now = cpuMsOf(this.#pid)
    return now === undefined ? undefined : Math.max(0, now - this.#before.cpuMs - this.#cpuMs)
  }

  #elapsed(at: number): number {
    const started = this.#started
    if (started === undefined) return 0
    const paused = this.#pausedMs + (this.#pausedAt === undefined ? 0 : at - this.#pausedAt)
    return Math.max(0, at - started - paused)
  }

  #over(wallMs: number, cpuMs: number): LimitName | undefined {
    const memory = memoryOf(this.#pid)
    if (memory !== undefined) {
      const bytes = this.#hasOwnPeak ? memory.peakBytes : memory.residentBytes
      this.#peakBytes = Math.max(this.#peakBytes, bytes - this.#baseBytes)
    }
    if (this.#peakBytes > this.#limits.memoryBytes + ENGINE_BYTES) return 'memory'
    if (this.#cpuMs + cpuMs > this.#limits.cpuMs) return 'cpu'
    const over = this.#wallMs + wallMs - this.#limits.wallMs
    if (over <= 0) return undefined
    if (this.#wallMs + wallMs > this.#limits.wallMs * STRETCH) return 'wall'
    return over > waitedMsOf(this.#pid) - this.#before.waitedMs ? 'wall' : undefined
  }
}
