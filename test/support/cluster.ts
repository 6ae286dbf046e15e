import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')

/** Waits for a condition, for minutes if it must be; the test fails with its name. */
export async function until(what: string, holds: () => unknown, limitMs = 150_000): Promise<void> {
  for (const end = Date.now() + limitMs; ; await sleep(50)) {
    if (await holds()) return
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`)
  }
}

/** How a process of ours is started, where it is not started plainly. */
export interface Start {
  /** What stands before it: `ip netns exec NAME`. */
  readonly wrapper?: readonly string[]
  /** Options of Node itself. */
  readonly node?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** A process of ours. */
export interface Program extends AsyncDisposable {
  readonly child: ChildProcess
  readonly pid: number
  /** What it wrote to stderr. */
  log(): string
  /** Ends it by a signal, and waits for that. */
  end(signal: NodeJS.Signals): Promise<void>
  readonly exit: Promise<number | null>
}

/** Assay processes that work together, and what they leave: all of it is gone when this is disposed. */
export class Cluster implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'assay-cluster-'))
  readonly nats: string
  readonly #programs: Program[] = []

  constructor(nats: string) {
    this.nats = nats
  }

  get store(): string {
    return `sqlite:${join(this.folder, 'assay.db')}`
  }

  serve(...args: string[]): Program {
    const own = ['--port', '0', ...(args.includes('--store') ? [] : ['--store', this.store])]
    return this.start('serve', '--nats', this.nats, ...own, ...args)
  }

  worker(...args: string[]): Program {
    return this.start('worker', '--nats', this.nats, '--slots', '2', ...args)
  }

  /** A server and two workers of two slots each; resolves once all are ready. */
  async pair(): Promise<void> {
    const server = this.serve()
    const workers = [this.worker(), this.worker()]
    await until(
      'all are ready',
      () => server.log().includes('leading') && workers.every((one) => one.log().includes('ready')),
    )
  }

  /** Any command of Assay. */
  start(...args: string[]): Program {
    return this.launch(args)
  }

  /** Any command of Assay, started in a way of its own. */
  launch(args: readonly string[], { wrapper = [], node = [], env: more = {} }: Start = {}): Program {
    const path = join(this.folder, `${this.#programs.length}.log`)
    const stderr = openSync(path, 'w')
    const env = { ...process.env, ASSAY_LOG: 'info', CI: '', ...more }
    const [file = process.execPath, ...argv] = [...wrapper, process.execPath, ...node, MAIN, ...args]
    const child = spawn(file, argv, { stdio: ['ignore', 'pipe', stderr], env, cwd: this.folder })
    const exit = once(child, 'exit').then(([code]) => code as number | null)
    const program: Program = {
      child,
      pid: child.pid!,
      exit,
      log: () => readFileSync(path, 'utf8'),
      async end(signal) {
        if (child.exitCode === null && child.signalCode === null) child.kill(signal)
        await exit
      },
      async [Symbol.asyncDispose]() {
        await program.end('SIGKILL')
      },
    }
    this.#programs.push(program)
    return program
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const program of this.#programs.toReversed()) await program[Symbol.asyncDispose]()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
