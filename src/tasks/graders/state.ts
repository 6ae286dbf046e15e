import * as z from 'zod'
import {
  BadInputError,
  FaultError,
  Json,
  type Message,
  type Sandbox,
  SpoiledError,
  type ToolCall,
  type ToolSchema,
  UNPARSED,
} from '../../domain/index.ts'
import { deeper } from '../declared/dataset.ts'
import { hint } from '../declared/suggest.ts'
import { difference, POINTER, valueAt } from '../toolcalls/pointer.ts'
import { judgeCalls } from '../toolcalls/rules.ts'
import { openWorld, type World } from '../toolcalls/world.ts'
import { clip, type Grader, type Grading } from './grader.ts'
import { fits } from './patterns.ts'

/** Levels of a state; no honest one comes near. */
const MAX_DEPTH = 100
/** Calls that are made in all; each costs processor time of the environment's, which must not run out. */
const MAX_CALLS = 500
/** Characters of a tool's answer that the model gets. */
const MAX_OUTPUT = 20_000

const Pointer = z.string().regex(POINTER, 'is no JSON Pointer; write it like /orders/A1/refunded')
const Arguments = z.record(z.string(), Json).default({})
const Call = z.strictObject({ name: z.string().min(1), arguments: Arguments })
const Calls = z.array(Call).max(1000).default([])

const Expected = z.strictObject({
  /** The whole state. */
  equals: Json.optional(),
  /** Members that the state has among others, however deep; lists are compared whole. */
  contains: Json.optional(),
  /** The state that these calls lead to from the start. */
  after: z.array(Call).max(1000).optional(),
  /** Values at JSON Pointers. */
  at: z.record(Pointer, Json).default({}),
  /** JSON Pointers at which there must be nothing. */
  absent: z.array(Pointer).max(1000).default([]),
})

const State = z
  .strictObject({
    /** A file beside the benchmark: JavaScript with a global `tools`, an object of functions (state, arguments). */
    environment: z.string().min(1).max(500),
    /** The state at the start. */
    start: Json,
    /** What the state must be at the end. */
    state: Expected.optional(),
    /** Calls that must have been made, with these arguments among theirs. */
    required: Calls,
    /** Calls that must not even have been tried. */
    forbidden: Calls,
    /** Calls that must have been made in this order; others may stand between them. */
    ordered: Calls,
    /** Rounds of calls, at most. */
    rounds: z.int().positive().max(100).default(15),
  })
  .refine(
    ({ state, required, forbidden, ordered }) =>
      (state !== undefined && hasExpectation(state)) || required.length + forbidden.length + ordered.length > 0,
    'needs something to hold the end against: state (equals, contains, after, at, absent), required, forbidden or ordered',
  )
type State = z.infer<typeof State>

/**
 * Lets the subject call tools that act on a state, until it calls none, and judges by what came of it: the state at the end, and the calls
 * that were made. The tools run in an isolate; a call that cannot be done is told to the subject, which may mend it.
 */
export const state: Grader<State> = {
  kind: 'state',
  schema: State,
  needs: 'tools',
  place: 'isolate',
  shown: ['start'],
  files: (config) => (typeof config['environment'] === 'string' ? [config['environment']] : []),
  check({ required, forbidden, ordered, state: wanted }, tools) {
    const known = tools.map(({ name }) => name)
    if (known.length === 0)
      throw new BadInputError('state needs tools; add "tools", a list of {name, description, parameters}')
    for (const [key, calls] of Object.entries({ required, forbidden, ordered, 'state.after': wanted?.after ?? [] })) {
      const stray = calls.find(({ name }) => !known.includes(name))
      if (stray !== undefined)
        throw new BadInputError(`${key}: no tool is called "${stray.name}"${hint(stray.name, known)}`)
    }
  },
  async grade(grading) {
    const { config, context } = grading
    const source = Buffer.from(grading.files[config.environment] ?? '', 'base64').toString()
    const open = async (): Promise<World & AsyncDisposable> => {
      const place: Sandbox = await context.sandbox('grader', { fresh: true })
      return openWorld(place, { source, state: config.start }, context.signal)
    }
    await using world = await open()
    const calls = await play(grading, world)
    const rules = {
      required: asRules(config.required),
      forbidden: asRules(config.forbidden),
      ordered: asRules(config.ordered),
    }
    for (const { name, broken } of judgeCalls(calls, rules, sameJson)) record(grading, name, broken)
    if (config.state === undefined) return
    const end = await world.state()
    if (deeper(end, MAX_DEPTH)) return record(grading, 'state', `the state nests deeper than ${MAX_DEPTH} levels`)
    let after: Json | undefined
    if (config.state.after !== undefined) {
      await using other = await open()
      for (const call of config.state.after) {
        const made = await other.call(call.name, call.arguments).catch((error: unknown) => {
          // Nobody spoiled this world but the benchmark itself.
          if (error instanceof SpoiledError) return { error: error.message }
          throw error
        })
        if ('error' in made) throw new FaultError('bad-job', `the expected call of ${call.name} fails: ${made.error}`)
      }
      after = await other.state()
    }
    judgeState(grading, end, config.state, after)
  },
}

