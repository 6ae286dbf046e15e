import { isMap, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseDocument } from 'yaml'
import * as z from 'zod'
import { BadInputError, messageOf } from '../../domain/index.ts'
import { deeper, readText } from './dataset.ts'
import { hint } from './suggest.ts'

const MAX_CHARACTERS = 4 * 2 ** 20
type Path = readonly PropertyKey[]

/** A YAML file that knows on which line each of its values stands. */
export interface YamlFile {
  readonly value: unknown
  /** `file:line` of the value at a path, or of the nearest one around it. */
  where(path: Path): string
  /** The value at a path held against a schema; its mistakes become one BadInputError. */
  parse<T>(schema: z.ZodType<T>, path?: Path): T
}

/** Reads YAML of at most 4 MiB. Throws BadInputError with the line for what is no YAML, nests too deep or multiplies aliases. */
export async function readYaml(file: string): Promise<YamlFile> {
  const text = await readText(file)
  if (text.length > MAX_CHARACTERS) throw new BadInputError(`${file}: larger than 4 MiB; put the data into a dataset`)
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false, logLevel: 'error' })
  const [error] = document.errors
  if (error !== undefined) {
    throw new BadInputError(`${file}:${lines.linePos(error.pos[0]).line}: not YAML: ${messageOf(error)}`)
  }
  const where = (path: Path) => {
    const offset = offsetOf(document.contents, path)
    return `${file}:${offset === undefined ? 1 : lines.linePos(offset).line}`
  }
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 100 })
  } catch (cause) {
    throw new BadInputError(`${file}: ${messageOf(cause)}`)
  }
  if (deeper(value, 50)) throw new BadInputError(`${file}: nested deeper than 50 levels`)
  return {
    value,
    where,
    parse(schema, path = []) {
      const input = path.reduce((inner: unknown, key) => (inner as Record<PropertyKey, unknown>)?.[key], value)
      const parsed = schema.safeParse(input)
      if (parsed.success) return parsed.data
      const issue = parsed.error.issues.map(deepest).sort((a, b) => weight(b) - weight(a))[0]!
      throw new BadInputError(explain(issue, input, schema, path, where))
    },
  }
}

/** The message of a mistake: where, which key, what is wrong, what to write instead. */
function explain(issue: z.core.$ZodIssue, input: unknown, schema: z.ZodType, base: Path, where: YamlFile['where']) {
  const at = [...base, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!
    return `${where([...at, key])}: ${dotted([...at, key])}: unknown key${hint(key, keysAt(schema, issue.path))}`
  }
  const given = issue.path.reduce((inner: unknown, key) => (inner as Record<PropertyKey, unknown>)?.[key], input)
  if (given === undefined) return `${where(at)}: ${dotted(at)} is missing; add ${wanted(issue)}`
  if (issue.code === 'invalid_value') {
    const known = issue.values.map(String)
    return `${where(at)}: ${dotted(at)}: "${String(given)}" is not known${hint(String(given), known)}`
  }
  if (issue.code === 'invalid_type')
    return `${where(at)}: ${dotted(at)}: write ${wanted(issue)} instead of ${kindOf(given)}`
  return `${where(at)}: ${dotted(at)}: ${messageOf(said(issue))}`
}

/** What a schema says itself of a mistake; of a key that fits none, what keys must be like. */
function said(issue: z.core.$ZodIssue): string {
  return (issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined) ?? issue.message
}

/** A misspelt key explains the missing one beside it, and a mistake deep inside the one around it. */
const weight = (issue: z.core.$ZodIssue) => issue.path.length + (issue.code === 'unrecognized_keys' ? 100 : 0)

/** In a union, the mistake of the branch that fits best. */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue
  const inner = issue.errors
    .flat()
    .map(deepest)
    .sort((a, b) => b.path.length - a.path.length)[0]
  return inner === undefined ? issue : { ...inner, path: [...issue.path, ...inner.path] }
}

function wanted(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `one of ${issue.values.map(String).join(', ')}`
  if (issue.code !== 'invalid_type') return 'it'
  const names: Record<string, string> = {
    string: 'a text',
    array: 'a list',
    object: 'a mapping of keys',
    record: 'a mapping of keys',
    int: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
  }
  return names[issue.expected] ?? `a ${issue.expected}`
}

function kindOf(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a mapping' : `the ${typeof value} ${JSON.stringify(value)}`
}

function dotted(path: Path): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return text.replace(/^\./, '') || 'the file'
}

/** Where the value at a path begins in the text; a key, where the path ends in one. */
function offsetOf(node: ParsedNode | null, path: Path): number | undefined {
  let best: number | undefined = node?.range?.[0]
  let inner: Node | null | undefined = node
  for (const key of path) {
    if (isMap(inner)) {
      const pair = inner.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key))
      if (pair === undefined) return best
      best = (pair.key as Node).range?.[0] ?? best
      inner = pair.value as Node | null
    } else if (isSeq(inner)) {
      inner = inner.items[Number(key)] as Node | undefined
      best = inner?.range?.[0] ?? best
    } else return best
  }
  return best
}

function keysAt(schema: z.ZodType, path: Path): string[] {
  let inner: unknown = schema
  for (const key of path) inner = step(unwrapped(inner), key)
  const object = unwrapped(inner)
  return object instanceof z.ZodObject ? Object.keys(object.shape) : []
}

function unwrapped(schema: unknown): unknown {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ? unwrapped(schema.unwrap()) : schema
}

function step(schema: unknown, key: PropertyKey): unknown {
  if (schema instanceof z.ZodObject) return schema.shape[String(key)]
  if (schema instanceof z.ZodArray) return schema.element
  return schema instanceof z.ZodRecord ? schema.valueType : undefined
}
