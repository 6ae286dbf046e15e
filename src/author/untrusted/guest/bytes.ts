/** Texts and bytes, which V8 alone cannot turn into one another: TextEncoder, TextDecoder, and as much of Buffer as tasks use. */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const VALUES = new Map([...DIGITS, '-', '_'].map((digit, index) => [digit, index < 64 ? index : index - 2]))

/** The UTF-8 of a text; halves of pairs become U+FFFD. */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length * 3)
  let size = 0
  for (const letter of text) {
    const point = letter.codePointAt(0)!
    const code = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point
    if (code < 0x80) bytes[size++] = code
    else {
      const more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3
      bytes[size++] = [0xc0, 0xe0, 0xf0][more - 1]! | (code >> (6 * more))
      for (let left = more - 1; left >= 0; left--) bytes[size++] = 0x80 | ((code >> (6 * left)) & 0x3f)
    }
  }
  return bytes.slice(0, size)
}

/** The text of UTF-8. What is none becomes U+FFFD, or throws where that is asked for. */
export function decodeText(bytes: Uint8Array, fatal = false): string {
  const pieces: string[] = []
  let codes: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const { code, size } = pointAt(bytes, at)
    if (code === undefined && fatal) throw new TypeError('The encoded data was not valid for encoding utf-8')
    codes.push(code ?? 0xfffd)
    at += size
    if (codes.length === 4096) {
      pieces.push(String.fromCodePoint(...codes))
      codes = []
    }
  }
  return pieces.join('') + String.fromCodePoint(...codes)
}

function pointAt(bytes: Uint8Array, at: number): { code?: number; size: number } {
  const first = bytes[at]!
  if (first < 0x80) return { code: first, size: 1 }
  const more =
    first >= 0xc2 && first < 0xe0 ? 1 : first >= 0xe0 && first < 0xf0 ? 2 : first >= 0xf0 && first < 0xf5 ? 3 : 0
  if (more === 0) return { size: 1 }
  let code = first & (0x3f >> more)
  for (let step = 1; step <= more; step++) {
    const byte = bytes[at + step] ?? 0
    const least = step > 1 ? 0x80 : first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
    const most = step > 1 ? 0xbf : first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
    if (byte < least || byte > most) return { size: step }
    code = (code << 6) | (byte & 0x3f)
  }
  return { code, size: more + 1 }
}

/** Bytes in base64. */
export function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = []
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at
    const three = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    pieces.push(
      DIGITS[three >> 18]! +
        DIGITS[(three >> 12) & 63]! +
        (left > 1 ? DIGITS[(three >> 6) & 63]! : '=') +
        (left > 2 ? DIGITS[three & 63]! : '='),
    )
  }
  return pieces.join('')
}

/** The bytes of base64; other letters are skipped. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.ceil((text.length * 3) / 4))
  let size = 0
  let held = 0
  let bits = 0
  for (const letter of text) {
    if (letter === '=') break
    const value = VALUES.get(letter)
    if (value === undefined) continue
    held = ((held << 6) | value) & 0xffffff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[size++] = (held >> bits) & 0xff
  }
  return bytes.slice(0, size)
}

const toHex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

function encoded(text: string, encoding: string): Uint8Array<ArrayBuffer> {
  if (encoding === 'base64' || encoding === 'base64url') return fromBase64(text)
  if (encoding === 'hex') return Uint8Array.from(text.match(/[\da-f]{2}/gi) ?? [], (two) => Number.parseInt(two, 16))
  if (encoding === 'latin1' || encoding === 'binary' || encoding === 'ascii')
    return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
  return encodeText(text)
}

// @ts-expect-error as Node's own: other signatures than those of the class that it extends
export class Buffer extends Uint8Array<ArrayBuffer> {
  constructor(source: ArrayBuffer | number, at?: number, length?: number) {
    super(source as ArrayBuffer, at, length)
  }

  static override from(source: string | ArrayLike<number> | ArrayBuffer, encoding = 'utf8'): Buffer {
    const bytes = typeof source === 'string' ? encoded(source, encoding) : new Uint8Array(source as ArrayLike<number>)
    return new Buffer(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength)
  }

  static alloc(size: number): Buffer {
    return new Buffer(size)
  }

  static concat(list: readonly Uint8Array[]): Buffer {
    const whole = new Buffer(list.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const bytes of list) {
      whole.set(bytes, at)
      at += bytes.length
    }
    return whole
  }

  static byteLength(text: string): number {
    return encodeText(text).length
  }

  static isBuffer(value: unknown): value is Buffer {
    return value instanceof Buffer
  }

  override indexOf(wanted: number | string | Uint8Array, from = 0): number {
    if (typeof wanted === 'number') return super.indexOf(wanted, from)
    const bytes = typeof wanted === 'string' ? encodeText(wanted) : wanted
    for (let at = super.indexOf(bytes[0]!, from); at !== -1; at = super.indexOf(bytes[0]!, at + 1))
      if (bytes.every((byte, index) => this[at + index] === byte)) return at
    return -1
  }

  override toString(encoding = 'utf8', start = 0, end = this.length): string {
    const bytes: Uint8Array = start === 0 && end === this.length ? this : this.subarray(start, end)
    if (encoding === 'base64') return toBase64(bytes)
    if (encoding === 'hex') return toHex(bytes)
    if (encoding === 'latin1' || encoding === 'binary' || encoding === 'ascii')
      return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
    return decodeText(bytes)
  }
}

export class TextEncoder {
  readonly encoding = 'utf-8'

  encode(text = ''): Uint8Array {
    return encodeText(text)
  }
}

export class TextDecoder {
  readonly #fatal: boolean
  readonly #keep: boolean

  constructor(encoding = 'utf-8', { fatal = false, ignoreBOM = false } = {}) {
    if (!/^utf-?8$/i.test(encoding)) throw new RangeError(`The "${encoding}" encoding is not supported`)
    this.#fatal = fatal
    this.#keep = ignoreBOM
  }

  decode(bytes: Uint8Array | ArrayBuffer = new Uint8Array()): string {
    const text = decodeText(bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes, this.#fatal)
    return !this.#keep && text.startsWith('\uFEFF') ? text.slice(1) : text
  }
}
