import type { ContainerCreateOptions } from 'dockerode'
import type { CellOptions } from './cell.ts'
import { joined } from './network.ts'

const MiB = 2 ** 20

/** What the supervisor and the interpreters it keeps warm take beside the program. */
const OVERHEAD_BYTES = 32 * MiB

/**
 * The container of a cell. Root inside is our supervisor alone: CHOWN gives the work folder to a trial's user, SETUID and SETGID
 * make a process that user's, SETPCAP empties its bounding set.
 */
export function containerOf(options: CellOptions): ContainerCreateOptions & { HostConfig: { CgroupnsMode: string } } {
  const {
    memoryBytes,
    processes,
    diskBytes,
    cpus,
    runtime,
    labels,
    seccomp,
    network,
    zygotes = [],
    volumes = [],
  } = options
  const memory = memoryBytes + OVERHEAD_BYTES
  const inodes = Math.max(64, Math.ceil(diskBytes / 4096))
  const place = `rw,nosuid,nodev,size=${diskBytes},nr_inodes=${inodes},mode=1777`
  return {
    Image: options.image,
    User: '0:0',
    Hostname: 'cell',
    WorkingDir: '/',
    Entrypoint: ['/assay/cell'],
    Cmd: [],
    // An image's health check would run as root beside our supervisor.
    Healthcheck: { Test: ['NONE'] },
    Labels: { ...labels },
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    // Without it the daemon runs itself once more for each container, to lay a network that is none (45 ms of processor on Docker 20.10).
    ...(network === undefined && { NetworkDisabled: true }),
    HostConfig: {
      ...(network === undefined ? { NetworkMode: 'none' } : joined(network)),
      IpcMode: 'private',
      CgroupnsMode: 'private',
      ReadonlyRootfs: true,
      Tmpfs: {
        // A volume that the image declares would be a folder on the host's disk, without a bound.
        ...Object.fromEntries(volumes.map((path) => [path, 'ro,nosuid,nodev,noexec,size=4k'])),
        '/work': `${place},exec`,
        '/tmp': `${place},exec`,
        '/dev/shm': `${place},noexec`,
      },
      CapDrop: ['ALL'],
      CapAdd: ['CHOWN', 'SETUID', 'SETGID', 'SETPCAP'],
      SecurityOpt: ['no-new-privileges', `seccomp=${seccomp}`],
      Memory: memory,
      MemorySwap: memory,
      // Beside the supervisor and the zygotes.
      PidsLimit: processes + 1 + zygotes.length,
      LogConfig: { Type: 'none', Config: {} },
      Init: false,
      ...(cpus !== undefined && { NanoCpus: Math.round(cpus * 1e9) }),
      ...(runtime !== undefined && { Runtime: runtime }),
    },
  }
}
