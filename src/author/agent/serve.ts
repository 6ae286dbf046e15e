import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { messageOf, type PromptRequest, type Reply } from '../../domain/index.ts'
import { anthropic } from './anthropic.ts'
import type { Endpoint } from './endpoint.ts'
import { openai } from './openai.ts'
import { responses } from './responses.ts'

/** Bytes of a request at most: long conversations with images. */
const REQUEST = 32 * 2 ** 20
const ENDPOINTS: readonly Endpoint<unknown>[] = [openai, responses, anthropic] as Endpoint<unknown>[]

/** A server for agents: what they ask in any of the protocols, `ask` answers. It listens nowhere by itself. */
export function modelServer(model: string, ask: (request: PromptRequest) => Promise<Reply>): Server {
  return createServer((request, response) => {
    answer(request, response, model, ask).catch((error: unknown) => {
      // The agent went away in the middle, or we are ending it.
      response.destroy(error instanceof Error ? error : undefined)
    })
  })
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  model: string,
  ask: (request: PromptRequest) => Promise<Reply>,
): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://bridge').pathname
  if (request.method === 'GET' && path === '/v1/models')
    return json(response, 200, {
      object: 'list',
      data: [{ id: model, object: 'model', created: 0, owned_by: 'assay' }],
    })
  const body = request.method === 'POST' ? await bodyOf(request) : undefined
  if (path === '/v1/messages/count_tokens' && body !== undefined)
    return json(response, 200, { input_tokens: Math.ceil(body.length / 4) })
  const endpoint = ENDPOINTS.find((one) => one.path === path)
  if (endpoint === undefined || body === undefined) {
    const { error } = path.startsWith('/v1/messages') ? anthropic : openai
    const known = ENDPOINTS.map((one) => `POST ${one.path}`).join(', ')
    return json(
      response,
      404,
      error(`there is no ${request.method} ${path} here; there is ${known}`, 'not_found_error'),
    )
  }
  let read: ReturnType<typeof endpoint.schema.safeParse>
  try {
    read = endpoint.schema.safeParse(JSON.parse(body))
  } catch (error) {
    return json(response, 400, endpoint.error(`the body is no JSON: ${messageOf(error)}`, 'invalid_request_error'))
  }
  if (!read.success) {
    const issue = read.error.issues[0]!
    const flaw = `${issue.path.join('.')}: ${issue.message}`
    return json(response, 400, endpoint.error(flaw, 'invalid_request_error'))
  }
  let reply: Reply
  try {
    reply = await ask(endpoint.prompt(read.data))
  } catch (error) {
    // Retrying would not help: a limit is reached, or trouble of ours ends the trial.
    return json(response, 400, endpoint.error(messageOf(error), 'invalid_request_error'))
  }
  if (!endpoint.streams(read.data)) return json(response, 200, endpoint.answer(reply, read.data))
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  for (const { event, data } of endpoint.events(reply, read.data)) {
    const text = typeof data === 'string' ? data : JSON.stringify(data)
    response.write(`${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`)
  }
  response.end()
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > REQUEST) throw new Error('the request is too long')
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString()
}

function json(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}
