import type { ToolCall } from '../domain/index.ts'
import { type CallRules, judgeCalls } from '../tasks/toolcalls/rules.ts'
import { matches } from './bounded.ts'
import type { Checks } from './check.ts'
import { same } from './compare.ts'

export type { CallRule } from '../tasks/toolcalls/rules.ts'

/** How a model must have behaved. */
export interface Conduct extends CallRules {
  /** What must have been said: a text (case and blanks do not count), or a pattern. */
  readonly statements?: readonly (string | RegExp)[]
  /** What must not have been said. */
  readonly unsaid?: readonly (string | RegExp)[]
}

/** Records a check for each rule: required, forbidden and ordered calls, and what had to be said or kept silent. */
export function checkConduct(
  check: Checks,
  { calls, said = [] }: { readonly calls: readonly ToolCall[]; readonly said?: readonly string[] },
  { statements = [], unsaid = [], ...rules }: Conduct,
): void {
  for (const { name, broken } of judgeCalls(calls, rules, same)) {
    if (broken === undefined) check.pass(name)
    else check.fail(broken, name)
  }
  const whole = said.join('\n')
  const heard = (words: string | RegExp) =>
    typeof words === 'string' ? flat(whole).includes(flat(words)) : matches(words, whole)
  for (const words of statements) {
    if (heard(words)) check.pass(`said: ${words}`)
    else check.fail('it was not said', `said: ${words}`)
  }
  for (const words of unsaid) {
    if (!heard(words)) check.pass(`not said: ${words}`)
    else check.fail('it was said', `not said: ${words}`)
  }
}

const flat = (text: string) => text.toLowerCase().replaceAll(/\s+/g, ' ').trim()
