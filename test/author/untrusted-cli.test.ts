import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assay } from '../support/cli.ts'
import { Cluster, until } from '../support/cluster.ts'
import { type NatsServer, natsServer, startNats } from '../support/nats.ts'
import { need } from '../support/need.ts'
import { Written } from '../support/untrusted.ts'

const MINUTES = { timeout: 300_000 }

/** Passes where its code has nothing of the process that it runs in. */
const written = new Written(
  `import { benchmark, task } from 'assay'
   import { answer } from './answer.ts'
   export default benchmark({ name: 'looking', tasks: [task({
     name: 'looks', samples: [{ id: 'a' }, { id: 'b' }], subjects: { reference: () => answer },
     async run({ model, check }) {
       check.equal((await model.prompt('?')).text, answer)
       check.equal(typeof globalThis.process, 'undefined', 'there is no process')
     },
   })] })`,
  { 'answer.ts': `export const answer: string = 'yes'\n` },
)
afterAll(() => written[Symbol.dispose]())

const last = (text: string) => JSON.parse(text.trim().split('\n').at(-1)!) as { scored: number; passed: number }

describe('a benchmark in code', () => {
  const options = ['--samples', 'reference', '--store', 'sqlite::memory:', '--json']

  test('runs untrusted with --untrusted, and trusted without', MINUTES, async () => {
    const apart = await assay(['run', written.file, ...options, '--untrusted'], { cwd: written.folder })
    expect(apart).toMatchObject({ code: 0, stderr: expect.not.stringContaining('Warning') })
    expect(last(apart.stdout)).toMatchObject({ scored: 2, passed: 2 })
    const trusted = await assay(['run', written.file, ...options], { cwd: written.folder })
    expect(last(trusted.stdout)).toMatchObject({ scored: 2, passed: 0 })
  })

  test('is run again untrusted by verify, with --untrusted', MINUTES, async () => {
    const cwd = { cwd: written.folder }
    const store = ['--store', 'sqlite:again.db']
    const ran = await assay(['run', written.file, '--samples', 'reference', ...store, '--json', '--untrusted'], cwd)
    const { run } = JSON.parse(ran.stdout.trim().split('\n').at(-1)!) as { run: string }
    expect((await assay(['verify', run, '--rerun', '--untrusted', ...store], cwd)).code).toBe(0)
    // In this process, which it finds, the same benchmark comes out otherwise.
    expect((await assay(['verify', run, '--rerun', ...store], cwd)).code).toBe(1)
  })

  test('is checked untrusted with --untrusted', MINUTES, async () => {
    const { stdout } = await assay(['check', written.file, '--untrusted', '--json', '--repeats', '1'], {
      cwd: written.folder,
    })
    const { findings } = JSON.parse(stdout) as { findings: { check: string; verdict: string }[] }
    expect(
      findings.find(({ check }) => check === 'reference passes'),
      stdout,
    ).toMatchObject({ verdict: 'ok' })
  })

  test('that needs more than untrusted code has is told so in one line', MINUTES, async () => {
    using own = new Written(`import { hostname } from 'node:os'\nexport default hostname()\n`)
    const { code, stderr } = await assay(['run', own.file, ...options, '--untrusted'], { cwd: own.folder })
    expect(code).toBe(2)
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringContaining("imports 'node:os'; untrusted code imports assay"),
    ])
  })
})

describe.runIf(need('nats-server', natsServer))('with workers', () => {
  let nats: NatsServer
  beforeAll(async () => {
    nats = await startNats()
  })
  afterAll(() => nats?.[Symbol.asyncDispose]())

  test.each([
    ['runs untrusted where nobody says otherwise', [], 2],
    ['runs trusted on workers that are told to trust', ['--trusted'], 0],
  ])('a benchmark that is handed in %s', MINUTES, async (_, trust, passed) => {
    await using cluster = new Cluster(nats.url)
    const server = cluster.serve()
    cluster.worker(...trust)
    await until('it serves', () => server.log().includes('"leading"'))
    const options = ['--nats', nats.url, '--samples', 'reference', '--wait', '--json']
    const { stdout, stderr } = await assay(['submit', written.file, ...options], { cwd: written.folder })
    expect(last(stdout), stderr).toMatchObject({ scored: 2, passed })
  })

  test('a worker cannot both trust and not trust', MINUTES, async () => {
    const { code, stderr } = await assay(['worker', '--nats', nats.url, '--trusted', '--untrusted'], {
      cwd: written.folder,
    })
    expect([code, stderr]).toEqual([2, expect.stringContaining('--trusted or --untrusted')])
  })
})
