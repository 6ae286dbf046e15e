// Theory: this function's source is carried into each fresh context and runs there before any untrusted line. It keeps its
// own copies of the built-ins, hands the program its few globals, and gives the host one function, `step`, to drive the
// program with. What the host lends (`write`, `ask`) lives in this closure only; no global, prototype or error leads to it.
import type { Codec } from '../runners/values.js'
import type { cloner } from './clone.ts'
import type { inspector } from './inspect.ts'
import type { alarm } from './timers.ts'

/** How the host drives the program: start a call, take one turn of the event loop, or tell that nothing will come. Answers with the text of a `Status`. */
export type Step = (task: 'call' | 'turn' | 'stuck', target?: unknown, name?: string, args?: string) => string

/** What a step came to, as JSON. `wait` is the time to the next timer in ms; `idle`: nothing is left to do. */
export type Status =
  | { returned: unknown }
  | { uncrossable: string }
  | { threw: { type: string; message: string } }
  | { limited: 'output' }
  | { wait: number }
  | { idle: true }

/** What the host lends: a pipe for output, and (only where functions are provided) a question that blocks until answered. */
export interface Lent {
  readonly write: (stream: 'stdout' | 'stderr', text: string) => void
  readonly ask: { applySyncPromise(receiver: undefined, args: readonly string[]): string } | undefined
  /** The source of a library that `require` knows. */
  readonly read: (name: string) => string
  /** Names of the functions to provide, and of the libraries; JSON. */
  readonly options: string
}

/** Helpers that are carried in beside `inside`, each whole in itself. */
export interface Tools {
  readonly codec: Codec
  readonly inspect: ReturnType<typeof inspector>
  readonly timers: ReturnType<typeof alarm>
  readonly clone: ReturnType<typeof cloner>
}

