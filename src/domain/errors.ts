/** Input that a person can mend. The message is one line: what is wrong, where, and what to write instead. */
export class BadInputError extends Error {
  override readonly name = 'BadInputError'
}

/** Classes of our own trouble; retries are decided by them. */
export type FaultCode =
  | 'bad-job'
  | 'sandbox-unavailable'
  | 'sandbox-lost'
  | 'model-unavailable'
  | 'judge-failed'
  | 'budget'
  | 'cancelled'
  | 'internal'

/** Trouble of ours, not of the submission. Programs that fail are results; only we have faults. */
export class FaultError extends Error {
  override readonly name = 'FaultError'
  readonly code: FaultCode
  constructor(code: FaultCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** A sandbox is there and did not take what it was given: no room, or something in the way. A fault, unless a submission did it. */
export class RefusedError extends FaultError {
  constructor(message: string, options?: ErrorOptions) {
    super('sandbox-lost', message, options)
  }
}

/** A submission left things so that its trial cannot go on. That is its own doing: the trial fails, and is never void. */
export class SpoiledError extends Error {
  override readonly name = 'SpoiledError'
}

/** The text of anything that was thrown, in one line of at most 2,000 characters. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replaceAll(/\s*\n\s*/g, ' | ').slice(0, 2000)
}
