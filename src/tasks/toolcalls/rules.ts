import type { ToolCall } from '../../domain/index.ts'

/** A call that a rule is about: the tool, and arguments that the call has among its own. */
export interface CallRule {
  readonly name: string
  readonly args?: Readonly<Record<string, unknown>>
}

/** Which calls must have been made, must not even have been tried, and must have been made in this order. */
export interface CallRules {
  readonly required?: readonly CallRule[]
  readonly forbidden?: readonly CallRule[]
  /** Others may stand between them. */
  readonly ordered?: readonly CallRule[]
}

/** What holding calls against one rule came to. */
export interface RuleVerdict {
  readonly name: string
  /** Why the rule is broken; absent where it is kept. */
  readonly broken?: string
}

type Same = (actual: unknown, expected: unknown) => boolean

/** Holds the calls that were made against each rule; `same` compares arguments. */
export function judgeCalls(
  calls: readonly ToolCall[],
  { required = [], forbidden = [], ordered = [] }: CallRules,
  same: Same,
): RuleVerdict[] {
  const verdicts: RuleVerdict[] = []
  for (const rule of required) {
    const made = calls.some((call) => fits(call, rule, same))
    verdicts.push({ name: `required: ${tell(rule)}`, ...(!made && { broken: `no such call among ${called(calls)}` }) })
  }
  for (const rule of forbidden) {
    const made = calls.find((call) => fits(call, rule, same))
    const told = made && `it was called: ${tell({ name: made.name, args: made.arguments })}`
    verdicts.push({ name: `forbidden: ${tell(rule)}`, ...(told !== undefined && { broken: told }) })
  }
  if (ordered.length > 0) {
    const missing = firstMissing(calls, ordered, same)
    const told = missing && `${tell(missing)} was not called after those before it; called were ${called(calls)}`
    const name = `in order: ${ordered.map((rule) => rule.name).join(', ')}`
    verdicts.push({ name, ...(told !== undefined && { broken: told }) })
  }
  return verdicts
}

const fits = (call: ToolCall, { name, args = {} }: CallRule, same: Same) =>
  call.name === name &&
  Object.entries(args).every(([key, value]) => Object.hasOwn(call.arguments, key) && same(call.arguments[key], value))

function firstMissing(calls: readonly ToolCall[], rules: readonly CallRule[], same: Same): CallRule | undefined {
  const left = [...rules]
  for (const call of calls) if (left.length > 0 && fits(call, left[0]!, same)) left.shift()
  return left[0]
}

const tell = ({ name, args = {} }: CallRule) => `${name}(${JSON.stringify(args).slice(1, -1)})`.slice(0, 300)
const called = (calls: readonly ToolCall[]) => (calls.map(({ name }) => name).join(', ') || 'none').slice(0, 500)
