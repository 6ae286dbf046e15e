import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UntrustedCode } from '../../src/author/untrusted/code.ts'
import {
  type Benchmark,
  GRADING_VERSION,
  type Job,
  jobId,
  type Limits,
  limits,
  type Model,
  type Sandboxes,
  type TaskFunction,
  type Trial,
} from '../../src/domain/index.ts'
import { runTrial } from '../../src/engine/index.ts'

/** A folder with a benchmark of these files in it, gone when it is disposed. */
export class Written implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'assay-untrusted-'))
  readonly file = join(this.folder, 'benchmark.ts')

  constructor(source: string, files: Readonly<Record<string, string>> = {}) {
    for (const [name, text] of Object.entries({ ...files, 'benchmark.ts': source }))
      writeFileSync(join(this.folder, name), text)
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Less than a platform gives, so that what goes over it does so soon; a slow machine still has enough. */
export const LITTLE: Limits = limits({ wallMs: 240_000, cpuMs: 60_000, memoryBytes: 192 * 2 ** 20 })

export const untrusted = (sandboxes: Sandboxes, most = LITTLE) => new UntrustedCode({ sandboxes, most })

export interface Asked {
  readonly model?: Model
  readonly roles?: Readonly<Record<string, Model>>
}

/** The job of one task and its first sample, with an answer that is always the same. */
export async function jobOf(benchmark: Benchmark, task: string, roles: readonly string[] = []): Promise<Job> {
  const planned = benchmark.tasks.find(({ name }) => name === task)!
  for await (const sample of planned.samples(0)) {
    const content = {
      benchmark: { name: benchmark.name, version: benchmark.version },
      task: planned.ref,
      sample,
      subject: { kind: 'model' as const, name: 'scripted', parameters: {} },
      roles: Object.fromEntries(roles.map((name) => [name, { kind: 'model' as const, name, parameters: {} }])),
      attempt: 0,
      seed: 0,
      limits: planned.limits,
      ...(planned.sandbox && { sandbox: planned.sandbox }),
      grading: GRADING_VERSION,
    }
    return { id: jobId(content), run: 'r', isolation: 'fresh', ...content }
  }
  throw new Error(`task ${task} has no samples`)
}

/** One trial. */
export function tried(
  job: Job,
  task: TaskFunction,
  sandboxes: Sandboxes,
  { model = answering(''), roles = {} }: Asked = {},
): Promise<Trial> {
  const models = { subject: () => model, role: (_job: Job, name: string) => roles[name]! }
  return runTrial(job, 1, { tasks: () => task, models, sandboxes }, new AbortController().signal)
}

/** A model that always says the same. */
export const answering = (text: string): Model => ({
  name: 'scripted',
  prompt: async () => ({ text, form: 'text' }),
})
