import { randomInt, randomUUID } from 'node:crypto'
import type { HostConfig } from 'dockerode'
import { FaultError, messageOf } from '../../src/domain/errors.ts'
import { type Engine, statusOf } from './engine.ts'

/** Addresses that are set apart for tests of networks (RFC 2544): nobody's real network is hidden by ours. */
const BLOCK = ip(198, 18, 0, 0)
const NETWORKS = 2 ** 11
/** Addresses of one network: those of a trial's services and of its sandboxes. */
const SIZE = 2 ** 6
/** How often to draw another subnet where somebody has that one already. */
const DRAWS = 50

/**
 * The private network of a trial. Theory of operation: a bridge that is `internal` (the engine forwards nothing in or out of it)
 * and has no address of its own (`inhibit_ipv4`). Without that, the bridge's address would be the host's, and whatever listens
 * on the host would answer. IPv6 is off, nobody in it can make raw packets or change an address (no NET_RAW, no NET_ADMIN), and
 * so what is joined to it reaches what else is joined to it, and nothing more. Names stand in /etc/hosts: what the engine's
 * resolver would ask the world about, it asks the container's own loopback, where nobody answers (CVE-2024-29018).
 */
export interface Network {
  readonly id: string
  /** Names and addresses, as in /etc/hosts. */
  readonly hosts: ReadonlyMap<string, string>
}

/** Makes a network with an address for each name. Whoever makes it removes it. */
export async function createNetwork(
  engine: Engine,
  names: readonly string[],
  labels: Readonly<Record<string, string>>,
): Promise<Network> {
  // An abort must not leave a network behind that nobody knows of; the call has a limit of its own.
  const signal = new AbortController().signal
  for (let draw = 1; ; draw++) {
    const base = BLOCK + randomInt(NETWORKS) * SIZE
    const options = {
      Name: `assay-${randomUUID()}`,
      Driver: 'bridge',
      Internal: true,
      EnableIPv6: false,
      // /26: SIZE addresses. The first is a gateway that nobody is.
      IPAM: { Driver: 'default', Config: [{ Subnet: `${dotted(base)}/26`, Gateway: dotted(base + 1) }] },
      Options: { 'com.docker.network.bridge.inhibit_ipv4': 'true' },
      Labels: { ...labels },
    }
    try {
      const { id } = await engine.call('make a network', () => engine.docker.createNetwork(options), signal)
      return { id, hosts: new Map(names.map((name, index) => [name, dotted(base + 2 + index)])) }
    } catch (cause) {
      if (draw < DRAWS && statusOf(cause) !== undefined && messageOf(cause).includes('overlap')) continue
      if (cause instanceof FaultError) throw cause
      throw new FaultError('sandbox-unavailable', `no network for a trial's services: ${messageOf(cause)}`, { cause })
    }
  }
}

/** Removes a network; one that is gone already is fine. Containers must have left it. */
export async function removeNetwork(engine: Engine, id: string, signal: AbortSignal): Promise<void> {
  try {
    const network = engine.docker.getNetwork(id)
    await engine.call('remove a network', () => network.remove(), signal)
  } catch (error) {
    if (statusOf(error) !== 404) throw error
  }
}

/** What makes a container part of a network. */
export function joined({ id, hosts }: Network): HostConfig {
  return {
    NetworkMode: id,
    ExtraHosts: [...hosts].map(([name, address]) => `${name}:${address}`),
    Dns: ['127.0.0.1'],
    DnsOptions: ['timeout:1', 'attempts:1'],
    // Or the host's own search list would stand in there.
    DnsSearch: ['.'],
  }
}

function ip(a: number, b: number, c: number, d: number): number {
  return a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.')
}
