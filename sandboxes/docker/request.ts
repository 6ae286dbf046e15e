import { FaultError } from '../../src/domain/errors.ts'
import type { Command, Files } from '../../src/domain/sandbox.ts'

/** Bytes of arguments and variables; a frame of the supervisor's protocol holds no more than a mebibyte in all. */
const MOST_BYTES = 900_000

/** Throws FaultError('bad-job') unless a program can be started like this: no NUL, not too long, a folder inside the work folder. */
export function checkCommand({ argv, env = {}, cwd = '.' }: Command): void {
  if (argv.length === 0 || argv[0] === '') throw new FaultError('bad-job', 'a command has no program to run')
  const texts = [...argv, ...Object.values(env)]
  if (texts.some((text) => text.includes('\0'))) throw new FaultError('bad-job', 'a command has a NUL in its arguments')
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 4, 0)
  if (bytes > MOST_BYTES)
    throw new FaultError('bad-job', `a command of ${bytes} bytes is too long; at most ${MOST_BYTES}`)
  for (const name of Object.keys(env)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new FaultError('bad-job', `"${name}" is no name for a variable`)
  }
  if (cwd !== '.') checkPath(cwd)
}

/** Throws FaultError('bad-job') unless every path is a normalised one inside the work folder. */
export function checkFiles(files: Files): void {
  for (const path of files.keys()) checkPath(path)
}

function checkPath(path: string): void {
  const parts = path.split('/')
  const normal = parts.every((part) => part !== '' && part !== '.' && part !== '..') && !path.includes('\0')
  if (!normal) throw new FaultError('bad-job', `"${path}" is no normalised path inside the work folder`)
}