/** Prepares a context; whole in itself, so that its source can be carried into an isolate. */
export function inside(
  { codec, inspect, timers, clone }: Tools,
  write: Lent['write'],
  ask: Lent['ask'],
  read: Lent['read'],
  options: string,
): Step {
  const scope = globalThis as unknown as Record<string, unknown>
  const { apply, defineProperty, deleteProperty } = Reflect
  const { show, line, className, property } = inspect
  const { start, remove, wait, fire } = timers
  const { hasOwn } = Object
  const { now } = Date
  const { parse, stringify: quote } = JSON
  const { slice, indexOf, toWellFormed } = String.prototype
  const { then } = Promise.prototype
  const resolved = Promise.resolve()
  const text = String
  const Scripted = Function
  const Known: Record<string, ErrorConstructor> = {
    __proto__: null as never,
    Error,
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
  }
  const Plain = Error
  const { provide, libraries } = parse(options) as { provide: string[]; libraries: string[] }

  function define(target: object, name: string, value: unknown): void {
    defineProperty(target, name, {
      __proto__: null,
      value,
      writable: true,
      configurable: true,
      enumerable: false,
    } as PropertyDescriptor)
  }

  function namedError(type: string, message: string): Error {
    const made = new (Known[type] ?? Plain)(message)
    if (Known[type] === undefined) define(made, 'name', type)
    return made
  }

  // ---- what went wrong -------------------------------------------------------------------------------------------------

  function cut(value: string, length: number): string {
    return apply(toWellFormed, apply(slice, value, [0, length]), [])
  }

  function threw(error: unknown): string {
    let type = 'Error'
    let message = 'something that has no text was thrown'
    try {
      if ((typeof error === 'object' && error !== null) || typeof error === 'function') {
        type = className(error)
        const told = property(error, 'message')
        message = typeof told === 'string' ? told : show(error)
      } else {
        type = typeof error
        message = text(error)
      }
    } catch {
      // The program's own getters threw; the plain words above stand.
    }
    return `{"threw":{"type":${quote(cut(type, 200))},"message":${quote(cut(message, 8000))}}}`
  }

  // ---- console ---------------------------------------------------------------------------------------------------------

  // A call of the host costs some 30 µs, so past the first 64 KiB lines go in larger pieces.
  let written = 0
  const held = { stdout: '', stderr: '' }
  function flush(stream: 'stdout' | 'stderr'): void {
    const piece = held[stream]
    held[stream] = ''
    for (let at = 0; at < piece.length; at += 65_536) write(stream, apply(slice, piece, [at, at + 65_536]))
  }
  function print(stream: 'stdout' | 'stderr', values: unknown[]): void {
    held[stream] += `${line(values)}\n`
    written += held[stream].length
    if (written < 65_536 || held[stream].length > 16_384) flush(stream)
  }

  class AssertionError extends Error {
    readonly code = 'ERR_ASSERTION'
  }
  define(AssertionError.prototype, 'name', 'AssertionError')
  const log = (...values: unknown[]): void => print('stdout', values)
  const warn = (...values: unknown[]): void => print('stderr', values)
  const nothing = (): void => undefined
  const console: Record<string, unknown> = {
    log,
    info: log,
    debug: log,
    dir: (value: unknown) => log(value),
    table: log,
    group: log,
  }
  Object.assign(console, {
    warn,
    error: warn,
    trace: warn,
    groupEnd: nothing,
    time: nothing,
    timeEnd: nothing,
    count: nothing,
  })
  // Node's own only prints. Here it is how tests in JavaScript tell that they failed, so it has to be heard.
  define(console, 'assert', (condition: unknown, ...values: unknown[]) => {
    if (!condition)
      throw new AssertionError(values.length === 0 ? 'Assertion failed' : `Assertion failed: ${line(values)}`)
  })
  define(scope, 'console', console)

  // ---- timers ----------------------------------------------------------------------------------------------------------

  define(scope, 'setTimeout', (action: unknown, delay?: unknown, ...args: unknown[]) =>
    start(action, delay, args, false),
  )
  define(scope, 'setInterval', (action: unknown, delay?: unknown, ...args: unknown[]) =>
    start(action, delay, args, true),
  )
  define(scope, 'setImmediate', (action: unknown, ...args: unknown[]) => start(action, 0, args, false))
  for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) define(scope, name, remove)
  define(scope, 'queueMicrotask', (action: unknown) => {
    if (typeof action !== 'function') throw new TypeError('The "callback" argument must be of type function')
    apply(then, resolved, [() => void action()])
  })

  // ---- modules, and functions of ours ----------------------------------------------------------------------------------

  const module: { exports: unknown } = { exports: {} }
  const loaded: Record<string, unknown> = { __proto__: null }
  function isLent(name: string): boolean {
    for (let at = 0; at < libraries.length; at++) if (libraries[at] === name) return true
    return false
  }
  function require(name: unknown): unknown {
    if (typeof name !== 'string' || !isLent(name)) {
      const missing = new Plain(`Cannot find module '${typeof name === 'string' ? name : typeof name}'`)
      define(missing, 'code', 'MODULE_NOT_FOUND')
      throw missing
    }
    if (!hasOwn(loaded, name)) {
      const library = { exports: {} as unknown }
      new Scripted('module', 'exports', 'require', read(name))(library, library.exports, require)
      define(loaded, name, library.exports)
    }
    return loaded[name]
  }
  define(scope, 'module', module)
  define(scope, 'exports', module.exports)
  define(scope, 'require', require)

  function askHost(name: string, args: unknown[]): unknown {
    const encoded = codec.encode(args)
    if (encoded.ok === undefined) throw new TypeError(`an argument of ${name} is no data: ${encoded.uncrossable}`)
    flush('stdout')
    flush('stderr')
    const reply = (ask as NonNullable<Lent['ask']>).applySyncPromise(undefined, [name, encoded.ok])
    // A value's text has the mark `v`; the other texts are our own errors.
    if (reply[0] === 'v') return codec.decode(apply(slice, reply, [1]))
    const { type, message } = parse(apply(slice, reply, [1])) as { type: string; message: string }
    throw namedError(type, message)
  }
  for (const name of provide) define(scope, name, (...args: unknown[]) => askHost(name, args))

  define(scope, 'performance', {
    now: (
      (began) => () =>
        now() - began
    )(now()),
  })
  define(scope, 'structuredClone', clone)
  define(scope, 'global', scope)
  for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics']) deleteProperty(scope, name)

  // ---- steps -----------------------------------------------------------------------------------------------------------

  let outcome: string | undefined
  let running = false

  function tell(value: unknown): string {
    const encoded = codec.encode(value)
    if (encoded.ok !== undefined) return `{"returned":${encoded.ok}}`
    if (encoded.uncrossable === 'value that is too large') return '{"limited":"output"}'
    return `{"uncrossable":${quote(cut(encoded.uncrossable, 200))}}`
  }

  function find(target: unknown, name: string): { called: unknown; on: unknown } {
    const head = apply(indexOf, name, ['.']) < 0 ? name : apply(slice, name, [0, apply(indexOf, name, ['.'])])
    let found: unknown = target
    if (found === undefined) {
      const exported = module.exports as Record<string, unknown> | ((...args: unknown[]) => unknown) | null | undefined
      const named = typeof exported === 'function' && property(exported, 'name') === head
      found = named ? exported : (exported as Record<string, unknown> | undefined)?.[head]
      if (found === undefined) throw new ReferenceError(`${head} is not defined`)
    }
    let on: unknown
    let rest = apply(slice, name, [head.length + 1])
    while (rest !== '') {
      const dot = apply(indexOf, rest, ['.'])
      on = found
      found = (on as Record<string, unknown>)[dot < 0 ? rest : apply(slice, rest, [0, dot])]
      rest = dot < 0 ? '' : apply(slice, rest, [dot + 1])
    }
    return { called: found, on }
  }

  function begin(target: unknown, name: string, args: string): void {
    running = true
    outcome = undefined
    try {
      const { called, on } = find(target, name)
      if (typeof called !== 'function') throw new TypeError(`${name} is not a function`)
      const value: unknown = apply(called as () => unknown, on, codec.decode(args) as unknown[])
      const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
      if (isObject && typeof (value as PromiseLike<unknown>).then === 'function') void settle(value)
      else outcome = tell(value)
    } catch (error) {
      outcome = threw(error)
    }
  }

  async function settle(value: unknown): Promise<void> {
    try {
      outcome = tell(await value)
    } catch (error) {
      outcome = threw(error)
    }
  }

  function state(): string {
    if (outcome !== undefined) {
      const told = outcome
      outcome = undefined
      running = false
      return told
    }
    const waitMs = wait()
    if (waitMs !== undefined) return `{"wait":${waitMs}}`
    if (!running) return '{"idle":true}'
    running = false
    return stuck()
  }

  function stuck(): string {
    return threw(new Plain('the promise never settles: nothing is left that could settle it'))
  }

  return (task, target, name, args) => {
    let told: string | undefined
    try {
      if (task === 'call') {
        begin(target, name as string, args as string)
        // A promise settles in the microtasks that follow this step; the next turn tells.
        told = outcome === undefined ? '{"wait":0}' : state()
      } else if (task === 'stuck') {
        told = stuck()
      } else if (outcome === undefined && wait() === 0) {
        fire()
        told = '{"wait":0}'
      } else {
        told = state()
      }
    } catch (error) {
      told = threw(error)
    }
    flush('stdout')
    flush('stderr')
    return told
  }
}
