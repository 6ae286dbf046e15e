import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Throws where there is no nats-server on this machine. */
export const natsServer = () => execFileSync('nats-server', ['--version'], { stdio: 'pipe' })

/** A NATS server with JetStream of our own: a free port, on the loopback unless told, a store folder; gone when it is disposed. */
export interface NatsServer extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  /** Where it keeps its data. */
  readonly folder: string
  /** Ends it as a power cut would; `start` brings it back with its data. */
  kill(): Promise<void>
  start(): Promise<void>
}

/** Starts one. */
export async function startNats(args: readonly string[] = [], host = '127.0.0.1'): Promise<NatsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-nats-'))
  let port = -1
  let server: ChildProcess | undefined
  const start = async () => {
    const ports = join(folder, 'ports')
    rmSync(ports, { recursive: true, force: true })
    execFileSync('mkdir', ['-p', ports])
    const argv = ['-a', host, '-p', String(port), '-js', '-sd', folder, '--ports_file_dir', ports, ...args]
    const child = spawn('nats-server', argv, { stdio: 'ignore' })
    server = child
    for (const end = Date.now() + 120_000; ; await sleep(20)) {
      if (child.exitCode !== null) throw new Error(`nats-server ended with ${child.exitCode}`)
      try {
        const written = JSON.parse(readFileSync(join(ports, `nats-server_${child.pid}.ports`), 'utf8'))
        port = Number(new URL(written.nats[0]).port)
        return
      } catch (error) {
        // It writes the file once it listens.
        if (Date.now() > end) throw error
      }
    }
  }
  const kill = async () => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    server.kill('SIGKILL')
    await ended
  }
  await start()
  return {
    get url() {
      return `nats://${host}:${port}`
    },
    get pid() {
      return server!.pid!
    },
    folder,
    kill,
    start,
    async [Symbol.asyncDispose]() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
