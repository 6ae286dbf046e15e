import type * as z from 'zod'
import { type Json, type Part, type PromptRequest, type Reply, UNPARSED } from '../../domain/index.ts'

/** One of the protocols in which agents talk to models. */
export interface Endpoint<Request> {
  readonly path: string
  readonly schema: z.ZodType<Request>
  prompt(request: Request): PromptRequest
  streams(request: Request): boolean
  /** The answer as one body. */
  answer(reply: Reply, request: Request): object
  /** The answer as server-sent events. */
  events(reply: Reply, request: Request): Iterable<{ readonly event?: string; readonly data: object | string }>
  error(message: string, type: string): object
}

type Block = { readonly type: string; readonly [name: string]: unknown }

/** Content as agents send it: a text, or texts and images in the words of any protocol. What a model cannot be shown is named. */
export function partsOf(content: string | readonly Block[]): string | Part[] {
  if (typeof content === 'string') return content
  const parts = content.flatMap(partOf)
  return parts.every((part) => part.kind === 'text') ? parts.map((part) => part.text).join('') : parts
}

function partOf(block: Block): Part[] {
  const { type } = block
  if (typeof block['text'] === 'string') return [{ kind: 'text', text: block['text'] }]
  if (type === 'tool_use' || type === 'thinking' || type === 'redacted_thinking') return []
  if (type === 'image_url' || type === 'input_image') {
    const image = block['image_url']
    const url = typeof image === 'string' ? image : String((image as { url?: unknown } | undefined)?.url ?? '')
    const inline = /^data:([\w.+-]+\/[\w.+-]+);base64,(.*)$/s.exec(url)
    // An address would be fetched by the model's provider: a way onto the network for an agent that has none.
    if (inline === null)
      return [{ kind: 'text', text: '[an image at an address, which is not fetched; send it as data:]' }]
    return [{ kind: 'media', mediaType: inline[1]!, base64: inline[2]! }]
  }
  const source = block['source'] as { media_type?: unknown; data?: unknown } | undefined
  if (typeof source?.media_type === 'string' && typeof source.data === 'string')
    return [{ kind: 'media', mediaType: source.media_type, base64: source.data }]
  return [{ kind: 'text', text: `[${type}]` }]
}

/** The texts of content, in one. */
export const textOfParts = (parts: string | readonly Part[]): string =>
  typeof parts === 'string' ? parts : parts.map((part) => (part.kind === 'text' ? part.text : '')).join('')

/** The arguments of a call, as an agent repeats them. */
export function argumentsOf(text: string): { [name: string]: Json } {
  if (text.trim() === '') return {}
  try {
    const given: unknown = JSON.parse(text)
    if (given !== null && typeof given === 'object' && !Array.isArray(given)) return given as { [name: string]: Json }
  } catch {
    // Kept as it was written.
  }
  return { [UNPARSED]: text }
}
