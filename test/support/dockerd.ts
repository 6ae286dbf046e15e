import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A Docker engine of our own, beside the machine's: its own folder, socket and containers; gone when it is disposed. */
export interface DockerEngine extends AsyncDisposable {
  /** As in DOCKER_HOST. */
  readonly host: string
  /** Containers that are there, whatever their state. */
  containers(): string[]
  /** Copies images of the machine's engine into it. */
  load(...images: readonly string[]): void
  /** Ends it as a power cut would; `start` brings it back with its data. */
  kill(): Promise<void>
  start(): Promise<void>
}

async function startDockerEngine(): Promise<DockerEngine> {
  // The usual PATH may lack sbin, where iptables is.
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin` }
  execFileSync('dockerd', ['--version'], { stdio: 'pipe', env })
  const folder = mkdtempSync(join(tmpdir(), 'assay-dockerd-'))
  const socket = join(folder, 'docker.sock')
  const host = `unix://${socket}`
  const docker = (...args: readonly string[]) =>
    execFileSync('docker', ['-H', host, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  let daemon: ChildProcess | undefined
  const end = async (signal: NodeJS.Signals) => {
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return
    const ended = once(daemon, 'exit')
    daemon.kill(signal)
    await ended
  }
  const start = async () => {
    const own = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '-H', host]
    const alone = ['--pidfile', join(folder, 'pid'), '--bridge=none', '--iptables=false', '--ip6tables=false']
    // What it left may name a process that nobody has buried yet, and it would wait for that one.
    for (const stale of ['pid', 'exec/containerd/containerd.pid']) rmSync(join(folder, stale), { force: true })
    // In a network of its own: an engine without a bridge deletes the one that the machine's engine uses.
    const child = spawn('unshare', ['--net', 'dockerd', ...own, ...alone], { stdio: 'ignore', env })
    daemon = child
    for (const limit = Date.now() + 120_000; ; await sleep(100)) {
      if (child.exitCode !== null) throw new Error(`dockerd ended with ${child.exitCode}`)
      try {
        docker('version')
        return
      } catch (error) {
        if (Date.now() > limit) throw error
      }
    }
  }
  const dispose = async () => {
    await end('SIGTERM')
    // An engine that was killed, and did not come back, has left its containers and its mounts.
    for (const pid of left(folder)) process.kill(pid, 'SIGKILL')
    for (const at of mounts(folder)) execFileSync('umount', ['--lazy', at])
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await start()
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    host,
    containers: () => docker('ps', '--all', '--quiet', '--no-trunc').split('\n').filter(Boolean),
    load(...images) {
      const file = join(folder, 'images.tar')
      execFileSync('docker', ['save', '--output', file, ...images], { stdio: 'pipe' })
      docker('load', '--quiet', '--input', file)
      rmSync(file)
    },
    kill: () => end('SIGKILL'),
    start,
    [Symbol.asyncDispose]: dispose,
  }
}

/** The processes whose command lines name a folder, and their children. */
function left(folder: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))
  const read = (pid: string, name: string) => {
    try {
      return readFileSync(`/proc/${pid}/${name}`, 'utf8')
    } catch {
      return '' // it has ended meanwhile
    }
  }
  const shims = pids.filter((pid) => read(pid, 'cmdline').includes(folder))
  const children = shims.flatMap((pid) => read(pid, `task/${pid}/children`).split(' ').filter(Boolean))
  return [...children, ...shims].map(Number)
}

/** What is mounted below a folder, the innermost first. */
function mounts(folder: string): string[] {
  const points = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
  return points.filter((at) => at.startsWith(`${folder}/`)).reverse()
}

/** One, or undefined where none can be started: that takes root and dockerd, and not every container lets it. */
export async function dockerEngine(): Promise<DockerEngine | undefined> {
  try {
    return await startDockerEngine()
  } catch (error) {
    console.warn(`SKIPPED: a test of a Docker engine that dies needs root and dockerd: ${String(error)}`)
    return undefined
  }
}
