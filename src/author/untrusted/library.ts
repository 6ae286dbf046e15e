import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { parse as parseCsv } from 'csv-parse/sync'
import { FaultError, sha256 } from '../../domain/index.ts'
import { fits } from '../../tasks/graders/patterns.ts'
import { languages } from '../../tasks/languages.ts'
import type { Folder } from './folder.ts'
import { Fatal, type Host } from './guest.ts'
import { QUESTIONS, type Question, type QuestionData, shaped } from './messages.ts'

const unzip = promisify(gunzip)
const MOST_BYTES = 256 * 2 ** 20
/** Time that code may wait for nothing but its own timers. */
const IDLE_MS = 60_000
/** The longest wait in one go. */
const WAIT_MS = 2 ** 31 - 1

/** What code in an isolate may ask in any case: its own files, and what takes Node to do. It reaches nothing that others could see. */
export class Library implements Host {
  readonly #folder: Folder
  #idleMs = 0

  constructor(folder: Folder) {
    this.#folder = folder
  }

  async ask(op: string, data: unknown, signal: AbortSignal): Promise<unknown> {
    if (!Object.hasOwn(QUESTIONS, op))
      throw new Fatal(
        new FaultError('bad-job', `the benchmark's code asked for ${op.slice(0, 100)}, which nobody answers`),
      )
    const question = op as Question
    let read: unknown
    try {
      read = shaped(QUESTIONS[question] as never, data, question)
    } catch (error) {
      throw new Fatal(error)
    }
    return this.answer(question, read as never, signal)
  }

  protected async answer<Q extends Question>(
    question: Q,
    data: QuestionData<Q>,
    signal: AbortSignal,
  ): Promise<unknown> {
    const own = OWN[question as keyof typeof OWN] as ((data: never) => unknown) | undefined
    if (own !== undefined) return own(data as never)
    switch (question) {
      case 'file':
        return this.#file((data as QuestionData<'file'>).path)
      case 'folder':
        return this.#list(data as QuestionData<'folder'>)
      case 'exists': {
        const { path } = data as QuestionData<'exists'>
        return ((await this.#folder.read(path)) ?? (await this.#folder.list(path, false))) !== undefined
      }
      case 'next':
        return this.#idle((data as QuestionData<'next'>).waitMs, signal)
      default:
        throw new FaultError('bad-job', `"${question}" is only to be had while a trial runs`)
    }
  }

  async #file(path: string): Promise<string> {
    const bytes = await this.#folder.read(path)
    if (bytes === undefined) throw new Error(`ENOENT: there is no file ${path} in the benchmark's own folder`)
    return bytes.toString('base64')
  }

  async #list({ path, recursive }: QuestionData<'folder'>) {
    const list = await this.#folder.list(path, recursive)
    if (list === undefined) throw new Error(`ENOENT: there is no folder ${path} in the benchmark's own folder`)
    return list
  }

  /** Waits until a timer is due, while nothing else is awaited. */
  async #idle(waitMs: number | undefined, signal: AbortSignal): Promise<readonly never[]> {
    if (waitMs === undefined)
      throw new Fatal(
        new FaultError('bad-job', 'the benchmark’s code waits for what never comes: a promise that nothing settles'),
      )
    this.#idleMs += waitMs
    if (this.#idleMs > IDLE_MS)
      throw new Fatal(
        new FaultError('bad-job', `the benchmark's code waited for more than ${IDLE_MS / 1000} s for its own timers`),
      )
    await pause(waitMs, signal)
    return []
  }
}

/** Waits, no longer than a timer can. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<void>()
  const timer = setTimeout(over.resolve, Math.min(ms, WAIT_MS))
  const stop = () => over.reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    signal.throwIfAborted()
    await over.promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

const OWN: { readonly [Q in Question]?: (data: QuestionData<Q>) => unknown } = {
  sha256: ({ base64 }) => sha256(Buffer.from(base64, 'base64')),
  random: ({ length }) => randomBytes(length).toString('base64'),
  gunzip: async ({ base64 }) => {
    const bytes = await unzip(Buffer.from(base64, 'base64'), { maxOutputLength: MOST_BYTES })
    return bytes.toString('base64')
  },
  csv: ({ text }) => parseCsv(text, { columns: true, bom: true, skip_empty_lines: true }),
  languages: () => [...languages().values()],
  matches: async ({ source, flags, text }) => {
    const told = await fits({ kind: 'regex', pattern: source, flags, text })
    return told.ok || !told.message.startsWith('took longer') ? { ok: told.ok } : { ok: false, late: told.message }
  },
}
