import * as z from 'zod'
import {
  BadInputError,
  FaultError,
  Json,
  Message,
  Name,
  PartialLimits,
  RecordedAnswer,
  Sample,
  SandboxSpec,
  ToolSchema,
} from '../../domain/index.ts'

/** What the host asks of a benchmark in an isolate. */
export type Request =
  | { readonly do: 'describe'; readonly file: string }
  /** Begins with a task's samples; `more` gives them, some at a time. */
  | { readonly do: 'samples'; readonly file: string; readonly task: string; readonly seed: number }
  | { readonly do: 'more' }
  | { readonly do: 'run'; readonly file: string; readonly told: Told }

/** What a task is told of its trial. */
export interface Told {
  readonly task: string
  readonly sample: Sample
  readonly seed: number
  readonly attempt: number
  readonly subject: { readonly kind: 'model' | 'recorded'; readonly name: string }
  /** The evaluated model, as it calls itself. */
  readonly model: string
  /** Models in other parts, by part. */
  readonly roles: Readonly<Record<string, string>>
}

/*
 * All below comes from code that is not trusted, and is read by these shapes before anything is done with it.
 */

const Thrown = z.strictObject({
  name: z.string().max(200),
  message: z.string(),
  code: z.string().max(100).optional(),
})
export type Thrown = z.infer<typeof Thrown>

/** What a request came to. */
export const Answered = z.union([z.strictObject({ ok: Json }), z.strictObject({ error: Thrown })])

/** What a benchmark says of itself. */
export const Described = z.strictObject({
  name: Name,
  version: z.string().max(100),
  metric: z.string().max(10_000),
  card: z.record(z.string(), Json),
  data: z.array(z.string().max(1000)).max(1000),
  tasks: z
    .array(
      z.strictObject({
        name: Name,
        weight: z.number().nonnegative().optional(),
        sandbox: SandboxSpec.optional(),
        limits: PartialLimits.optional(),
        subjects: z.array(Name).max(1000),
        prompt: z.boolean(),
        digest: z.string().max(100),
      }),
    )
    .min(1)
    .max(1000),
})
export type Described = z.infer<typeof Described>

const Sampled = z.strictObject({
  sample: Sample,
  answers: z.record(z.string(), z.array(RecordedAnswer).max(1000)),
  prompt: z.string().optional(),
})
/** A sample, the recorded subjects' answers to it, and its first prompt. */
export type Sampled = z.infer<typeof Sampled>
export const Batch = z.strictObject({ samples: z.array(Sampled).max(10_000), done: z.boolean() })

const Url = z.string().regex(/^(https?|data):/i, 'must be an http(s) or data URL')
const Text = z.string()
const Path = Text.regex(/^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^\0]{1,1000}$/, 'must be a relative path without ..')
const Id = z.int().positive()
const Env = z.record(z.string().max(1000), Text)
const File = z.tuple([Path, z.base64(), z.boolean()])

const Command = z.strictObject({
  argv: z.array(Text).min(1).max(10_000),
  stdin: z.base64().optional(),
  env: Env.optional(),
  cwd: Text.optional(),
  limits: PartialLimits.optional(),
})

const AgentLimits = z.strictObject({
  turns: z.number().optional(),
  tokens: z.number().optional(),
  costUsd: z.number().optional(),
  wallMs: z.number().optional(),
  workingMs: z.number().optional(),
})

