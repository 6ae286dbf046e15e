import { randomUUID } from 'node:crypto'
import {
  Check,
  type ExecResult,
  FaultError,
  type Isolation,
  type Job,
  type Limits,
  type LoadedModule,
  limits,
  type Model,
  type Models,
  type ModelUsage,
  messageOf,
  type PartialLimits,
  RefusedError,
  type Sandbox,
  type Sandboxes,
  SpoiledError,
  sha256,
  type TaskContext,
} from '../domain/index.ts'
import type { Tracer } from './trace.ts'

type Role = 'solution' | 'grader'

/** Milliseconds that went where. */
export interface Spent {
  prepareMs: number
  answerMs: number
  runMs: number
}

export interface ContextParts {
  readonly job: Job
  readonly models: Models
  readonly sandboxes: Sandboxes
  readonly tracer: Tracer
  readonly stack: AsyncDisposableStack
  readonly signal: AbortSignal
}

/** A grader waits for the program that it judges, so its clock has to be longer than the program's. */
const GRADER_PATIENCE = 5

/** The context of one trial: whatever the task does through it stands in the trace. */
export function openContext(parts: ContextParts): { context: TaskContext; spent: Spent; usage: ModelUsage } {
  const { job, models, tracer, signal } = parts
  const spent: Spent = { prepareMs: 0, answerMs: 0, runMs: 0 }
  const usage: ModelUsage = {}
  const opened = new Map<string, Promise<Sandbox>>()

  const watched = (model: Model, role: string): Model => ({
    name: model.name,
    async prompt(request, signal) {
      const { messages, tools, schema, parameters } = request
      tracer.record({
        kind: 'prompted',
        role,
        model: model.name,
        messages: [...messages],
        ...(tools && { tools: [...tools] }),
        ...(schema !== undefined && { schema }),
        ...(parameters && { parameters: { ...parameters } }),
      })
      const reply = await timed(spent, 'answerMs', () => model.prompt(request, signal))
      addUsage(usage, reply.usage)
      tracer.record({ kind: 'answered', role, model: model.name, reply })
      return reply
    },
  })

  const held = { solution: 0, grader: 0 }
  // Not the job's id: the same job may be run twice at once.
  const trial = randomUUID()
  const open = async (role: Role, isolation: Isolation, partial: PartialLimits | undefined): Promise<Sandbox> => {
    if (job.sandbox === undefined)
      throw new FaultError('bad-job', `task ${job.task.name} opened a sandbox, and its definition names none`)
    const request = {
      spec: job.sandbox,
      role,
      isolation,
      limits: limitsFor(role, job, partial),
      run: job.run,
      beside: held[role]++ > 0,
      trial,
    }
    const sandbox = await timed(spent, 'prepareMs', () => parts.sandboxes.open(request, signal))
    parts.stack.use(sandbox)
    tracer.record({ kind: 'opened', role, facts: sandbox.facts })
    return watch(sandbox, role, tracer, spent)
  }

  const context: TaskContext = {
    job,
    sample: job.sample,
    model: watched(models.subject(job), 'subject'),
    role: (name) => watched(models.role(job, name), name),
    sandbox(role, { fresh = false, limits: partial } = {}) {
      if (fresh) return open(role, 'fresh', partial)
      let sandbox = opened.get(role)
      if (sandbox === undefined) {
        // Graders run the benchmark's code only, so the trials of a run may share their cells one after another.
        sandbox = open(role, role === 'grader' ? 'reuse' : job.isolation, partial)
        opened.set(role, sandbox)
      }
      return sandbox
    },
    check: (check) => tracer.record({ kind: 'checked', check: Check.parse(check) }),
    record: (body) => tracer.record(body),
    signal,
  }
  return { context, spent, usage }
}

function limitsFor(role: Role, job: Job, partial: PartialLimits | undefined): Limits {
  const own = partial === undefined ? job.limits : limits({ ...job.limits, ...limitsGiven(partial) })
  if (role === 'solution') return own
  return limits({ ...own, wallMs: Math.min(3_600_000, own.wallMs * GRADER_PATIENCE) })
}

