// Tries benchmarks with their code in this process and with it in isolates, on the answers that they come with, and prints what
// differs. A process of its own: here benchmarks and the engine share one copy of the author's API, as they do for users.
// node test/support/sameness.ts LIMIT BENCHMARK…
import { isDeepStrictEqual } from 'node:util'
import { allSandboxes, findBenchmark, taskOf, untrustedCode } from '../../src/app.ts'
import { canonicalJson, FaultError, type Job, RunRequest, type Trial } from '../../src/domain/index.ts'
import { runTrial } from '../../src/engine/index.ts'
import { recordedModel } from '../../src/models/recorded.ts'
import { prepare } from '../../src/prepare.ts'

const [limit = '', ...names] = process.argv.slice(2)
const never = new AbortController().signal
await using sandboxes = allSandboxes({ concurrency: 2, dockerHost: process.env['DOCKER_HOST'] })
const code = await untrustedCode(sandboxes)

for (const benchmark of names) {
  const { tasks } = await findBenchmark(benchmark)
  const samples = [...new Set(tasks.flatMap(({ subjects }) => Object.keys(subjects)))]
  const request = RunRequest.parse({ benchmark, samples, limit: Number(limit), isolation: 'reuse', attempts: 1 })
  const trusted = await prepare(request, sandboxes, never, 'r')
  const apart = await prepare(request, sandboxes, never, 'r', code)
  const differences: string[] = []
  const same = (what: string, a: unknown, b: unknown) => {
    if (!isDeepStrictEqual(a, b)) differences.push(`${what}: ${canonicalJson(a)} but untrusted ${canonicalJson(b)}`)
  }
  same('jobs', trusted.jobs, apart.jobs)
  same('run', { ...trusted.run, createdAt: '' }, { ...apart.run, createdAt: '' })
  const prompts = [await promptsOf(trusted), await promptsOf(apart)]
  same('prompts', prompts[0], prompts[1])
  const outcomes: Record<string, number> = {}
  for (const job of trusted.jobs) {
    const [a, b] = [told(await tried(job)), told(await tried(job, code))]
    const what = `${job.task.name} ${job.sample.id} ${job.subject.name}`
    same(`${what}: outcome`, a.outcome, b.outcome)
    same(`${what}: checks`, a.checks, b.checks)
    for (const body of a.bodies) if (!b.bodies.includes(body)) differences.push(`${what}: not untrusted: ${body}`)
    for (const body of b.bodies) if (!a.bodies.includes(body)) differences.push(`${what}: only untrusted: ${body}`)
    const { outcome } = b
    const came = outcome.kind === 'void' ? `void: ${outcome.fault.message}` : outcome.score.passed ? 'passed' : 'failed'
    outcomes[`${job.task.name} ${came}`] = (outcomes[`${job.task.name} ${came}`] ?? 0) + 1
  }
  process.stdout.write(`${JSON.stringify({ benchmark, trials: trusted.jobs.length, outcomes, differences })}\n`)
}

async function promptsOf({ benchmark }: Awaited<ReturnType<typeof prepare>>) {
  const first = benchmark.tasks.map(async (task) => {
    for await (const sample of task.samples(3)) return [sample, task.prompt?.(sample) ?? null]
    return null
  })
  return Promise.all(first)
}

function tried(job: Job, by?: typeof code): Promise<Trial> {
  const models = {
    subject: ({ subject }: Job) => recordedModel(subject.name, subject.kind === 'recorded' ? subject.answers : []),
    role: (_job: Job, name: string) => {
      throw new FaultError('model-unavailable', `nobody plays the ${name}`)
    },
  }
  return runTrial(job, 1, { tasks: (ref) => taskOf(ref, by), models, sandboxes }, never)
}

/** What came of a trial, without figures that differ from one time to the next; judges that are asked at once answer in any order. */
function told({ outcome, trace }: Trial) {
  const bodies = trace
    .map(({ body }) => body)
    .filter((body) => !(body.kind === 'noted' && body.text.includes('is not trusted')))
    .map((body) => (body.kind === 'wrote' ? { ...body, files: written(body.files) } : body))
  return {
    outcome,
    checks: bodies.filter(({ kind }) => kind === 'checked'),
    bodies: bodies.map((body) => canonicalJson(JSON.parse(JSON.stringify(body, timeless)))),
  }
}

/** Files in one order, without what Python has compiled: that holds the time. */
function written(files: readonly { readonly path: string }[]) {
  return files.filter(({ path }) => !path.endsWith('.pyc')).sort((a, b) => (a.path < b.path ? -1 : 1))
}

function timeless(name: string, value: unknown): unknown {
  return name === 'ms' || name === 'usage' ? undefined : value
}
