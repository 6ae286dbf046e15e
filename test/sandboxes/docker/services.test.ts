import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Engine } from '../../../sandboxes/docker/engine.ts'
import { dockerSandboxes } from '../../../sandboxes/docker/index.ts'
import { sweep } from '../../../sandboxes/docker/sweeper.ts'
import { textOf } from '../../../src/domain/exec.ts'
import type { Sandbox, Sandboxes, ServicesText } from '../../../src/domain/sandbox.ts'
import { leftNetworks, leftovers } from '../../support/leaks.ts'
import { describeDocker } from '../../support/need.ts'
import { beside, keyValue } from './fixtures/served.ts'

const WORKER = `services-${process.pid}`
const signal = new AbortController().signal

/** What a Python program in the sandbox prints. */
async function python(sandbox: Sandbox, source: string): Promise<string> {
  const { stdout, stderr, ending } = await sandbox.exec({ argv: ['python3', '-c', source] }, signal)
  expect(ending, textOf(stderr)).toEqual({ kind: 'exited', code: 0 })
  return textOf(stdout).trim()
}

/** What the database answers; its status where that is an error. */
const get = (sandbox: Sandbox, path: string, host = 'db') =>
  python(
    sandbox,
    `
import urllib.request, urllib.error
try: print(urllib.request.urlopen('http://${host}:8000${path}', timeout=300).read().decode())
except urllib.error.HTTPError as error: print(error.code)
except OSError as error: print('no answer')`,
  )

const put = (sandbox: Sandbox, path: string, value: string) =>
  python(
    sandbox,
    `
import urllib.request
urllib.request.urlopen(urllib.request.Request('http://db:8000${path}', method='PUT', data=b'${value}'), timeout=300)`,
  )

/** Whether a connection comes about to any of these. */
const dial = (sandbox: Sandbox, places: readonly (readonly [string, number])[]) =>
  python(
    sandbox,
    `
import socket, threading
def dial(host, port):
    try:
        socket.create_connection((host, port), 5).close()
        print('connected', host, port)
    except OSError: pass
dials = [threading.Thread(target=dial, args=place) for place in ${JSON.stringify(places)}]
for one in dials: one.start()
for one in dials: one.join()`,
  )

/** The address of a name in the sandbox. */
const addressOf = (sandbox: Sandbox, name: string) =>
  python(sandbox, `import socket; print(socket.gethostbyname('${name}'))`)

