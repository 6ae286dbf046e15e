import * as z from 'zod'
import { Json, Language, LiveModel, Name, PartialLimits, Services } from '../../domain/index.ts'
import { Seal } from '../sealed.ts'

const Template = z.string().max(1_000_000)

/** Answers that a benchmark knows itself: text is a completion of the prompt, or the whole where the prompt is no code. */
export const NamedAnswer = z.union([
  Template,
  z.strictObject({ solution: Template }),
  z.strictObject({ completion: Template }),
  z.strictObject({ text: Template }),
  z.strictObject({ calls: Json }),
])
export type NamedAnswer = z.infer<typeof NamedAnswer>

/** One task as its author wrote it. What its `grader` may hold is told by the grader of that kind. */
export const TaskText = z.strictObject({
  name: Name,
  weight: z.number().nonnegative().default(1),
  /** Path of the data, relative to the benchmark's file. */
  dataset: z.string(),
  /** What tells samples apart. */
  id: Template.default('{{task_id}}'),
  /** What the subject is asked. */
  prompt: Template,
  system: Template.optional(),
  /** What a completion goes on from; without it the prompt, where that is code. */
  prefix: Template.optional(),
  language: Language.optional(),
  sandbox: z.enum(['isolate', 'docker', 'none']).optional(),
  /** A folder of images/ or anybody's Docker image. */
  image: z.string().min(1).max(512).optional(),
  runtime: z.string().max(100).optional(),
  /** Programs beside each trial, a database say, by their host names in the trial. */
  services: Services.optional(),
  /** Modules that we lend to an isolate. */
  libraries: z.array(z.string().max(100)).max(20).default([]),
  /** Texts that an answer must not hold. */
  forbid: z.array(Template).max(100).default([]),
  /** Tools that the subject is offered: a list of {name, description, parameters}. */
  tools: Json.optional(),
  grader: z.looseObject({ kind: z.string() }),
  limits: PartialLimits.default({}),
  subjects: z.record(Name, NamedAnswer).default({}),
  /** Path of the file that `assay seal` wrote, where some of the data is hidden. */
  seal: z.string().max(4096).optional(),
  /** Columns that boards may be cut by. */
  slices: z.array(z.string().max(200)).max(20).default([]),
  /** Models in other parts (judge, user). */
  roles: z.record(z.string(), LiveModel).optional(),
})
export type TaskText = z.infer<typeof TaskText>

/** A benchmark as its author wrote it. */
export const BenchmarkText = z.strictObject({
  name: Name,
  version: z.union([z.string().min(1).max(100), z.number().transform(String)]),
  metric: z.string().max(100).default('pass@1'),
  license: z.string().max(200).optional(),
  title: z.string().max(200).optional(),
  description: z.string().max(10_000).optional(),
  homepage: z.string().max(2000).optional(),
  citation: z.string().max(10_000).optional(),
  authors: z.array(z.string().max(200)).max(1000).optional(),
  tags: z.array(z.string().max(100)).max(100).optional(),
  /** Whether more is better. */
  direction: z.enum(['higher', 'lower']).optional(),
  tasks: z.array(TaskText).min(1).max(1000),
})
export type BenchmarkText = z.infer<typeof BenchmarkText>

/** The part of a declared task that travels in its jobs: all that decides how an answer is put together and graded. */
export const Definition = z.strictObject({
  prompt: Template,
  system: Template.optional(),
  prefix: Template.optional(),
  language: Language.optional(),
  libraries: z.array(z.string()),
  forbid: z.array(Template),
  tools: Json.optional(),
  grader: z.looseObject({ kind: z.string() }),
  seal: Seal.optional(),
  /** Files that the grader names, by their path beside the benchmark, as base64. */
  files: z.record(z.string(), z.string()),
})
export type Definition = z.infer<typeof Definition>
