import type * as z from 'zod'
import type { Json, Language } from '../../domain/index.ts'
import { openWorld } from '../../tasks/toolcalls/world.ts'
import { contextOf } from '../context.ts'
import type { Kit } from '../kit.ts'
import { type Tool, tool } from '../tools.ts'

export interface EnvironmentDefinition {
  /**
   * The module of the environment: a global object `tools`, with a function for each tool. A function gets the state, which it
   * may change, and the arguments of the call; what it gives back the model gets, and what it throws the model is told.
   */
  readonly source: string
  /** JavaScript where nothing is said. */
  readonly language?: Extract<Language, 'javascript' | 'typescript'>
  /** The state at the start. */
  readonly state: Json
  /** What the tools are called, say of themselves and take. */
  readonly tools: readonly {
    readonly name: string
    readonly description?: string
    readonly parameters: z.ZodType | Json
    readonly maxOutput?: number
  }[]
}

/** A world that tools act on. Its state is data that checks can read. */
export interface Environment {
  readonly tools: readonly Tool<unknown>[]
  /** The state as it is now. */
  state(): Promise<Json>
}

/**
 * Opens an environment in a sandbox of its own (an isolate for a task with `sandbox: isolate()`). A call that fails leaves the
 * state as it was. Code that breaks is the benchmark's fault, and makes the trial void.
 */
export async function environment(kit: Kit, definition: EnvironmentDefinition): Promise<Environment> {
  const { signal, sandbox } = contextOf(kit)
  const world = await openWorld(await sandbox('grader', { fresh: true }), definition, signal)
  return {
    state: () => world.state(),
    tools: definition.tools.map(({ name, ...told }) =>
      tool({
        name,
        ...told,
        async run(args) {
          const answer = await world.call(name, args as Json)
          if ('error' in answer) throw new Error(answer.error)
          return answer.value
        },
      }),
    ),
  }
}
