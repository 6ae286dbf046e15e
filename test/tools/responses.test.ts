import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createOpenAI } from '@ai-sdk/openai'
import type { LanguageModelV4CallOptions, LanguageModelV4Prompt, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { expect, test } from 'vitest'
import { modelServer } from '../../src/author/agent/serve.ts'
import type { PromptRequest, Reply } from '../../src/domain/index.ts'

const call = { id: 'c1', name: 'bash', arguments: { command: 'ls -a' } }
const usage = { inputTokens: 10, outputTokens: 5, cachedTokens: 4 }
const parameters = { type: 'object', properties: { command: { type: 'string' } } } as const
const tool = { type: 'function', name: 'bash', description: 'A shell', parameters } as const

/** A server with a scripted model behind it: its address, and what the model was asked. */
async function serving(...replies: Partial<Reply>[]) {
  const asked: PromptRequest[] = []
  const server = modelServer('assay', async (request) => {
    asked.push(request)
    return { text: '', form: 'text', ...replies[asked.length - 1] }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  return {
    url,
    asked,
    client: createOpenAI({ baseURL: url, apiKey: 'any' }).responses('assay'),
    post: (body: unknown) =>
      fetch(`${url}/responses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

test('a conversation with calls goes over whole responses, as a client by hand sends it', async () => {
  await using served = await serving({ text: 'I look.', calls: [call], usage }, { text: 'Two files.' })
  const input: unknown[] = [
    { role: 'developer', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'input_text', text: 'What is here?' }] },
  ]
  const body = { model: 'gpt-x', instructions: 'You are a shell.', tools: [tool, { type: 'web_search' }], store: false }
  const first = (await (await served.post({ ...body, input })).json()) as { output: { id: string }[] }
  expect(first).toMatchObject({
    object: 'response',
    status: 'completed',
    model: 'gpt-x',
    error: null,
    output: [
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I look.', annotations: [] }] },
      { type: 'function_call', call_id: 'c1', name: 'bash', arguments: '{"command":"ls -a"}', status: 'completed' },
    ],
    usage: { input_tokens: 10, input_tokens_details: { cached_tokens: 4 }, output_tokens: 5, total_tokens: 15 },
  })
  input.push({ type: 'reasoning', summary: [] }, ...first.output)
  input.push({ type: 'function_call_output', call_id: 'c1', output: 'a b' })
  const second = (await (await served.post({ ...body, input })).json()) as object
  expect(second).toMatchObject({ output: [{ type: 'message', content: [{ text: 'Two files.' }] }] })
  const { description, name } = tool
  expect(served.asked[1]).toEqual({
    messages: [
      { role: 'system', content: 'You are a shell.' },
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'What is here?' },
      { role: 'assistant', content: 'I look.', calls: [call] },
      { role: 'tool', call: 'c1', name: 'bash', content: 'a b' },
    ],
    tools: [{ name, description, parameters }],
  })
})

test('a stream tells each piece in its order, and ends with the whole', async () => {
  await using served = await serving({ text: 'I look.', calls: [call], usage, finishReason: 'tool-calls' })
  const response = await served.post({ input: 'What is here?', tools: [tool], stream: true })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const events = (await response.text())
    .trim()
    .split('\n\n')
    .map((text) => {
      const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(text)!
      return { event, data: JSON.parse(data!) as { type: string; sequence_number: number; response?: object } }
    })
  expect(events.map(({ event }) => event)).toEqual([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.output_item.added',
    'response.function_call_arguments.delta',
    'response.function_call_arguments.done',
    'response.output_item.done',
    'response.completed',
  ])
  expect(events.map(({ data }) => data.type)).toEqual(events.map(({ event }) => event))
  expect(events.map(({ data }) => data.sequence_number)).toEqual([...events.keys()])
  expect(events.at(-1)!.data.response).toMatchObject({
    status: 'completed',
    output: [{ type: 'message' }, { type: 'function_call', call_id: 'c1' }],
    usage: { total_tokens: 15 },
  })
})

test("a client of others' making understands both, in several turns", async () => {
  await using served = await serving(
    { text: 'I look.', calls: [call], usage },
    { calls: [{ ...call, id: 'c2' }], usage },
    { text: 'It is cut', finishReason: 'length' },
  )
  const prompt: LanguageModelV4Prompt = [{ role: 'user', content: [{ type: 'text', text: 'What is here?' }] }]
  const options = (): LanguageModelV4CallOptions => ({
    prompt,
    tools: [{ type: 'function', name: 'bash', inputSchema: parameters }],
    providerOptions: { openai: { store: false } },
  })
  const answered = (toolCallId: string): void => {
    const input = call.arguments
    prompt.push({ role: 'assistant', content: [{ type: 'tool-call', toolCallId, toolName: 'bash', input }] })
    const output = { type: 'text', value: 'a b' } as const
    prompt.push({ role: 'tool', content: [{ type: 'tool-result', toolCallId, toolName: 'bash', output }] })
  }
  const first = await served.client.doGenerate(options())
  expect(first.content).toMatchObject([
    { type: 'text', text: 'I look.' },
    { type: 'tool-call', toolCallId: 'c1', toolName: 'bash', input: '{"command":"ls -a"}' },
  ])
  expect(first.usage).toMatchObject({ inputTokens: { total: 10 }, outputTokens: { total: 5 } })
  answered('c1')
  const parts: LanguageModelV4StreamPart[] = []
  for await (const part of (await served.client.doStream(options())).stream) parts.push(part)
  expect(parts.filter(({ type }) => type === 'error')).toEqual([])
  expect(parts.find(({ type }) => type === 'tool-call')).toMatchObject({
    toolCallId: 'c2',
    input: '{"command":"ls -a"}',
  })
  expect(parts.at(-1)).toMatchObject({ type: 'finish', usage: { inputTokens: { total: 10 } } })
  answered('c2')
  expect(await served.client.doGenerate(options())).toMatchObject({
    content: [{ text: 'It is cut' }],
    finishReason: { unified: 'length' },
  })
  expect(served.asked.map(({ messages }) => messages.map(({ role }) => role).join())).toEqual([
    'user',
    'user,assistant,tool',
    'user,assistant,tool,assistant,tool',
  ])
})

test('a shape that is wanted reaches the model', async () => {
  await using served = await serving({ text: '{"n": 1}' })
  const schema = { type: 'object', properties: { n: { type: 'number' } } }
  await served.post({ input: 'A number.', text: { format: { type: 'json_schema', name: 'n', schema, strict: true } } })
  expect(served.asked[0]?.schema).toEqual(schema)
})

test.each<[string, object, RegExp]>([
  ['what was said before', { input: 'And now?', previous_response_id: 'resp_1' }, /send the whole conversation/],
  ['an item by its id', { input: [{ type: 'item_reference', id: 'msg_1' }] }, /send the whole conversation/],
  ['nothing', {}, /^input: /],
])('a request that asks for %s is refused with the reason', async (_, body, message) => {
  await using served = await serving()
  const response = await served.post(body)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    error: { type: 'invalid_request_error', message: expect.stringMatching(message) as string },
  })
  expect(served.asked).toEqual([])
})
