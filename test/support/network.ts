import { execFileSync } from 'node:child_process'

const ip = (...args: readonly string[]) => execFileSync('ip', args, { stdio: 'pipe' })

/** A network namespace that reaches us over one cable; both are gone when it is disposed. */
export interface Island extends Disposable {
  /** Our end of the cable. */
  readonly host: string
  /** What stands before a program that shall run there. */
  readonly wrapper: readonly string[]
  /** Pulls the cable: what is sent is lost, and no connection ends. */
  cut(): void
  mend(): void
}

let made = 0

/** Makes one. Names and addresses follow from our process id and a count: the kernel takes a while to clear away what was removed. */
export function island(): Island {
  made++
  const name = `assay-${process.pid}-${made}`
  const [outside, inside] = [`as${process.pid}a${made}`, `as${process.pid}b${made}`]
  const net = `10.213.${(process.pid >> 6) & 255}.${(process.pid & 63) << 2}`.split('.')
  const address = (n: number) => [...net.slice(0, 3), String(Number(net[3]) + n)].join('.')
  ip('netns', 'add', name)
  let cable = false
  const remove = () => {
    // At once, with its address; with the namespace alone it would go some time later.
    if (cable) ip('link', 'del', outside)
    ip('netns', 'del', name)
  }
  try {
    ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', inside, 'netns', name)
    cable = true
    ip('addr', 'add', `${address(1)}/30`, 'dev', outside)
    ip('link', 'set', outside, 'up')
    ip('-n', name, 'addr', 'add', `${address(2)}/30`, 'dev', inside)
    ip('-n', name, 'link', 'set', inside, 'up')
    ip('-n', name, 'link', 'set', 'lo', 'up')
  } catch (error) {
    remove()
    throw error
  }
  return {
    host: address(1),
    wrapper: ['ip', 'netns', 'exec', name],
    cut: () => void ip('-n', name, 'link', 'set', inside, 'down'),
    mend: () => void ip('-n', name, 'link', 'set', inside, 'up'),
    [Symbol.dispose]: () => void remove(),
  }
}

/** Only root may make networks, and not in every container. */
export function canMakeNetworks(): boolean {
  try {
    island()[Symbol.dispose]()
    return true
  } catch (error) {
    console.warn(`SKIPPED: a test of a cut network needs root and network namespaces: ${String(error)}`)
    return false
  }
}
