import { type CodeRunner, findBenchmark } from './app.ts'
import {
  BadInputError,
  type Benchmark,
  type Job,
  type LiveModel,
  type PlannedTask,
  type Run,
  type RunRequest,
  type Sample,
  type Sandboxes,
  type SandboxSpec,
  type Subject,
} from './domain/index.ts'
import { wanted } from './engine/glob.ts'
import { type PlannedSubject, plan } from './engine/plan.ts'

/** A run that is planned: what it is of, its jobs in order, and what its user should be told beforehand. */
export interface Prepared {
  readonly benchmark: Benchmark
  readonly run: Run
  readonly jobs: readonly Job[]
  readonly remarks: readonly string[]
}

/**
 * Plans a request. Mistakes in it are BadInputErrors; nothing runs yet. `id` is that of a run to go on with; `code` runs a benchmark's
 * own code, where this process shall not.
 */
export async function prepare(
  request: RunRequest,
  sandboxes: Sandboxes,
  signal: AbortSignal,
  id?: string,
  code?: CodeRunner,
): Promise<Prepared> {
  const benchmark = await findBenchmark(request.benchmark, code)
  const { subjects, remarks } = await subjectsOf(request, benchmark)
  const run = id ?? newRunId(benchmark.name)
  const only = wanted(request.only)
  const jobs: Job[] = []
  const resolve = (spec: SandboxSpec) => pinned(spec, sandboxes, signal)
  const { seed, isolation, limit } = request
  const roles = Object.fromEntries(Object.entries(request.roles).map(([role, name]) => [role, liveModel(name)]))
  const options = {
    run,
    subjects,
    roles,
    seed,
    isolation,
    resolve,
    ...(limit !== undefined && { limit }),
    ...(only && { only }),
  }
  for await (const job of plan(benchmark, options)) jobs.push(job)
  if (jobs.length === 0) {
    const why = request.only.length > 0 ? `no sample matches --only ${request.only.join(' ')}` : 'it has no samples'
    throw new BadInputError(`${benchmark.name}: nothing to run, ${why}; ${sampleHint(benchmark)}`)
  }
  return {
    benchmark,
    jobs,
    remarks,
    run: {
      id: run,
      benchmark: benchmark.name,
      version: benchmark.version,
      digest: benchmark.digest,
      metric: benchmark.metric,
      card: { ...benchmark.card, ...weightsOf(benchmark), ...(isPart(request) && { part: true }) },
      subjects: subjects.map((subject) => subject.name),
      planned: jobs.length,
      seed,
      isolation,
      request: JSON.parse(JSON.stringify(request)) as Run['request'],
      createdAt: new Date().toISOString(),
      status: 'running',
    },
  }
}

/** The spec with the content ids of its images, the services' too. */
async function pinned(spec: SandboxSpec, sandboxes: Sandboxes, signal: AbortSignal): Promise<SandboxSpec> {
  if (spec.kind !== 'docker') return spec
  const pin = async <T extends { readonly image: string }>(one: T): Promise<T> => {
    const digest = await sandboxes.digest({ kind: 'docker', image: one.image }, signal)
    return digest === undefined ? one : { ...one, digest }
  }
  const services = await Promise.all(
    Object.entries(spec.services ?? {}).map(async ([name, service]) => [name, await pin(service)] as const),
  )
  return { ...(await pin(spec)), ...(spec.services && { services: Object.fromEntries(services) }) }
}

/** Only some samples were asked for: such a run is no result of the whole benchmark. */
const isPart = ({ limit, only }: RunRequest) => limit !== undefined || only.length > 0

/** Tasks of different weight are told to the boards; where all weigh the same there is nothing to tell. */
function weightsOf({ tasks }: Benchmark): Run['card'] {
  const weights = Object.fromEntries(tasks.map(({ name, weight }) => [name, weight]))
  return new Set(Object.values(weights)).size > 1 ? { weights } : {}
}

const sampleHint = (benchmark: Benchmark) => `its tasks are ${benchmark.tasks.map((task) => task.name).join(', ')}`

/** A name that sorts by time and says what it is of. */
function newRunId(benchmark: string): string {
  const time = new Date().toISOString().replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15)
  const tail = Math.floor(Math.random() * 36 ** 4)
    .toString(36)
    .padStart(4, '0')
  return `${benchmark}-${time}-${tail}`
}

const liveModel = (name: string, parameters: LiveModel['parameters'] = {}): LiveModel => ({
  kind: 'model',
  name,
  parameters,
})

async function subjectsOf(
  request: RunRequest,
  benchmark: Benchmark,
): Promise<{ subjects: PlannedSubject[]; remarks: string[] }> {
  const own = benchmark.card.attempts
  const attempts = request.attempts ?? (typeof own === 'number' ? own : 1)
  const subjects: PlannedSubject[] = []
  const remarks: string[] = []
  const files: string[] = []
  for (const samples of request.samples) {
    const named = namedSubject(samples, benchmark)
    if (named === undefined) files.push(samples)
    else subjects.push({ ...named, attempts })
  }
  if (files.length > 0) {
    const { readSamples } = await import('./tasks/index.ts')
    for (const recorded of await readSamples(files, benchmark)) {
      remarks.push(...recorded.remarks)
      subjects.push({
        name: recorded.name,
        attempts: Math.min(recorded.attempts, request.attempts ?? recorded.attempts),
        subject: (task, sample, attempt) => recorded.subject(sample, attempt, task),
      })
    }
  }
  for (const name of request.models) {
    const subject = liveModel(name, request.parameters)
    subjects.push({ name, attempts, subject: () => subject })
  }
  if (subjects.length === 0) {
    const known = namesOf(benchmark).join(', ')
    throw new BadInputError(
      `${benchmark.name}: nobody to ask; give --samples FILE (or ${known}) or --model PROVIDER/NAME`,
    )
  }
  const twice = subjects.map((subject) => subject.name).find((name, index, all) => all.indexOf(name) !== index)
  if (twice !== undefined)
    throw new BadInputError(
      `two subjects are called ${twice}; give each samples file its own "model" or run them apart`,
    )
  return { subjects, remarks }
}

const namesOf = (benchmark: Benchmark) => [
  ...new Set(benchmark.tasks.flatMap((task) => Object.keys(task.subjects))),
  'empty',
]

/** A recorded subject that the benchmark names itself, or the built-in `empty`, whose every answer is nothing. */
function namedSubject(name: string, benchmark: Benchmark): Omit<PlannedSubject, 'attempts'> | undefined {
  const empty: Subject = { kind: 'recorded', name: 'empty', answers: [{ text: '', form: 'solution' }] }
  if (benchmark.tasks.some((task) => name in task.subjects)) {
    return { name, subject: (task: PlannedTask, sample: Sample) => task.subjects[name]?.(sample) }
  }
  if (name === 'empty') return { name, subject: () => empty }
  return undefined
}
