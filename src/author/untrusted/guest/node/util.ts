/** Whether two data are the same, as node:util has it: all of it that the author's API uses. */
export function isDeepStrictEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime())
  if (a instanceof RegExp && b instanceof RegExp) return String(a) === String(b) && a.lastIndex === b.lastIndex
  if (a instanceof Set && b instanceof Set) return a.size === b.size && paired([...a], [...b])
  if (a instanceof Map && b instanceof Map) return a.size === b.size && paired([...a], [...b])
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) return false
  if (a instanceof Error && b instanceof Error && (a.message !== b.message || a.name !== b.name)) return false
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isDeepStrictEqual(a[name as never], b[name as never]))
  )
}

/** Whether each item has one of its own on the other side. */
function paired(items: readonly unknown[], others: readonly unknown[]): boolean {
  const left = [...others]
  return items.every((item) => {
    const at = left.findIndex((other) => isDeepStrictEqual(item, other))
    if (at === -1) return false
    left.splice(at, 1)
    return true
  })
}
