import {
  type ExecResult,
  FaultError,
  type Json,
  type Limits,
  type LoadedModule,
  limits,
  messageOf,
  type Sandboxes,
  textOf,
} from '../../domain/index.ts'
import { tell } from '../../tasks/graders/grader.ts'
import type { Graph } from './graph.ts'
import { Answered, parsed, type Request, shaped, type Thrown, thrownOf } from './messages.ts'

/** What the code of a benchmark may use for one trial, or for planning. Waiting for models and sandboxes is not its time. */
export const GUEST_LIMITS: Limits = limits({ wallMs: 60_000, cpuMs: 30_000, memoryBytes: 512 * 2 ** 20 })

/** Answers what the code in an isolate asks. What it throws the code is told; a Fatal ends the isolate. */
export interface Host {
  ask(op: string, data: unknown, signal: AbortSignal): Promise<unknown>
}

/** Ends an isolate at once, whatever its code would make of an error. */
export class Fatal extends Error {
  constructor(cause: unknown) {
    super(messageOf(cause), { cause })
  }
}

/** Something that the benchmark's code threw, by what it says of itself. */
export class GuestError extends Error {
  readonly thrown: Thrown

  constructor(thrown: Thrown) {
    super(thrown.message)
    this.thrown = thrown
  }
}

/** A benchmark's code in an isolate of its own, beside the guest's half of the author's API. */
export class Guest implements AsyncDisposable {
  readonly #module: LoadedModule
  readonly #stack: AsyncDisposableStack
  readonly #printed: ((result: ExecResult) => void) | undefined

  private constructor(
    module: LoadedModule,
    stack: AsyncDisposableStack,
    printed: ((result: ExecResult) => void) | undefined,
  ) {
    this.#module = module
    this.#stack = stack
    this.#printed = printed
  }

  /** Loads a benchmark. Throws a GuestError where its code does, and FaultError 'bad-job' where it is over a limit. */
  static async open(
    graph: Graph,
    { sandboxes, host, most = GUEST_LIMITS, printed }: GuestParts,
    signal: AbortSignal,
  ): Promise<Guest> {
    await using stack = new AsyncDisposableStack()
    const request = { spec: { kind: 'isolate' }, role: 'grader', isolation: 'fresh', run: 'untrusted' } as const
    // A trial may hold other sandboxes: one that waited for a place for its task could wait for itself.
    const sandbox = stack.use(await sandboxes.open({ ...request, limits: most, beside: true }, signal))
    const { modules, entry: source } = graph
    const ask = async ([text]: unknown[], signal: AbortSignal) => ({ value: await answer(host, text, signal) })
    const module = await sandbox.load({ language: 'javascript', source, modules, provide: { __ask: ask } }, signal)
    stack.use(module)
    printed?.(module.loaded)
    if (module.loaded.ending.kind !== 'returned') throw failed(module.loaded)
    return new Guest(module, stack.move(), printed)
  }

  /** Asks the benchmark's code for something. */
  async ask(request: Request, signal: AbortSignal): Promise<Json> {
    const result = await this.#module.call('__serve', [JSON.stringify(request)], signal)
    this.#printed?.(result)
    const { ending } = result
    if (ending.kind !== 'returned') throw failed(result)
    const answered = shaped(Answered, parsed(String(ending.value)), 'an answer')
    if ('error' in answered) throw new GuestError(answered.error)
    return answered.ok
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }
}

export interface GuestParts {
  readonly sandboxes: Sandboxes
  readonly host: Host
  /** The most that its code may use; GUEST_LIMITS where nothing is said. */
  readonly most?: Limits | undefined
  /** Told what the code printed. */
  readonly printed?: (result: ExecResult) => void
}

async function answer(host: Host, text: unknown, signal: AbortSignal): Promise<string> {
  try {
    const asked = parsed(String(text))
    if (!Array.isArray(asked) || asked.length !== 2 || typeof asked[0] !== 'string')
      throw new Fatal(new FaultError('bad-job', 'the benchmark’s code sent a message that makes no sense'))
    return JSON.stringify({ ok: (await host.ask(asked[0], asked[1], signal)) ?? null })
  } catch (error) {
    if (error instanceof Fatal) throw error.cause
    return JSON.stringify({ error: thrownOf(error) })
  }
}

/** Why the code could not go on, in words for its author. */
function failed({ ending, stderr }: ExecResult): Error {
  if (ending.kind === 'limited')
    return new FaultError('bad-job', `the benchmark's own code went over its ${ending.limit} limit`)
  if (ending.kind === 'threw') {
    const missing = /^Cannot find module '(.+)' in (.+)$/.exec(ending.message)
    const message = missing === null ? ending.message : `${missing[2]} imports '${missing[1]}'; ${MAY_IMPORT}`
    return new GuestError({ name: missing === null ? ending.type : 'BadInputError', message })
  }
  const said = textOf(stderr).trim().slice(-500)
  return new FaultError('bad-job', `the benchmark's own code ${tell(ending)}${said === '' ? '' : `: ${said}`}`)
}

const MAY_IMPORT =
  'untrusted code imports assay, zod, files of its own folder, and node:fs, node:path and node:url to read there; copy what it needs into its folder, or have it run as trusted'
