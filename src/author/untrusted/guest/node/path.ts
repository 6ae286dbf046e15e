/** Paths as POSIX writes them: all of node:path that untrusted code has. */
export const sep = '/'

export function normalize(path: string): string {
  const isAbsolute = path.startsWith('/')
  const kept: string[] = []
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue
    if (step === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop()
    else if (step !== '..' || !isAbsolute) kept.push(step)
  }
  const whole = (isAbsolute ? '/' : '') + kept.join('/')
  return (whole || '.') + (path.endsWith('/') && kept.length > 0 ? '/' : '')
}

export const join = (...parts: string[]) => normalize(parts.filter((part) => part !== '').join('/') || '.')

export function resolve(...parts: string[]): string {
  let whole = ''
  for (const part of parts) whole = part.startsWith('/') ? part : `${whole}/${part}`
  return normalize(whole.startsWith('/') ? whole : `/${whole}`).replace(/(?<=.)\/$/, '')
}

export const dirname = (path: string) => {
  const at = path.replace(/\/+$/, '').lastIndexOf('/')
  return at === -1 ? '.' : path.slice(0, at) || '/'
}

export function basename(path: string, suffix = ''): string {
  const name = path.replace(/\/+$/, '').split('/').at(-1) ?? ''
  return suffix !== '' && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name
}

export const extname = (path: string) => /(?<=[^/])\.[^./]*$/.exec(path)?.[0] ?? ''

export const isAbsolute = (path: string) => path.startsWith('/')

export function relative(from: string, to: string): string {
  const [a, b] = [resolve(from), resolve(to)].map((path) => path.split('/').filter((step) => step !== ''))
  let same = 0
  while (same < a!.length && a![same] === b![same]) same++
  return [...a!.slice(same).map(() => '..'), ...b!.slice(same)].join('/')
}

export default { sep, normalize, join, resolve, dirname, basename, extname, isAbsolute, relative }
