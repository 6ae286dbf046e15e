import type {
  Answer,
  Command,
  ExecResult,
  FileEntry,
  Files,
  Job,
  Json,
  LoadedModule,
  Model,
  Module,
  PartialLimits,
  Reply,
  RunningProgram,
  Sandbox,
  TaskContext,
  Value,
} from '../../../domain/index.ts'
import type { Told } from '../messages.ts'
import { Buffer } from './bytes.ts'
import { answering, nextId, start } from './loop.ts'
import { ask } from './wire.ts'

/** The context of a trial, each of whose doings is asked of the other side. */
export function contextOf(told: Told): TaskContext {
  const { task, sample, seed, attempt, subject, roles } = told
  const parts = Object.fromEntries(Object.entries(roles).map(([role, name]) => [role, { kind: 'model', name }]))
  const job = { task: { name: task }, sample, seed, attempt, subject, roles: parts } as unknown as Job
  return {
    job,
    sample,
    model: modelOf(told.model, undefined),
    role: (name) => modelOf(ask('role', { role: name }) as string, name),
    sandbox: (role, options = {}) => open(role, options),
    check: (check) => void ask('check', check),
    record: (body) => void ask('record', body),
    signal: new AbortController().signal,
  }
}

const modelOf = (name: string, role: string | undefined): Model => ({
  name,
  prompt: async (request, signal) =>
    (await start('prompt', { ...(role !== undefined && { role }), request }, signal)) as unknown as Reply,
})

async function open(role: string, options: { fresh?: boolean; limits?: PartialLimits }): Promise<Sandbox> {
  const { id, facts } = (await start('open', { role, ...options })) as { id: number; facts: Json }
  return {
    facts: facts as unknown as Sandbox['facts'],
    async write(files, signal) {
      await start('write', { sandbox: id, files: listed(files) }, signal)
    },
    async read(paths, signal) {
      const taken = await start('read', { sandbox: id, paths }, signal)
      const { files, dropped } = taken as { files: [string, string, boolean][]; dropped: string[] }
      const entries = files.map(([path, base64, executable]): [string, FileEntry] => [
        path,
        { data: Buffer.from(base64, 'base64'), ...(executable && { executable }) },
      ])
      return { files: new Map(entries), dropped }
    },
    async exec(command, signal) {
      return (await start('exec', { sandbox: id, command: crossing(command) }, signal)) as unknown as ExecResult
    },
    async spawn(command, signal) {
      return programOf((await start('spawn', { sandbox: id, command: crossing(command) }, signal)) as number)
    },
    load: (module, signal) => load(id, module, signal),
    [Symbol.asyncDispose]: async () => {},
  }
}

const listed = (files: Files) =>
  [...files].map(([path, { data, executable = false }]) => [path, Buffer.from(data).toString('base64'), executable])

const crossing = ({ stdin, ...command }: Command) => ({
  ...command,
  ...(stdin !== undefined && { stdin: Buffer.from(stdin).toString('base64') }),
})

function programOf(id: number): RunningProgram {
  const on = (op: string) => start(op, { program: id })
  const ended = on('ended') as Promise<unknown> as Promise<ExecResult>
  ended.catch(() => {}) // whoever waits for it is told
  return {
    stdout: {
      async *[Symbol.asyncIterator]() {
        for (let chunk = await on('stdout'); chunk !== null; chunk = await on('stdout'))
          yield Buffer.from(chunk as string, 'base64')
      },
    },
    async write(data) {
      await start('stdin', { program: id, base64: Buffer.from(data).toString('base64') })
    },
    async closeStdin() {
      await on('closeStdin')
    },
    async kill() {
      await on('kill')
    },
    hold: (held) => void ask('hold', { program: id, on: held }),
    ended,
    async [Symbol.asyncDispose]() {
      await on('kill')
    },
  }
}

async function load(sandbox: number, module: Module, signal: AbortSignal): Promise<LoadedModule> {
  const { provide = {}, modules, ...rest } = module
  if (modules !== undefined) throw new TypeError('a solution is one module')
  const work = nextId()
  answering(work, async (name, args) => {
    const answer: Answer = await provide[name]!(args as Value[], signal)
    return answer as unknown as Json
  })
  const data = { sandbox, module: { ...rest, provide: Object.keys(provide) } }
  const { id, loaded } = (await start('load', data, signal, work)) as { id: number; loaded: Json }
  return {
    loaded: loaded as unknown as ExecResult,
    async call(name, args, signal) {
      return (await start('call', { module: id, name, args }, signal)) as unknown as ExecResult
    },
    async [Symbol.asyncDispose]() {
      await start('dispose', { module: id })
    },
  }
}