describeDocker('services beside a trial', () => {
  let sandboxes: Sandboxes
  const open = (services: ServicesText, trial?: string) => sandboxes.open(beside(services, trial), signal)

  beforeAll(() => {
    sandboxes = dockerSandboxes({ concurrency: 3, worker: WORKER })
  })
  afterAll(async () => {
    await sandboxes[Symbol.asyncDispose]()
    expect(await leftovers(WORKER)).toEqual([])
    expect(await leftNetworks(WORKER)).toEqual([])
  })

  test('are reached by their names, from the solution and from one another, and hold no power of their own', async () => {
    await using sandbox = await open({
      db: keyValue,
      'second-db': {
        ...keyValue,
        ready: {
          command: ['python3', '-c', 'import socket; socket.create_connection(("127.0.0.1", 8000))'],
          withinMs: 600_000,
        },
      },
    })
    expect(sandbox.facts).toMatchObject({
      isolation: 'fresh',
      services: { db: sandbox.facts.digest, 'second-db': sandbox.facts.digest },
    })
    await put(sandbox, '/colour', 'red')
    expect(await get(sandbox, '/colour')).toBe('red')
    expect(await get(sandbox, '/colour', 'second-db')).toBe('404')
    expect(await get(sandbox, '/dial?host=second-db&port=8000')).toBe('connected')
    // Nobody, with its environment, no capabilities, no way to gain any; and only its folders to write to.
    expect((await get(sandbox, '/status')).split('\n')).toEqual([
      '65534',
      'green',
      ...['0000000000000000', '0000000000000000', '1'],
      ...['no: Read-only file system', 'no: Read-only file system', 'wrote', 'wrote'],
    ])
  })

  test('are all there is: neither the host nor the world answers, nor anything of another trial', async () => {
    const calls: string[] = []
    const host = createServer((socket) => {
      calls.push(String(socket.remoteAddress))
      socket.destroy()
    }).listen(0, '0.0.0.0')
    await once(host, 'listening')
    try {
      const { port } = host.address() as { port: number }
      await using sandbox = await open({ db: keyValue })
      await using other = await open({ db: keyValue })
      const [own, others, cell] = [
        await addressOf(sandbox, 'db'),
        await addressOf(other, 'db'),
        await addressOf(other, 'cell'),
      ]
      expect(own).not.toBe(others)
      const gateway = own.replace(/\d+$/, (last) => String(Number(last) - 1))
      const addresses = Object.values(networkInterfaces()).flatMap((some) => some ?? [])
      const hosts = [gateway, ...addresses.filter(({ family }) => family === 'IPv4').map(({ address }) => address)]
      const places = [
        ...hosts.map((address) => [address, port] as const),
        [others, 8000],
        [cell, 8000],
        ['1.1.1.1', 53],
        ['example.com', 80],
        ['host.docker.internal', port],
      ] as const
      const from = (name: string, at: number) => get(sandbox, `/dial?host=${name}&port=${at}`)
      const refused = expect.stringMatching(/^no: /) as string
      expect(await Promise.all([dial(sandbox, places), from(gateway, port), from(others, 8000)])).toEqual([
        '',
        refused,
        refused,
      ])
      expect(calls).toEqual([])
      // Where there is no IPv6 address there is no neighbour to reach over one.
      expect(
        await python(
          sandbox,
          `import os; p = '/proc/net/if_inet6'; print([l.split()[-1] for l in open(p)] if os.path.exists(p) else [])`,
        ),
      ).toMatch(/^\[('lo')?\]$/)
      // The test would see it: the place that is allowed answers.
      expect(await dial(sandbox, [[own, 8000]])).toBe(`connected ${own} 8000`)
    } finally {
      host.close()
    }
  })

  test('keep their data for the sandboxes of one trial, and for no other trial', async () => {
    const first = await open({ db: keyValue }, 'one')
    await put(first, '/colour', 'red')
    const court = await open({ db: keyValue }, 'one')
    await using other = await open({ db: keyValue }, 'two')
    expect(await get(court, '/colour')).toBe('red')
    expect(await get(other, '/colour')).toBe('404')
    await first[Symbol.asyncDispose]()
    expect(await get(court, '/colour')).toBe('red')
    await court[Symbol.asyncDispose]()
    await using again = await open({ db: keyValue }, 'one')
    expect(await get(again, '/colour')).toBe('404')
  })

  test('have limits: one that hoards memory is ended, and the solution goes on', async () => {
    await using sandbox = await open({ db: { ...keyValue, memoryBytes: 64 * 2 ** 20 } })
    expect(await get(sandbox, '/hoard')).toBe('no answer')
    expect(await dial(sandbox, [['db', 8000]])).toBe('')
    expect(await python(sandbox, 'print(6 * 7)')).toBe('42')
  })

  test('are not for graders, whose cells trials share', async () => {
    await using sandbox = await sandboxes.open({ ...beside({ db: keyValue }), role: 'grader' }, signal)
    expect(sandbox.facts.services).toBeUndefined()
    expect(await python(sandbox, 'import socket; print([name for _, name in socket.if_nameindex()])')).toBe("['lo']")
  })

  describe('that do not become ready are our trouble, and leave nothing behind:', () => {
    const image = 'python'
    const never = { port: 9, withinMs: 600_000 }
    test.each<[string, ServicesText[string], RegExp]>([
      [
        'nobody listens',
        {
          image,
          command: ['python3', '-uc', 'print("still busy"); import time; time.sleep(9999)'],
          ready: { port: 9, withinMs: 1500 },
        },
        /^service "db" \(python\) was not ready within 1500 ms: nothing answers on port 9/,
      ],
      [
        'its check fails',
        { image, command: ['sleep', '9999'], ready: { command: ['false'], withinMs: 1500 } },
        /^service "db" \(python\) was not ready within 1500 ms: false did not exit with 0; it said nothing$/,
      ],
      [
        'it ends',
        { image, command: ['sh', '-c', 'echo no disk today; exit 3'], ready: never },
        /^service "db" \(python\) ended with exit code 3 before it was ready; it said: no disk today$/,
      ],
      [
        'it takes too much memory',
        { image, command: ['python3', '-c', 'x = b"x" * 2**28'], memoryBytes: 32 * 2 ** 20, ready: never },
        // The engine may learn of the end before it learns of its cause.
        /^service "db" \(python\) (needed more than its memoryBytes \(33554432\)|ended with exit code 137) before it was ready/,
      ],
      [
        'there is no such program',
        { image, command: ['/no/such/program'], ready: never },
        /^service "db" \(python\) did not start: .*no such file/,
      ],
    ])('%s', async (_, db, message) => {
      const before = await leftNetworks(WORKER)
      await expect(open({ db, other: keyValue })).rejects.toMatchObject({
        code: 'sandbox-unavailable',
        message: expect.stringMatching(message) as string,
      })
      expect(await leftNetworks(WORKER)).toEqual(before)
    })
  })

  test('end with a trial that is stopped while they start', async () => {
    const stop = new AbortController()
    const opening = sandboxes.open(beside({ db: { ...keyValue, ready: { port: 9, withinMs: 600_000 } } }), stop.signal)
    opening.catch(() => {})
    await expect.poll(() => leftNetworks(WORKER), { timeout: 100_000 }).not.toEqual([])
    stop.abort(new Error('nobody wants it'))
    await expect(opening).rejects.toThrow('nobody wants it')
    expect(await leftNetworks(WORKER)).toEqual([])
  })

  test('of an engine that was killed are swept, with their network', async () => {
    const dying = `dying-services-${process.pid}`
    const owner = spawn(process.execPath, [new URL('fixtures/owner-of-services.ts', import.meta.url).pathname, dying], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      await once(owner.stdout, 'data')
      await using alive = await open({ db: keyValue })
      const engine = new Engine()
      expect(await leftNetworks(dying)).toHaveLength(1)
      expect(await leftovers(dying)).toHaveLength(2)
      await sweep(engine, signal)
      expect(await leftNetworks(dying)).toHaveLength(1)

      owner.kill('SIGKILL')
      await once(owner, 'exit')
      // Another sweeper on this machine may be at it too, and be the one who is removing.
      await expect
        .poll(
          async () => {
            await sweep(engine, signal)
            return [...(await leftovers(dying)), ...(await leftNetworks(dying))]
          },
          { timeout: 100_000 },
        )
        .toEqual([])
      expect(await get(alive, '/colour')).toBe('404')
    } finally {
      owner.kill('SIGKILL')
    }
  })
})
