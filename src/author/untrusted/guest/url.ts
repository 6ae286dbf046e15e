/** URL, which V8 alone does not have: enough to name files beside a benchmark, and pages. */
export class URL {
  readonly protocol: string
  readonly host: string
  readonly pathname: string
  readonly search: string
  readonly hash: string

  constructor(reference: string | URL, base?: string | URL) {
    const own = parts(String(reference))
    const from = own.scheme === undefined && base !== undefined ? new URL(base) : undefined
    const scheme = own.scheme ?? from?.protocol.slice(0, -1)
    if (scheme === undefined) throw new TypeError(`Invalid URL: ${reference}`)
    const isOwn = from === undefined || own.host !== undefined
    this.protocol = `${scheme}:`
    this.host = (isOwn ? own.host : from.host) ?? ''
    const hasPath = isOwn || own.path !== ''
    this.pathname = hasPath ? straight(isOwn ? own.path : joined(own.path, from.pathname)) : from.pathname
    this.search = own.search ?? (hasPath ? '' : (from?.search ?? ''))
    this.hash = own.hash ?? ''
  }

  static canParse(reference: string | URL, base?: string | URL): boolean {
    try {
      return new URL(reference, base) instanceof URL
    } catch {
      return false
    }
  }

  get origin(): string {
    return this.protocol === 'file:' ? 'null' : `${this.protocol}//${this.host}`
  }

  get hostname(): string {
    return this.host.replace(/:\d+$/, '')
  }

  get href(): string {
    const authority = this.host !== '' || this.protocol === 'file:' ? `//${this.host}` : ''
    return this.protocol + authority + this.pathname + this.search + this.hash
  }

  toString(): string {
    return this.href
  }

  toJSON(): string {
    return this.href
  }
}

function parts(text: string) {
  const found = /^(?:([a-z][a-z\d+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?$/is.exec(text.trim())
  const [, scheme, host, path = '', search, hash] = found ?? []
  return { scheme: scheme?.toLowerCase(), host, path, search, hash }
}

const joined = (path: string, base: string) => (path.startsWith('/') ? path : base.replace(/[^/]*$/, '') + path)

/** A path without dots, its other letters percent-encoded as URLs have them. */
function straight(path: string): string {
  if (!path.startsWith('/')) return path
  const kept: string[] = []
  const steps = path.slice(1).split('/')
  for (const [index, step] of steps.entries()) {
    if (step === '..') kept.pop()
    else if (step !== '.') kept.push(step)
    if ((step === '..' || step === '.') && index === steps.length - 1) kept.push('')
  }
  return `/${kept.map((step) => step.replaceAll(/[^\w.~!$&'()*+,;=:@%-]/gu, encodeURIComponent)).join('/')}`
}
