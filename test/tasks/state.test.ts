import { afterAll, describe, expect, test } from 'vitest'
import type { Json } from '../../src/domain/index.ts'
import { loadBenchmark } from '../../src/tasks/index.ts'
import { difference, valueAt } from '../../src/tasks/toolcalls/pointer.ts'
import { assay } from '../support/assay.ts'
import { benchmarkText, folderOf, grading } from '../support/grade.ts'

const WORLD = `const tools = {
  find: (state, { order }) => state.orders[order] ?? 'there is no such order',
  refund(state, { order, reason }) {
    if (!Object.hasOwn(state.orders, order)) throw new Error('there is no order ' + order)
    state.orders[order] = { ...state.orders[order], refunded: true, ...(reason && { reason }) }
    state.log.push('refund ' + order)
  },
  forget(state, { order }) { delete state.orders[order] },
  spin() { for (;;) {} },
}`
const order = { type: 'string' }
const offered = ['find', 'refund', 'forget', 'spin'].map((name) => ({
  name,
  parameters: {
    type: 'object',
    properties: { order, reason: { type: 'string' } },
    required: ['order'],
    additionalProperties: false,
  },
}))
const start = { orders: { A1: { paid: 3 }, 'B/2': { paid: 4 } }, log: [] }
const refunded = { orders: { A1: { paid: 3, refunded: true }, 'B/2': { paid: 4 } }, log: ['refund A1'] }

const files = { 'world.js': WORLD }
const task = (more: Record<string, Json>): Record<string, Json> => ({
  prompt: 'Refund A1.',
  tools: offered,
  limits: { wallMs: 300_000, cpuMs: 60_000 },
  grader: { kind: 'state', environment: 'world.js', start, ...more },
})
const call = (name: string, order: string, more = {}) => ({ name, arguments: { order, ...more } })

const grade = grading()
afterAll(() => grade[Symbol.asyncDispose]())

/** How a trial with these calls came out, and the checks that failed. */
async function outcome(more: Record<string, Json>, calls: ReturnType<typeof call>[]) {
  const { verdict, checks, trial } = await grade.grade(task(more), { text: '', form: 'text', calls }, {}, files)
  const failed = checks.filter(({ passed }) => !passed).map(({ name, message }) => `${name}: ${message}`)
  const told = trial.trace.flatMap(({ body }) => (body.kind === 'toolCalled' ? [[body.ok, body.output]] : []))
  return { verdict, failed, told }
}

describe('a final state', () => {
  test.each<[string, Record<string, Json>]>([
    ['as a whole', { equals: refunded }],
    ['in part', { contains: { orders: { A1: { refunded: true } } } }],
    ['as calls lead to it', { after: [call('refund', 'A1')] }],
    ['at pointers', { at: { '/orders/A1/refunded': true, '/log/0': 'refund A1', '/orders/B~12/paid': 4 } }],
    ['by what is not in it', { absent: ['/orders/B~12/refunded', '/log/1', '/orders/C3'] }],
  ])('is wanted %s', async (_, state) => {
    expect(await outcome({ state }, [call('find', 'A1'), call('refund', 'A1')])).toMatchObject({ verdict: 'passed' })
    // The other order; and one thing too many.
    expect(await outcome({ state }, [call('refund', 'B/2')])).toMatchObject({ verdict: 'wrong-answer' })
    const both = await outcome({ state }, [call('refund', 'A1'), call('refund', 'B/2')])
    expect(both.verdict).toBe('contains' in state || 'at' in state ? 'passed' : 'wrong-answer')
  })

  test('that is another is told with the place', async () => {
    const state = { equals: refunded, at: { '/orders/A1/paid': 4, '/nothing': 1 }, absent: ['/log/0'] }
    expect((await outcome({ state }, [call('refund', 'A1', { reason: 'late' })])).failed).toEqual([
      'state: /orders/A1/reason should not be there',
      'state at /orders/A1/paid: /orders/A1/paid is 3, expected is 4',
      'state at /nothing: /nothing is missing',
      'nothing at /log/0: /log/0 is "refund A1"',
    ])
  })
})

