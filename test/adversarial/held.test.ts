import { describe, expect, test } from 'vitest'
import { Job, jobId, textOf } from '../../src/domain/index.ts'
import { limits } from '../../src/domain/limits.ts'
import { grading } from '../support/grade.ts'
import { liveJob } from '../support/live.ts'
import { describeDocker } from '../support/need.ts'
import { Arena } from './arena.ts'

// Promises of docs/security.md that no hostile program of the corpus shows by itself.

describe('a job', () => {
  test('cannot ask for anything of its container but image, runtime and services', () => {
    const job = liveJob({ name: 's' })
    const { id: _, run, isolation, ...content } = { ...job, sandbox: { kind: 'docker' as const, image: 'bash' } }
    const whole = (sandbox: object) => {
      const asked = { ...content, sandbox: { ...content.sandbox, ...sandbox } }
      return Job.safeParse({ ...asked, id: jobId(asked as never), run, isolation }).success
    }
    expect(whole({})).toBe(true)
    for (const more of [
      { binds: ['/:/host'] },
      { mounts: [{ type: 'bind', source: '/', target: '/host' }] },
      { volumes: ['/var/run/docker.sock'] },
      { privileged: true },
      { capAdd: ['SYS_ADMIN'] },
      { network: 'host' },
      { networkMode: 'host' },
      { devices: ['/dev/sda'] },
      { user: '0' },
      { pid: 'host' },
      { env: { PATH: '/mine' } },
      { entrypoint: ['sh'] },
      { securityOpt: ['seccomp=unconfined'] },
      { HostConfig: { Privileged: true } },
    ]) {
      expect([more, whole(more)]).toEqual([more, false])
    }
  })
})

