import { readdirSync, readFileSync } from 'node:fs'
import type { Reason } from '../../src/domain/index.ts'
import type { PartialLimits } from '../../src/domain/limits.ts'

export type Group = 'cheats' | 'escapes' | 'exhaustion'
export const LANGUAGES = ['python', 'javascript', 'bash', 'c', 'java', 'go'] as const

/** A hostile program: `programs/<group>/<language>/<file>`. Its first line says what it tries; `isolate` is JavaScript for isolates only. */
export interface Hostile {
  readonly group: Group
  readonly language: (typeof LANGUAGES)[number] | 'isolate'
  readonly file: string
  readonly source: string
  readonly tries: string
  /** Of a cheat: the reasons for which it may fail. Of another program: how it may end, in the zoo's words. */
  readonly right: readonly string[]
  readonly limits: PartialLimits
}

const MiB = 2 ** 20
const WRONG: readonly Reason[] = ['wrong-answer', 'runtime-error', 'compile-error']
const LIMITS: readonly Reason[] = [
  'wall-limit',
  'cpu-limit',
  'memory-limit',
  'output-limit',
  'process-limit',
  'disk-limit',
]
/** What never ends is given little time; on a slow machine it may run out before anything else happens. */
const HANGS = { right: [...WRONG, ...LIMITS], limits: { wallMs: 1500, cpuMs: 1000 } }
const FLOODS = { right: [...WRONG, 'output-limit'], limits: { outputBytes: 100_000 } }

type Rule = Partial<Pick<Hostile, 'right' | 'limits'>>

/** Whatever is not as usual. A cheat usually fails as wrong, and within patient limits; escapes end by themselves; exhaustion ends in a limit. */
const RULES: Readonly<Record<string, Rule>> = {
  'cheats/python/sleeps.py': HANGS,
  'cheats/python/answers-then-hangs.py': HANGS,
  'cheats/python/stops-itself.py': HANGS,
  'cheats/python/burns.py': HANGS,
  'cheats/python/alarm-exit-0.py': HANGS,
  'cheats/python/closes-everything.py': HANGS,
  'cheats/python/child-answers-later.py': HANGS,
  'cheats/python/fork-and-both-answer.py': HANGS,
  'cheats/python/threads-answer-too.py': HANGS,
  'cheats/python/lazy-generator.py': HANGS,
  'cheats/python/never-loaded.py': HANGS,
  'cheats/python/leaves-while-loading.py': HANGS,
  'cheats/python/kills-everybody.py': HANGS,
  'cheats/python/daemon-rewrites-files.py': { right: [...WRONG, ...LIMITS] },
  'cheats/python/hoards.py': { right: [...WRONG, 'memory-limit', 'cpu-limit'] },
  'cheats/python/recursion.py': { right: [...WRONG, 'memory-limit', 'cpu-limit'] },
  'cheats/python/deep-answer.py': { right: [...WRONG, ...LIMITS] },
  'cheats/python/huge-answer.py': { right: [...WRONG, 'output-limit', 'memory-limit'] },
  'cheats/python/double-answer.py': { right: [...WRONG, ...LIMITS] },
  'cheats/python/flood-hides-answer.py': FLOODS,
  'cheats/python/flood-after-answer.py': FLOODS,
  'cheats/python/descriptor-writer.py': { right: [...WRONG, 'output-limit'] },
  'cheats/python/giant-frame.py': { right: [...WRONG, 'output-limit'] },
  'cheats/javascript/promise-never.js': HANGS,
  'cheats/javascript/promise-patched.js': HANGS,
  'cheats/javascript/generator-answer.js': HANGS,
  'cheats/javascript/never-ends.js': HANGS,
  'cheats/javascript/never-loaded.js': HANGS,
  'cheats/javascript/microtasks.js': HANGS,
  'cheats/javascript/json-stringify.js': HANGS,
  'cheats/javascript/array-prototype.js': HANGS,
  'cheats/javascript/array-setters.js': HANGS,
  'cheats/javascript/eval-patched.js': HANGS,
  'cheats/javascript/proxy-answer.js': HANGS,
  'cheats/javascript/proxy-list.js': HANGS,
  'cheats/javascript/species.js': HANGS,
  'cheats/javascript/require-cache.js': HANGS,
  'cheats/javascript/channel-forger.js': HANGS,
  'cheats/javascript/message-port.js': HANGS,
  'cheats/javascript/hoards.js': { right: [...WRONG, ...LIMITS] },
  'cheats/javascript/deep-answer.js': { right: [...WRONG, ...LIMITS] },
  'cheats/javascript/flood.js': FLOODS,
  'cheats/c/compiler-bomb.c': { right: [...WRONG, ...LIMITS] },
  'cheats/bash/background-answer.sh': { right: [...WRONG, 'wall-limit'] },
  'escapes/c/thirty-two-bit.c': { right: ['exited 0', 'signaled SIGSYS', 'signaled SIGSEGV'] },
  'escapes/isolate/error-cause.js': { right: ['returned', 'threw Error', 'threw TypeError'] },
  'escapes/isolate/prototype-poison.js': {
    right: ['returned', 'threw TypeError', 'threw RangeError', 'limited cpu', 'limited wall'],
  },
  'escapes/isolate/thrown-at-host.js': { right: ['returned', 'threw TypeError', 'threw function', 'threw undefined'] },
  'escapes/isolate/async-stack.js': {
    right: ['returned', 'limited wall', 'limited cpu'],
    limits: { wallMs: 1500, cpuMs: 1000 },
  },
  // Its first process is gone at once; the others are killed with it.
  'exhaustion/python/reborn.py': { right: ['exited 0', 'limited processes', 'limited cpu', 'limited wall'] },
  'exhaustion/bash/sparse-giants.sh': { right: ['exited 0', 'limited disk', 'limited wall'] },
  'exhaustion/isolate/bigint-power.js': { right: ['threw RangeError'] },
  'exhaustion/isolate/sort-that-never-ends.js': { right: ['threw RangeError', 'limited cpu', 'limited wall'] },
}