describe('calls', () => {
  test('are required, forbidden and ordered', async () => {
    const rules = {
      required: [call('refund', 'A1')],
      forbidden: [{ name: 'forget' }],
      ordered: [{ name: 'find' }, { name: 'refund' }],
    }
    expect(await outcome(rules, [call('find', 'B/2'), call('refund', 'A1', { reason: 'late' })])).toMatchObject({
      verdict: 'passed',
    })
    expect((await outcome(rules, [call('refund', 'B/2'), call('find', 'A1'), call('forget', 'C')])).failed).toEqual([
      'required: refund("order":"A1"): no such call among refund, find, forget',
      'forbidden: forget(): it was called: forget("order":"C")',
      'in order: find, refund: refund() was not called after those before it; called were refund, find, forget',
    ])
  })

  test('that cannot be made are told to the subject, and leave the state as it was', async () => {
    const calls = [
      call('refund', 'Z9'),
      call('rfund', 'A1'),
      { name: 'refund', arguments: { order: 1 } } as never,
      call('refund', 'A1', { much: 'more' }),
      call('find', 'A1'),
    ]
    expect(await outcome({ state: { equals: start } }, calls)).toMatchObject({
      verdict: 'passed',
      told: [
        [false, 'there is no order Z9'],
        [false, 'there is no tool rfund; there are find, refund, forget, spin'],
        [false, expect.stringMatching(/^wrong arguments: #\/order: /) as string],
        [false, expect.stringMatching(/^wrong arguments: #/) as string],
        [true, '{"paid":3}'],
      ],
    })
  })

  test('by the thousand are not all made, and are no trouble of ours', async () => {
    const many = Array.from({ length: 2000 }, () => call('find', 'A1'))
    const { verdict, told } = await outcome({ forbidden: [{ name: 'forget' }] }, many)
    expect([verdict, told.filter(([ok]) => ok).length, told.at(-1)]).toEqual([
      'passed',
      500,
      [false, 'more than 500 calls were made'],
    ])
  })

  test('are answered, until the subject makes none', async () => {
    await using folder = await folderOf({
      ...files,
      'benchmark.yaml': benchmarkText({
        ...task({ state: { at: { '/orders/A1/refunded': true } } }),
        subjects: { reference: { calls: '{{calls}}' } },
      }),
      'rows.jsonl': JSON.stringify({ id: 'one', calls: [call('refund', 'A1')] }),
    })
    const args = ['run', folder.path, '--store', `${folder.path}/runs.db`, '--json', '--samples']
    expect(JSON.parse((await assay(folder.path, [...args, 'reference'])).out)).toMatchObject({ passed: 1, void: 0 })
    expect(JSON.parse((await assay(folder.path, [...args, 'empty'])).out)).toMatchObject({ passed: 0, void: 0 })
  })
})

test('an environment that breaks is our trouble, but who works it until a limit fails', async () => {
  const spun = { ...task({ state: { equals: {} } }), limits: { wallMs: 2000, cpuMs: 1000 } }
  const spinning = await grade.grade(spun, { text: '', form: 'text', calls: [call('spin', 'A1')] }, {}, files)
  expect(spinning.verdict).toBe('runtime-error')
  expect(spinning.checks.at(-1)?.message).toMatch(/^the environment broke \((cpu|wall)-limit\)/)
  const expected = { ...task({ state: { after: [call('spin', 'A1')] } }), limits: { wallMs: 2000, cpuMs: 1000 } }
  expect((await grade.grade(expected, { text: 'No.', form: 'text' }, {}, files)).verdict).toMatch(
    /^void: the expected call of spin fails: the environment broke/,
  )
  const late = task({ state: { after: [call('refund', 'Z9')] } })
  expect((await grade.grade(late, { text: 'No.', form: 'text' }, {}, files)).verdict).toBe(
    'void: the expected call of refund fails: there is no order Z9',
  )
})

test.each<[string, Record<string, Json>, string]>([
  ['nothing to hold it against', {}, 'grader: needs something to hold the end against'],
  ['a pointer that is none', { state: { absent: ['orders.A1'] } }, 'is no JSON Pointer; write it like /orders'],
  ['an unknown key', { stats: {} }, 'grader.stats: state has no such key; did you mean "state"?'],
  [
    'an unknown tool',
    { forbidden: [{ name: 'refnd' }] },
    'forbidden: no tool is called "refnd"; did you mean "refund"?',
  ],
  ['no such file', { environment: 'w.js', required: [{ name: 'find' }] }, 'there is no file w.js beside the benchmark'],
])('a benchmark.yaml is refused for %s', async (_, more, message) => {
  await using folder = await folderOf({
    ...files,
    'benchmark.yaml': benchmarkText(task(more)),
    'rows.jsonl': '{"id": "one"}',
  })
  await expect(loadBenchmark(folder.path)).rejects.toThrow(message)
  await expect(loadBenchmark(folder.path)).rejects.toThrow(/benchmark\.yaml:\d+: /)
})

test.each<[string, Record<string, Json>, string]>([
  ['without tools', { tools: [] }, 'state needs tools; add "tools"'],
  ['with tools that are none', { tools: [{ nam: 'find' }] }, 'tools.0.name'],
  ['in a container', { sandbox: 'docker' }, 'the environment of state runs in an isolate; write sandbox: isolate'],
])('a task %s is refused', async (_, more, message) => {
  const text = benchmarkText({ ...task({ state: { equals: start } }), ...more })
  await using folder = await folderOf({ ...files, 'benchmark.yaml': text, 'rows.jsonl': '{"id": "one"}' })
  await expect(loadBenchmark(folder.path)).rejects.toThrow(message)
})

describe('JSON Pointers', () => {
  const value = { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'm~n': 8, ' ': 7 }
  // The examples of RFC 6901, and what is none.
  test.each<[string, readonly Json[]]>([
    ['', [value]],
    ['/foo', [['bar', 'baz']]],
    ['/foo/0', ['bar']],
    ['/', [0]],
    ['/a~1b', [1]],
    ['/m~0n', [8]],
    ['/ ', [7]],
    ['/foo/2', []],
    ['/foo/length', []],
    ['/foo/00', []],
    ['/foo/-', []],
    ['/__proto__', []],
    ['/foo/0/0', []],
  ])('%j', (pointer, found) => {
    expect(valueAt(value, pointer)).toEqual(found)
  })

  test('name the place where data differs', () => {
    expect(difference({ a: [{ 'b/c': 1 }] }, { a: [{ 'b/c': 2 }] }, 'equals')).toBe('/a/0/b~1c is 1, expected is 2')
    expect(difference([1], [1, 2], 'contains')).toBe('the state has 1 items, expected are 2')
    expect(difference({ a: 1, b: 2 }, { a: 1 }, 'contains')).toBeUndefined()
    expect(difference({ a: null }, { a: {} }, 'contains')).toBe('/a is null, expected is an object')
    expect(difference({}, JSON.parse('{"__proto__": 1}') as Json, 'contains')).toBe('/__proto__ is missing')
  })
})
