/** Uses the author's API, each part of it once, where no container is needed. Tests hold what comes of it untrusted against trusted. */
import {
  agent,
  benchmark,
  checkConduct,
  converse,
  count,
  extractCode,
  generate,
  grid,
  interval,
  isolate,
  javascript,
  media,
  metrics,
  NoValue,
  rows,
  scriptedUser,
  task,
  tool,
  tools,
  twins,
  userOf,
  z,
} from 'assay'
import { beside } from './helper.ts'
import word from './word.json' with { type: 'json' }

const once = [{ id: 'once', n: 1 }]

const talk = task({
  name: 'talk',
  samples: generate(2, ({ random, index }) => ({
    index,
    letters: random.letters(8),
    list: random.shuffle([1, 2, 3, 4]),
  })),
  slices: ({ index }) => ({ parity: index % 2 === 0 ? 'even' : 'odd' }),
  prompt: ({ letters }) => `Say ${letters}.`,
  subjects: {
    reference: ({ letters }) => [letters, 'no idea', { text: '{"n": 1}', form: 'solution' }, 'a speaks'],
    nobody: () => undefined,
  },
  standIns: { other: ({ messages }, { index }) => (messages.length > 2 ? 'b speaks' : `too soon, ${index}`) },
  setup: ({ note }) => note('set up'),
  teardown: ({ note }) => note('torn down'),
  async run({ model, role, check, note, measure, random, room, sample, seed, attempt }, { letters, list }) {
    note('where', { sample, seed, attempt, model: model.name, ...word, beside: JSON.parse(JSON.stringify(beside)) })
    measure('drawn', random.int(1, 1_000_000))
    const chat = model.chat('You repeat.').user(['first', media(new Uint8Array([1, 2, 255]), 'image/png')])
    chat.hidden('nobody sees this').assistant('well?')
    const answer = await chat.fork().prompt(`Say ${letters}.`, { parameters: { temperature: 0 } })
    check.equal(answer.text, letters, { name: 'repeats', weight: 2 })
    const shaped = await model
      .with({ seed: 7 })
      .prompt('JSON!', { schema: z.object({ n: z.number().int() }), repairs: 1 })
    check.true(shaped.ok && shaped.data.n === 1)
    const members = { a: model, b: { model: role('other'), system: 'You are b.' } }
    const both = room<'a' | 'b'>(members).post('host', 'begin').post('host', 'psst', ['b'])
    const [one, two] = [await both.turn('a'), await both.turn('b', { to: ['a'] })]
    check.equal([one.text, two.text, both.heardBy('a').length], ['a speaks', 'b speaks', 3])
    check.equal(list.length, 4)
  },
})

const call = (name: string, args: Record<string, string | number>) => ({ name, arguments: args })
const calls = task({
  name: 'calls',
  samples: once,
  subjects: {
    reference: () => [
      {
        text: 'I add.',
        calls: [call('add', { a: '3' }), call('add', { a: 'x' }), call('nothing', {}), call('add', { a: 101 })],
      },
      { text: '', calls: [call('slow', {}), call('broken', {}), call('wordy', {})] },
      'All done.',
      { text: '', calls: [call('broken', {}), call('add', { a: 1, b: 2 })] },
      { text: '', calls: [call('submit', { answer: 'x' })] },
      'on and on',
    ],
  },
  async run(kit) {
    const { model, check, signal } = kit
    let sum = 0
    const add = tool({
      name: 'add',
      description: 'Adds.',
      parameters: z.strictObject({ a: z.coerce.number(), b: z.number().default(5) }),
      maxOutput: 30,
      approve: ({ a }) => (a > 100 ? 'too much' : true),
      run: ({ a, b }) => (sum += a + b),
    })
    const slow = tool({ name: 'slow', parameters: { type: 'object' }, timeoutMs: 30, run: () => new Promise(() => {}) })
    const broken = tool({
      name: 'broken',
      parameters: { type: 'object' },
      run: () => Promise.reject(new Error('ouch')),
    })
    const wordy = tool({ name: 'wordy', parameters: { type: 'object' }, maxOutput: 10, run: () => 'x'.repeat(100) })
    const answer = await model.prompt('Use them.', {
      tools: tools.guarded([add, slow, broken, wordy], [{ tool: 'w*', decision: 'allow' }]),
    })
    check.equal(sum, 8)
    check.toolWasCalled(answer, 'add', { a: '3' })
    checkConduct(
      check,
      { calls: answer.calls, said: [answer.text] },
      {
        required: [{ name: 'add', args: { a: '3' } }],
        forbidden: [{ name: 'delete' }],
        ordered: [{ name: 'add' }, { name: 'slow' }],
        statements: ['all done', /d\w+e/],
        unsaid: [/sorry/i],
      },
    )
    const outcome = await agent(kit, {
      prompt: 'Go.',
      system: 'You work.',
      tools: [
        add,
        tools.submit({ parameters: z.object({ answer: z.string() }) }),
        tools.faulty(broken, { 1: 'error' }),
      ],
      limits: { turns: 4, wallMs: 120_000 },
    })
    check.equal([outcome.end, outcome.submission, outcome.turns], ['submitted', { answer: 'x' }, 2])
    const short = await agent(kit, {
      prompt: 'Go on.',
      limits: { turns: 1 },
      async loop(session) {
        for (;;) await session.ask()
      },
    })
    check.equal([short.end, signal.aborted], ['turns', false])
  },
})

