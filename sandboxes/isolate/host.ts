// Theory of operation. This is the entry of a host process: it holds isolated-vm, one isolate at a time, and speaks with the
// engine in lines of JSON (messages.ts). The isolate runs on a thread of its own; the main thread stays free to watch stdin,
// whose end means that the engine is gone, and then this process kills itself, whatever the isolate is doing. Limits of time,
// processor and resident memory are the engine's to see to, with SIGKILL: V8 does not survive all that programs can do to it.
// Started as `host BINDING`; BINDING is isolated-vm's compiled file, the only file besides our sources that may be read.
import { writeSync } from 'node:fs'
import { createRequire, stripTypeScriptTypes } from 'node:module'
import type ivm from 'isolated-vm'
import type { ModuleSource } from '../../src/domain/sandbox.ts'
import { codec } from '../runners/values.js'
import { cloner } from './clone.ts'
import { inside, type Status, type Step } from './inside.ts'
import { inspector } from './inspect.ts'
import type { FromHost, ToHost } from './messages.ts'
import { alarm } from './timers.ts'

type Load = Extract<ToHost, { do: 'load' }>
type Isolate = InstanceType<typeof ivm.Isolate>
interface Program {
  readonly isolate: Isolate
  readonly context: ivm.Context
  readonly step: ivm.Reference<Step>
  /** Looks up a name where the program's top level sees it. */
  find: (name: string) => Promise<ivm.Reference<unknown>>
}

const { ivm: IVM } = createRequire(import.meta.url)(process.argv[2] as string) as { ivm: typeof ivm }
const TOOLS = `{ codec: (${codec})(), inspect: (${inspector})(), timers: (${alarm})(), clone: (${cloner})() }`
const BOOTSTRAP = `'use strict';(function (write, ask, read, options) { return (${inside})(${TOOLS}, write, ask, read, options) })`
const IDLE = '{"idle":true}'
// A module's top level is out of every script's reach; this, inside it, is not.
const FINDER = "\n;export const __find__ = (name) => eval(`typeof ${name} === 'undefined' ? undefined : ${name}`)"
// Once everything is loaded nothing more is read, so a host process that root started needs no rights any more.
const NOBODY = 65_534

/** Libraries by name. */
const lent = new Map<string, string>()
/** What V8 made of the bootstrap the first time; compiling it anew took 1 ms. */
let compiled: ivm.ExternalCopy<ArrayBuffer> | undefined

let program: Program | undefined
let answered: ((reply: string) => void) | undefined

/** Blocks while the engine is slow to read: a program that floods is slowed down, and nothing piles up here. */
function say(line: string): void {
  const bytes = Buffer.from(`${line}\n`)
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at)
}

function tell(message: FromHost): void {
  say(JSON.stringify(message))
}

function die(): never {
  // Not process.exit: after V8 gave up on an isolate it hangs.
  process.kill(process.pid, 'SIGKILL')
  throw new Error('killed')
}

function prepare({ memoryMiB, provide, libraries }: Load): Program {
  const isolate = new IVM.Isolate({
    memoryLimit: memoryMiB,
    onCatastrophicError: (message) => {
      tell({ is: 'fatal', message })
      die()
    },
  })
  const context = isolate.createContextSync()
  const cache = compiled === undefined ? { produceCachedData: true } : { cachedData: compiled }
  const script = isolate.compileScriptSync(BOOTSTRAP, { filename: 'assay:inside', ...cache })
  // The types do not know it.
  compiled ??= (script as { cachedData?: ivm.ExternalCopy<ArrayBuffer> }).cachedData
  const setup = script.runSync(context, { reference: true })
  const write = (stream: 'stdout' | 'stderr', text: string): void => tell({ is: 'wrote', stream, text })
  const ask = (name: string, args: string): Promise<string> => {
    say(`{"is":"asked","name":${JSON.stringify(name)},"args":${oneLine(args)}}`)
    return new Promise((resolve) => {
      answered = resolve
    })
  }
  const read = (name: string): string | undefined => (libraries.includes(name) ? lent.get(name) : undefined)
  const question = provide.length > 0 ? new IVM.Reference(ask) : undefined
  const step = setup.applySync(undefined, [write, question, read, JSON.stringify({ provide, libraries })], {
    result: { reference: true },
  }) as ivm.Reference<Step>
  const find = async (name: string): Promise<ivm.Reference<unknown>> => {
    const script = await isolate.compileScript(`typeof ${name} === 'undefined' ? undefined : ${name}`)
    return script.run(context, { reference: true })
  }
  return { isolate, context, step, find }
}

/** Text of JSON from inside an isolate goes on as it is, once it is sure to be no more than one line. */
function oneLine(text: string): string {
  if (/[\n\r]/.test(text)) throw new Error('a text of JSON from an isolate has more than one line')
  return text
}

/** Takes turns until the program has nothing left to do (a load) or its call is settled. */
async function turns({ step }: Pick<Program, 'step'>, first: string): Promise<string> {
  let told = first
  while (told.startsWith('{"wait":')) {
    const { wait } = JSON.parse(told) as Extract<Status, { wait: number }>
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    told = await step.apply(undefined, ['turn'])
  }
  return told
}

