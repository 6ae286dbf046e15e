import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '../../src/store/index.ts'
import { Cluster, until } from '../support/cluster.ts'
import { type NatsServer, natsServer, startNats } from '../support/nats.ts'
import { dockerAnswers, need } from '../support/need.ts'
import { parity } from '../support/parity.ts'
import { finished, handIn, manyJobs, outcomes, rightOutcomes, slowJobs } from './jobs.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')
const MINUTES = { timeout: 300_000 }
const TOKEN = 'a-token-of-the-tenant-anna'
const ALL = 'a-token-that-sees-all-of-it'

function assay(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    timeout: 280_000,
  })
  return { stdout, stderr, status }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

describe.runIf(need('nats-server', natsServer))('with a server and two workers', () => {
  let nats: NatsServer
  let cluster: Cluster
  let port: number
  beforeAll(async () => {
    nats = await startNats()
    cluster = new Cluster(nats.url)
    port = await freePort()
    const tokens = join(cluster.folder, 'tokens')
    writeFileSync(tokens, `# who may come in\n${TOKEN} anna\n${ALL} *\n`)
    const server = cluster.serve('--lease-seconds', '5', '--port', String(port), '--tokens', tokens)
    cluster.worker()
    cluster.worker()
    await until('it serves', () => server.log().includes('"leading"') && server.log().includes('"serving"'))
  })
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]()
    await nats?.[Symbol.asyncDispose]()
  })
  const api = (path: string, init: RequestInit = {}, token = ALL) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, connection: 'close', ...init.headers },
    })

  test('submit gives the verdicts that run gives', MINUTES, async () => {
    const options = ['humaneval-x-js', '--samples', 'reference', '--limit', '25', '--json']
    const own = `sqlite:${join(cluster.folder, 'own.db')}`
    const here = assay('run', '--store', own, '--concurrency', '2', ...options)
    const junit = join(cluster.folder, 'junit.xml')
    const there = assay('submit', '--nats', nats.url, '--wait', '--junit', junit, ...options)
    expect(there.stderr.trim().split('\n')).toHaveLength(1)
    const [a, b] = [JSON.parse(here.stdout), JSON.parse(there.stdout)]
    expect({ ...b, run: '', wallMs: 0 }).toEqual({ ...a, run: '', wallMs: 0 })
    expect(await outcomes(cluster.store, b.run)).toEqual(await outcomes(own, a.run))
    expect(readFileSync(junit, 'utf8')).toContain('tests="25"')
  })

  test.each([
    ['gsm8k-mini', 'reference', 'scripted', 'empty'],
    ['humanevalpack-js', 'reference', 'buggy', 'empty'],
    ['bfcl-simple', 'reference', 'empty'],
    ...(dockerAnswers ? [['humaneval', 'reference', 'empty']] : []),
  ])('submit gives %s, job by job, the verdicts that run gives', MINUTES, async (benchmark, ...subjects) => {
    const own = `sqlite:${join(cluster.folder, 'own.db')}`
    const options = ['--limit', '3', '--isolation', 'reuse']
    const found = await parity(benchmark, subjects, options, { nats: nats.url, own, shared: cluster.store })
    expect(found).toMatchObject({ trials: 3 * subjects.length, void: 0, differences: [] })
    expect(found.passed).toBeGreaterThan(0)
  })

  test('a benchmark in code runs on workers that do not have it', MINUTES, async () => {
    const folder = join(cluster.folder, 'mine')
    mkdirSync(folder)
    cpSync(join(import.meta.dirname, '../../benchmarks/gsm8k-mini'), folder, { recursive: true })
    const { stdout, stderr } = assay('submit', '--nats', nats.url, join(folder, 'benchmark.ts'), '--samples', 'empty')
    expect(stderr).toBe('')
    // What the workers run must have come with the run: here, it is gone.
    renameSync(folder, `${folder}-away`)
    const run = stdout.trim()
    await finished(cluster.store, run)
    const found = [...(await outcomes(cluster.store, run)).values()]
    expect(found.length).toBeGreaterThan(5)
    expect(new Set(found)).toEqual(new Set(['failed']))
    rmSync(`${folder}-away`, { recursive: true })
  })

  test('code that reaches outside of its folder is refused at once', MINUTES, async () => {
    const folder = join(cluster.folder, 'reaching')
    mkdirSync(folder)
    writeFileSync(join(cluster.folder, 'shared.ts'), "export const word = 'x'\n")
    writeFileSync(
      join(folder, 'benchmark.ts'),
      "import { benchmark, task } from 'assay'\nimport { word } from '../shared.ts'\n" +
        "export default benchmark({ name: 'reaching', tasks: [task({ name: 't', samples: [{ word }], async run() { return 1 } })] })\n",
    )
    const { stderr, status } = assay('submit', '--nats', nats.url, join(folder, 'benchmark.ts'), '--samples', 'empty')
    expect(stderr).toContain('keep all that it imports and reads in its own folder')
    expect(status).toBe(2)
  })

  test('a run that is cancelled stops, and the workers go on with others', MINUTES, async () => {
    await handIn(nats.url, slowJobs('unwanted', 2_000, 50))
    await until('it is under way', async () => (await outcomes(cluster.store, 'unwanted')).size > 2)
    expect(assay('cancel', 'unwanted', '--nats', nats.url).status).toBe(0)
    await handIn(nats.url, manyJobs('wanted', 20))
    await finished(cluster.store, 'wanted')
    expect(await outcomes(cluster.store, 'wanted')).toEqual(rightOutcomes(20))
    await using store = await openStore(cluster.store)
    expect((await store.run('unwanted'))?.status).toBe('cancelled')
    expect((await outcomes(cluster.store, 'unwanted')).size).toBeLessThan(2_000)
    const again = assay('cancel', 'unwanted', '--nats', nats.url)
    expect([again.status, again.stderr]).toEqual([2, expect.stringContaining('cancelled already')])
  })

  test('a small run beside a large one does not wait for it', MINUTES, async () => {
    await handIn(nats.url, slowJobs('large', 3_000, 20))
    await until('it is under way', async () => (await outcomes(cluster.store, 'large')).size > 2)
    await handIn(nats.url, slowJobs('small', 10, 20))
    await finished(cluster.store, 'small')
    const done = (await outcomes(cluster.store, 'large')).size
    assay('cancel', 'large', '--nats', nats.url)
    // Its jobs are every second one from then on; before them come the few that were on the queue.
    expect(done).toBeLessThan(1_000)
  })

  test('nobody without a token comes in, and each tenant sees its own', MINUTES, async () => {
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
    expect(await (await fetch(`http://127.0.0.1:${port}/readyz`)).text()).toBe('leading')
    expect((await fetch(`http://127.0.0.1:${port}/v1/runs`)).status).toBe(401)
    expect((await api('/v1/runs', {}, 'no-such-token-at-all')).status).toBe(401)
    const body = JSON.stringify({ benchmark: 'humaneval-x-js', samples: ['empty'], limit: 3 })
    const made = await api('/v1/runs', { method: 'POST', body }, TOKEN)
    expect(made.status).toBe(201)
    const { run } = (await made.json()) as { run: string }
    await finished(cluster.store, run)
    expect(await (await api(`/v1/runs/${run}/progress`, {}, TOKEN)).json()).toMatchObject({
      failed: 3,
      status: 'finished',
    })
    const events = await api(`/v1/runs/${run}/progress`, { headers: { accept: 'text/event-stream' } }, TOKEN)
    expect(await events.text()).toContain('event: progress')
    const seen = (await (await api('/v1/runs', {}, TOKEN)).json()) as { id: string }[]
    expect(seen.map(({ id }) => id)).toEqual([run])
    expect((await api('/v1/runs/wanted', {}, TOKEN)).status).toBe(400)
    const lines = (await (await api(`/v1/runs/${run}/export`, {}, TOKEN)).text()).trim().split('\n')
    expect(lines).toHaveLength(3)
    expect((await api('/v1/board?benchmark=humaneval-x-js', {}, TOKEN)).status).toBe(200)
  })

  test(
    'requests that are too large, of strange hosts or pages, or with paths in them are refused',
    MINUTES,
    async () => {
      const post = (body: string, headers = {}) => api('/v1/runs', { method: 'POST', body, headers })
      expect((await post('{}')).status).toBe(400)
      expect((await post(JSON.stringify({ benchmark: '../../etc', samples: ['empty'] }))).status).toBe(400)
      expect((await post('{}', { origin: 'https://elsewhere.example' })).status).toBe(403)
      expect(await statusFor(port, 'evil.example')).toBe(421)
      expect((await api('/v1/nothing')).status).toBe(404)
      // The connection may be closed before all of it is sent.
      const large = await post('x'.repeat(2 ** 21)).then(
        ({ status }) => status,
        () => 413,
      )
      expect(large).toBe(413)
    },
  )

  test('metrics tell what waits and who works', MINUTES, async () => {
    const text = await (await api('/metrics')).text()
    expect(text).toMatch(/^assay_workers 2$/m)
    expect(text).toMatch(/^assay_leading 1$/m)
    expect(text).toMatch(/^assay_trials_saved\{outcome="passed"\} \d+$/m)
  })
})

test('without a server, submit says so', () => {
  const { stderr, status } = assay('submit', 'humaneval-x-js', '--samples', 'empty', '--nats', 'nats://127.0.0.1:1')
  expect(stderr).toMatch(/^assay: no NATS server answers .*nats-server -js/)
  expect(status).toBe(2)
})

test('an address that is open to others needs tokens', () => {
  const { stderr, status } = assay('serve', '--host', '0.0.0.0', '--store', 'sqlite::memory:')
  expect(stderr).toContain('give --tokens FILE')
  expect(status).toBe(2)
})

/** The status of a request under another host's name; fetch sets the Host header itself. */
async function statusFor(port: number, host: string): Promise<number | undefined> {
  const request = get({ port, host: '127.0.0.1', path: '/v1/runs', headers: { host }, agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode
}
