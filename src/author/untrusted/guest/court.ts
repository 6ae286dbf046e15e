import type { TryOptions } from '../../court.ts'
import type { Kit } from '../../kit.ts'
import { Buffer } from './bytes.ts'
import { start } from './loop.ts'

/** As the trusted one (../../court.ts), which does it on the other side. */
export async function tryTests(_kit: Kit, { tests, ...options }: TryOptions): Promise<void> {
  const files = Object.entries(tests).map(([path, data]) => [path, Buffer.from(data).toString('base64')])
  await start('tryTests', { ...options, tests: files })
}
