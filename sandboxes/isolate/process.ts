import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { FaultError } from '../../src/domain/errors.ts'
import { type FromHost, LONGEST_LINE, type ToHost } from './messages.ts'

const here = fileURLToPath(import.meta.url)
const root = join(dirname(here), '..')
// TypeScript beside TypeScript sources, JavaScript beside compiled ones.
const entry = join(dirname(here), `host${extname(here)}`)
const START_MS = 60_000
// Measured: a host process reserves 1.4 GiB of addresses, 0.3 GiB more once it has stripped TypeScript (with WebAssembly,
// which would take all there is if its pages were not limited), and 0.5 GiB for an isolate's code; two isolates may overlap
// for a moment. Reserved is not used: what is resident is watched in meter.ts, and this bounds what happens between two looks.
const RESERVED_KIB = 3 * 2 ** 20

/** How a host process ended, and what Node said on stderr when it did. */
export interface Death {
  readonly signal: string
  readonly words: string
}

/** A process that holds isolated-vm; one program at a time. It dies with us, or when it is killed. */
export class HostProcess {
  readonly pid: number
  /** The memory its programs may ask for at most. */
  readonly memoryMiB: number
  /** Resolves, never rejects, once the process is gone. */
  readonly death: Promise<Death>
  versions: Readonly<Record<string, string>> = {}
  /** Who hears what the process says. */
  listener: ((message: FromHost) => void) | undefined
  /** How many programs it has held. */
  programs = 0
  isAlive = true
  #isWarm = false
  readonly #lent = new Set<string>()
  readonly #child: ChildProcess
  readonly #stdin: Writable

  private constructor(child: ChildProcess, memoryMiB: number) {
    this.#child = child
    this.#stdin = child.stdin as Writable
    this.pid = child.pid ?? 0
    this.memoryMiB = memoryMiB
    // A process that is dying closes its pipes; `death` tells of it.
    this.#stdin.on('error', () => undefined)
    this.death = this.#watch()
    this.#listen()
  }

  /** Starts a process, and waits until it can take a program. Takes some 100 ms. */
  static async start(memoryMiB: number): Promise<HostProcess> {
    const binding = bindingPath()
    const readable = [join(root, 'isolate'), join(root, 'runners'), join(root, '..', 'package.json'), binding]
    const node = [
      '--permission',
      '--allow-addons',
      ...readable.map((path) => `--allow-fs-read=${path}`),
      '--no-node-snapshot',
      '--no-warnings',
      '--disable-wasm-trap-handler',
      '--wasm-max-mem-pages=4096',
      entry,
      binding,
    ]
    // A limit that is lower already may stay; none at all may not.
    const shell =
      'ulimit -c 0; ulimit -v "$1" 2>/dev/null || [ "$(ulimit -v)" != unlimited ] || exit 97; shift; exec "$@"'
    const kib = Math.ceil(RESERVED_KIB + memoryMiB * 1024)
    const child = spawn('/bin/sh', ['-c', shell, 'sh', String(kib), process.execPath, ...node], {
      cwd: '/',
      env: {},
      stdio: 'pipe',
      // A Ctrl-C on our terminal is ours to handle.
      detached: true,
    })
    const host = new HostProcess(child, memoryMiB)
    await host.#ready()
    return host
  }

  /** Gives it libraries that it does not have yet. */
  lend(libraries: Readonly<Record<string, string>>): void {
    for (const [name, source] of Object.entries(libraries)) {
      if (this.#lent.has(name)) continue
      this.#lent.add(name)
      this.send({ do: 'lend', name, source })
    }
  }

  /** Makes it ready for TypeScript, before any program's clock runs. Resolves too when the process dies meanwhile. */
  async warm(): Promise<void> {
    if (this.#isWarm) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.listener = ({ is }) => is === 'warm' && resolve()
    this.send({ do: 'warm' })
    await Promise.race([promise, this.death])
    this.listener = undefined
    this.#isWarm = true
  }

  send(message: ToHost): void {
    this.#stdin.write(`${JSON.stringify(message)}\n`)
  }

  /** Ends the process at once; `death` tells when it is gone. */
  kill(): void {
    this.isAlive = false
    this.#child.kill('SIGKILL')
  }

  #ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.kill()
        reject(
          new FaultError('sandbox-unavailable', `an isolate's host process did not start within ${START_MS / 1000} s`),
        )
      }, START_MS)
      this.listener = (message) => {
        if (message.is !== 'ready') return
        clearTimeout(late)
        this.versions = message.versions
        // An idle process must not keep ours alive.
        this.#child.unref()
        for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr])
          (stream as { unref?(): void } | null)?.unref?.()
        resolve()
      }
      void this.death.then(({ signal, words }) => {
        clearTimeout(late)
        reject(
          new FaultError(
            'sandbox-unavailable',
            `an isolate's host process did not start (${signal}): ${words.slice(-500).trim()}`,
          ),
        )
      })
    })
  }

  #watch(): Promise<Death> {
    let words = ''
    this.#child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      if (words.length < 20_000) words += piece
    })
    return new Promise((resolve) => {
      this.#child.on('error', (error) => resolve({ signal: 'none', words: error.message }))
      this.#child.on('close', (code, signal) => resolve({ signal: signal ?? `exit ${code}`, words }))
    }).finally(() => {
      this.isAlive = false
    }) as Promise<Death>
  }

  #listen(): void {
    let pieces: Buffer[] = []
    let length = 0
    this.#child.stdout?.on('data', (piece: Buffer) => {
      let from = 0
      for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, from)) {
        pieces.push(piece.subarray(from, end))
        const line = Buffer.concat(pieces)
        pieces = []
        length = 0
        from = end + 1
        this.#hear(line)
      }
      pieces.push(piece.subarray(from))
      length += piece.length - from
      if (length > LONGEST_LINE) this.kill()
    })
  }

  #hear(line: Buffer): void {
    let message: FromHost
    try {
      message = JSON.parse(line.toString()) as FromHost
    } catch {
      // Only a program that broke out of its isolate can say this; its process goes, and that ends the program.
      this.kill()
      return
    }
    this.listener?.(message)
  }
}

/** isolated-vm's compiled file for this Node, found as isolated-vm itself would find it. */
function bindingPath(): string {
  const main = createRequire(import.meta.url).resolve('isolated-vm')
  const find = createRequire(main)('node-gyp-build') as { resolve(folder: string): string }
  return find.resolve(dirname(main))
}

/** The version of isolated-vm. */
export function isolatedVmVersion(): string {
  return (createRequire(import.meta.url)('isolated-vm/package.json') as { version: string }).version
}
