import { Buffer } from '../bytes.ts'
import { ask } from '../wire.ts'

/** SHA-256 in hexadecimal digits: all of node:crypto that the author's API uses. */
export function createHash(name: string) {
  if (name !== 'sha256') throw new TypeError(`untrusted code has sha256, not ${name}`)
  const parts: Uint8Array[] = []
  const hash = {
    update(data: string | Uint8Array) {
      parts.push(Buffer.from(data))
      return hash
    },
    digest(_encoding: 'hex'): string {
      return ask('sha256', { base64: Buffer.concat(parts).toString('base64') }) as string
    },
  }
  return hash
}

export const randomBytes = (length: number) => Buffer.from(ask('random', { length }) as string, 'base64')
