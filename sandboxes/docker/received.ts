import { FaultError } from '../../src/domain/errors.ts'
import type { FileEntry } from '../../src/domain/sandbox.ts'
import { type Frame, Reader } from './frames.ts'
import { normalised } from './paths.ts'

/** Bounds on what is taken out of a cell. */
export interface Caps {
  readonly bytes: number
  readonly entries: number
  readonly depth: number
}

/** Files as they come out of a cell, held against the caps once more on this side. */
export class Received {
  readonly files = new Map<string, FileEntry>()
  readonly dropped: string[] = []
  readonly #caps: Caps
  #bytes = 0
  #current: { path: string | undefined; executable: boolean; left: number; parts: Buffer[] } | undefined

  constructor(caps: Caps) {
    this.#caps = caps
  }

  take({ type, payload }: Frame): void {
    const fields = new Reader(payload)
    if (type === 'p') this.#begin(fields)
    else if (type === 'd') this.#add(payload)
    else if (type === 'q') this.dropped.push(`${fields.raw()}: ${fields.raw()}`)
    else if (this.#current) throw new FaultError('sandbox-lost', 'a file came incomplete out of the cell')
  }

  #begin(fields: Reader): void {
    const executable = fields.u8() === 1
    const left = fields.u64()
    const raw = fields.raw()
    const path = utf8(raw)
    this.#bytes += left
    if (this.#current || this.#bytes > this.#caps.bytes || this.files.size >= this.#caps.entries) {
      throw new FaultError('sandbox-lost', 'more came out of the cell than was asked for')
    }
    if (path === undefined) this.dropped.push(`${raw}: a name that is not UTF-8`)
    this.#current = { path, executable, left, parts: [] }
    this.#finish()
  }

  #add(payload: Buffer): void {
    if (!this.#current || payload.length > this.#current.left)
      throw new FaultError('sandbox-lost', 'a file came too long out of the cell')
    this.#current.left -= payload.length
    // A copy, or a small file would keep a large chunk of the connection's in memory.
    this.#current.parts.push(Buffer.from(payload))
    this.#finish()
  }

  #finish(): void {
    if (!this.#current || this.#current.left > 0) return
    const { path, executable, parts } = this.#current
    if (path !== undefined)
      this.files.set(normalised(path), { data: Buffer.concat(parts), ...(executable && { executable }) })
    this.#current = undefined
  }
}

function utf8(bytes: Buffer): string | undefined {
  const text = bytes.toString()
  return Buffer.from(text).equals(bytes) ? text : undefined
}
