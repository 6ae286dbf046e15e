import { expect, test } from 'vitest'
import { docker, task } from '../../src/author/index.ts'
import type { Json } from '../../src/domain/index.ts'
import { loadBenchmark } from '../../src/tasks/index.ts'
import { assay } from '../support/assay.ts'
import { benchmarkText, folderOf, grading } from '../support/grade.ts'
import { describeDocker } from '../support/need.ts'

/** A counter behind a line of TCP: each connection is told how many came before it. */
const COUNTER = `
import socket
server = socket.create_server(("", 7000))
count = 0
while True:
    with server.accept()[0] as client:
        try:
            if client.recv(100): client.sendall(str(count).encode()); count += 1
        except OSError: pass`
const counter = { image: 'python', command: ['python3', '-c', COUNTER], ready: { port: 7000, withinMs: 600_000 } }
const ANSWER = `
import socket
def ask():
    with socket.create_connection(("counter", 7000)) as server:
        server.sendall(b"next")
        return int(server.recv(100))
if __name__ == "__main__":
    print(ask(), ask())
`
const stdio = {
  language: 'python',
  services: { counter },
  grader: { kind: 'stdio', cases: [{ stdin: '', stdout: '0 1' }] },
  limits: { wallMs: 300_000, cpuMs: 60_000 },
} satisfies Record<string, Json>

describeDocker('a declared benchmark with services', () => {
  test('runs from the command line, each trial with its own', async () => {
    await using folder = await folderOf({
      'benchmark.yaml': benchmarkText({ ...stdio, subjects: { reference: { solution: ANSWER } } }),
      'rows.jsonl': ['one', 'two'].map((id) => JSON.stringify({ id })).join('\n'),
    })
    const args = ['run', folder.path, '--samples', 'reference', '--store', `${folder.path}/runs.db`, '--json']
    const { code, out, err } = await assay(folder.path, args)
    expect(code, err).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ trials: 2, scored: 2, passed: 2 })
  })

  test('pins their images in its jobs, judges functions beside them, and is void where they do not come up', async () => {
    await using grade = grading()
    const calls = { ...stdio, grader: { kind: 'calls', entry: 'ask', cases: [{ args: [], expected: 0 }] } }
    const good = await grade.grade(calls, ANSWER)
    expect(good.verdict).toBe('passed')
    expect(good.trial.trace.find(({ body }) => body.kind === 'opened')?.body).toMatchObject({
      facts: { isolation: 'fresh', services: { counter: expect.stringMatching(/^sha256:/) as string } },
    })
    const broken = { ...counter, command: ['sh', '-c', 'echo no licence; exit 1'] }
    const bad = await grade.grade({ ...calls, services: { counter: broken } }, ANSWER)
    expect(bad.verdict).toBe(
      'void: service "counter" (python) ended with exit code 1 before it was ready; it said: no licence',
    )
  })
})

test.each<[string, Record<string, Json>, string]>([
  [
    'an isolate',
    { sandbox: 'isolate', language: 'javascript', grader: { kind: 'calls', entry: 'f', cases: [] } },
    'an isolate has no network; write sandbox: docker',
  ],
  ['a port that is none', { services: { counter: { ...counter, ready: { port: 70_000 } } } }, 'ready.port'],
  ['no word when it is ready', { services: { counter: { image: 'python' } } }, 'services.counter.ready is missing'],
  ['a key that is none', { services: { counter: { ...counter, ports: ['80:80'] } } }, 'ports: unknown key'],
  ['a name that is none', { services: { 'My DB': counter } }, 'the name of a service is a host name'],
  ['a folder that is none', { services: { counter: { ...counter, folders: ['data'] } } }, 'write an absolute path'],
])('a benchmark.yaml is refused for services with %s', async (_, more, message) => {
  await using folder = await folderOf({
    'benchmark.yaml': benchmarkText({ ...stdio, ...more }),
    'rows.jsonl': JSON.stringify({ id: 'one' }),
  })
  await expect(loadBenchmark(folder.path)).rejects.toThrow(message)
})

test('an author of code names services with the sandbox, and is told what is wrong with them', () => {
  const sandbox = docker('python', { services: { counter } })
  expect(task({ name: 't', samples: [{}], sandbox, run: () => {} }).sandbox).toMatchObject({
    services: { counter: { ...counter, memoryBytes: 256 * 2 ** 20, processes: 64, folders: [] } },
  })
  expect(() => docker('python', { services: { counter: { ...counter, user: 'a b' } } })).toThrow(
    'docker("python"): services.counter.user: write a user, or user:group',
  )
  expect(() => docker('python', { services: { 'My DB': counter } })).toThrow('services.My DB: the name of a service is')
})
