import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allSandboxes } from '../../src/app.ts'
import type { Benchmark } from '../../src/domain/index.ts'
import { answering, jobOf, LITTLE, tried, untrusted, Written } from '../support/untrusted.ts'

// Benchmarks as an attacker writes them. Each attack is a task; a neighbour in the same file is tried beside it and must stay right.

const MINUTES = { timeout: 300_000 }

/** Lays hands on the context of the trial, which the API hides, and so on everything that could be said to the other side. */
const STEAL = `
  const { get } = WeakMap.prototype
  let stolen
  WeakMap.prototype.get = function (key) { const found = get.call(this, key); if (found?.record) stolen = found; return found }
  userOf(kit, { story: '', script: { opening: 'x' } })
  WeakMap.prototype.get = get
`

/** Attacks, and the fault that each must end in. */
const VOID: readonly (readonly [name: string, code: string, fault: RegExp])[] = [
  ['imports Node at run time', `await import('node:child_process')`, /threw/],
  ['imports anything by a computed name', `await import('no' + 'de:fs')`, /threw/],
  ['requires', `require('node:fs')`, /require is not defined/],
  ['fetches', `await fetch('http://127.0.0.1/')`, /fetch is not defined/],
  ['reads the environment', `check.equal(process.env.HOME, '')`, /process is not defined/],
  [
    'climbs up constructors',
    `check.true.constructor.constructor('return process')().exit(1)`,
    /process is not defined/,
  ],
  [
    'climbs up constructors of what came from the other side',
    `const reply = await kit.model.prompt('x'); reply.constructor.constructor('return process')().exit(1)`,
    /process is not defined/,
  ],
  [
    'climbs up constructors of an error from the other side',
    `try { readFileSync('/etc/passwd') } catch (error) { error.constructor.constructor('return process')().exit(1) }`,
    /process is not defined/,
  ],
  ['reads a file of the machine', `readFileSync('/etc/passwd')`, /no file \/etc\/passwd in the benchmark's own folder/],
  ['reads beside its folder', `readFileSync(new URL('../../etc/passwd', import.meta.url))`, /no file \/etc\/passwd/],
  ['reads beside its folder by dots', `readFileSync('/benchmark/../../../../etc/passwd')`, /no file/],
  ['reads through a link', `readFileSync('/benchmark/link')`, /no file/],
  ['reads hidden files', `readFileSync('/benchmark/.secret')`, /no file/],
  ['loops', `for (;;);`, /over its cpu limit/],
  ['loops in promises', `for (;;) await null`, /over its cpu limit/],
  ['matches a pattern for ever', `/^(a+)+$/.test('a'.repeat(60) + '!')`, /over its cpu limit/],
  [
    'hoards memory',
    `const kept = []; for (;;) kept.push(new Array(100_000).fill(kept.length))`,
    /over its memory limit/,
  ],
  [
    'hoards buffers',
    `const kept = []; for (;;) kept.push(new Uint8Array(10_000_000).fill(1))`,
    /memory limit|allocation failed/,
  ],
  ['floods the output', `for (;;) console.log('x'.repeat(10_000))`, /over its output limit/],
  ['never ends', `await new Promise(() => {})`, /waits for what never comes/],
  ['sleeps', `await new Promise((resolve) => setTimeout(resolve, 3_600_000))`, /for its own timers/],
  ['sends too much at once', `kit.note('x'.repeat(20_000_000))`, /too large/],
  ['sends too much in all', `for (;;) kit.note('x'.repeat(5_000_000))`, /recorded more than/],
  ['sends too often', `for (;;) kit.measure('x', 1)`, /recorded more than/],
  [
    'sends what is too deep',
    `let deep = 1; for (let i = 0; i < 2000; i++) deep = [deep]; kit.note('deep', deep)`,
    /nested deeper/,
  ],
  [
    'asks for too much at once',
    `for (let i = 0; i < 300; i++) void kit.model.prompt('x'); await kit.model.prompt('x')`,
    /at once/,
  ],
  ['records what it did not see', `${STEAL} stolen.record({ kind: 'shared', reason: 'x' })`, /not its to say/],
  [
    'forges a program’s result',
    `${STEAL} stolen.record({ kind: 'called', role: 'solution', name: 'f', args: [], result: { ending: { kind: 'returned', value: 1 },
      stdout: { text: '', truncated: false }, stderr: { text: '', truncated: false }, usage: { wallMs: 1 } } })`,
    /something was called/,
  ],
  [
    'forges an answer of the model',
    `${STEAL} stolen.record({ kind: 'answered', role: 'subject', model: 'scripted', reply: { text: 'right', form: 'text' } })`,
    /something was answered/,
  ],
  ['forges an event', `${STEAL} stolen.record({ kind: 'scored', value: 1 })`, /makes no sense: an event/],
  ['forges a check', `${STEAL} stolen.check({ name: 'x', passed: 'yes' })`, /./],
  ['forges a weight', `${STEAL} stolen.check({ name: 'x', passed: true, weight: -5 })`, /./],
  [
    'catches what refuses a forged check',
    `${STEAL} try { stolen.check({ name: 'x', passed: 1 }) } catch {} check.pass()`,
    /./,
  ],
  [
    'gives two results',
    `${STEAL} stolen.record({ kind: 'valued', value: 1, passed: true }); return 0`,
    /its result twice/,
  ],
  ['gives no result', ``, /recorded no check and no value/],
  ['gives a result that is none', `return 7`, /the task gave back 7; a share is from 0 to 1/],
  ['gives a result that is a trap', `return new Proxy({}, { get() { throw new Error('trap') } })`, /threw: trap/],
  ['throws nothing', `throw null`, /threw: null/],
  ['throws a trap', `throw { get message() { throw 1 }, toString() { throw 2 } }`, /./],
  [
    'says that the budget is spent',
    `throw Object.assign(new Error('pause!'), { name: 'FaultError', code: 'budget' })`,
    /threw: pause!/,
  ],
  [
    'says that nobody wants it',
    `throw Object.assign(new Error('stop!'), { name: 'FaultError', code: 'cancelled' })`,
    /threw: stop!/,
  ],
  ['breaks promises', `Promise.prototype.then = () => {}; check.pass()`, /./],
  ['opens a sandbox that its definition does not name', `await kit.sandbox.load(javascript('1'))`, /names none/],
]

/** What no attacker gains by: the trial is scored as its checks say. */
const SCORED: readonly (readonly [name: string, code: string, passed: boolean])[] = [
  ['breaks JSON', `JSON.stringify = () => '"'; JSON.parse = () => ({}); check.pass()`, true],
  [
    'there is nothing of Node, of the network, or of ours',
    `for (const name of ['process', 'require', 'module', 'global', 'fetch', 'WebSocket', 'XMLHttpRequest', 'Worker', 'WebAssembly',
      'SharedArrayBuffer', 'Deno', 'Bun', '__ask', 'ivm', 'Worker', 'postMessage'])
      check.equal(typeof globalThis[name], 'undefined', name)`,
    true,
  ],
  [
    'a failed check cannot be taken back',
    `check.equal(1, 2); Array.prototype.every = () => true; Object.is = () => true; check.equal(1, 1)`,
    false,
  ],
  [
    'what is said after the end is not heard',
    `check.pass(); setTimeout(() => check.fail('unheard-of'), 50); void kit.model.prompt('x').then(() => check.fail('unheard-of'))
     for (let i = 0; i < 5; i++) void kit.model.prompt('x')`,
    true,
  ],
  [
    'prototypes over here stay as they are',
    `kit.note('x', JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'))
     kit.measure('__proto__', 1); check.pass('__proto__'); Object.prototype.polluted = 1; check.equal({}, JSON.parse('{"__proto__":{"polluted":1}}'), 'y')`,
    false,
  ],
]

const source = (tasks: readonly (readonly [string, string, unknown])[]) => `
import { readFileSync } from 'node:fs'
import { benchmark, javascript, task, userOf } from 'assay'
const made = (name, run) => task({ name, samples: [{ id: 's', x: 1 }], run })
export default benchmark({ name: 'attacks', tasks: [
  made('honest', async ({ model, check }, { x }) => check.equal((await model.prompt('one?')).text, String(x)) && undefined),
  ${tasks.map(([name, code]) => `made(${JSON.stringify(name)}, async (kit) => { const { check } = kit; ${code} }),`).join('\n  ')}
] })
`

const sandboxes = allSandboxes({ concurrency: 2 })
const code = untrusted(sandboxes)
/** For attacks that only processor time ends. */
const brief = untrusted(sandboxes, { ...LITTLE, cpuMs: 1_500 })
const written = new Written(source([...VOID, ...SCORED]))
let attacks: Benchmark
beforeAll(async () => {
  symlinkSync('/etc/passwd', join(written.folder, 'link'))
  writeFileSync(join(written.folder, '.secret'), 'a key')
  attacks = await code.benchmark(written.file)
}, 120_000)
afterAll(async () => {
  await sandboxes[Symbol.asyncDispose]()
  written[Symbol.dispose]()
})

async function trial(name: string, by = code) {
  const job = await jobOf(attacks, name)
  return tried(job, await by.task(job.task as never), sandboxes, { model: answering('1') })
}

const byWhat = (fault: RegExp) => (fault.source.includes('cpu') ? brief : code)

/** The attack, and the neighbour beside it. */
async function attacked(name: string, by = code) {
  const [attack, neighbour] = await Promise.all([trial(name, by), trial('honest')])
  expect(neighbour.outcome).toMatchObject({ kind: 'scored', score: { passed: true } })
  return attack
}

describe('a benchmark that tries', () => {
  test.each(VOID)('%s: the trial is void, by its own fault', MINUTES, async (name, _, fault) => {
    const { outcome, trace } = await attacked(name, byWhat(fault))
    expect(outcome).toMatchObject({ kind: 'void', fault: { message: expect.stringMatching(fault) } })
    expect(outcome).toMatchObject({ fault: { code: 'bad-job' } })
    expect(trace.map(({ body }) => body.kind)).not.toContain('called')
  })

  test.each(SCORED)('%s', MINUTES, async (name, _, passed) => {
    const { outcome, trace } = await attacked(name)
    expect(outcome).toMatchObject({ kind: 'scored', score: { passed } })
    expect(JSON.stringify(trace)).not.toContain('unheard-of')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('a benchmark that cannot even be planned with', () => {
  test.each([
    [
      'imports what untrusted code may not',
      `import { spawn } from 'node:child_process'\nspawn('id')`,
      /imports 'node:child_process'; untrusted code imports assay/,
    ],
    ['writes files', `import { writeFileSync } from 'node:fs'\nwriteFileSync('/tmp/x', '')`, /writeFileSync/],
    ['imports from beside its folder', `import x from '../x.ts'\nx()`, /imports '\.\.\/x\.ts'/],
    ['imports a package', `import _ from 'lodash'\n_()`, /imports 'lodash'/],
    ['loops while it is loaded', `for (;;);`, /over its cpu limit/],
    [
      'hoards while it is loaded',
      `const kept = []; for (;;) kept.push(new Array(100_000).fill(1))`,
      /over its memory limit/,
    ],
    ['throws while it is loaded', `throw new Error('not today')`, /not today/],
    ['is no JavaScript', `const = 1`, /./],
    ['exports nothing', `export const x = 1`, /exports neither a benchmark nor a task/],
    [
      'says nonsense of itself',
      `export default { kind: 'benchmark', name: 7, tasks: [{ kind: 'task', name: 't', samples: { digest: () => 'x' } }] }`,
      /makes no sense/,
    ],
    [
      'names data of others',
      `import { benchmark, task } from 'assay'\nexport default benchmark({ name: 'x', data: ['../../../etc/passwd'], tasks: [task({ name: 't', samples: [{}], run() {} })] })`,
      /no data file/,
    ],
  ])('%s: that is told in one line', MINUTES, async (_, text, message) => {
    using own = new Written(text)
    const error = await byWhat(message)
      .benchmark(own.file)
      .then(
        () => undefined,
        (error: unknown) => error as Error,
      )
    expect(error).toMatchObject({ name: 'BadInputError' })
    expect(error!.message).toMatch(message)
    expect(error!.message).not.toContain('\n')
  })

  test('samples that never end, or that two of are called the same, are told too', MINUTES, async () => {
    using own = new Written(`
      import { benchmark, generate, task } from 'assay'
      const run = () => 1
      export default benchmark({ name: 'x', tasks: [
        task({ name: 'endless', samples: { async *of() { for (let i = 0; ; i++) yield { id: String(i), data: { i } } }, digest: async () => 'x' }, run }),
        task({ name: 'twice', samples: [{ id: 'a' }, { id: 'a' }], run }),
        task({ name: 'loops', samples: generate(3, () => { for (;;); }), run }),
      ] })`)
    const { tasks } = await code.benchmark(own.file)
    await expect(Array.fromAsync(tasks[1]!.samples(0))).rejects.toThrow(/two samples are called "a"/)
    const looping = (await brief.benchmark(own.file)).tasks[2]!
    await expect(Array.fromAsync(looping.samples(0))).rejects.toThrow(/over its cpu limit/)
    let seen = 0
    for await (const _ of tasks[0]!.samples(0)) if (++seen === 1000) break
    expect(seen).toBe(1000)
  })
})
