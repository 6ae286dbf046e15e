import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Cell } from '../../../sandboxes/docker/cell.ts'
import { textOf } from '../../../src/domain/exec.ts'
import { describeDocker } from '../../support/need.ts'
import { ample, engine, files, MiB, openCell, openTrial, python, run, signal, start } from './cells.ts'

const CAPS = { bytes: 64 * MiB, entries: 1000, depth: 16 }
const limited = (limit: string) => ({ kind: 'limited', limit })

describeDocker('a cell', () => {
  let cell: Cell

  beforeAll(async () => {
    cell = await openCell({ zygotes: ['python'] })
  })
  beforeEach(() => cell.begin(ample(), signal))
  afterEach(async () => {
    expect(await cell.end(signal)).toBe('clean')
  })
  afterAll(() => cell[Symbol.asyncDispose]())

  describe('programs', () => {
    test('exit with a code, and say what they say', async () => {
      const result = await run(cell, ['sh', '-c', 'echo out; echo err >&2; exit 3'])
      expect(result).toMatchObject({
        ending: { kind: 'exited', code: 3 },
        stdout: { text: 'out\n', truncated: false },
        stderr: { text: 'err\n', truncated: false },
      })
      expect(result.usage.wallMs).toBeGreaterThan(0)
      expect(result.usage.cpuMs).toBeGreaterThan(0)
      expect(result.usage.memoryBytes).toBeGreaterThan(0)
    })

    test.each([124, 137])('that exit with %i did just that', async (code) => {
      expect((await run(cell, ['sh', '-c', `exit ${code}`])).ending).toEqual({ kind: 'exited', code })
    })

    test('end by the name of a signal', async () => {
      expect((await run(cell, ['sh', '-c', 'kill -SEGV $$'])).ending).toEqual({ kind: 'signaled', signal: 'SIGSEGV' })
      expect((await run(cell, ['sh', '-c', 'kill -KILL $$'])).ending).toEqual({ kind: 'signaled', signal: 'SIGKILL' })
    })

    test('that are not there exit with 127, as in a shell', async () => {
      const result = await run(cell, ['no-such-program'])
      expect(result.ending).toEqual({ kind: 'exited', code: 127 })
      expect(textOf(result.stderr)).toContain('no-such-program')
    })

    test('see a clean environment and what the command adds', async () => {
      const result = await run(cell, ['env'], { env: { GREETING: 'hello = you', LANG: 'C' } })
      const names = textOf(result.stdout)
        .trim()
        .split('\n')
        .map((line) => line.split('=')[0])
        .sort()
      expect(names).toEqual(['GREETING', 'HOME', 'LANG', 'PATH', 'PWD', 'PYTHONHASHSEED'])
      expect(textOf(result.stdout)).toContain('GREETING=hello = you\n')
      expect(textOf(result.stdout)).toContain('LANG=C\n')
    })

    test('have no privileges, no network, no others, and nowhere else to write', async () => {
      const result = await python(
        cell,
        `
import os, re, socket
status = open('/proc/self/status').read()
assert os.getuid() >= 100000 and os.getgid() == os.getuid() and os.getgroups() in ([], [os.getgid()]), os.getgroups()
assert all(int(value, 16) == 0 for value in re.findall(r'Cap\\w+:\\s*(\\w+)', status)), status
assert re.search(r'NoNewPrivs:\\s*1', status) and re.search(r'Seccomp:\\s*2', status)
assert os.listdir('/sys/class/net') == ['lo']
with socket.create_server(('127.0.0.1', 0)) as server: socket.create_connection(server.getsockname(), 60).close()
assert sorted(os.listdir('/proc/self/fd'), key=int) == ['0', '1', '2', '3'], 'the fourth is the listing itself'
assert open('/proc/1/cmdline').read() == '/assay/cell\\0'
for secret in ('environ', 'maps', 'mem', 'stack'):
    try: open('/proc/1/' + secret).read(1); assert False, secret
    except OSError: pass
try: os.listdir('/proc/1/fd'); assert False
except OSError: pass
def writable(folder):
    try: open(folder + '/mark', 'w').close(); os.unlink(folder + '/mark'); return True
    except OSError: return False
places = {folder for folder, _, _ in os.walk('/') if not re.match('/(proc|sys)', folder) and writable(folder)}
assert places <= {'/work', '/tmp', '/dev/shm', '/dev/mqueue'}, places
print('fine')
`,
      )
      expect(result.ending, textOf(result.stderr)).toEqual({ kind: 'exited', code: 0 })
    })

    test('cannot kill, stop or trace the supervisor', async () => {
      const result = await python(
        cell,
        `
import ctypes, os, signal
for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGCHLD):
    try: os.kill(1, number); print('sent', number)
    except PermissionError: pass
print(ctypes.CDLL(None).ptrace(16, 1, 0, 0))
`,
      )
      expect(textOf(result.stdout)).toBe('-1\n')
      expect((await run(cell, ['true'])).ending).toEqual({ kind: 'exited', code: 0 })
    })

    test('leave no process behind, whatever it ignores', async () => {
      const running = await start(cell, [
        'sh',
        '-c',
        '(trap "" TERM HUP INT; setsid sleep 1000 & kill -STOP $!) ; exit 5',
      ])
      expect((await running.ended).ending).toEqual({ kind: 'exited', code: 5 })
      expect(running.leftovers).toBe(true)
      const alone = await start(cell, ['true'])
      await alone.ended
      expect(alone.leftovers).toBe(false)
    })

    test('can run beside each other, each with its own end', async () => {
      const cat = await start(cell, ['cat'], { stdin: 'pipe' })
      expect((await run(cell, ['sh', '-c', 'exit 7'])).ending).toEqual({ kind: 'exited', code: 7 })
      await cat.write(Buffer.from('still here'))
      cat.closeStdin()
      expect(textOf((await cat.ended).stdout)).toBe('still here')
    })

    test('that are stopped before they begin hold up nobody', async () => {
      const stopper = await start(cell, ['sh', '-c', 'while :; do kill -STOP -1; done 2> /dev/null'])
      const quick = ample({ wallMs: 1500 })
      for (let round = 0; round < 20; round++)
        await Promise.all([1, 2, 3].map(() => start(cell, ['true'], { limits: quick })))
      stopper.kill()
      await stopper.ended
      await expect
        .poll(async () => (await run(cell, ['true'])).ending, { timeout: 120_000 })
        .toEqual({ kind: 'exited', code: 0 })
    })

    test('can be killed', async () => {
      const running = await start(cell, ['sleep', '1000'])
      running.kill()
      expect((await running.ended).ending).toEqual({ kind: 'signaled', signal: 'SIGKILL' })
    })

    test('start in a folder of the work folder', async () => {
      await cell.put(files({ 'deep/er/file': '' }), signal)
      expect(textOf((await run(cell, ['pwd'], { cwd: 'deep/er' })).stdout)).toBe('/work/deep/er\n')
    })
  })

  describe('streams', () => {
    test('carry any bytes both ways', async () => {
      const every = Buffer.from(Array.from({ length: 256 * 1000 }, (_, index) => index % 256))
      const result = await run(cell, ['cat'], { stdin: every })
      expect(Buffer.from(result.stdout.base64 ?? '', 'base64').equals(every)).toBe(true)
    })

    test('hold 32 MiB for a program that never reads them', async () => {
      const result = await run(cell, ['sh', '-c', 'exec 0<&-; exit 0'], { stdin: Buffer.alloc(32 * MiB) })
      expect(result.ending).toEqual({ kind: 'exited', code: 0 })
      expect((await run(cell, ['true'], { stdin: Buffer.alloc(32 * MiB) })).ending).toEqual({ kind: 'exited', code: 0 })
    })

    test('are cut at the output limit, and the program with them', async () => {
      const result = await run(cell, ['sh', '-c', 'echo fine >&2; exec cat /dev/zero'], {
        limits: ample({ outputBytes: 100_000 }),
      })
      expect(result.ending).toEqual(limited('output'))
      expect(result.stdout).toEqual({ text: '\0'.repeat(100_000), truncated: true })
      expect(result.stderr).toEqual({ text: 'fine\n', truncated: false })
    })

    test('that fill the limit exactly are whole', async () => {
      const result = await run(cell, ['head', '-c', '100000', '/dev/zero'], { limits: ample({ outputBytes: 100_000 }) })
      expect(result.ending).toEqual({ kind: 'exited', code: 0 })
      expect(result.stdout.truncated).toBe(false)
    })

    test('can be read while the program runs', async () => {
      const running = await start(cell, ['cat'], { stdin: 'pipe' })
      const reader = running.stdout[Symbol.asyncIterator]()
      await running.write(Buffer.from('one'))
      expect(Buffer.from((await reader.next()).value ?? [])).toEqual(Buffer.from('one'))
      await reader.return?.() // What comes later is nobody's, and so the result's.
      await running.write(Buffer.from('two'))
      running.closeStdin()
      expect(textOf((await running.ended).stdout)).toBe('two')
    })
  })

  describe('a channel', () => {
    const ECHO = `
import os
while head := os.read(3, 4):
    left = int.from_bytes(head, 'big')
    os.write(3, head)
    while left:
        part = os.read(3, min(left, 65536))
        left -= len(part)
        while part: part = part[os.write(3, part):]
`

    test('carries frames both ways, small and large', async () => {
      const running = await start(cell, ['python3', '-c', ECHO], { channel: true })
      const frames = running.channel!.frames[Symbol.asyncIterator]()
      for (const frame of [Buffer.from('hello'), Buffer.alloc(0), Buffer.alloc(3 * MiB, 'x')]) {
        running.channel!.send(frame)
        const { value } = await frames.next()
        expect(Buffer.from(value!).equals(frame)).toBe(true)
      }
      running.kill()
      await running.ended
      expect((await frames.next()).done).toBe(true)
    })

    test('holds a flood back until somebody reads', async () => {
      const flood = `
import os
frame = (1000).to_bytes(4, 'big') + b'f' * 1000
for _ in range(20000):
    rest = frame
    while rest: rest = rest[os.write(3, rest):]
`
      const running = await start(cell, ['python3', '-c', flood], { channel: true })
      let count = 0
      for await (const frame of running.channel!.frames) count += frame.length
      expect(count).toBe(20_000_000)
      expect((await running.ended).ending).toEqual({ kind: 'exited', code: 0 })
    })

    test('ends the program that announces a frame over the cap', async () => {
      const running = await start(cell, ['sh', '-c', 'printf "\\377\\377\\377\\377" >&3; sleep 1000'], {
        channel: true,
      })
      expect((await running.ended).ending).toEqual(limited('output'))
    })
  })

  describe('a warm interpreter', () => {
    const QUESTION = { op: 'load', id: 'q', name: 'solution', language: 'python', provide: [] }

    test('serves a program in a fork that has nothing over it', async () => {
      const running = await cell.start({ zygote: 'python', stdin: 'none', limits: ample(), channel: true }, signal)
      const source = `
import os, sys, re
while os.getppid() != 1: os.sched_yield() # the process between us and the supervisor is on its way out
status = open('/proc/self/status').read()
assert os.getuid() >= 100000 and os.getgroups() == []
assert all(int(value, 16) == 0 for value in re.findall(r'Cap\\w+:\\s*(\\w+)', status)), status
assert re.search(r'NoNewPrivs:\\s*1', status)
assert os.getcwd() == '/work' and os.environ['HOME'] == '/work' and os.getppid() == 1 and os.getsid(0) == os.getpid()
assert sorted(os.listdir('/proc/self/fd'), key=int) == ['0', '1', '2', '3', '4']
assert not any('assay' in path for path in sys.path), sys.path
print('printed', hash('abc'))
`
      running.channel!.send(Buffer.from(JSON.stringify({ ...QUESTION, source })))
      for await (const frame of running.channel!.frames) {
        expect(JSON.parse(Buffer.from(frame).toString())).toEqual({ id: 'q', op: 'returned', value: null })
        break
      }
      running.kill()
      const fresh = await run(cell, ['python3', '-s', '-c', 'print("printed", hash("abc"))'])
      const { stdout, ending, usage } = await running.ended
      expect(ending).toEqual({ kind: 'signaled', signal: 'SIGKILL' })
      expect(stdout).toEqual(fresh.stdout)
      expect(usage.cpuMs).toBeGreaterThan(0)
    })

    test('forks with different random states, and its exits are told', async () => {
      const ends = [1, 2].map(async () => {
        const running = await cell.start({ zygote: 'python', stdin: 'none', limits: ample(), channel: true }, signal)
        const source = 'import random, sys\nprint(random.random())\nsys.exit(9)'
        running.channel!.send(Buffer.from(JSON.stringify({ ...QUESTION, source })))
        return running.ended
      })
      const [a, b] = await Promise.all(ends)
      expect(a!.ending).toEqual({ kind: 'exited', code: 9 })
      expect(b!.ending).toEqual({ kind: 'exited', code: 9 })
      expect(textOf(a!.stdout)).not.toBe(textOf(b!.stdout))
    })

    /** Starts forks of the warm interpreter that exit with 7, beside whatever runs already; resolves to how they ended. */
    async function exits(count: number) {
      const ended: unknown[] = []
      for (let left = count; left > 0; left--) {
        const running = await cell.start({ zygote: 'python', stdin: 'none', limits: ample(), channel: true }, signal)
        running.channel!.send(Buffer.from(JSON.stringify({ ...QUESTION, source: 'import sys\nsys.exit(7)' })))
        ended.push((await running.ended).ending)
      }
      return ended
    }
    const SEVEN = { kind: 'exited', code: 7 }
    const KILLED = { kind: 'signaled', signal: 'SIGKILL' }

    test('is told from a crowd of strangers that come and go', async () => {
      // Each is a child of the supervisor that nobody asked for: CLONE_PARENT, as the interpreter itself does it.
      const crowd = `
import ctypes, os, platform
number = {'x86_64': 56, 'aarch64': 220}[platform.machine()]
clone = ctypes.PyDLL(None).syscall
def there(pid):
    try: return os.kill(pid, 0) is None
    except OSError: return False
while True:
    for pid in [clone(number, 0x8000 | 17, 0, 0, 0, 0) or os._exit(3) for _ in range(8)]:
        while there(pid): os.sched_yield()
`
      const strangers = await start(cell, ['python3', '-c', crowd])
      expect(await exits(40)).toEqual(Array.from({ length: 40 }, () => SEVEN))
      strangers.kill()
      await strangers.ended
    })

    test('may lose its forks to a program that kills all it can, and says so each time', async () => {
      const killer = await start(cell, ['sh', '-c', 'while :; do kill -KILL -1; done 2> /dev/null'])
      for (const ending of await exits(30)) expect([SEVEN, KILLED]).toContainEqual(ending)
      killer.kill()
      await killer.ended
    })

    test('shows nothing of its own to a program that waits for its forks', async () => {
      const watcher = `
import os
print('watching', flush=True)
seen = set()
while not os.path.exists('/tmp/enough'):
    for pid in os.listdir('/proc'):
        try:
            if not pid.isdigit() or int(pid) in (1, os.getpid()): continue
            held = os.listdir(f'/proc/{pid}/fd')
            seen.add(len([fd for fd in held if int(fd) > 3]))
        except OSError: pass
print(max(seen, default=0))
`
      const watching = await start(cell, ['python3', '-c', watcher])
      for await (const _ of watching.stdout) break
      await exits(20)
      await run(cell, ['touch', '/tmp/enough'])
      expect(textOf((await watching.ended).stdout)).toBe('0\n')
    })

    test('starts programs in a folder that was closed to them: they fail, and not we', async () => {
      await run(cell, ['chmod', '0', '/work'])
      expect(await exits(1)).toEqual([{ kind: 'exited', code: 126 }])
      expect((await run(cell, ['true'])).ending).toEqual({ kind: 'exited', code: 126 })
      await cell.end(signal)
      await cell.begin(ample(), signal)
    })

    test('cannot be reached by a program', async () => {
      const result = await python(
        cell,
        `
import os, signal
own = os.getpid()
for pid in map(int, filter(str.isdigit, os.listdir('/proc'))):
    if pid in (1, own): continue
    for attempt in (lambda: os.kill(pid, signal.SIGKILL), lambda: open(f'/proc/{pid}/mem', 'rb'), lambda: os.listdir(f'/proc/{pid}/fd')):
        try: attempt(); print('reached', pid)
        except PermissionError: pass
`,
      )
      expect(result).toMatchObject({ ending: { kind: 'exited', code: 0 }, stdout: { text: '' } })
    })
  })

  describe('limits', () => {
    test('of processor time count every process, also one nobody waits for', async () => {
      const hidden = `
import os, signal
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    if os.fork() == 0:
        for _ in range(100000): pass
        os._exit(0)
    try: os.wait()
    except ChildProcessError: pass
`
      for (const source of ['while True: pass', hidden]) {
        const { ending, usage } = await python(cell, source, { limits: ample({ cpuMs: 300 }) })
        expect(ending).toEqual(limited('cpu'))
        expect(usage.cpuMs).toBeGreaterThan(300)
      }
    })

    test('of elapsed time stop who sleeps', async () => {
      const { ending, usage } = await run(cell, ['sleep', '1000'], { limits: ample({ wallMs: 200 }) })
      expect(ending).toEqual(limited('wall'))
      expect(usage.wallMs).toBeGreaterThan(200)
    })

    test('of elapsed time stand still while held', async () => {
      const running = await start(cell, ['cat'], { stdin: 'pipe', limits: ample({ wallMs: 2000 }) })
      running.hold(true)
      const sleeper = await start(cell, ['sleep', '2.5'])
      await sleeper.ended
      running.hold(false)
      running.closeStdin()
      expect((await running.ended).ending).toEqual({ kind: 'exited', code: 0 })
    })

    test('of processes allow what they say', async () => {
      const crowd = (seconds: number) => `
import os, signal, time
children = []
for _ in range(63):
    pid = os.fork()
    if pid == 0:
        while True: signal.pause()
    children.append(pid)
time.sleep(${seconds})
for pid in children: os.kill(pid, signal.SIGKILL); os.waitpid(pid, 0)
`
      const enough = await python(cell, crowd(0.2), { limits: ample({ processes: 64 }) })
      expect(enough.ending).toEqual({ kind: 'exited', code: 0 })
      const tooFew = await python(cell, crowd(1000), { limits: ample({ processes: 60 }) })
      expect(tooFew.ending).toEqual(limited('processes'))
    })

    test('of processes end a fork bomb', async () => {
      const bomb = 'import os\nwhile True:\n  try: os.fork()\n  except OSError: pass'
      expect((await python(cell, bomb)).ending).toEqual(limited('processes'))
    })

    test.each([
      ['bytes', 'f = open("big", "wb", 0)\ntry:\n  while True: f.write(b"x" * 65536)\nexcept OSError: pass'],
      ['inodes', 'n = 0\ntry:\n  while True: open(f"/tmp/{n}", "w"); n += 1\nexcept OSError: pass'],
      [
        'three places',
        'for place in ("/work", "/tmp", "/dev/shm"): open(place + "/f", "wb").write(b"x" * 15000000)\nimport time\ntime.sleep(1000)',
      ],
    ])('of the disk hold for %s', async (_, source) => {
      expect(
        (
          await python(cell, source, {
            limits: ample({ diskBytes: 64 * MiB, ...(_ === 'three places' && { diskBytes: 32 * MiB }) }),
          })
        ).ending,
      ).toEqual(limited('disk'))
    })
  })

  describe('files', () => {
    test('go in and come out', async () => {
      await cell.put(
        new Map([
          ['a/b.txt', { data: Buffer.from('text') }],
          ['run.sh', { data: Buffer.from('#!/bin/sh\ncat a/b.txt; echo more > a/c.txt'), executable: true }],
          ['big', { data: Buffer.alloc(5 * MiB, 'b') }],
        ]),
        signal,
      )
      expect(textOf((await run(cell, ['./run.sh'])).stdout)).toBe('text')
      const { files, dropped } = await cell.get(['a', 'run.sh', 'big', 'missing'], CAPS, signal)
      expect(dropped).toEqual([])
      expect([...files.keys()].sort()).toEqual(['a/b.txt', 'a/c.txt', 'big', 'run.sh'])
      expect(Buffer.from(files.get('a/c.txt')!.data).toString()).toBe('more\n')
      expect(files.get('run.sh')!.executable).toBe(true)
      expect(files.get('big')!.data.length).toBe(5 * MiB)
    })

    test('that are no regular files with good names stay inside, and are named', async () => {
      await python(
        cell,
        `
import os, socket
os.symlink('/etc/passwd', 'link'); os.symlink('/etc', 'folder'); os.mkfifo('fifo'); os.mkdir('full')
socket.socket(socket.AF_UNIX).bind('socket')
open(b'bad\\xff', 'w').close(); open('sparse', 'wb').truncate(5 * 10**7); open('good', 'w').write('good')
deep = 'deep'
for _ in range(20): os.mkdir(deep); deep += '/d'
open('unreadable', 'w').write('x'); os.chmod('unreadable', 0)
`,
      )
      const { files, dropped } = await cell.get(['.', 'folder/passwd'], CAPS, signal)
      expect([...files.keys()]).toEqual(['good'])
      expect(dropped.map((line) => line.split(':')[0]!.split('/')[0]).sort()).toEqual([
        'bad�',
        'deep',
        'fifo',
        'folder',
        'folder',
        'link',
        'socket',
        'sparse',
        'unreadable',
      ])
    })

    test('are taken out only once nothing runs that could change them', async () => {
      const writer = `
import os, time
if os.fork() == 0: os.setsid()
while True:
    for letter in (b'a', b'b'):
        with open('file', 'wb') as file:
            for _ in range(64): file.write(letter * 1024)
        if os.path.exists('start'): continue
        open('start', 'w').close(); print('writing', flush=True)
`
      const writing = await start(cell, ['python3', '-c', writer])
      for await (const _ of writing.stdout) break
      const first = await cell.get(['file'], CAPS, signal)
      expect((await writing.ended).ending).toEqual({ kind: 'signaled', signal: 'SIGKILL' })
      const left = await run(cell, ['sh', '-c', 'for n in 1 2 3 4 5; do cksum < file; done | sort -u | wc -l'])
      expect(textOf(left.stdout).trim()).toBe('1')
      expect((await cell.get(['file'], CAPS, signal)).files).toEqual(first.files)
    })

    test('are bounded in bytes and entries', async () => {
      await python(cell, 'for n in range(50): open(f"f{n:02}", "w").write("x" * 1000)')
      const few = await cell.get(['.'], { ...CAPS, entries: 10 }, signal)
      expect(few.files.size).toBe(10)
      expect(few.dropped.length).toBe(40)
      const small = await cell.get(['.'], { ...CAPS, bytes: 5000 }, signal)
      expect(small.files.size).toBe(5)
    })

    test('never go through a link that a running program lays', async () => {
      const swap = `
import os
while True:
    try: os.mkdir('t'); os.rename('t', 'target')
    except OSError: pass
    try: os.rename('target', 'gone')
    except OSError: pass
    try: os.symlink('/tmp', 'target'); os.unlink('target')
    except OSError: pass
`
      const racer = await start(cell, ['python3', '-c', swap])
      for (let round = 0; round < 200; round++) await cell.put(files({ 'target/file': 'x' }), signal).catch(() => {})
      racer.kill()
      await racer.ended
      expect(textOf((await run(cell, ['ls', '/tmp'])).stdout)).toBe('')
    })

    test('under a bad name are refused', async () => {
      for (const path of ['../x', '/x', 'a//b', 'a/./b', '', 'a\0b', 'x'.repeat(256)]) {
        await expect(cell.put(files({ [path]: '' }), signal)).rejects.toThrow('normalised')
        await expect(cell.get([path], CAPS, signal)).rejects.toThrow('normalised')
      }
    })
  })

  test('the next trial finds nothing of the one before', async () => {
    const mess = await python(
      cell,
      `
import os
for place in ('/work', '/tmp', '/dev/shm'):
    os.makedirs(place + '/' + 'd/' * 100); open(place + '/.hidden', 'w').close(); os.chmod(place + '/d', 0)
    os.mkdir(place + '/locked'); open(place + '/locked/in', 'w').close(); os.chmod(place + '/locked', 0o500)
path = '/tmp/deep'
os.mkdir(path); os.chdir(path)
for _ in range(3000): os.mkdir('d'); os.chdir('d')
try: os.setxattr('/work', 'user.note', b'hi')
except OSError: pass
os.chmod('/work', 0o700); os.utime('/work', (1, 1))
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        import time, signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(1000)
`,
    )
    expect(mess.ending, textOf(mess.stderr)).toEqual({ kind: 'exited', code: 0 })
    const first = textOf((await run(cell, ['id', '-u'])).stdout)
    expect(await cell.end(signal)).toBe('clean')
    await cell.begin(ample(), signal)
    const look = await python(
      cell,
      `
import os
print([os.listdir(place) for place in ('/work', '/tmp', '/dev/shm')], oct(os.stat('/work').st_mode), os.listxattr('/work'))
print([pid for pid in os.listdir('/proc') if pid.isdigit() and os.stat('/proc/' + pid).st_uid not in (0, os.getuid())])
`,
    )
    expect(textOf(look.stdout)).toBe('[[], [], []] 0o40755 []\n[]\n')
    expect(textOf((await run(cell, ['id', '-u'])).stdout)).not.toBe(first)
  })
})