const limitsGiven = (partial: PartialLimits) =>
  Object.fromEntries(Object.entries(partial).filter(([, figure]) => figure !== undefined)) as PartialLimits

/** A sandbox whose doings are recorded. Only what the solution does counts as run time. */
function watch(sandbox: Sandbox, role: string, tracer: Tracer, spent: Spent): Sandbox {
  let used = false
  const clocked = <T>(work: () => Promise<T>) => (role === 'solution' ? timed(spent, 'runMs', work) : work())
  return {
    facts: sandbox.facts,
    async write(files, signal) {
      await sandbox.write(files, signal).catch((error: unknown) => {
        if (!used || role !== 'solution' || !(error instanceof RefusedError)) throw error
        throw new SpoiledError(`what ran in the sandbox left no room or way for files: ${messageOf(error)}`)
      })
      tracer.record({ kind: 'wrote', role, files: listing(files) })
    },
    async read(paths, signal) {
      const taken = await sandbox.read(paths, signal)
      if (taken.dropped.length > 0)
        tracer.record({ kind: 'noted', text: 'some files were not taken out', data: [...taken.dropped].slice(0, 100) })
      return taken
    },
    async exec(command, signal) {
      used = true
      const result = await clocked(() => sandbox.exec(command, signal))
      tracer.record({ kind: 'ran', role, argv: [...command.argv], result })
      return result
    },
    async spawn(command, signal) {
      used = true
      const program = await sandbox.spawn(command, signal)
      void program.ended.then(
        (result) => tracer.record({ kind: 'ran', role, argv: [...command.argv], result }),
        () => undefined, // whoever waits for the program is told
      )
      return program
    },
    async load(module, signal) {
      used = true
      const loaded = await clocked(() => sandbox.load(module, signal))
      tracer.record({
        kind: 'loaded',
        role,
        language: module.language,
        sha256: sha256(module.source),
        result: loaded.loaded,
      })
      return watchModule(loaded, role, tracer, clocked)
    },
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}

function watchModule(
  module: LoadedModule,
  role: string,
  tracer: Tracer,
  clocked: (work: () => Promise<ExecResult>) => Promise<ExecResult>,
): LoadedModule {
  return {
    loaded: module.loaded,
    async call(name, args, signal) {
      const result = await clocked(() => module.call(name, args, signal))
      tracer.record({ kind: 'called', role, name, args: [...args], result })
      return result
    },
    async [Symbol.asyncDispose]() {
      await module[Symbol.asyncDispose]()
      if (module.printed === undefined || role !== 'solution') return
      const { stdout, stderr } = await module.printed
      if (stdout.text !== '' || stderr.text !== '') tracer.record({ kind: 'printed', role, stdout, stderr })
    },
  }
}

const listing = (files: ReadonlyMap<string, { data: Uint8Array }>) =>
  [...files].map(([path, { data }]) => ({ path, sha256: sha256(data), bytes: data.length }))

/** Adds the time of some work to what was spent; of work that overlaps, such as two sandboxes opening at once, only the first is clocked. */
async function timed<T>(spent: Spent, name: keyof Spent, work: () => Promise<T>): Promise<T> {
  const clocked = clocks.get(spent) ?? new Set()
  clocks.set(spent, clocked)
  if (clocked.has(name)) return await work()
  clocked.add(name)
  const start = performance.now()
  try {
    return await work()
  } finally {
    clocked.delete(name)
    spent[name] += performance.now() - start
  }
}

const clocks = new WeakMap<Spent, Set<keyof Spent>>()

/** Adds figures that are known; a figure that nobody told stays absent. */
function addUsage(total: ModelUsage, more: ModelUsage | undefined): void {
  for (const [name, figure] of Object.entries(more ?? {}) as [keyof ModelUsage, number | undefined][]) {
    if (figure !== undefined) total[name] = (total[name] ?? 0) + figure
  }
}