const USUAL: Readonly<Record<Group, Required<Rule>>> = {
  cheats: { right: WRONG, limits: { wallMs: 300_000, cpuMs: 120_000 } },
  escapes: { right: ['exited 0', 'returned'], limits: { wallMs: 300_000, cpuMs: 120_000, processes: 32 } },
  exhaustion: {
    right: ['limited wall', 'limited cpu', 'limited memory', 'limited output', 'limited processes', 'limited disk'],
    limits: {
      wallMs: 3000,
      cpuMs: 1500,
      memoryBytes: 64 * MiB,
      outputBytes: 200_000,
      processes: 24,
      diskBytes: 4 * MiB,
    },
  },
}

const ROOT = new URL('programs/', import.meta.url)

/** Every program of a group. */
export function programs(group: Group): readonly Hostile[] {
  return [...LANGUAGES, 'isolate' as const].flatMap((language) => {
    const folder = new URL(`${group}/${language}/`, ROOT)
    return filesOf(folder).map((file): Hostile => {
      const source = readFileSync(new URL(file, folder), 'utf8')
      const rule = RULES[`${group}/${language}/${file}`]
      const usual = USUAL[group]
      return {
        group,
        language,
        file,
        source,
        tries: source.split('\n', 1)[0]!.replace(/^(#|\/\/) */, ''),
        right: rule?.right ?? usual.right,
        limits: { ...usual.limits, ...rule?.limits },
      }
    })
  })
}

/** Names of rules whose program is gone; there must be none. */
export function strayRules(): string[] {
  const known = new Set((['cheats', 'escapes', 'exhaustion'] as const).flatMap((group) => programs(group).map(nameOf)))
  return Object.keys(RULES).filter((name) => !known.has(name))
}

export const nameOf = ({ group, language, file }: Pick<Hostile, 'group' | 'language' | 'file'>) =>
  `${group}/${language}/${file}`

function filesOf(folder: URL): string[] {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