const PROGRAM = `module.exports = {
  twice: (n) => { note(n); return double(n) },
  refused: () => { try { refuse() } catch (error) { return error.name + ': ' + error.message } },
  echo: (data) => data, boom: () => { throw new TypeError('boom') } }`
const programs = task({
  name: 'programs',
  samples: once,
  sandbox: isolate(),
  limits: { wallMs: 120_000, cpuMs: 1000 },
  subjects: { reference: () => [`Here:\n\`\`\`js\n${PROGRAM}\n\`\`\``] },
  async run({ model, sandbox, check, steps }) {
    const asked: unknown[] = []
    const code = javascript(extractCode(await model.prompt('Code?'), 'javascript'))
    const program = await sandbox.load(code, {
      libraries: ['lodash'],
      provide: {
        double: async (n: number) => n * 2,
        note: (value: unknown) => void asked.push(value),
        refuse: () => {
          throw new RangeError('not that')
        },
      },
    })
    check.equal(await program.call('twice', [21]), 42)
    check.equal(asked, [21])
    check.equal(await program.call('refused'), 'RangeError: not that')
    const data = {
      list: [1, 2.5, 'x', null, true],
      set: new Set([1, 2]),
      map: new Map([[1, 'a']]),
      bytes: new Uint8Array([1, 2]),
      big: 2n ** 70n,
    }
    check.equal(await program.call('echo', [data]), data)
    check.equal(await program.call('echo', [Number.NaN]), Number.NaN, { name: 'NaN equals nothing', weight: 0 })
    const nothing = await program.call('boom')
    check.true(nothing instanceof NoValue)
    check.equal(nothing, 1, { name: 'a throw is no value', weight: 0 })
    check.equal((await program.result('missing')).ending.kind, 'threw')
    const other = await sandbox.load(javascript('exports.f = () => { for (;;); }'), { fresh: true })
    check.equal(await other.call('f'), 1, { name: 'a loop gives nothing', weight: 0 })
    check.equal((await sandbox.load(javascript('const = 1'))).loaded.ending.kind, 'threw')
    await steps([
      { name: 'one', gate: true, run: () => check.equal(1, 2, { name: 'closes the gate' }) },
      { name: 'two', weight: 3, run: () => check.pass() },
    ])
  },
})

const world = task({
  name: 'world',
  samples: once,
  sandbox: isolate(),
  subjects: {
    reference: () => [
      'Well, how many?',
      { text: '', calls: [call('take', { n: 30 }), call('take', { n: 3 })] },
      { text: '', calls: [call('take', {})] },
      'Done.',
      'You are welcome.',
    ],
  },
  async run(kit) {
    const { check, model } = kit
    const shop = await tools.environment(kit, {
      source: `globalThis.tools = { take: (state, { n }) => { if (n > state.n) throw new Error('too many'); state.n -= n; return state.n } }`,
      state: { n: 10 },
      tools: [{ name: 'take', parameters: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] } }],
    })
    const script = { opening: 'Take three.', replies: [{ when: 'how many', say: 'three' }], later: ['Thanks.', 'Bye.'] }
    const talked = await converse(model.chat(), userOf(kit, { story: 'You want three.', script }), {
      tools: shop.tools,
      maxTurns: 5,
    })
    check.equal(await shop.state(), { n: 7 })
    check.equal([talked.ended, talked.calls.length], ['user', 3])
    check.equal(await scriptedUser(script)(''), 'Take three.')
  },
})