describeDocker('in a cell', () => {
  test('commands stay in the work folder, get only variables with names, and see no folder of the host', {
    timeout: 300_000,
  }, async () => {
    await using arena = new Arena('fresh', 1)
    const { signal } = new AbortController()
    const request = {
      spec: arena.spec('bash'),
      role: 'solution' as const,
      isolation: 'fresh' as const,
      limits: limits({ wallMs: 120_000 }),
      run: 'held',
    }
    await using box = await arena.sandboxes.open(request, signal)
    for (const cwd of ['..', '/', '/etc', 'a/../../etc', './..', ''])
      await expect(box.exec({ argv: ['pwd'], cwd }, signal), cwd).rejects.toMatchObject({ code: 'bad-job' })
    for (const name of ['A=B', 'A B', '', 'A\0', '1A', 'BASH_FUNC_ls%%'])
      await expect(box.exec({ argv: ['env'], env: { [name]: 'x' } }, signal), name).rejects.toMatchObject({
        code: 'bad-job',
      })
    const seen = await box.exec({ argv: ['sh', '-c', 'env | cut -d= -f1 | sort; cat /proc/self/mountinfo'] }, signal)
    const [variables, mounts] = textOf(seen.stdout)
      .split(/^(?=\d)/m, 1)
      .concat(textOf(seen.stdout))
    expect(variables!.trim().split('\n')).toEqual(['HOME', 'LANG', 'PATH', 'PWD', 'PYTHONHASHSEED'])
    // Where a mount is of the host's own file system, its root is a folder of the host.
    const kinds = mounts!
      .split('\n')
      .filter((line) => / - /.test(line))
      .map((line) => ({ place: line.split(' ')[4]!, kind: line.split(' - ')[1]!.split(' ')[0]! }))
    const foreign = kinds.filter(
      ({ kind }) =>
        ![
          'overlay',
          'proc',
          'sysfs',
          'tmpfs',
          'devpts',
          'mqueue',
          'cgroup',
          'cgroup2',
          'fuse-overlayfs',
          'btrfs',
          'zfs',
        ].includes(kind),
    )
    expect(foreign.filter(({ place }) => !/^\/(etc\/(hosts|hostname|resolv\.conf))?$/.test(place))).toEqual([])
  })

  test('work after the deadline does not count, nor what was right before it', { timeout: 600_000 }, async () => {
    await using court = grading()
    const stdio = {
      language: 'python',
      limits: { wallMs: 2000 },
      grader: { kind: 'stdio', cases: [{ stdin: '', stdout: 'right\n' }], source: '{{solution}}' },
    }
    const patient = { ...stdio, limits: { wallMs: 300_000 } }
    expect((await court.grade(patient, 'print("right")')).verdict).toBe('passed')
    const lingers = await court.grade(stdio, 'import time\nprint("right", flush=True)\ntime.sleep(600)')
    expect(lingers.verdict).toBe('wall-limit')
    // What it did in time stands in the trace as it was.
    expect(JSON.stringify(lingers.trial.trace)).toContain('right\\n')
    expect(JSON.stringify(lingers.trial.trace)).toContain('time.sleep(600)')
    const late =
      'import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(4)\n    os.write(1, b"right\\n")\n    os._exit(0)\ntime.sleep(600)'
    expect((await court.grade(stdio, late)).verdict).toBe('wall-limit')
    const calls = {
      language: 'python',
      limits: { wallMs: 2000 },
      grader: {
        kind: 'calls',
        entry: 'f',
        cases: [
          { args: [1], expected: 1 },
          { args: [2], expected: 2 },
        ],
      },
    }
    const slow = await court.grade(calls, 'import time\ndef f(n):\n    time.sleep(0 if n == 1 else 600)\n    return n')
    expect(slow.checks.map(({ passed, reason }) => [passed, reason])).toEqual([
      [true, undefined],
      [false, 'wall-limit'],
    ])
  })

  // Looks through all files, its own environment, arguments and memory for a text that stands in hidden data only.
  const LOOKS = `
import gc, os, sys
def look():
    word = ''.join(reversed('7c1f-yranac'))
    found = []
    for top in ('/work', '/tmp', '/dev/shm', '/assay', '/var', '/run', '/home', '/root', '/etc', '/mnt', '/srv', '/opt'):
        for folder, folders, names in os.walk(top):
            if any(name in ('.git', 'tests', 'test', 'solution') for name in folders) and not folder.startswith('/var/lib'): found.append(folder)
            for name in names:
                try:
                    path = os.path.join(folder, name)
                    if os.path.isfile(path) and word.encode() in open(path, 'rb').read(5000000): found.append(path)
                except OSError: pass
    for pid in filter(str.isdigit, os.listdir('/proc')):
        for name in ('environ', 'cmdline'):
            try:
                if word.encode() in open('/proc/' + pid + '/' + name, 'rb').read(): found.append(pid + name)
            except OSError: pass
    for thing in gc.get_objects():
        if isinstance(thing, (list, tuple)) and any(type(one) is str and word in one and one != word for one in thing): found.append('memory')
        if isinstance(thing, dict) and any(type(one) is str and word in one and one != word for one in thing.values()): found.append('memory')
    return found
`
  const HIDDEN = 'canary-f1c7'

  test.each<[string, object, string]>([
    [
      'calls',
      {
        kind: 'calls',
        entry: 'look',
        cases: [
          { args: [], expected: [] },
          { args: [], expected: [HIDDEN], name: HIDDEN },
        ],
      },
      LOOKS,
    ],
    [
      'asserts',
      { kind: 'asserts', entry: 'look', tests: ['assert look() == []', `assert look() == ["${HIDDEN}"]`] },
      LOOKS,
    ],
    [
      'stdio',
      { kind: 'stdio', cases: [{ stdout: '[]\n' }, { stdout: `${HIDDEN}\n`, name: HIDDEN }], source: '{{solution}}' },
      `${LOOKS}\nprint(look())`,
    ],
    [
      'script',
      {
        kind: 'script',
        path: 'make.py',
        build: [['python3', 'make.py']],
        take: ['found'],
        tests: { 'tests/run.sh': `test "$(cat found)" = "[]" # ${HIDDEN}`, 'run.sh': 'sh tests/run.sh' },
        command: ['sh', 'run.sh'],
      },
      `${LOOKS}\nopen('found', 'w').write(str(look()))`,
    ],
  ])(
    'a solution before %s finds no history, no tests and no answers',
    { timeout: 600_000 },
    async (_, grader, solution) => {
      await using court = grading()
      const { checks } = await court.grade(
        { language: 'python', limits: { wallMs: 120_000, cpuMs: 60_000 }, grader: { ...grader } },
        solution,
      )
      expect(checks[0]).toMatchObject({ passed: true })
    },
  )

  test('and finds them where a benchmark leaves them lying about', { timeout: 600_000 }, async () => {
    await using court = grading()
    const grader = {
      kind: 'script',
      path: 'make.py',
      project: { 'notes/answers.txt': HIDDEN },
      build: [['python3', 'make.py']],
      take: ['found'],
      tests: { 'run.sh': 'test "$(cat found)" = "[\'/work/notes/answers.txt\']"' },
      command: ['sh', 'run.sh'],
    }
    const limits = { wallMs: 120_000, cpuMs: 60_000 }
    const solution = `${LOOKS}\nopen('found', 'w').write(str(look()))`
    expect((await court.grade({ language: 'python', limits, grader }, solution)).verdict).toBe('passed')
  })
})
