import { afterAll, expect, test } from 'vitest'
import { allSandboxes } from '../../src/app.ts'
import { docker, type ProgramAgentOptions, type ProgramOutcome, programAgent, rehearse, task } from '../../src/index.ts'
import { describeDocker } from '../support/need.ts'

const sandboxes = allSandboxes({ concurrency: 2 })
afterAll(() => sandboxes[Symbol.asyncDispose]())

async function run(
  image: string,
  files: Record<string, string>,
  options: ProgramAgentOptions,
  model: Parameters<typeof rehearse>[1]['model'],
) {
  let outcome: ProgramOutcome | undefined
  const rehearsal = await rehearse(
    task({
      name: 'agent',
      samples: [{}],
      sandbox: docker(image),
      limits: { wallMs: 120_000, memoryBytes: 512 * 2 ** 20 },
      files: () => files,
      async run(kit) {
        outcome = await programAgent(kit, options)
        kit.check.equal(await kit.sandbox.read('sum.py'), 'def add(a, b):\n    return a + b\n')
      },
    }),
    { model, sandboxes },
  )
  return { ...rehearsal, outcome }
}

const bug = { 'sum.py': 'def add(a, b):\n    return a - b\n' }
const fix = "sed -i 's/a - b/a + b/' sum.py && touch new.txt && rm old.txt"
const script = [
  { text: 'I look.', calls: [{ id: 'c1', name: 'bash', arguments: { command: 'cat sum.py' } }] },
  { calls: [{ id: 'c2', name: 'bash', arguments: { command: fix } }], usage: { inputTokens: 10, outputTokens: 5 } },
  'It is mended.',
]

describeDocker('the bridge', () => {
  const all = { ...bug, 'old.txt': '' }

  test('an agent in Python, without a network, mends code over chat completions', async () => {
    const { passed, fault, outcome, trial } = await run(
      'python',
      { ...all, 'agent.py': PYTHON_AGENT },
      { argv: ['python3', 'agent.py'] },
      script,
    )
    expect(fault).toBeUndefined()
    expect(outcome?.result?.ending).toEqual({ kind: 'exited', code: 0 })
    expect(passed).toBe(true)
    expect(outcome).toMatchObject({ end: 'exited', turns: 3, usage: { inputTokens: 10, outputTokens: 5 } })
    expect(outcome?.files).toEqual({ added: ['new.txt'], changed: ['sum.py'], removed: ['old.txt'] })
    const bodies = trial.trace.map(({ body }) => body)
    const prompts = bodies.flatMap((body) => (body.kind === 'prompted' ? [body] : []))
    expect(prompts.map(({ messages }) => messages.map(({ role }) => role).join())).toEqual([
      'system,user',
      'system,user,assistant,tool',
      'system,user,assistant,tool,assistant,tool',
    ])
    expect(prompts[1]?.messages[3]).toEqual({ role: 'tool', call: 'c1', name: 'bash', content: bug['sum.py'] })
    expect(prompts[0]?.tools).toEqual([expect.objectContaining({ name: 'bash' })])
    const changed = bodies.find((body) => body.kind === 'noted' && body.text === 'files that the agent changed')
    expect(changed).toMatchObject({ data: { changed: ['sum.py'] } })
  })

  test('an agent in Node mends code over a stream of messages', async () => {
    const { passed, fault, outcome, trial } = await run(
      'node',
      { ...all, 'agent.mjs': NODE_AGENT },
      { argv: ['node', 'agent.mjs'] },
      script,
    )
    expect(fault).toBeUndefined()
    expect(outcome?.result?.stderr.text).toBe('')
    expect(outcome).toMatchObject({ end: 'exited', turns: 3 })
    expect(passed).toBe(true)
    const prompts = trial.trace.flatMap(({ body }) => (body.kind === 'prompted' ? [body] : []))
    expect(prompts[2]?.messages.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
      'assistant',
      'tool',
    ])
  })

  test('a limit ends the agent, and what stands is scored', async () => {
    const { passed, fault, outcome } = await run(
      'python',
      { ...all, 'agent.py': PYTHON_AGENT },
      { argv: ['python3', 'agent.py'], limits: { turns: 2 } },
      script,
    )
    expect(fault).toBeUndefined()
    expect(outcome).toMatchObject({ end: 'turns', turns: 2 })
    expect(passed).toBe(true)
  })

  test('an agent reaches no address by an image, and cannot fill the engine with requests', async () => {
    const { passed, fault, trial, outcome } = await run(
      'python',
      { ...all, 'agent.py': HOSTILE_AGENT },
      { argv: ['python3', 'agent.py'] },
      Array.from({ length: 40 }, () => 'Yes.'),
    )
    expect(fault).toBeUndefined()
    expect(outcome?.result?.stderr.text).toBe('')
    expect(passed).toBe(true)
    const prompts = trial.trace.flatMap(({ body }) => (body.kind === 'prompted' ? [body] : []))
    expect(prompts.length).toBeGreaterThanOrEqual(4)
    expect(JSON.stringify(prompts)).not.toMatch(/secret|passwd/)
    // The bridge's output is bounded as any program's is.
    expect(JSON.stringify(trial.trace).length).toBeLessThan(40 * 2 ** 20)
  })

  test('an agent that ends the bridge has only itself to blame; trouble of ours is a fault', async () => {
    const ended = await run('python', all, { argv: ['bash', '-c', 'kill -9 -1'] }, script)
    expect(ended.fault).toBeUndefined()
    expect(ended.passed).toBe(false)
    const model = () =>
      Promise.reject(Object.assign(new Error('gone'), { name: 'FaultError', code: 'model-unavailable' }))
    const broken = await run('python', { ...all, 'agent.py': PYTHON_AGENT }, { argv: ['python3', 'agent.py'] }, model)
    expect(broken.fault).toBeDefined()
  })
})

