import * as z from 'zod'
import { type ExecResult, sha256, textOf } from '../../domain/index.ts'
import { contextOf } from '../context.ts'
import type { Kit } from '../kit.ts'
import { type Tool, tool } from '../tools.ts'
import { speakable } from './argv.ts'
import { told } from './told.ts'

/** Bytes of a file that are read at most. */
const READ = 512 * 1024

/**
 * Files as a model reaches them: by programs of its own user in the sandbox, so that a path that cannot be had (a folder, a dead
 * link, a full disk) is the model's mistake and never ours.
 */
export class ModelFiles {
  readonly #kit: Kit

  constructor(kit: Kit) {
    this.#kit = kit
  }

  /** A file's text; throws what a model is told. */
  async read(path: string, signal: AbortSignal): Promise<string> {
    const result = await this.#sh('[ -d "$1" ] && exit 21; head -c "$2" -- "$1"', [path, String(READ + 1)], signal)
    if (exitOf(result) === 21) throw new Error(`${path} is a folder`)
    const text = textOf(orThrow(result).stdout)
    if (text.length > READ) throw new Error(`${path} is larger than ${READ} bytes; read a part of it with other tools`)
    return text
  }

  async write(path: string, text: string, signal: AbortSignal): Promise<void> {
    const line = '[ -d "$1" ] && exit 21; mkdir -p -- "$(dirname -- "$1")" && cat > "$1"'
    const result = await this.#sh(line, [path], signal, text)
    if (exitOf(result) === 21) throw new Error(`${path} is a folder`)
    orThrow(result)
    const data = Buffer.from(text)
    const written = { path: path.replace(/^\/work\//, ''), sha256: sha256(data), bytes: data.length }
    contextOf(this.#kit).record({ kind: 'wrote', role: 'solution', files: [written] })
  }

  async list(path: string, signal: AbortSignal): Promise<string> {
    const line = 'cd -- "$1" && find . -mindepth 1 -maxdepth 3 ! -path "*/.git/*" | sort | head -n 500'
    const found = textOf(orThrow(await this.#sh(line, [path], signal)).stdout)
    return found.replaceAll(/^\.\//gm, '').trim() || '[the folder is empty]'
  }

  async isFolder(path: string, signal: AbortSignal): Promise<boolean> {
    return exitOf(await this.#sh('[ -d "$1" ]', [path], signal)) === 0
  }

  async remove(path: string, signal: AbortSignal): Promise<void> {
    orThrow(await this.#sh('[ -e "$1" ] || exit 22; rm -r -- "$1"', [path], signal), { 22: `there is no ${path}` })
  }

  async #sh(line: string, args: readonly string[], signal: AbortSignal, stdin?: string): Promise<ExecResult> {
    if (args.some((text) => text === '')) throw new Error('a path is empty')
    // A path that begins with a dash would be an option to some programs.
    const [path = '', ...rest] = args
    const safe = path.startsWith('-') ? `./${path}` : path
    return this.#kit.sandbox.exec(speakable(['sh', '-c', line, 'sh', safe, ...rest]), {
      signal,
      ...(stdin !== undefined && { stdin }),
    })
  }
}

const exitOf = ({ ending }: ExecResult) => (ending.kind === 'exited' ? ending.code : undefined)

function orThrow(result: ExecResult, words: Readonly<Record<number, string>> = {}): ExecResult {
  const code = exitOf(result)
  if (code === 0) return result
  throw new Error(
    (code !== undefined && words[code]) ||
      told(result)
        .replaceAll(/^sh: (?:line )?\d+: /gm, '')
        .trim(),
  )
}

const Request = z.strictObject({
  command: z.enum(['list', 'read', 'write', 'delete']),
  path: z.string().min(1).describe('A path in the work folder'),
  text: z.string().optional().describe('What write puts into the file'),
})

/** Lists, reads, writes and deletes files in the trial's sandbox. */
export function files(
  kit: Kit,
  { name = 'files', maxOutput }: { name?: string; maxOutput?: number } = {},
): Tool<z.infer<typeof Request>> {
  const own = new ModelFiles(kit)
  return tool({
    name,
    description: 'Lists a folder, or reads, writes or deletes a file.',
    parameters: Request,
    ...(maxOutput !== undefined && { maxOutput }),
    async run({ command, path, text }, signal) {
      if (command === 'list') return own.list(path, signal)
      if (command === 'read') return own.read(path, signal)
      if (command === 'delete') return own.remove(path, signal).then(() => `deleted ${path}`)
      if (text === undefined) throw new Error('write wants the text')
      await own.write(path, text, signal)
      return `wrote ${path}`
    },
  })
}
