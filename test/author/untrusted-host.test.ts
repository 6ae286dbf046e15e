import { afterAll, expect, test } from 'vitest'
import { Effects } from '../../src/author/untrusted/effects.ts'
import { Folder } from '../../src/author/untrusted/folder.ts'
import type { EventBody, Sandbox, TaskContext } from '../../src/domain/index.ts'
import { answering, Written } from '../support/untrusted.ts'

// Messages as somebody would send them who broke out of the isolate and speaks to the host as he likes.

const written = new Written('')
afterAll(() => written[Symbol.dispose]())
const never = new AbortController().signal

/** A host with one open sandbox, and what was done through it. */
async function opened() {
  const done: string[] = []
  const told: EventBody[] = []
  const made = () =>
    new Proxy({ facts: { kind: 'scripted' } } as unknown as Sandbox, {
      get: (own, name) => {
        if (name === 'facts' || name === 'then') return own[name as 'facts']
        return () => Promise.resolve(done.push(String(name)))
      },
    })
  const sandbox = made()
  const model = answering('yes')
  const context = {
    job: { task: { name: 't' }, subject: { kind: 'model', name: 'm' }, roles: {} },
    model: {
      ...model,
      prompt: (...args: Parameters<typeof model.prompt>) => {
        done.push('prompt')
        return model.prompt(...args)
      },
    },
    role: (name: string) => {
      throw new TypeError(`nobody plays the ${name}`)
    },
    sandbox: (_role: string, { fresh = false } = {}) => Promise.resolve(fresh ? made() : sandbox),
    check: (check: unknown) => told.push({ kind: 'checked', check: check as never }),
    record: (body: EventBody) => told.push(body),
    signal: never,
  } as unknown as TaskContext
  const effects = new Effects(await Folder.of(written.folder), context)
  await effects.ask('start', { id: 1, op: 'open', data: { role: 'solution' } }, never)
  expect(await effects.ask('next', {}, never)).toEqual([{ id: 1, value: { id: 1, facts: { kind: 'scripted' } } }])
  return { effects, done, told }
}

const started = (op: string, data: unknown, id = 2) => ['start', { id, op, data }] as const
const message = (part: unknown) => ({ request: { messages: [{ role: 'user', content: [part] }] } })

test.each([
  ['a question that there is not', 'spawn', {}],
  ['a question of every object', 'constructor', {}],
  ['the prototype', '__proto__', {}],
  ['work that there is not', ...started('rm', {})],
  ['work of every object', ...started('toString', {})],
  ['work under a number that was used', ...started('prompt', message('x'), 1)],
  ['work under no number', ...started('prompt', message('x'), Number.NaN)],
  ['more in a message than belongs there', 'role', { role: 'judge', more: 1 }],
  ['no message', 'role', null],
  [
    'a file of the host in a prompt',
    ...started('prompt', message({ kind: 'media', mediaType: 'text/plain', url: 'file:///etc/passwd' })),
  ],
  ['a message of no role', ...started('prompt', { request: { messages: [{ role: 'root', content: 'x' }] } })],
  ['a path that climbs', ...started('write', { sandbox: 1, files: [['../x', '', false]] })],
  ['a path that climbs later', ...started('write', { sandbox: 1, files: [['a/../../x', '', false]] })],
  ['a path from the root', ...started('write', { sandbox: 1, files: [['/etc/x', '', false]] })],
  ['a path with an end in it', ...started('read', { sandbox: 1, paths: ['a\0b'] })],
  ['bytes that are none', ...started('write', { sandbox: 1, files: [['x', '%%%', false]] })],
  ['no program', ...started('exec', { sandbox: 1, command: { argv: [] } })],
  ['limits beyond all limits', ...started('exec', { sandbox: 1, command: { argv: ['x'], limits: { wallMs: 1e12 } } })],
  ['a sandbox of another spec', ...started('open', { role: 'solution', spec: { kind: 'docker', image: 'x' } })],
  ['a role that there is not', ...started('open', { role: 'host' })],
  ['a verdict that is none', 'record', { kind: 'valued', value: 7, passed: true }],
  ['the beginning of a trial', 'record', { kind: 'started', job: 'x', delivery: 1 }],
  ['a fault', 'record', { kind: 'faulted', fault: { code: 'internal', message: 'x' } }],
  ['a check past the checks', 'record', { kind: 'checked', check: { name: 'x', passed: true } }],
  [
    'a judge’s answer',
    'record',
    { kind: 'answered', role: 'judge', model: 'script of t', reply: { text: '', form: 'text' } },
  ],
])('%s ends the task, and nothing comes of it', async (_, op, data) => {
  const { effects, done, told } = await opened()
  await expect(effects.ask(op, data, never)).rejects.toMatchObject({ cause: { code: 'bad-job' } })
  expect([done, told]).toEqual([[], []])
  await effects[Symbol.asyncDispose]()
})

test.each([
  ['a sandbox', 'exec', { sandbox: 2, command: { argv: ['id'] } }],
  ['a module', 'call', { module: 1, name: 'f', args: [] }],
  ['a program', 'stdout', { program: 1 }],
  ['a part', 'prompt', { role: 'judge', request: { messages: [] } }],
])('%s that the task does not have is refused', async (_, op, data) => {
  const { effects, done } = await opened()
  await effects.ask(...started(op, data), never)
  const [event] = (await effects.ask('next', {}, never)) as [{ id: number; error: { message: string } }]
  expect(event).toMatchObject({ id: 2, error: { message: expect.stringMatching(/does not have|nobody plays/) } })
  expect(done).toEqual([])
  await effects[Symbol.asyncDispose]()
})

test('an answer to no question, and giving up what was never begun, do nothing', async () => {
  const { effects } = await opened()
  await effects.ask('reply', { callback: 7, answer: { stop: true } }, never)
  await effects.ask('abort', { id: 99 }, never)
  await effects[Symbol.asyncDispose]()
})

test('more sandboxes than a trial has any use for are not opened', async () => {
  const { effects } = await opened()
  for (let id = 2; id < 102; id++)
    await effects.ask(...started('open', { role: 'solution', fresh: id % 2 === 0 }, id), never)
  const events: { error?: { message: string } }[] = []
  while (events.length < 100) events.push(...((await effects.ask('next', {}, never)) as typeof events))
  expect(events.filter(({ error }) => error !== undefined)).toHaveLength(0)
  for (let id = 200; id < 230; id++) await effects.ask(...started('open', { role: 'grader', fresh: true }, id), never)
  while (events.length < 130) events.push(...((await effects.ask('next', {}, never)) as typeof events))
  expect(events.filter(({ error }) => error?.message.includes('holds more than 64'))).toHaveLength(17)
  await effects[Symbol.asyncDispose]()
})
