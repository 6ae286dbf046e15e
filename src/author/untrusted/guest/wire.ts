import { BadInputError, type FaultCode, FaultError, type Json } from '../../../domain/index.ts'

/*
 * This folder is the half of the author's API that runs in an isolate beside a benchmark's own code, which may do to it what it
 * likes: nothing here is trusted, and whatever is asked of the other side is checked there (../effects.ts).
 */

type Asked = (text: string) => string

/** What something that was thrown crosses as. */
export interface Thrown {
  readonly name: string
  readonly message: string
  readonly code?: string
}

const scope = globalThis as { __ask?: Asked }
const own = scope.__ask as Asked
delete scope.__ask
/** As they are before the benchmark's own code could change them. */
export const { parse, stringify } = JSON

/** Asks the other side and waits; nothing else goes on here meanwhile. */
export function ask(op: string, data: unknown = null): Json {
  const answer = parse(own(stringify([op, data]))) as { ok: Json } | { error: Thrown }
  if ('error' in answer) throw errorOf(answer.error)
  return answer.ok
}

/** An error from the other side. */
export function errorOf({ name, code, message }: Thrown): Error {
  if (name === 'FaultError') return new FaultError(code as FaultCode, message)
  if (name === 'BadInputError') return new BadInputError(message)
  const error = name === 'TypeError' ? new TypeError(message) : new Error(message)
  if (error.name !== name) Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true })
  return error
}

/** An error for the other side. */
export function thrownOf(error: unknown): Thrown {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { code } = error as { code?: unknown }
  return { name: String(error.name), message: String(error.message), ...(typeof code === 'string' && { code }) }
}