/** What a task may start on the host, by name. */
export const WORK = {
  prompt: z.strictObject({
    role: Name.optional(),
    request: z.strictObject({
      messages: z
        .array(Message)
        .max(10_000)
        .refine(
          (messages) =>
            messages.every(
              ({ content }) =>
                typeof content === 'string' ||
                content.every((part) => part.kind === 'text' || Url.optional().safeParse(part.url).success),
            ),
          'a part of a prompt must be bytes, or an http(s) or data URL',
        ),
      tools: z.array(ToolSchema).max(1000).optional(),
      schema: Json.optional(),
      parameters: z.record(z.string(), Json).optional(),
    }),
  }),
  open: z.strictObject({
    role: z.enum(['solution', 'grader']),
    fresh: z.boolean().optional(),
    limits: PartialLimits.optional(),
  }),
  write: z.strictObject({ sandbox: Id, files: z.array(File).max(10_000) }),
  read: z.strictObject({ sandbox: Id, paths: z.array(z.union([z.literal('.'), Path])).max(10_000) }),
  exec: z.strictObject({ sandbox: Id, command: Command }),
  spawn: z.strictObject({ sandbox: Id, command: Command }),
  stdin: z.strictObject({ program: Id, base64: z.base64() }),
  closeStdin: z.strictObject({ program: Id }),
  kill: z.strictObject({ program: Id }),
  stdout: z.strictObject({ program: Id }),
  ended: z.strictObject({ program: Id }),
  load: z.strictObject({
    sandbox: Id,
    module: z.strictObject({
      language: z.string(),
      source: Text,
      libraries: z.array(z.string().max(100)).max(100).optional(),
      limits: PartialLimits.optional(),
      provide: z.array(z.string().regex(/^[A-Za-z_$][\w$]{0,200}$/)).max(1000),
    }),
  }),
  call: z.strictObject({ module: Id, name: z.string().max(1000), args: z.array(Json) }),
  dispose: z.strictObject({ module: Id }),
  tryTests: z.strictObject({
    take: z.array(z.union([z.literal('.'), Path])).max(10_000),
    tests: z.array(z.tuple([Path, z.base64()])).max(10_000),
    command: z.array(Text).min(1).max(10_000),
    report: z.strictObject({ kind: z.enum(['junit', 'tap']), path: Path.optional() }).optional(),
    expect: z.array(Text).min(1).max(100_000).optional(),
    hooks: z.array(Text).max(10_000).optional(),
  }),
  programAgent: z.strictObject({
    argv: z.array(Text).min(1).max(10_000),
    env: Env.optional(),
    cwd: Text.optional(),
    stdin: Text.optional(),
    limits: AgentLimits.optional(),
    model: Text.optional(),
  }),
} as const
export type Work = keyof typeof WORK
export type WorkData<W extends Work> = z.infer<(typeof WORK)[W]>

/** What is answered at once, or after a short wait in which nothing else goes on in the isolate. */
export const QUESTIONS = {
  sha256: z.strictObject({ base64: z.base64() }),
  random: z.strictObject({ length: z.int().min(1).max(1024) }),
  file: z.strictObject({ path: z.string().max(4096) }),
  folder: z.strictObject({ path: z.string().max(4096), recursive: z.boolean() }),
  exists: z.strictObject({ path: z.string().max(4096) }),
  gunzip: z.strictObject({ base64: z.base64() }),
  csv: z.strictObject({ text: Text }),
  languages: z.null(),
  matches: z.strictObject({ source: Text, flags: z.string().max(20), text: Text }),
  role: z.strictObject({ role: Name }),
  check: z.unknown(),
  record: z.unknown(),
  start: z.strictObject({ id: Id, op: z.string().max(100), data: z.unknown() }),
  abort: z.strictObject({ id: Id }),
  hold: z.strictObject({ program: Id, on: z.boolean() }),
  reply: z.strictObject({
    callback: Id,
    answer: z.union([
      z.strictObject({ value: z.unknown() }),
      z.strictObject({ thrown: z.strictObject({ type: z.string().max(1000), message: z.string() }) }),
      z.strictObject({ stop: z.literal(true) }),
    ]),
  }),
  next: z.strictObject({ waitMs: z.number().nonnegative().optional() }),
} as const
export type Question = keyof typeof QUESTIONS
export type QuestionData<Q extends Question> = z.infer<(typeof QUESTIONS)[Q]>

const MOST_DEPTH = 800

/** JSON from code that is not trusted, or the fault that it is none. */
export function parsed(text: string): unknown {
  if (depthOf(text) > MOST_DEPTH) throw malformed(`it is nested deeper than ${MOST_DEPTH} levels`)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw malformed('it is no JSON', error)
  }
}

/** The data of a message, or the fault that it is not of its shape. */
export function shaped<T>(schema: z.ZodType<T>, data: unknown, what: string): T {
  const read = schema.safeParse(data)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw malformed(`${what}: ${issue?.path.join('.')} ${issue?.message}`)
}

const malformed = (why: string, cause?: unknown) =>
  new FaultError('bad-job', `the benchmark's code sent a message that makes no sense: ${why}`, { cause })

/** How deep a text of JSON nests, without reading it. */
function depthOf(text: string): number {
  let [depth, deepest, quoted] = [0, 0, false]
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (quoted && unit === 0x5c) at++
    else if (unit === 0x22) quoted = !quoted
    else if (quoted) continue
    else if (unit === 0x5b || unit === 0x7b) deepest = Math.max(deepest, ++depth)
    else if (unit === 0x5d || unit === 0x7d) depth--
  }
  return deepest
}

/** What something that was thrown crosses as. */
export function thrownOf(error: unknown): Thrown {
  if (error instanceof FaultError) return { name: error.name, code: error.code, message: error.message }
  if (error instanceof Error) return { name: error.name, message: error.message }
  return { name: 'Error', message: String(error) }
}

/** The error that planning with such a benchmark ends in. */
export const planningError = (file: string, { name, message }: Thrown): BadInputError =>
  new BadInputError(name === 'BadInputError' ? `${file}: ${message}` : `${file} cannot be loaded: ${message}`)
