import { Buffer } from '../bytes.ts'
import { ask } from '../wire.ts'

/** All of node:zlib that the author's API uses. */
export const gunzipSync = (bytes: Uint8Array) =>
  Buffer.from(ask('gunzip', { base64: Buffer.from(bytes).toString('base64') }) as string, 'base64')