describeDocker('a cell under a memory limit', () => {
  const limits = ample({ memoryBytes: 64 * MiB })

  test.each([
    ['a hoarder', 'hoard = []\nwhile True: hoard.append(bytearray(1 << 20))'],
    [
      'one that lets a child hoard',
      'import subprocess, sys, time\nsubprocess.run([sys.executable, "-c", "h = []\\nwhile True: h.append(bytearray(1 << 20))"])\ntime.sleep(1000)',
    ],
    ['a hoarder in memory files', 'import os\nwhile True: os.write(os.memfd_create("x"), b"x" * (1 << 20))'],
  ])('%s ends in it', async (_, source) => {
    await using cell = await openTrial({ memoryBytes: 64 * MiB })
    expect((await python(cell, source, { limits })).ending).toEqual(limited('memory'))
  })

  test('one who is refused memory and gives up is not limited', async () => {
    await using cell = await openTrial({ memoryBytes: 64 * MiB })
    const source = 'try: bytearray(10**15)\nexcept MemoryError: print("refused")'
    const result = await python(cell, source, { limits })
    expect(result).toMatchObject({ ending: { kind: 'exited', code: 0 }, stdout: { text: 'refused\n' } })
  })
})

describeDocker('the end of a cell', () => {
  test('leaves no container, and everything open fails', async () => {
    const cell = await openTrial()
    const running = await start(cell, ['sleep', '1000'])
    await cell[Symbol.asyncDispose]()
    await cell[Symbol.asyncDispose]()
    await expect(running.ended).rejects.toThrow('closed')
    expect(cell.alive).toBe(false)
    await expect(engine.docker.getContainer(cell.id).inspect()).rejects.toMatchObject({ statusCode: 404 })
  })

  test('that nobody asked for is a fault', async () => {
    await using cell = await openTrial()
    const running = await start(cell, ['sleep', '1000'])
    await engine.docker.getContainer(cell.id).kill()
    await expect(running.ended).rejects.toMatchObject({ code: 'sandbox-lost' })
    await expect(cell.end(signal)).rejects.toMatchObject({ code: 'sandbox-lost' })
  })

  test('comes by itself when the engine goes away', async () => {
    const cell = await openTrial()
    const container = engine.docker.getContainer(cell.id)
    const gone = container.wait()
    await engine.docker.getContainer(cell.id).inspect()
    await cell[Symbol.asyncDispose]()
    await gone
  })

  test('an image without the supervisor is told as one', async () => {
    await expect(openCell({ image: 'assay/base' })).rejects.toMatchObject({ code: 'sandbox-unavailable' })
  })
})
