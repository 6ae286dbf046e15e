/** Uses what of the author's API needs a container. Tests hold what comes of it untrusted against trusted. */
import { benchmark, docker, programAgent, python, task, tools, tryTests, z } from 'assay'

const once = [{ id: 'once', n: 1 }]
const call = (name: string, args: Record<string, string | number>) => ({ name, arguments: args })

const SERVER = `
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if 'id' not in message: continue
    method, params = message['method'], message.get('params')
    if method == 'initialize':
        result = {'protocolVersion': params['protocolVersion'], 'capabilities': {'tools': {}}, 'serverInfo': {'name': 's', 'version': '1'}}
    elif method == 'tools/list':
        result = {'tools': [{'name': 'upper', 'inputSchema': {'type': 'object'}}]}
    else:
        result = {'content': [{'type': 'text', 'text': params['arguments']['text'].upper()}]}
    print(json.dumps({'jsonrpc': '2.0', 'id': message['id'], 'result': result}), flush=True)
`

const used = task({
  name: 'tools',
  samples: once,
  sandbox: docker('python'),
  limits: { wallMs: 120_000, memoryBytes: 512 * 2 ** 20 },
  files: () => ({ 'server.py': SERVER, 'given.bin': new Uint8Array([0, 200, 255]) }),
  subjects: {
    reference: () => [
      { text: '', calls: [call('shell', { command: 'x=41; cd /tmp' })] },
      { text: '', calls: [call('shell', { command: 'echo $((x + 1)) in $PWD; exit 3' })] },
      { text: '', calls: [call('shell', { command: 'echo "new: $x"' })] },
      { text: '', calls: [call('python', { code: 'n = 20\nn + 1' })] },
      { text: '', calls: [call('python', { code: 'n * 2 / 0' })] },
      { text: '', calls: [call('bash', { command: 'wc -c < given.bin; echo oops >&2; false' })] },
      {
        text: '',
        calls: [call('editor', { command: 'create', path: 'add.py', file_text: 'def add(a, b):\n    return a + b\n' })],
      },
      { text: '', calls: [call('files', { command: 'list', path: '.' })] },
      { text: '', calls: [call('upper', { text: 'loud – ä' }), call('count', { text: 'a b c' })] },
      'Done.',
    ],
  },
  async run(kit) {
    const { model, sandbox, check } = kit
    const count = tools.command(kit, {
      name: 'count',
      parameters: z.strictObject({ text: z.string() }),
      argv: () => ['wc', '-w'],
      stdin: ({ text }) => text,
    })
    const all = [tools.shell(kit), tools.python(kit), tools.bash(kit), tools.editor(kit), tools.files(kit), count]
    const answer = await model.prompt('Use all.', {
      tools: [...all, ...(await tools.mcp(kit, { argv: ['python3', 'server.py'] }))],
      maxRounds: 20,
    })
    check.equal(answer.text, 'Done.')
    check.matches(await sandbox.read('add.py'), /^def add/)
    check.equal(await sandbox.read('nothing'), undefined)
    check.stdout(await sandbox.run(python('import sys; print(sys.stdin.read().upper())'), { stdin: 'x' }), 'X')
    check.exitCode(await sandbox.shell('exit 4', { limits: { wallMs: 60_000 } }), 4)
    const solution = await sandbox.load(python('def twice(n): return double(n) + (0,)'), {
      provide: { double: (n: number) => [n, n] },
    })
    check.equal((await solution.result('twice', [2])).ending.kind, 'threw')
    check.equal(await (await sandbox.load(python('def add(a, b): return {"sum": (a + b, {1})}'))).call('add', [1, 2]), {
      sum: [3, new Set([1])],
    })
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('enough')), 50)
    await check.custom('a program that is given up ends', () =>
      sandbox.exec(['sleep', '1000'], { signal: stop.signal }).then(
        () => false,
        (error: Error) => error.message === 'enough',
      ),
    )
    await tryTests(kit, {
      take: ['add.py'],
      tests: { 'test_add.py': 'from add import add\nassert add(1, 2) == 3\nprint("ok 1 - adds")\n' },
      command: ['python3', 'test_add.py'],
      report: { kind: 'tap' },
      expect: ['adds'],
    })
  },
})

const AGENT = `
import json, os, subprocess, urllib.request
messages = [{'role': 'user', 'content': 'Mend it'}]
while True:
    body = json.dumps({'model': os.environ['OPENAI_MODEL'], 'messages': messages}).encode()
    request = urllib.request.Request(os.environ['OPENAI_BASE_URL'] + '/chat/completions', body, {'content-type': 'application/json'})
    message = json.load(urllib.request.urlopen(request))['choices'][0]['message']
    if message['content'] == 'stop': break
    messages += [message, {'role': 'user', 'content': subprocess.run(message['content'], shell=True, capture_output=True, text=True).stdout}]
`
const program = task({
  name: 'program',
  samples: once,
  sandbox: docker('python'),
  limits: { wallMs: 120_000, memoryBytes: 512 * 2 ** 20 },
  files: () => ({ 'agent.py': AGENT, 'old.txt': 'old' }),
  subjects: { reference: () => ['cat old.txt', 'echo new > new.txt; rm old.txt', 'stop'] },
  async run(kit) {
    const { end, turns, files, result } = await programAgent(kit, {
      argv: ['python3', 'agent.py'],
      limits: { turns: 10 },
    })
    kit.check.equal(
      { end, turns, files, ending: result?.ending },
      {
        end: 'exited',
        turns: 3,
        files: { added: ['new.txt'], changed: [], removed: ['old.txt'] },
        ending: { kind: 'exited', code: 0 },
      },
    )
    kit.check.equal(await kit.sandbox.read('new.txt'), 'new\n')
  },
})

export default benchmark({ name: 'containers', tasks: [used, program] })