const hasExpectation = ({ equals, contains, after, at, absent }: z.infer<typeof Expected>) =>
  equals !== undefined || contains !== undefined || after !== undefined || Object.keys(at).length + absent.length > 0

const asRules = (calls: State['required']) => calls.map(({ name, arguments: args }) => ({ name, args }))

const sameJson = (actual: unknown, expected: unknown) =>
  actual !== undefined && difference(actual as Json, expected as Json, 'equals') === undefined

/** The subject calls and is told what came of it, until it calls nothing more; gives the calls in their order. */
async function play(
  { config, context, reply: first, messages, tools }: Grading<State>,
  world: World,
): Promise<ToolCall[]> {
  const said: Message[] = [...messages]
  const made: ToolCall[] = []
  let reply = first
  for (let round = 1; (reply.calls ?? []).length > 0; round++) {
    const calls = reply.calls!.map((call, index) => ({ ...call, id: call.id ?? `call-${made.length + index + 1}` }))
    said.push({ role: 'assistant', content: reply.text, calls })
    for (const call of calls) {
      const start = performance.now()
      const { ok, output } =
        made.length < MAX_CALLS ? await done(world, tools, call) : wrong(`more than ${MAX_CALLS} calls were made`)
      made.push(call)
      context.record({ kind: 'toolCalled', call, ok, output, ms: performance.now() - start })
      said.push({ role: 'tool', call: call.id, name: call.name, content: output, ...(!ok && { failed: true }) })
    }
    if (round >= config.rounds) {
      context.record({ kind: 'noted', text: `the model called tools for ${config.rounds} rounds, which is the most` })
      break
    }
    reply = await context.model.prompt({ messages: said, tools }, context.signal)
  }
  return made
}

const wrong = (output: string) => ({ ok: false, output })

async function done(
  world: World,
  tools: readonly ToolSchema[],
  call: ToolCall,
): Promise<{ ok: boolean; output: string }> {
  const found = tools.find(({ name }) => name === call.name)
  if (found === undefined)
    return wrong(`there is no tool ${call.name}; there are ${tools.map(({ name }) => name).join(', ')}`)
  if (Object.hasOwn(call.arguments, UNPARSED)) return wrong('the arguments are no JSON object')
  const told = await fits({ kind: 'schema', schema: found.parameters, value: call.arguments })
  if (!told.ok) return wrong(`wrong arguments: ${told.message}`)
  const answer = await world.call(call.name, call.arguments)
  if ('error' in answer) return wrong(clip(answer.error))
  const output = typeof answer.value === 'string' ? answer.value : (JSON.stringify(answer.value) ?? 'done')
  const cut = `${output.slice(0, MAX_OUTPUT)}\n[cut here, of ${output.length} characters]`
  return { ok: true, output: output.length > MAX_OUTPUT ? cut : output }
}

function judgeState(
  grading: Grading<State>,
  end: Json,
  { equals, contains, at, absent }: z.infer<typeof Expected>,
  after: Json | undefined,
): void {
  if (equals !== undefined) record(grading, 'state', difference(end, equals, 'equals'))
  if (after !== undefined) record(grading, 'state after the expected calls', difference(end, after, 'equals'))
  if (contains !== undefined) record(grading, 'state contains', difference(end, contains, 'contains'))
  for (const [pointer, expected] of Object.entries(at)) {
    const [found] = valueAt(end, pointer)
    const flaw = found === undefined ? `${pointer} is missing` : difference(found, expected, 'equals', pointer)
    record(grading, `state at ${pointer}`, flaw)
  }
  for (const pointer of absent) {
    const [found] = valueAt(end, pointer)
    record(grading, `nothing at ${pointer}`, found === undefined ? undefined : `${pointer} is ${JSON.stringify(found)}`)
  }
}

function record({ context }: Grading<State>, name: string, flaw: string | undefined): void {
  context.check({
    name: name.slice(0, 1000),
    passed: flaw === undefined,
    ...(flaw !== undefined && { reason: 'wrong-answer' as const, message: clip(flaw) }),
  })
}
