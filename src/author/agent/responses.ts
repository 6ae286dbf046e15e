import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import type { Json, Message, Reply, ToolCall } from '../../domain/index.ts'
import { argumentsOf, type Endpoint, partsOf, textOfParts } from './endpoint.ts'

const Content = z.union([z.string(), z.array(z.looseObject({ type: z.string() }))])
const KEPT = 'nothing is kept between requests here; send the whole conversation (store: false)'

const Said = z.object({
  type: z.literal('message').optional(),
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content: Content,
})
const Called = z.object({
  type: z.literal('function_call'),
  call_id: z.string(),
  name: z.string(),
  arguments: z.string().default(''),
})
const Told = z.object({ type: z.literal('function_call_output'), call_id: z.string(), output: Content })
/** What a model thought, or what its provider did for it: nothing that another model could be shown. */
const Other = z
  .looseObject({ type: z.string() })
  .refine(({ type }) => !['message', 'function_call', 'function_call_output'].includes(type))
const Items = z
  .array(z.union([Said, Called, Told, Other]))
  .min(1)
  .refine((items) => !items.some(({ type }) => type === 'item_reference'), KEPT)

const Request = z.object({
  model: z.string().default('assay'),
  instructions: z.string().nullish(),
  input: z.union([z.string(), Items]),
  previous_response_id: z.null(KEPT).optional(),
  tools: z
    .array(
      z.looseObject({
        type: z.string(),
        name: z.string().optional(),
        description: z.string().nullish(),
        parameters: z.json().nullish(),
      }),
    )
    .nullish(),
  text: z.object({ format: z.looseObject({ type: z.string() }).nullish() }).nullish(),
  stream: z.boolean().nullish(),
})
type Request = z.infer<typeof Request>
type Item = Exclude<Request['input'], string>[number]

/** OpenAI's responses, whole or as a stream of events. Tools other than functions are the provider's own, and are not offered. */
export const responses: Endpoint<Request> = {
  path: '/v1/responses',
  schema: Request,
  prompt({ instructions, input, tools, text }) {
    const offered = (tools ?? []).filter(({ type, name }) => type === 'function' && name !== undefined)
    const asked: Message[] = typeof input === 'string' ? [{ role: 'user', content: input }] : messagesOf(input)
    return {
      messages: [...(instructions ? [{ role: 'system' as const, content: instructions }] : []), ...asked],
      ...(offered.length > 0 && {
        tools: offered.map(({ name, description, parameters }) => ({
          name: name!,
          ...(typeof description === 'string' && { description }),
          parameters: parameters ?? { type: 'object', properties: {} },
        })),
      }),
      ...(text?.format?.type === 'json_schema' && { schema: (text.format['schema'] as Json | undefined) ?? {} }),
    }
  },
  streams: ({ stream }) => stream === true,
  answer: (reply, { model }) => ({ ...headOf(model), ...endOf(reply), output: itemsOf(reply), usage: usageOf(reply) }),
  *events(reply, { model }) {
    let sequence_number = 0
    const event = (type: string, more: object) => ({
      event: type,
      data: { type, sequence_number: sequence_number++, ...more },
    })
    const head = headOf(model)
    const begun = { ...head, status: 'in_progress', incomplete_details: null, output: [], usage: null }
    yield event('response.created', { response: begun })
    yield event('response.in_progress', { response: begun })
    const output = itemsOf(reply)
    for (const [output_index, item] of output.entries()) {
      const at = { item_id: item.id, output_index }
      const started = {
        ...item,
        status: 'in_progress',
        ...(item.type === 'message' ? { content: [] } : { arguments: '' }),
      }
      yield event('response.output_item.added', { output_index, item: started })
      if (item.type === 'message') {
        const [part] = item.content
        const place = { ...at, content_index: 0 }
        yield event('response.content_part.added', { ...place, part: { ...part, text: '' } })
        yield event('response.output_text.delta', { ...place, delta: part.text, logprobs: [] })
        yield event('response.output_text.done', { ...place, text: part.text, logprobs: [] })
        yield event('response.content_part.done', { ...place, part })
      } else {
        yield event('response.function_call_arguments.delta', { ...at, delta: item.arguments })
        yield event('response.function_call_arguments.done', { ...at, name: item.name, arguments: item.arguments })
      }
      yield event('response.output_item.done', { output_index, item })
    }
    const end = endOf(reply)
    yield event(`response.${end.status}`, { response: { ...head, ...end, output, usage: usageOf(reply) } })
  },
  error: (message, type) => ({ error: { message, type, param: null, code: null } }),
}

