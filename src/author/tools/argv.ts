/** Linux takes no longer argument; a longer one would not even reach the program. */
const LONGEST = 128 * 1024 - 1

/** A command with texts of a model in it. Throws what the model is told where no system could take it. */
export function speakable(argv: readonly string[]): readonly string[] {
  for (const text of argv) {
    if (text.includes('\0')) throw new Error('a command cannot hold a NUL')
    const bytes = Buffer.byteLength(text)
    if (bytes > LONGEST)
      throw new Error(`a command or path of ${bytes} bytes is too long; at most ${LONGEST} can be passed`)
  }
  return argv
}
