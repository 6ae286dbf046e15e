import {
  type Answer,
  type Command,
  EventBody,
  FaultError,
  type FileEntry,
  type Files,
  type LoadedModule,
  type Module,
  type RunningProgram,
  type Sandbox,
  type TaskContext,
  type Value,
} from '../../domain/index.ts'
import { readValue } from '../../domain/values.ts'
import { programAgent } from '../agent/program.ts'
import { keepContext } from '../context.ts'
import { tryTests } from '../court.ts'
import type { Kit } from '../kit.ts'
import { AuthorSandbox } from '../sandbox.ts'
import type { Folder } from './folder.ts'
import { Fatal } from './guest.ts'
import { Library, pause } from './library.ts'
import { type Question, type QuestionData, shaped, thrownOf, WORK, type Work, type WorkData } from './messages.ts'

/** Pieces of work under way at once, and in one trial. */
const MOST_OPEN = 256
const MOST_WORK = 100_000
/** Sandboxes, modules and running programs that a task may hold: each is a process or a container of the worker. */
const MOST_HELD = 64
/** What a task may record: events, and characters of them. */
const MOST_EVENTS = 10_000
const MOST_RECORDED = 32 * 2 ** 20
/** Bytes of files that are read at once. */
const MOST_READ = 32 * 2 ** 20

/** Events that a task's own code may record; all others tell what the host itself has seen. */
const OWN_EVENTS: ReadonlySet<EventBody['kind']> = new Set(['measured', 'noted', 'toolCalled', 'valued', 'wrote'])

type Event =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ReturnType<typeof thrownOf> }
  | { readonly callback: number; readonly of: number; readonly name: string; readonly args: readonly Value[] }

/**
 * What a task in an isolate may do in a trial: all of it through the trial's context, so that it stands in the trace, and each
 * message read by its shape first. Sandboxes, modules and programs are numbers to the task, and only those of its own trial.
 */
export class Effects extends Library implements AsyncDisposable {
  readonly #context: TaskContext
  readonly #over = new AbortController()
  readonly #signal: AbortSignal
  readonly #work = new Map<number, AbortController>()
  readonly #running = new Set<Promise<void>>()
  readonly #callbacks = new Map<number, PromiseWithResolvers<Answer>>()
  readonly #faults: FaultError[] = []
  readonly #kit: Kit
  readonly #stack = new AsyncDisposableStack()
  readonly #sandboxes: Sandbox[] = []
  readonly #modules: LoadedModule[] = []
  readonly #programs: { readonly program: RunningProgram; readonly chunks: AsyncIterator<Uint8Array> }[] = []
  readonly #disposed = new Set<LoadedModule>()
  #events: Event[] = []
  #hear: (() => void) | undefined
  #lastWork = 0
  #lastCallback = 0
  #count = 0
  #holds = 0
  #recorded = 0
  #left = MOST_RECORDED
  #valued = false

  constructor(folder: Folder, context: TaskContext) {
    super(folder)
    this.#context = context
    this.#signal = AbortSignal.any([context.signal, this.#over.signal])
    this.#kit = kitFor(context, this.#signal, this.#stack)
  }

  /** The fault of ours that the task was told of, and passed on. */
  faultLike({
    code,
    message,
  }: {
    readonly code?: string | undefined
    readonly message: string
  }): FaultError | undefined {
    return this.#faults.find((fault) => fault.code === code && fault.message === message)
  }

