import { type Files, messageOf, RefusedError, type Sandbox, SpoiledError } from '../domain/index.ts'

/**
 * Fills a sandbox that nothing has touched with files of ours and then with what a solution left. Ours win: whatever was left at
 * one of their paths, above it or below it stays out. What is left does not fit beside ours through its own doing.
 */
export async function furnish(court: Sandbox, ours: Files, left: Files, signal: AbortSignal): Promise<void> {
  await court.write(ours, signal)
  const taken = new Set([...ours.keys()].flatMap(foldersOf))
  const fits = [...left].filter(
    ([path]) => !taken.has(path) && ![...foldersOf(path)].some((folder) => ours.has(folder)) && !ours.has(path),
  )
  await court.write(new Map(fits), signal).catch((error: unknown) => {
    if (!(error instanceof RefusedError)) throw error
    throw new SpoiledError(`what the solution left does not fit beside the tests: ${messageOf(error)}`)
  })
}

/** The folders on the way to a path: `a/b/c` has `a` and `a/b`. */
function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}