async function load(message: Load): Promise<string> {
  program = prepare(message)
  tell({ is: 'prepared' })
  let start: () => Promise<string>
  try {
    const source = message.language === 'typescript' ? stripTypeScriptTypes(message.source) : message.source
    start = await compile(program, source, message.modules ?? {})
  } catch (error) {
    return failed(error, true)
  }
  const told = await start()
  return told === IDLE ? '{"returned":null}' : told
}

/** A program is a script, whose top level stays in reach. What no script may say (import, export, await) makes it a module. */
async function compile(
  { isolate, context, step }: Program,
  source: string,
  modules: NonNullable<Load['modules']>,
): Promise<() => Promise<string>> {
  try {
    const script = await isolate.compileScript(source, { filename: 'solution.js' })
    return async () => {
      const value = await script.run(context, { reference: true })
      value.release()
      return turns({ step }, '{"wait":0}')
    }
  } catch (error) {
    const module = await asModule(isolate, source)
    if (module === undefined) throw error
    return () => startModule(module, modules)
  }
}

async function asModule(isolate: Isolate, source: string): Promise<ivm.Module | undefined> {
  try {
    return await isolate.compileModule(source + FINDER, { filename: 'solution.js' })
  } catch {
    // Then what was wrong with it as a script is what to tell.
    return undefined
  }
}

async function startModule(module: ivm.Module, modules: NonNullable<Load['modules']>): Promise<string> {
  const running = program as Program
  module.instantiateSync(running.context, linker(running, module, modules))
  await module.evaluate()
  const told = await turns(running, '{"wait":0}')
  if (told !== IDLE) return told
  try {
    const find = module.namespace.getSync('__find__', { reference: true })
    running.find = (name) => find.apply(undefined, [name], { result: { reference: true } })
    return IDLE
  } catch {
    // The module's last line was never reached, and nothing is left to happen.
    return running.step.apply(undefined, ['stuck'])
  }
}

/** Finds what modules import among those that came along; nothing else is there. */
function linker({ isolate }: Program, first: ivm.Module, modules: NonNullable<Load['modules']>) {
  const made = new Map<string, ivm.Module>()
  const paths = new Map<ivm.Module, string>()
  return (specifier: string, referrer: ivm.Module): ivm.Module => {
    const from = paths.get(referrer)
    const links = from === undefined ? {} : (modules[from] as ModuleSource).imports
    const path = referrer === first ? specifier : Object.hasOwn(links, specifier) ? (links[specifier] as string) : ''
    const found = Object.hasOwn(modules, path) ? modules[path] : undefined
    if (found === undefined)
      throw new Error(`Cannot find module '${specifier}'${from === undefined ? '' : ` in ${from}`}`)
    let module = made.get(path)
    if (module === undefined) {
      module = isolate.compileModuleSync(found.source, { filename: path })
      made.set(path, module)
      paths.set(module, path)
    }
    return module
  }
}

async function call({ name, args }: Extract<ToHost, { do: 'call' }>): Promise<string> {
  if (program === undefined) throw new Error('nothing is loaded')
  const [head] = name.split('.') as [string]
  const target = await program.find(head)
  const told = await program.step.apply(undefined, ['call', target.derefInto({ release: true }), name, args])
  return turns(program, told)
}

/** What was thrown past our own code: by the program's first lines, or by isolated-vm. */
function failed(error: unknown, syntax = false): string {
  if (program?.isolate.isDisposed) return '{"limited":"memory"}'
  const isError = error instanceof Error
  const type = isError ? error.name : typeof error
  const message = (isError ? error.message : String(error)).slice(0, 8000).toWellFormed()
  return JSON.stringify(syntax ? { threw: { type, message }, syntax } : { threw: { type, message } })
}

async function run(work: () => Promise<string>): Promise<void> {
  const before = process.cpuUsage()
  const told = await work().catch((error: unknown) => failed(error))
  const at = Number(process.hrtime.bigint()) / 1e6
  const { user, system } = process.cpuUsage(before)
  say(`{"is":"done","result":${oneLine(told)},"at":${at},"cpuMs":${(user + system) / 1000}}`)
}

function unload(): void {
  if (program !== undefined && !program.isolate.isDisposed) program.isolate.dispose()
  program = undefined
  tell({ is: 'unloaded' })
}

/** Its first use takes 100 ms; no program shall wait for that. */
function warm(): void {
  stripTypeScriptTypes('')
  tell({ is: 'warm' })
}

function hear(message: ToHost): void {
  if (message.do === 'lend') lent.set(message.name, message.source)
  else if (message.do === 'warm') warm()
  else if (message.do === 'load') void run(() => load(message))
  else if (message.do === 'call') void run(() => call(message))
  else if (message.do === 'answer') answered?.(message.reply)
  else unload()
}

let pieces: Buffer[] = []
process.stdin.on('data', (piece: Buffer) => {
  let from = 0
  for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, from)) {
    pieces.push(piece.subarray(from, end))
    from = end + 1
    const line = Buffer.concat(pieces).toString()
    pieces = []
    hear(JSON.parse(line) as ToHost)
  }
  pieces.push(piece.subarray(from))
})
process.stdin.on('close', die)
process.stdin.on('error', die)
process.on('uncaughtException', (error) => {
  writeSync(2, `${error.stack}\n`)
  die()
})

if (process.getuid?.() === 0) {
  process.setgroups?.([])
  process.setgid?.(NOBODY)
  process.setuid?.(NOBODY)
}
tell({ is: 'ready', versions: { v8: process.versions.v8, node: process.versions.node } })