  /** Stops what the task has left running, and waits for it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort(new Error('the task is over'))
    for (const { reject } of this.#callbacks.values()) reject(new Error('the task is over'))
    for (const { program } of this.#programs) await program.kill().catch(() => {}) // its sandbox goes next
    await Promise.all(this.#running)
    await this.#stack.disposeAsync()
  }

  protected override async answer<Q extends Question>(
    question: Q,
    data: QuestionData<Q>,
    signal: AbortSignal,
  ): Promise<unknown> {
    const asked = { question, data } as { [Q in Question]: { question: Q; data: QuestionData<Q> } }[Question]
    switch (asked.question) {
      case 'role':
        return this.#noting(() => this.#context.role(asked.data.role).name)
      case 'check':
        this.#spend(asked.data)
        return this.#fatally(() => this.#context.check(asked.data as never))
      case 'record':
        this.#spend(asked.data)
        return this.#record(asked.data)
      case 'start':
        return this.#start(asked.data)
      case 'abort':
        return this.#work.get(asked.data.id)?.abort(new Error('the task gave it up'))
      case 'hold':
        return this.#program(asked.data.program).program.hold?.(asked.data.on)
      case 'reply':
        return this.#reply(asked.data)
      case 'next':
        return this.#next(asked.data.waitMs, signal)
      default:
        return super.answer(question, data, signal)
    }
  }

  #record(data: unknown): void {
    const body = this.#fatally(() => shaped(EventBody, data, 'an event'))
    if (!OWN_EVENTS.has(body.kind) && !this.#isScripted(body))
      throw new Fatal(
        new FaultError(
          'bad-job',
          `the benchmark's code tried to record that something was ${body.kind}, which is not its to say`,
        ),
      )
    if (body.kind === 'valued' && this.#valued)
      throw new Fatal(new FaultError('bad-job', 'the benchmark’s code gave its result twice'))
    this.#valued ||= body.kind === 'valued'
    this.#context.record(body)
  }

  /** Whether the benchmark's own script says something in a part that the run names nobody for, to recorded answers. */
  #isScripted(body: EventBody): boolean {
    if (body.kind !== 'prompted' && body.kind !== 'answered') return false
    const { job } = this.#context
    const isFree = body.role !== 'subject' && job.roles[body.role] === undefined
    return isFree && job.subject.kind === 'recorded' && body.model === `script of ${job.task.name}`
  }

  #spend(data: unknown): void {
    this.#recorded += 1
    this.#left -= JSON.stringify(data)?.length ?? 0
    if (this.#recorded > MOST_EVENTS || this.#left < 0)
      throw new Fatal(
        new FaultError(
          'bad-job',
          `the benchmark's code recorded more than ${MOST_EVENTS} events or ${MOST_RECORDED / 2 ** 20} MiB of them`,
        ),
      )
  }

  #start({ id, op, data }: QuestionData<'start'>): void {
    if (!Object.hasOwn(WORK, op))
      throw new Fatal(new FaultError('bad-job', `the benchmark's code wanted ${op}, which nobody does`))
    if (id <= this.#lastWork) throw new Fatal(new FaultError('bad-job', 'the benchmark’s code used a number twice'))
    if (++this.#count > MOST_WORK || this.#work.size >= MOST_OPEN)
      throw new Fatal(
        new FaultError(
          'bad-job',
          `the benchmark's code asked for more than ${MOST_OPEN} things at once, or ${MOST_WORK} in all`,
        ),
      )
    this.#lastWork = id
    const work = op as Work
    const read = this.#fatally(() => shaped(WORK[work] as never, data, work))
    const stop = new AbortController()
    this.#work.set(id, stop)
    const running = this.#do(work, read, id, AbortSignal.any([this.#signal, stop.signal]))
      .then(
        (value) => this.#tell({ id, value: value ?? null }),
        (error: unknown) => {
          if (error instanceof FaultError) this.#faults.push(error)
          this.#tell({ id, error: thrownOf(error) })
        },
      )
      .finally(() => {
        this.#work.delete(id)
        this.#running.delete(running)
      })
    this.#running.add(running)
  }

  async #do(work: Work, data: unknown, id: number, signal: AbortSignal): Promise<unknown> {
    const asked = { work, data } as { [W in Work]: { work: W; data: WorkData<W> } }[Work]
    switch (asked.work) {
      case 'prompt': {
        const { role, request } = asked.data
        const model = role === undefined ? this.#context.model : this.#context.role(role)
        // What went over the wire stays in the trace.
        const { wire: _, ...reply } = await model.prompt(request as Parameters<typeof model.prompt>[0], signal)
        return reply
      }
      case 'open': {
        const { role, ...options } = asked.data
        const sandbox = await this.#held(() => this.#context.sandbox(role, options as never))
        const at = this.#sandboxes.indexOf(sandbox)
        if (at !== -1) this.#holds--
        return { id: at === -1 ? this.#sandboxes.push(sandbox) : at + 1, facts: sandbox.facts }
      }
      case 'write':
        return this.#sandbox(asked.data.sandbox).write(filesOf(asked.data.files), signal)
      case 'read':
        return readOut(this.#sandbox(asked.data.sandbox), asked.data.paths, signal)
      case 'exec':
        return this.#sandbox(asked.data.sandbox).exec(commandOf(asked.data.command), signal)
      case 'spawn': {
        const { sandbox, command } = asked.data
        const program = await this.#held(() => this.#sandbox(sandbox).spawn(commandOf(command), this.#signal))
        const ended = () => void this.#holds--
        program.ended.then(ended, ended)
        return this.#programs.push({ program, chunks: program.stdout[Symbol.asyncIterator]() })
      }
      case 'stdin':
        return this.#program(asked.data.program).program.write(Buffer.from(asked.data.base64, 'base64'))
      case 'closeStdin':
        return this.#program(asked.data.program).program.closeStdin()
      case 'kill':
        return this.#program(asked.data.program).program.kill()
      case 'stdout': {
        const { value, done } = await this.#program(asked.data.program).chunks.next()
        return done === true ? null : Buffer.from(value).toString('base64')
      }
      case 'ended':
        return this.#program(asked.data.program).program.ended
      case 'load': {
        const { sandbox, module } = asked.data
        const loaded = await this.#held(() => this.#sandbox(sandbox).load(this.#moduleOf(module, id), signal))
        this.#stack.use(loaded)
        return { id: this.#modules.push(loaded), loaded: loaded.loaded }
      }
      case 'call':
        return this.#module(asked.data.module).call(asked.data.name, asked.data.args.map(checked), signal)
      case 'dispose':
        return this.#dispose(this.#module(asked.data.module))
      case 'tryTests': {
        const { tests, ...options } = asked.data
        const files = Object.fromEntries(tests.map(([path, base64]) => [path, Buffer.from(base64, 'base64')]))
        return tryTests(this.#kit, { ...options, tests: files } as Parameters<typeof tryTests>[1])
      }
      case 'programAgent':
        return programAgent(this.#kit, asked.data as Parameters<typeof programAgent>[1])
      default:
        return asked satisfies never
    }
  }

  /** Opens one more thing that the task holds. */
  async #held<T>(open: () => Promise<T>): Promise<T> {
    if (this.#holds >= MOST_HELD)
      throw new FaultError(
        'bad-job',
        `the benchmark's code holds more than ${MOST_HELD} sandboxes, modules and programs`,
      )
    this.#holds++
    try {
      return await open()
    } catch (error) {
      this.#holds--
      throw error
    }
  }

  async #dispose(module: LoadedModule): Promise<void> {
    if (!this.#disposed.has(module)) this.#holds--
    this.#disposed.add(module)
    await module[Symbol.asyncDispose]()
  }

  /** A module whose questions the task answers. */
  #moduleOf({ provide, ...module }: WorkData<'load'>['module'], id: number): Module {
    const asking = (name: string) => (args: Value[]) => {
      const answer = Promise.withResolvers<Answer>()
      const callback = ++this.#lastCallback
      this.#callbacks.set(callback, answer)
      this.#tell({ callback, of: id, name, args })
      return answer.promise
    }
    const given = Object.fromEntries(provide.map((name) => [name, asking(name)]))
    return { ...module, ...(provide.length > 0 && { provide: given }) } as Module
  }

  #reply({ callback, answer }: QuestionData<'reply'>): void {
    const asked = this.#callbacks.get(callback)
    this.#callbacks.delete(callback)
    asked?.resolve('value' in answer ? { value: checked(answer.value) } : answer)
  }

  /** What has happened; where nothing has, waits for it. */
  async #next(waitMs: number | undefined, signal: AbortSignal): Promise<readonly unknown[]> {
    const ended = this.#faults.find(({ code }) => code === 'budget' || code === 'cancelled')
    if (ended !== undefined) throw new Fatal(ended)
    if (this.#events.length === 0) {
      if (this.#running.size === 0)
        return (await super.answer('next', { ...(waitMs !== undefined && { waitMs }) }, signal)) as []
      const heard = Promise.withResolvers<void>()
      this.#hear = heard.resolve
      const stop = new AbortController()
      const either = AbortSignal.any([signal, stop.signal])
      try {
        await Promise.race([heard.promise, pause(waitMs ?? Number.POSITIVE_INFINITY, either)])
      } finally {
        this.#hear = undefined
        stop.abort()
      }
    }
    const events = this.#events
    this.#events = []
    return events
  }

  #tell(event: Event): void {
    this.#events.push(event)
    this.#hear?.()
  }

  /** A mistake in what only the guest's half of the API says is no error for the task to catch. */
  #fatally<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw new Fatal(error)
    }
  }

  #noting<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (error instanceof FaultError) this.#faults.push(error)
      throw error
    }
  }

  #sandbox = (id: number) => numbered(this.#sandboxes, id, 'sandbox')
  #module = (id: number) => numbered(this.#modules, id, 'module')
  #program = (id: number) => numbered(this.#programs, id, 'program')
}

