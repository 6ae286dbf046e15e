import type { Json } from '../../domain/index.ts'

/** A JSON Pointer (RFC 6901): '' the whole, else /member/0/…, in which ~1 stands for / and ~0 for ~. */
export const POINTER = /^(?:\/(?:[^~/]|~[01])*)*$/

/** The value at a pointer, in a list of one, or nothing. */
export function valueAt(value: Json, pointer: string): readonly [Json] | readonly [] {
  let inner = value
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    if (inner === null || typeof inner !== 'object') return []
    // A list's own `length` and the like are no members of it.
    if (Array.isArray(inner) ? !/^(?:0|[1-9]\d*)$/.test(name) : !Object.hasOwn(inner, name)) return []
    const next = (inner as Record<string, Json>)[name]
    if (next === undefined) return []
    inner = next
  }
  return [inner]
}

/** A member of the value at a pointer, as a pointer. */
const below = (pointer: string, name: string | number) =>
  `${pointer}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`

/**
 * Where data first differs from what is expected, as a pointer and words, or undefined. `contains`: objects may have more
 * members than are expected; lists are compared whole.
 */
export function difference(actual: Json, expected: Json, how: 'equals' | 'contains', at = ''): string | undefined {
  const here = at === '' ? 'the state' : at
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return `${here} is ${shortly(actual)}, expected is a list`
    if (actual.length !== expected.length) return `${here} has ${actual.length} items, expected are ${expected.length}`
    return firstOf(expected.keys(), (index) => difference(actual[index]!, expected[index]!, how, below(at, index)))
  }
  if (expected !== null && typeof expected === 'object') {
    if (actual === null || typeof actual !== 'object' || Array.isArray(actual))
      return `${here} is ${shortly(actual)}, expected is an object`
    const missing = Object.keys(expected).find((name) => !Object.hasOwn(actual, name))
    if (missing !== undefined) return `${below(at, missing)} is missing`
    const extra = how === 'equals' ? Object.keys(actual).find((name) => !Object.hasOwn(expected, name)) : undefined
    if (extra !== undefined) return `${below(at, extra)} should not be there`
    return firstOf(Object.keys(expected), (name) => difference(actual[name]!, expected[name]!, how, below(at, name)))
  }
  return actual === expected ? undefined : `${here} is ${shortly(actual)}, expected is ${shortly(expected)}`
}

function firstOf<T>(items: Iterable<T>, tell: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const told = tell(item)
    if (told !== undefined) return told
  }
  return undefined
}

const shortly = (value: Json) => JSON.stringify(value).slice(0, 200)
