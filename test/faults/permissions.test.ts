import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Cluster, type Program, until } from '../support/cluster.ts'
import { type NatsServer, natsServer, startNats } from '../support/nats.ts'
import { need } from '../support/need.ts'

const folder = mkdtempSync(join(tmpdir(), 'assay-permissions-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
/** What is deployed, but for the port and the store. */
const CONF = join(folder, 'nats.conf')
const deployed = readFileSync(join(import.meta.dirname, '../../deploy/nats.conf'), 'utf8')
writeFileSync(CONF, deployed.replace(/^port: .*$/m, '').replace(/^jetstream .*$/m, ''))
const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')
const MINUTES = { timeout: 600_000 }
const CANARY = 'canary-5d1e77aa'
const PASSWORDS = { scheduler: 'scheduler-7c1f02', worker: 'worker-9be411', client: 'client-40d2aa' }
const TOKEN = 'a-token-that-sees-all-of-it'
type Who = keyof typeof PASSWORDS

describe.runIf(need('nats-server', natsServer))('under the permissions that deploy/nats.conf gives', () => {
  let nats: NatsServer
  let cluster: Cluster
  let programs: Program[]
  let identity = ''
  const urlOf = (who: Who) => nats.url.replace('nats://', `nats://${who}:${PASSWORDS[who]}@`)

  /** Runs a command as a client does. */
  const assay = (args: string[], env: Record<string, string> = {}) =>
    promisify(execFile)(process.execPath, [MAIN, ...args], {
      cwd: cluster.folder,
      env: { ...process.env, ASSAY_LOG: 'trace', ...env },
    }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
    )

  beforeAll(async () => {
    for (const [who, password] of Object.entries(PASSWORDS))
      process.env[`ASSAY_${who.toUpperCase()}_PASSWORD`] = password
    nats = await startNats(['-c', CONF])
    for (const who of Object.keys(PASSWORDS)) delete process.env[`ASSAY_${who.toUpperCase()}_PASSWORD`]
    identity = await generateIdentity()
    cluster = new Cluster(nats.url)
    const tokens = join(cluster.folder, 'tokens')
    writeFileSync(tokens, `${TOKEN} *\n`)
    const env = { ASSAY_LOG: 'trace', ASSAY_SEAL_IDENTITY: identity }
    const store = ['--store', cluster.store, '--port', '0', '--tokens', tokens]
    const server = cluster.launch(['serve', '--nats', urlOf('scheduler'), ...store], { env })
    const worker = cluster.launch(['worker', '--nats', urlOf('worker'), '--slots', '2'], { env })
    programs = [server, worker]
    await until('it serves', () => server.log().includes('"leading"') && worker.log().includes('worker ready'))
  }, 600_000)
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]()
    await nats?.[Symbol.asyncDispose]()
  })

  test('a run goes through, and no log holds a password, a token, a key or anything sealed', MINUTES, async () => {
    const at = (name: string) => join(cluster.folder, name)
    const yaml = `name: hidden
version: 1.0.0
tasks:
  - { name: t, dataset: rows.jsonl, id: "{{id}}", prompt: "Write f.", language: javascript, sandbox: isolate,
      grader: { kind: asserts, entry: f, tests: "{{tests}}" } }
`
    writeFileSync(at('benchmark.yaml'), yaml)
    const rows = [`console.assert(f("${CANARY}") === "${CANARY}")`, `console.assert(/(${CANARY}/.test(f()))`]
    writeFileSync(at('rows.jsonl'), rows.map((tests, n) => JSON.stringify({ id: `s${n}`, tests })).join('\n'))
    const answer = 'const f = (x) => { console.log(x); return x }'
    writeFileSync(
      at('answers.jsonl'),
      rows.map((_, n) => JSON.stringify({ task_id: `s${n}`, solution: answer, model: 'm' })).join('\n'),
    )
    const recipient = await identityToRecipient(identity)
    const sealing = ['seal', '.', '--columns', 'tests', '--to', recipient, '--out', 'sealed']
    expect(await assay(sealing)).toMatchObject({ code: 0 })
    const submitting = ['submit', '--nats', urlOf('client'), 'sealed', '--samples', 'answers.jsonl', '--wait', '--json']
    const told = await assay(submitting, { ASSAY_SEAL_IDENTITY: identity })
    // The second row's tests are broken, and what says so in full holds hidden words.
    expect(JSON.parse(told.stdout)).toMatchObject({ trials: 2, scored: 1, passed: 1 })
    const logs = [...programs.map((program) => program.log()), told.stderr, told.stdout]
    expect(logs.join('\n')).toContain('void trial')
    const secrets = { ...PASSWORDS, TOKEN, identity, CANARY }
    for (const [name, secret] of Object.entries(secrets)) {
      expect(logs.filter((log) => log.includes(secret)).length, name).toBe(0)
    }
  })

  describe('what is none of one’s business is refused', () => {
    async function as<T>(
      who: Who | undefined,
      act: (nats: NatsConnection, refused: string[]) => Promise<T>,
    ): Promise<T> {
      const login = who === undefined ? {} : { user: who, pass: PASSWORDS[who] }
      const connection = await connect({ servers: nats.url, reconnect: false, ...login })
      const refused: string[] = []
      void (async () => {
        for await (const status of connection.status()) if (status.type === 'error') refused.push(status.error.message)
      })()
      try {
        return await act(connection, refused)
      } finally {
        await connection.close()
      }
    }

    /** What of these a user may not publish, and what came of it. */
    const refusedOf = (who: Who, subjects: readonly string[]) =>
      as(who, async (connection, refused) => {
        for (const subject of subjects) connection.publish(subject, '{}')
        await connection.flush()
        await until('the server has said no', () => refused.length >= subjects.length, 60_000)
        return subjects.filter((subject) => refused.some((message) => message.includes(`"${subject}"`)))
      })

    const count = (stream: string) =>
      as(
        'scheduler',
        async (connection) => (await (await jetstreamManager(connection)).streams.info(stream)).state.messages,
      )

    test.each<[Who, readonly string[]]>([
      [
        'client',
        [
          'assay.trials.v1.aaaaaaaaaaaa.bbbbbbbbbbbbbbbb',
          'assay.jobs.v1.isolate.aaaaaaaaaaaa.bbbbbbbbbbbbbbbb',
          'assay.dead.jobs.x',
          'assay.cancelled',
          'assay.workers',
          '$JS.ACK.ASSAY_JOBS.v1-isolate.1.1.1.1.0',
          '$JS.ACK.ASSAY_TRIALS.v1-recorder.1.1.1.1.0',
          '$JS.API.STREAM.CREATE.MINE',
          '$JS.API.STREAM.DELETE.ASSAY_TRIALS',
          '$JS.API.STREAM.PURGE.ASSAY_JOBS',
          '$JS.API.STREAM.MSG.GET.ASSAY_TRIALS',
          '$JS.API.CONSUMER.CREATE.ASSAY_TRIALS',
          '$JS.API.CONSUMER.MSG.NEXT.ASSAY_JOBS.v1-isolate',
          '$KV.ASSAY_LEADER.leader',
        ],
      ],
      [
        'worker',
        [
          'assay.jobs.v1.isolate.aaaaaaaaaaaa.bbbbbbbbbbbbbbbb',
          'assay.runs.v1.aaaaaaaaaaaa',
          'assay.api.cancel',
          'assay.cancelled',
          '$JS.ACK.ASSAY_TRIALS.v1-recorder.1.1.1.1.0',
          '$JS.API.STREAM.CREATE.MINE',
          '$JS.API.STREAM.DELETE.ASSAY_TRIALS',
          '$JS.API.STREAM.PURGE.ASSAY_JOBS',
          '$JS.API.STREAM.MSG.GET.ASSAY_TRIALS',
          '$JS.API.CONSUMER.CREATE.ASSAY_TRIALS',
          '$KV.ASSAY_LEADER.leader',
        ],
      ],
    ])('a %s cannot publish what others say, ack for them, or change streams', MINUTES, async (who, subjects) => {
      const before = await Promise.all(['ASSAY_JOBS', 'ASSAY_TRIALS'].map(count))
      expect(await refusedOf(who, subjects)).toEqual(subjects)
      expect(await Promise.all(['ASSAY_JOBS', 'ASSAY_TRIALS'].map(count))).toEqual(before)
    })

    test('nobody listens to what others are told', MINUTES, async () => {
      for (const [who, subject] of [
        ['client', 'assay.trials.>'],
        ['client', 'assay.jobs.>'],
        ['client', '>'],
        ['worker', 'assay.trials.>'],
        ['worker', 'assay.runs.>'],
        ['worker', '>'],
      ] as const) {
        await as(who, async (connection) => {
          const heard = (async () => {
            for await (const _ of connection.subscribe(subject)) return 'heard'
            return 'closed'
          })()
          await expect(heard, `${who} ${subject}`).rejects.toThrow(/permission/i)
        })
      }
    })

    test('nobody comes in without a password, and there is none by default', MINUTES, async () => {
      await expect(as(undefined, async () => 'in')).rejects.toThrow(/authorization/i)
      await expect(connect({ servers: nats.url, user: 'client', pass: '', reconnect: false })).rejects.toThrow(
        /authorization/i,
      )
      await expect(promisify(execFile)('nats-server', ['-t', '-c', CONF])).rejects.toThrow(/variable reference/)
    })

    test('the scheduler may, so it is the permissions that refuse', MINUTES, async () => {
      await as('scheduler', async (connection) => {
        const { seq } = await jetstream(connection).publish('assay.dead.jobs.a-test', '{}')
        expect(seq).toBeGreaterThan(0)
      })
    })
  })
})