function numbered<T>(list: readonly T[], id: number, what: string): T {
  const found = list[id - 1]
  if (found === undefined) throw new FaultError('bad-job', `the benchmark's code named a ${what} that it does not have`)
  return found
}

function checked(json: unknown): Value {
  const value = readValue(json)
  if (value === undefined) throw new FaultError('bad-job', 'the benchmark’s code gave a program what is no data')
  return value
}

const filesOf = (files: WorkData<'write'>['files']): Files =>
  new Map(
    files.map(([path, base64, executable]): [string, FileEntry] => [
      path,
      { data: Buffer.from(base64, 'base64'), ...(executable && { executable }) },
    ]),
  )

const commandOf = ({ stdin, ...command }: WorkData<'exec'>['command']): Command =>
  ({ ...command, ...(stdin !== undefined && { stdin: Buffer.from(stdin, 'base64') }) }) as Command

async function readOut(sandbox: Sandbox, paths: readonly string[], signal: AbortSignal) {
  const { files, dropped } = await sandbox.read(paths, signal)
  const bytes = [...files.values()].reduce((sum, { data }) => sum + data.length, 0)
  if (bytes > MOST_READ)
    throw new FaultError(
      'bad-job',
      `the benchmark's code read ${bytes} bytes of files at once; ${MOST_READ} is the most`,
    )
  const listed = [...files].map(([path, { data, executable = false }]) => [
    path,
    Buffer.from(data).toString('base64'),
    executable,
  ])
  return { files: listed, dropped }
}

/** What the parts of the author's API that work out here need of a kit. */
function kitFor(context: TaskContext, signal: AbortSignal, stack: AsyncDisposableStack): Kit {
  const own = { ...context, signal }
  const kit = {
    sandbox: new AuthorSandbox(own, {}, stack),
    signal,
    measure: (name: string, value: number) => context.record({ kind: 'measured', name, value }),
    note: (text: string, data?: never) => context.record({ kind: 'noted', text, ...(data !== undefined && { data }) }),
  } as unknown as Kit
  keepContext(kit, own)
  return kit
}
