import type { ContainerCreateOptions, ImageInspectInfo } from 'dockerode'
import type { Service } from '../../src/domain/sandbox.ts'
import { joined, type Network } from './network.ts'
import { SECCOMP } from './seccomp.ts'

/** What an image without a user of its own is run as: nobody. */
const NOBODY = '65534:65534'

/** A service and the image that it is started from. */
export interface FoundService {
  readonly service: Service
  readonly image: ImageInspectInfo
}

/**
 * The container of a service. It is the benchmark's program, but a model's may talk it into anything, and so it is held as cells
 * are: no capabilities, a read-only root, our seccomp profile, bounds on memory and processes.
 */
export function serviceContainer(
  name: string,
  { service, image }: FoundService,
  network: Network,
  options: { readonly labels: Readonly<Record<string, string>>; readonly runtime: string | undefined },
): ContainerCreateOptions & { HostConfig: { CgroupnsMode: string } } {
  const { command, env = {}, folders, memoryBytes, processes, diskBytes } = service
  const user = userOf(service, image.Config.User)
  const inodes = Math.max(64, Math.ceil(diskBytes / 4096))
  const place = `rw,nosuid,nodev,exec,size=${diskBytes},nr_inodes=${inodes},mode=1777${ownerOf(user)}`
  const volumes = Object.keys(image.Config.Volumes ?? {})
  return {
    Image: image.Id,
    Hostname: name,
    User: user,
    ...(command && { Cmd: [...command] }),
    Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
    // We ask ourselves whether it is ready, and no more once a model's program may have been at it.
    Healthcheck: { Test: ['NONE'] },
    Labels: { ...options.labels },
    Tty: false,
    NetworkingConfig: {
      EndpointsConfig: { [network.id]: { IPAMConfig: { IPv4Address: network.hosts.get(name)! }, Aliases: [name] } },
    },
    HostConfig: {
      ...joined(network),
      IpcMode: 'private',
      CgroupnsMode: 'private',
      ReadonlyRootfs: true,
      Tmpfs: Object.fromEntries(['/tmp', '/run', '/dev/shm', ...volumes, ...folders].map((path) => [path, place])),
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges', `seccomp=${SECCOMP}`],
      Memory: memoryBytes,
      MemorySwap: memoryBytes,
      PidsLimit: processes,
      // Enough to tell why it did not become ready, and no way to fill a disk.
      LogConfig: { Type: 'json-file', Config: { 'max-size': '64k', 'max-file': '1' } },
      Init: false,
      ...(options.runtime !== undefined && { Runtime: options.runtime }),
    },
  }
}

/** runc gives a folder that the image has the image's mode again; so it is its user's, where that is a number. */
function ownerOf(user: string): string {
  const [, uid, gid = uid] = /^(\d+)(?::(\d+))?$/.exec(user) ?? []
  return uid === undefined ? '' : `,uid=${uid},gid=${gid}`
}

function userOf({ user }: Service, own: string): string {
  if (user !== undefined) return user
  return own === '' || /^(root|0)(:|$)/.test(own) ? NOBODY : own
}
