import {
  type Ending,
  FaultError,
  type Json,
  type Language,
  type Sandbox,
  SpoiledError,
  type Value,
} from '../../domain/index.ts'
import { reasonOf, tell } from '../graders/grader.ts'

/** A world that tools act on: code in a sandbox of its own, and a state that is data. */
export interface World {
  /** Makes a call; calls are made one after another. What the tool threw is told, and leaves the state as it was. */
  call(name: string, args: Json): Promise<{ readonly value?: Json } | { readonly error: string }>
  /** The state as it is now. */
  state(): Promise<Json>
}

/** The code of a world: a global object `tools` with a function for each tool, and the state at the start. */
export interface WorldSource {
  readonly source: string
  readonly language?: Extract<Language, 'javascript' | 'typescript'>
  readonly state: Json
}

/**
 * Loads a world into a sandbox. Code that breaks is the benchmark's fault, and makes the trial void; but whoever calls until a limit is
 * passed has spoiled the trial himself, and fails, or a model could choose to have its failures not counted.
 */
export async function openWorld(
  place: Sandbox,
  { source, language = 'javascript', state }: WorldSource,
  signal: AbortSignal,
): Promise<World & AsyncDisposable> {
  const module = await place.load({ language, source: `${source}\n${GLUE}` }, signal)
  if (module.loaded.ending.kind !== 'returned')
    throw new FaultError('bad-job', `the environment cannot be loaded: ${tell(module.loaded.ending)}`)
  // Data goes in and comes out as JSON text: what a member is called means nothing on the way.
  const ask = async (name: string, args: Value[]): Promise<Json> => {
    const { ending } = await module.call(name, args, signal)
    if (ending.kind === 'returned' && typeof ending.value === 'string') return JSON.parse(ending.value) as Json
    const told = `the environment broke (${reasonOf(ending)}): ${tell(ending)}`
    throw name !== '__begin' && isWornOut(ending) ? new SpoiledError(told) : new FaultError('bad-job', told)
  }
  await ask('__begin', [JSON.stringify(state)])
  let last: Promise<unknown> = Promise.resolve()
  return {
    async call(name, args) {
      // Calls of one turn are made side by side; here each sees the state that the one before left.
      const turn = last.then(() => ask('__call', [name, JSON.stringify(args)]))
      last = turn.catch(() => {})
      return (await turn) as { value?: Json } | { error: string }
    },
    state: () => ask('__state', []),
    [Symbol.asyncDispose]: () => module[Symbol.asyncDispose](),
  }
}

/** A limit of time, memory or output, or of what the language can hold. */
const isWornOut = (ending: Ending) =>
  ending.kind === 'limited' || ending.kind === 'signaled' || (ending.kind === 'threw' && ending.type === 'RangeError')

const GLUE = `
let __kept = 'null'
globalThis.__begin = (state) => { __kept = state; return 'null' }
globalThis.__state = () => __kept
globalThis.__call = async (name, args) => {
  if (!Object.hasOwn(tools, name)) throw new TypeError('the environment has no tool ' + name)
  const state = JSON.parse(__kept)
  let value
  try { value = await tools[name](state, JSON.parse(args)) } catch (error) {
    return JSON.stringify({ error: error instanceof Error ? error.message : String(error) })
  }
  __kept = JSON.stringify(state)
  return JSON.stringify({ value })
}
`
