import { type ExecResult, type Files, sha256 } from '../../domain/index.ts'
import { contextOf } from '../context.ts'
import type { Kit } from '../kit.ts'
import type { AgentOutcome } from './agent.ts'
import { carry } from './carrier.ts'
import { type AgentLimits, Meter } from './meter.ts'
import { modelServer } from './serve.ts'

export interface ProgramAgentOptions {
  /** The agent's program and its arguments. */
  readonly argv: readonly string[]
  /** Added to the addresses and keys of the model, which OPENAI_* and ANTHROPIC_* name. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly stdin?: string
  /** 50 turns where nothing is said. */
  readonly limits?: AgentLimits
  /** The name by which the agent asks for the model. */
  readonly model?: string
}

/** What an agent of its own program came to: how the program ended, and the files that it changed. */
export interface ProgramOutcome extends Pick<AgentOutcome, 'end' | 'turns' | 'usage'> {
  readonly result: ExecResult | undefined
  readonly files: {
    readonly added: readonly string[]
    readonly changed: readonly string[]
    readonly removed: readonly string[]
  }
}

/**
 * Runs a command-line agent inside the trial's sandbox, which has no network, and lets it talk to the evaluated model: it finds
 * OpenAI-compatible endpoints and an Anthropic-compatible one on a port of its own loopback. Each request is a prompt in the trace.
 * Over a limit the agent is ended, and what it has done stands.
 */
export async function programAgent(kit: Kit, options: ProgramAgentOptions): Promise<ProgramOutcome> {
  const { argv, env = {}, cwd, stdin, limits = {}, model = 'assay' } = options
  const context = contextOf(kit)
  const before = digestsOf(await everything(kit))
  using meter = new Meter(limits)
  const trouble = Promise.withResolvers<never>()
  const server = modelServer(model, async (request) => {
    try {
      return await meter.prompt(context.model, request, kit.signal)
    } catch (error) {
      if (meter.over === undefined) trouble.reject(error)
      throw error
    }
  })
  let result: ExecResult | undefined
  {
    await using carrier = await carry(kit.sandbox, server)
    // Whoever is inside can end the bridge too: then the agent finds nobody to talk to, and that is its own doing.
    carrier.lost.catch((error: Error) => kit.note(error.message))
    const address = `http://127.0.0.1:${carrier.port}`
    const running = kit.sandbox.exec(argv, {
      env: { ...addresses(address, model), ...env },
      ...(cwd !== undefined && { cwd }),
      ...(stdin !== undefined && { stdin }),
      signal: AbortSignal.any([kit.signal, meter.signal]),
    })
    running.catch(() => {}) // the race below hears of it, or something else came first
    trouble.promise.catch(() => {})
    try {
      result = await Promise.race([running, trouble.promise])
    } catch (error) {
      kit.signal.throwIfAborted()
      if (meter.over === undefined) throw error
    } finally {
      server.closeAllConnections()
    }
  }
  const files = changes(before, digestsOf(await everything(kit)))
  const end = meter.over ?? (result?.ending.kind === 'limited' ? ending(result) : 'exited')
  kit.measure('turns', meter.turns)
  kit.note(`the agent ended: ${end}`)
  kit.note('files that the agent changed', JSON.parse(JSON.stringify(files)))
  return { end, turns: meter.turns, usage: meter.usage, result, files }
}

/** The names under which clients look for the address of a model and for a key, which nobody checks. */
const addresses = (address: string, model: string) => ({
  OPENAI_BASE_URL: `${address}/v1`,
  OPENAI_API_BASE: `${address}/v1`,
  OPENAI_API_KEY: 'assay',
  OPENAI_MODEL: model,
  ANTHROPIC_BASE_URL: address,
  ANTHROPIC_API_KEY: 'assay',
  ANTHROPIC_MODEL: model,
  // Agents in Node.js ask for the user that they run as, and a trial's user has no name of its own.
  NODE_OPTIONS: '--import=/assay/runners/bridge/user.mjs',
})

/** A program that the sandbox's own limits ended: by time, which is the agent's wall limit, or by anything else that it used up. */
const ending = ({ ending }: ExecResult) => (ending.kind === 'limited' && ending.limit === 'wall' ? 'wallMs' : 'exited')

const everything = async (kit: Kit): Promise<Files> => {
  const { sandbox, signal } = contextOf(kit)
  // Opens it with the task's files in it.
  await kit.sandbox.write({})
  return (await (await sandbox('solution')).read(['.'], signal)).files
}

const digestsOf = (files: Files) => new Map([...files].map(([path, { data }]) => [path, sha256(data)]))

function changes(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): ProgramOutcome['files'] {
  return {
    added: [...after.keys()].filter((path) => !before.has(path)),
    changed: [...after]
      .filter(([path, digest]) => before.has(path) && before.get(path) !== digest)
      .map(([path]) => path),
    removed: [...before.keys()].filter((path) => !after.has(path)),
  }
}
