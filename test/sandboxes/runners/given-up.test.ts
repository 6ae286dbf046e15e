import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

/** Gives a question up while a function of ours works on it for the program, and lets that answer afterwards. */
const SCRIPT = `
import { openSession } from ${JSON.stringify(new URL('../../../sandboxes/runners/session.ts', import.meta.url).href)}
const gone = Promise.withResolvers()
const asked = Promise.withResolvers()
const late = Promise.withResolvers()
const question = Promise.withResolvers()
async function* frames() {
  const { id } = await question.promise
  const body = Buffer.from(JSON.stringify({ id, op: 'ask', ask: 1, name: 'help', args: [] }))
  const head = Buffer.alloc(4)
  head.writeUInt32BE(body.length)
  yield Buffer.concat([head, body])
  await gone.promise
}
const over = new AbortController()
const channel = {
  send: (bytes) => question.resolve(JSON.parse(Buffer.from(bytes).subarray(4).toString())),
  frames: frames(),
  ended: gone.promise,
  kill: async () => gone.resolve({ ending: { kind: 'signaled', signal: 'SIGKILL' }, stdout: { text: '' }, stderr: { text: '' }, usage: { wallMs: 1 } }),
  wallMs: 3_600_000,
}
const help = () => (asked.resolve(), late.promise)
const opening = openSession(channel, { language: 'python', source: '', provide: { help } }, over.signal)
await asked.promise
over.abort(new Error('given up'))
const why = await opening.catch((error) => error.message)
late.resolve({ value: [null] })
console.log(why)
`

test('a question that was given up keeps no process alive', { timeout: 300_000 }, () => {
  const { stdout, stderr, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', SCRIPT], {
    encoding: 'utf8',
    timeout: 120_000,
  })
  expect({ stdout, stderr, signal }).toEqual({ stdout: 'given up\n', stderr: '', signal: null })
})