/** The conversation: what a model said and what it called at once is one message. */
function messagesOf(items: readonly Item[]): Message[] {
  const names = new Map<string, string>()
  const messages: Message[] = []
  const assistant = (content: string, calls: readonly ToolCall[]) => {
    const last = messages.at(-1)
    if (last?.role !== 'assistant')
      return messages.push({ role: 'assistant', content, ...(calls.length > 0 && { calls: [...calls] }) })
    const all = [...(last.calls ?? []), ...calls]
    return messages.splice(-1, 1, {
      role: 'assistant',
      content: last.content + content,
      ...(all.length > 0 && { calls: all }),
    })
  }
  for (const item of items) {
    if ('role' in item && 'content' in item) {
      const said = item as z.infer<typeof Said>
      const parts = partsOf(said.content)
      if (said.role === 'assistant') assistant(textOfParts(parts), [])
      else if (said.role === 'user') messages.push({ role: 'user', content: parts })
      else messages.push({ role: 'system', content: textOfParts(parts) })
    } else if (item.type === 'function_call') {
      const { call_id, name, arguments: given } = item as z.infer<typeof Called>
      names.set(call_id, name)
      assistant('', [{ id: call_id, name, arguments: argumentsOf(given) }])
    } else if (item.type === 'function_call_output') {
      const { call_id, output } = item as z.infer<typeof Told>
      const content = textOfParts(partsOf(output))
      messages.push({ role: 'tool', call: call_id, name: names.get(call_id) ?? 'unknown', content })
    }
  }
  return messages
}

interface SaidItem {
  readonly type: 'message'
  readonly id: string
  readonly status: 'completed'
  readonly role: 'assistant'
  readonly content: readonly [
    { readonly type: 'output_text'; readonly text: string; readonly annotations: readonly [] },
  ]
}

interface CalledItem {
  readonly type: 'function_call'
  readonly id: string
  readonly status: 'completed'
  readonly call_id: string
  readonly name: string
  readonly arguments: string
}

function itemsOf({ text, calls = [] }: Reply): (SaidItem | CalledItem)[] {
  const called = calls.map(
    ({ id, name, arguments: given }): CalledItem => ({
      type: 'function_call',
      id: newId('fc'),
      status: 'completed',
      call_id: id ?? newId('call'),
      name,
      arguments: JSON.stringify(given),
    }),
  )
  if (text === '' && called.length > 0) return called
  const content: SaidItem['content'] = [{ type: 'output_text', text, annotations: [] }]
  return [{ type: 'message', id: newId('msg'), status: 'completed', role: 'assistant', content }, ...called]
}

const newId = (kind: string) => `${kind}_${randomUUID().replaceAll('-', '')}`

/** What clients expect to find besides what was asked and answered. */
const headOf = (model: string) => ({
  id: newId('resp'),
  object: 'response',
  created_at: Math.floor(Date.now() / 1000),
  model,
  error: null,
  instructions: null,
  max_output_tokens: null,
  metadata: {},
  parallel_tool_calls: true,
  previous_response_id: null,
  reasoning: { effort: null, summary: null },
  store: false,
  temperature: null,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_p: null,
  truncation: 'disabled',
})

const endOf = ({ finishReason }: Reply) =>
  finishReason === 'length'
    ? { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }
    : { status: 'completed', incomplete_details: null }

const usageOf = ({
  usage: { inputTokens = 0, outputTokens = 0, cachedTokens = 0, reasoningTokens = 0 } = {},
}: Reply) => ({
  input_tokens: inputTokens,
  input_tokens_details: { cached_tokens: cachedTokens },
  output_tokens: outputTokens,
  output_tokens_details: { reasoning_tokens: reasoningTokens },
  total_tokens: inputTokens + outputTokens,
})