/** Asks with addresses and with what is no image, then with all that it can; at last it mends the file by itself. */
const HOSTILE_AGENT = `
import json, os, urllib.error, urllib.request
def ask(content):
    body = json.dumps({'model': 'm', 'messages': [{'role': 'user', 'content': content}]}).encode()
    request = urllib.request.Request(os.environ['OPENAI_BASE_URL'] + '/chat/completions', body, {'content-type': 'application/json'})
    try: return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error: return error.code
for url in ('http://192.0.2.1/?secret', 'file:///etc/passwd', 'nonsense secret', ''):
    assert ask([{'type': 'image_url', 'image_url': {'url': url}}]) == 200, url
try:
    for _ in range(30): ask('x' * (8 << 20))
except OSError as error: print('nobody answers any more', error)
text = open('sum.py').read()
open('sum.py', 'w').write(text.replace('a - b', 'a + b'))
`

const PYTHON_AGENT = `
import json, os, subprocess, urllib.request
messages = [{'role': 'system', 'content': 'You mend code.'}, {'role': 'user', 'content': [{'type': 'text', 'text': 'Mend sum.py'}]}]
parameters = {'type': 'object', 'properties': {'command': {'type': 'string'}}}
tools = [{'type': 'function', 'function': {'name': 'bash', 'parameters': parameters}}]
while True:
    body = json.dumps({'model': os.environ['OPENAI_MODEL'], 'messages': messages, 'tools': tools}).encode()
    request = urllib.request.Request(os.environ['OPENAI_BASE_URL'] + '/chat/completions', body, {'content-type': 'application/json'})
    message = json.load(urllib.request.urlopen(request))['choices'][0]['message']
    messages.append(message)
    if not message.get('tool_calls'):
        break
    for call in message['tool_calls']:
        command = json.loads(call['function']['arguments'])['command']
        done = subprocess.run(command, shell=True, capture_output=True, text=True)
        messages.append({'role': 'tool', 'tool_call_id': call['id'], 'content': done.stdout})
`

const NODE_AGENT = `
import { execSync } from 'node:child_process'
const messages = [{ role: 'user', content: 'Mend sum.py' }]
const tools = [{ name: 'bash', input_schema: { type: 'object', properties: { command: { type: 'string' } } } }]
for (;;) {
  const response = await fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': process.env.ANTHROPIC_API_KEY },
    body: JSON.stringify({ model: 'claude', max_tokens: 100, stream: true, system: 'You mend code.', messages, tools }),
  })
  const blocks = []
  for (const line of (await response.text()).split('\\n')) {
    if (!line.startsWith('data: ')) continue
    const event = JSON.parse(line.slice(6))
    if (event.type === 'content_block_start') blocks[event.index] = event.content_block
    if (event.delta?.type === 'text_delta') blocks[event.index].text += event.delta.text
    if (event.delta?.type === 'input_json_delta') blocks[event.index].input = JSON.parse(event.delta.partial_json)
  }
  messages.push({ role: 'assistant', content: blocks })
  const results = blocks
    .filter(({ type }) => type === 'tool_use')
    .map(({ id, input }) => ({ type: 'tool_result', tool_use_id: id, content: execSync(input.command).toString() }))
  if (results.length === 0) break
  messages.push({ role: 'user', content: results })
}
`
