import * as z from 'zod'
import {
  BadInputError,
  FaultError,
  type Json,
  type Message,
  type TaskFunction,
  type TaskRef,
  ToolSchema,
} from '../../domain/index.ts'
import { isCode, programOf } from '../extract.ts'
import { graderOf } from '../graders/index.ts'
import { type Env, unsealed } from '../sealed.ts'
import type { Definition } from './schema.ts'
import { type Columns, expand } from './template.ts'

/** The function of a declared task: put the prompt, take the program out of the answer, let the grader judge it. */
export function declaredTask(definition: Definition, env: Env = process.env): TaskFunction {
  const grader = graderOf(definition.grader.kind)
  return async (context) => {
    const { sample } = context
    const { seal } = definition
    // Who made the job could have left the mark out, to get a trace that shows everything.
    if (seal !== undefined && !isMarkedSealed(context.job.task))
      throw new FaultError('bad-job', 'a sealed task in a job that does not say so')
    const data = seal === undefined ? sample.data : await unsealed(sample, { ...definition, seal }, env)
    // What the subject is shown stands in traces: whatever a definition says, nothing hidden goes into it.
    const shown = definition.seal === undefined ? data : sample.data
    const prompt = textOf('prompt', definition.prompt, shown)
    const tools = toolsOf(definition, shown)
    const messages: Message[] = [{ role: 'user', content: prompt }]
    if (definition.system !== undefined) {
      messages.unshift({ role: 'system', content: textOf('system', definition.system, shown) })
    }
    const reply = await context.model.prompt({ messages, ...(tools && { tools }) }, context.signal)
    if (reply.text.trim() === '' && (reply.calls ?? []).length === 0) {
      return context.check({ name: 'answered', passed: false, message: 'the answer is empty' })
    }
    const forbidden = definition.forbid.find((text) => reply.text.includes(textOf('forbid', text, data)))
    if (forbidden !== undefined) {
      return context.check({
        name: 'allowed',
        passed: false,
        message: `the answer holds ${textOf('forbid', forbidden, data)}`,
      })
    }
    const config = configOf(definition, data)
    const code =
      grader.needs === 'code'
        ? programOf(reply, prefixOf(definition, shown), definition.language, entryOf(config))
        : reply.text
    if (code === undefined)
      return context.check({ name: 'answered', passed: false, message: 'the answer holds no code' })
    if (grader.needs === 'code') context.record({ kind: 'extracted', language: definition.language ?? 'text', code })
    await grader.grade({
      config,
      context,
      reply,
      messages,
      tools: tools ?? [],
      code,
      language: definition.language,
      libraries: definition.libraries,
      files: definition.files,
      fill: (template) => textOf('template', template, { ...data, solution: code }),
    })
  }
}

const isMarkedSealed = (task: TaskRef) => task.kind === 'declared' && task.sealed === true

/** A template's text; JSON, where the data is no text. */
export function textOf(key: string, template: string, data: Columns): string {
  const value = expand(template, data)
  if (value === null) throw new BadInputError(`${key}: ${template} is empty (null) in the data`)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The tools that a sample offers, checked. Throws a ZodError where the data does not fit. */
export function toolsOf({ tools }: Pick<Definition, 'tools'>, data: Columns): ToolSchema[] | undefined {
  return tools === undefined ? undefined : z.array(ToolSchema).parse(expand(tools, data))
}

/** The grader's configuration for one sample, checked. Throws a ZodError where the data does not fit. */
export function configOf({ grader: { kind, ...fields } }: Pick<Definition, 'grader'>, data: Columns): unknown {
  const grader = graderOf(kind)
  const filled: Record<string, Json> = {}
  for (const [key, value] of Object.entries(fields as Record<string, Json>)) {
    filled[key] = grader.late?.includes(key) ? value : expand(value, data)
  }
  return grader.schema.parse(filled)
}

/** The code that a completion goes on from: what the task says, or the prompt where that is code. */
export function prefixOf(definition: Pick<Definition, 'prompt' | 'prefix'>, data: Columns): string {
  if (definition.prefix !== undefined) return textOf('prefix', definition.prefix, data)
  const prompt = textOf('prompt', definition.prompt, data)
  return isCode(prompt) ? prompt : ''
}

function entryOf(config: unknown): string | undefined {
  const { entry } = config as { entry?: unknown }
  return typeof entry === 'string' ? entry : undefined
}