const vote = (passed: boolean) => ({ passed, reason: 'so it is', confidence: 0.9 })
const judged = task({
  name: 'judged',
  samples: once,
  subjects: { reference: () => '' },
  standIns: {
    judge: ({ schema }) =>
      JSON.stringify(schema).includes('winner')
        ? '{"winner":"first","reason":"it comes first"}'
        : JSON.stringify({ right: vote(true), kind: vote(false) }),
  },
  async run({ judge, check }) {
    const criteria = { right: 'It is right.', kind: 'It is kind.' }
    const verdicts = await judge({ text: 'Paris.', criteria, weights: { kind: 0 } })
    check.equal(
      verdicts.map(({ passed }) => passed),
      [true, false],
    )
    check.equal((await judge.pair({ a: 'x', b: 'y', criterion: 'better' })).winner, 'tie')
    const { kappa } = await judge.calibrate([{ text: 'Rome.', labels: { right: true, kind: false } }], { criteria })
    check.atLeast(kappa, 0.5)
  },
})

const checks = task({
  name: 'checks',
  subjects: { reference: () => '' },
  samples: once,
  async run({ check }) {
    check.notEqual(1, '1')
    check.close([0.1 + 0.2, { x: 1 }], [0.3, { x: 1 + 1e-9 }])
    check.false(false)
    check.less(1, 2)
    check.atMost(2, 2)
    check.greater(Number.NaN, 2, { message: 'not a number' })
    check.in('b', new Set(['a', 'b']))
    check.notIn('x', 'abc')
    check.empty('  \n')
    check.notEmpty(new Map())
    check.matches('Überall 12', /^Ü\p{L}+ \d+$/u)
    check.notMatches('abc', 'b')
    check.schema('{"a": [1]}', z.object({ a: z.array(z.number().max(0)) }))
    check.schema({ a: 1 }, { type: 'object', required: ['b'] })
    await check.throwsNothing(() => Promise.reject(new TypeError('it throws')))
    await check.custom('mine', () => ({ passed: false, message: 'no' }), { weight: 0.5 })
    await check.custom('broken', () => null as never)
    check.costUsd({}, 1)
    check.outputTokens({ usage: { outputTokens: 5 } }, 10)
    check.equal(new Map([[{ a: 1 }, [2]]]), new Map([[{ a: 1 }, [2]]]), 'maps')
    check.equal([new Date(5), /x/g, new Uint8Array([1])], [new Date(5), /x/g, new Uint8Array([1])], 'others')
    check.equal('x'.repeat(5000), 'y', 'long')
    check.fail('that is all')
    check.equal(check.failures, 13)
  },
})

const results = [
  true,
  false,
  0.25,
  1,
  count(3, 4),
  interval(0.5, 0.1),
  metrics({ words: 120 }, 1),
  7,
  Number.NaN,
  undefined,
]
const given = task({
  name: 'given',
  subjects: { reference: () => '' },
  samples: results.map((_, index) => ({ id: String(index), index })),
  passAt: 0.5,
  weight: 2,
  run: (_kit, { index }) => results[index],
})

const sources = task({
  name: 'csv',
  subjects: { reference: () => '' },
  samples: twins(
    rows('data/rows.csv', { schema: z.object({ id: z.string(), n: z.coerce.number(), word: z.string() }) }),
    (row, { random }) => ({ ...row, word: random.letters(3) }),
    2,
  ),
  run: ({ check }, { n, word }) => void check.true(n > 0 && word !== ''),
})
const zipped = task({
  name: 'zipped',
  subjects: { reference: () => '' },
  samples: rows<{ id: string; n: number }>(new URL('data/rows.jsonl.gz', import.meta.url)),
  run: ({ check }, { n }) => void check.equal(n, 3),
})
const combined = task({
  name: 'combined',
  subjects: { reference: () => '' },
  samples: grid({ a: [1, 2], b: ['x', { y: 1 }] }),
  run: ({ check }) => void check.pass(),
})
const thrown = task({
  name: 'thrown',
  subjects: { reference: () => '' },
  samples: once,
  async run({ model, note }) {
    await model.prompt('x')
    note('before')
    throw new RangeError('a mistake of the author')
  },
})
const unplayed = task({
  name: 'unplayed',
  subjects: { reference: () => '' },
  samples: once,
  run: async ({ role }) => (await role('nobody').prompt('x')).text === '',
})
const confined = task({
  name: 'confined',
  subjects: { reference: () => '' },
  samples: once,
  sandbox: isolate(),
  run: async ({ sandbox }) => (await sandbox.shell('id')).ending.kind === 'exited',
})

export default benchmark({
  name: 'everything',
  version: '1.2.3',
  license: 'CC0-1.0',
  description: 'All of it.',
  metric: 'words',
  metrics: { words: { direction: 'lower', unit: 'words' } },
  attempts: 2,
  card: { by: 'tests', list: [1] },
  data: ['data/story.txt'],
  tasks: [talk, calls, programs, world, judged, checks, given, sources, zipped, combined, thrown, unplayed, confined],
})
