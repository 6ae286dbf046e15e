import type { ModuleSource } from '../../src/domain/sandbox.ts'

// Lines of JSON, one message each: ours down the host process's stdin, its own up its stdout.

/** What we tell a host process. It holds one program at a time. */
export type ToHost =
  /** A library's source, for any program of this process that may have it; sent once. */
  | { readonly do: 'lend'; readonly name: string; readonly source: string }
  /** TypeScript is to come; answered by `warm`. */
  | { readonly do: 'warm' }
  | {
      readonly do: 'load'
      readonly language: 'javascript' | 'typescript'
      readonly source: string
      /** Names of what was lent. */
      readonly libraries: readonly string[]
      /** Modules that the source may import, by path. */
      readonly modules?: Readonly<Record<string, ModuleSource>>
      readonly provide: readonly string[]
      readonly memoryMiB: number
    }
  /** `args` is the text of a list of tagged values. */
  | { readonly do: 'call'; readonly name: string; readonly args: string }
  /** The answer to the question last asked: `v` and the text of a tagged value, or `e` and the text of an error. */
  | { readonly do: 'answer'; readonly reply: string }
  | { readonly do: 'unload' }

/** What a host process tells us. */
export type FromHost =
  | { readonly is: 'ready'; readonly versions: Readonly<Record<string, string>> }
  | { readonly is: 'warm' }
  /** An isolate stands; from here on it is the program's doing. */
  | { readonly is: 'prepared' }
  | { readonly is: 'wrote'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly is: 'asked'; readonly name: string; readonly args: unknown }
  /** The load or the call is over. `at` is CLOCK_MONOTONIC in ms; `cpuMs` that of the whole process since the message came. */
  | { readonly is: 'done'; readonly result: Done; readonly at: number; readonly cpuMs: number }
  /** V8 has given up; the process is about to die. */
  | { readonly is: 'fatal'; readonly message: string }
  | { readonly is: 'unloaded' }

/** What a load or a call came to, as the host process saw it. */
export type Done =
  | { readonly returned: unknown }
  | { readonly uncrossable: string }
  | { readonly threw: { readonly type: string; readonly message: string }; readonly syntax?: true }
  | { readonly limited: 'memory' | 'output' }

/** Longest line that is read; a value and its quoting fit well. */
export const LONGEST_LINE = 64 * 2 ** 20
