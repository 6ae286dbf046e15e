import type { ContainerInfo, NetworkInspectInfo } from 'dockerode'
import { type Engine, statusOf } from './engine.ts'
import { isOrphan, WORKER } from './labels.ts'
import { removeNetwork } from './network.ts'

type Labelled = Pick<ContainerInfo, 'Labels'>

/** Removes the containers and networks whose owners are dead, and tells their ids. What belongs to a live worker, ours or not, stays. */
export async function sweep(engine: Engine, signal: AbortSignal): Promise<string[]> {
  return removeAll(engine, WORKER, ({ Labels }) => isOrphan(Labels), signal)
}

/** Removes every container and network of one worker, and tells their ids. */
export async function removeOf(engine: Engine, worker: string, signal: AbortSignal): Promise<string[]> {
  return removeAll(engine, `${WORKER}=${worker}`, () => true, signal)
}

async function removeAll(
  engine: Engine,
  label: string,
  wanted: (one: Labelled) => boolean,
  signal: AbortSignal,
): Promise<string[]> {
  const { docker } = engine
  const filters = { label: [label] }
  const containers = await engine.call(
    'list containers',
    (abortSignal) => docker.listContainers({ all: true, filters, abortSignal }),
    signal,
  )
  const ids: string[] = []
  for (const { Id } of containers.filter(wanted)) {
    await removeContainer(engine, Id, signal)
    ids.push(Id)
  }
  // A network goes once its containers are gone.
  const networks: NetworkInspectInfo[] = await engine.call(
    'list networks',
    (abortSignal) => docker.listNetworks({ filters, abortSignal }),
    signal,
  )
  for (const { Id } of networks.filter(({ Labels = {} }) => wanted({ Labels }))) {
    await removeEmpty(engine, Id, signal)
    ids.push(Id)
  }
  return ids
}

/** Removes a network, unless somebody else is still removing what is joined to it; then a later sweep finds it. */
async function removeEmpty(engine: Engine, id: string, signal: AbortSignal): Promise<void> {
  try {
    await removeNetwork(engine, id, signal)
  } catch (error) {
    if (statusOf(error) !== 403) throw error
  }
}

/** Removes a container, whatever state it is in; one that is gone, or that somebody else is removing, is fine. */
export async function removeContainer(engine: Engine, id: string, signal: AbortSignal): Promise<void> {
  try {
    const container = engine.docker.getContainer(id)
    await engine.call(
      'remove a container',
      (abortSignal) => container.remove({ force: true, v: true, abortSignal }),
      signal,
    )
  } catch (error) {
    const status = statusOf(error)
    if (status !== 404 && status !== 409) throw error
  }
}
