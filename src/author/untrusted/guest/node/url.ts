/** Files by their URLs: all of node:url that untrusted code has. */
export function fileURLToPath(url: URL | string): string {
  const { protocol, pathname } = new URL(url)
  if (protocol !== 'file:') throw new TypeError('The URL must be of scheme file')
  return decodeURIComponent(pathname)
}

export const pathToFileURL = (path: string) => new URL(`file://${path.split('/').map(encodeURIComponent).join('/')}`)

const Own = URL

export { Own as URL }
