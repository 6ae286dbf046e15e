import type { Sample } from '../../../domain/index.ts'
import { answersOf, describe, exportedBenchmark } from '../../describe.ts'
import { functionOf } from '../../kit.ts'
import { planned } from '../../samples.ts'
import type { AuthoredBenchmark, Task } from '../../task.ts'
import type { Request, Sampled } from '../messages.ts'
import { contextOf } from './context.ts'
import { drive } from './loop.ts'
import { parse, stringify, thrownOf } from './wire.ts'

/** Where the benchmark's folder is for its own code. */
const FOLDER = '/benchmark'
/** Samples that cross at once, by number and by the length of their text. */
const MOST = 200
const LONGEST = 2 ** 20

/** Answers what the other side asks of a benchmark: what it is, its samples, a trial. */
export function serve(exported: Record<string, unknown>): (text: string) => Promise<string> {
  let samples: AsyncIterator<Sampled> | undefined
  const answer = async (request: Request): Promise<unknown> => {
    if (request.do === 'more') return batch(samples!)
    const benchmark = exportedBenchmark(exported, request.file)
    if (request.do === 'describe') return described(benchmark)
    const task = taskOf(benchmark, request.do === 'run' ? request.told.task : request.task)
    if (request.do === 'run') return functionOf(task)(contextOf(request.told))
    samples = sampled(task, request.seed)[Symbol.asyncIterator]()
    return null
  }
  return async (text) => {
    try {
      const ok = (await drive(answer(parse(text) as Request))) ?? null
      return stringify({ ok })
    } catch (error) {
      return stringify({ error: thrownOf(error) })
    }
  }
}

function taskOf({ tasks }: AuthoredBenchmark, name: string): Task {
  const found = tasks.find((task) => task.name === name)
  if (found === undefined) throw new TypeError(`it has no task ${name}`)
  return found
}

async function described(benchmark: AuthoredBenchmark) {
  const tasks = benchmark.tasks.map(async ({ name, weight, sandbox, limits, subjects, prompt, samples }) => ({
    name,
    weight,
    sandbox,
    limits,
    subjects: Object.keys(subjects ?? {}),
    prompt: prompt !== undefined,
    digest: await samples.digest(FOLDER),
  }))
  return { ...describe(benchmark), data: benchmark.data ?? [], tasks: await Promise.all(tasks) }
}

/** Samples with all that planning asks of them. */
async function* sampled(task: Task, seed: number): AsyncIterable<Sampled> {
  for await (const sample of planned(task.samples, seed, FOLDER, task.name)) {
    yield { sample, answers: answersTo(task, sample), ...(task.prompt && { prompt: task.prompt(sample.data) }) }
  }
}

function answersTo(task: Task, { data }: Sample): Sampled['answers'] {
  const answers: Sampled['answers'] = {}
  for (const [name, answer] of Object.entries(task.subjects ?? {})) {
    const given = answersOf(answer(data))
    if (given !== undefined) answers[name] = given
  }
  return answers
}

async function batch(samples: AsyncIterator<Sampled>): Promise<{ samples: Sampled[]; done: boolean }> {
  const list: Sampled[] = []
  let length = 0
  while (list.length < MOST && length < LONGEST) {
    const { value, done } = await samples.next()
    if (done) return { samples: list, done: true }
    list.push(value)
    length += JSON.stringify(value).length
  }
  return { samples: list, done: false }
}
