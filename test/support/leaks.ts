import { readdirSync, readFileSync } from 'node:fs'
import { Engine } from '../../sandboxes/docker/engine.ts'
import { WORKER } from '../../sandboxes/docker/labels.ts'

/** The containers of workers of this name that are there, whatever their state. */
export async function leftovers(worker: string): Promise<string[]> {
  const containers = await new Engine().docker.listContainers({ all: true, filters: { label: [WORKER] } })
  return containers.filter(({ Labels }) => Labels[WORKER]?.startsWith(`${worker}-`)).map(({ Id }) => Id)
}

/** The networks of workers of this name that are there. */
export async function leftNetworks(worker: string): Promise<string[]> {
  const networks = await new Engine().docker.listNetworks({ filters: { label: [WORKER] } })
  return networks.filter(({ Labels }) => Labels?.[WORKER]?.startsWith(`${worker}-`)).map(({ Id }) => Id)
}

/** The processes that this one has started and that still run, by their command lines. */
export function children(): string[] {
  const own = readdirSync('/proc/self/task').flatMap((thread) => {
    try {
      return readFileSync(`/proc/self/task/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean)
    } catch {
      return [] // the thread has just ended
    }
  })
  return own.flatMap((pid) => {
    try {
      return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()]
    } catch {
      return [] // the process has just ended
    }
  })
}
