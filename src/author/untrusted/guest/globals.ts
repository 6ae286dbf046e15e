import { AbortController, AbortSignal } from './abort.ts'
import { Buffer, TextDecoder, TextEncoder } from './bytes.ts'
import { clocks } from './loop.ts'
import { URL } from './url.ts'

/** What programs find in the global scope besides what an isolate has. Evaluated before everything else. */
const lent = { AbortController, AbortSignal, Buffer, TextDecoder, TextEncoder, URL, ...clocks }
for (const [name, value] of Object.entries(lent))
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false })
// A benchmark is a module: what scripts are lent would only mislead.
for (const name of ['require', 'module', 'exports', 'global']) Reflect.deleteProperty(globalThis, name)
