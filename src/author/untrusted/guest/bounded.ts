import { ask } from './wire.ts'

/** The work took longer than it may. */
export class TookTooLong extends Error {}

/** Does synchronous work. Its time is the isolate's here, which ends the whole task when it is over. */
export const bounded = <T>(work: () => T): T => work()

/** Whether a pattern matches a text. The other side matches, in a thread that it can end: a model's text may make it take for ever. */
export function matches(pattern: RegExp | string, text: string): boolean {
  const { source, flags } = new RegExp(pattern)
  const { ok, late } = ask('matches', { source, flags, text }) as { ok: boolean; late?: string }
  if (late !== undefined) throw new TookTooLong(late)
  return ok
}
