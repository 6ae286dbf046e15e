import type * as z from 'zod'
import type {
  Check,
  Ending,
  ExecResult,
  Language,
  Message,
  Reason,
  Reply,
  TaskContext,
  ToolSchema,
} from '../../domain/index.ts'
import { textOf } from '../../domain/index.ts'

/** What a grader works on: the sample's expectations, and the answer as text and as code. */
export interface Grading<Config> {
  readonly config: Config
  readonly context: TaskContext
  readonly reply: Reply
  /** What the subject was asked, and the tools that it was offered: for graders that go on talking. */
  readonly messages: readonly Message[]
  readonly tools: readonly ToolSchema[]
  /** The whole program, put together from the answer (and the prompt, where the answer is a completion). */
  readonly code: string
  readonly language: Language | undefined
  readonly libraries: readonly string[]
  /** Files that came with the benchmark, by path. */
  readonly files: Readonly<Record<string, string>>
  /** A late template (see `late`) with the answer and the sample's data in it. */
  fill(template: string): string
}

/** How answers of one kind are judged. */
export interface Grader<Config = unknown> {
  readonly kind: string
  /** What its configuration must look like once the templates are filled in. */
  readonly schema: z.ZodType
  /** Keys whose templates may hold `{{solution}}`; they are filled in when the answer is there. */
  readonly late?: readonly string[]
  /** What the grader needs of a task besides: code in an answer, a sandbox, a language that it speaks. */
  readonly needs: 'code' | 'text' | 'tools'
  readonly languages?: readonly Language[]
  /** false where it starts programs, which isolates cannot. */
  readonly isolates?: boolean
  /** Where a task goes that names no sandbox, and the only place that it may name. */
  readonly place?: 'isolate'
  /** Keys whose values the subject gets to see: nothing sealed may go into them. */
  readonly shown?: readonly string[]
  /** Throws a BadInputError where a sample's configuration does not fit the tools that it offers. */
  check?(config: Config, tools: readonly ToolSchema[]): void
  /** Paths of files beside the benchmark that must travel with the task. */
  files?(config: Record<string, unknown>): readonly string[]
  grade(grading: Grading<Config>): Promise<void>
}

/** Why a program that ended so did not pass; `returned` stands for a wrong value. */
export function reasonOf(ending: Ending): Reason {
  if (ending.kind === 'limited') return ending.limit === 'processes' ? 'process-limit' : `${ending.limit}-limit`
  if (ending.kind === 'threw') return ending.syntax ? 'compile-error' : 'runtime-error'
  return ending.kind === 'exited' || ending.kind === 'signaled' ? 'runtime-error' : 'wrong-answer'
}

/** An ending in words. */
export function tell(ending: Ending): string {
  switch (ending.kind) {
    case 'exited':
      return `ended by itself with exit code ${ending.code}`
    case 'signaled':
      return `was ended by ${ending.signal}`
    case 'returned':
      return 'returned'
    case 'threw':
      return clip(`${ending.type}: ${ending.message}`)
    case 'uncrossable':
      return `gave a ${ending.type}, which is no data`
    case 'limited':
      return `went over its ${ending.limit} limit`
    default:
      return ending satisfies never
  }
}

/** A failed check that tells how a program ended. */
export function failure(name: string, result: ExecResult): Omit<Check, 'weight'> {
  const error = textOf(result.stderr).trim().split('\n').at(-1) ?? ''
  const detail = result.ending.kind === 'exited' && error !== '' ? `: ${error}` : ''
  return { name, passed: false, reason: reasonOf(result.ending), message: clip(tell(result.ending) + detail) }
}

/** At most 1,000 characters of a message. */
export function clip(text: string): string {
  return text.length > 1000 ? `${text.slice(0, 999)}…` : text
}
