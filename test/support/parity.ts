import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { openStore } from '../../src/store/index.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')

/** One benchmark, put to its recorded subjects by `assay run` and by `assay submit`. */
export interface Parity {
  readonly trials: number
  readonly passed: number
  readonly failed: number
  readonly void: number
  /** Jobs whose trials differ, or that only one of the two has. */
  readonly differences: readonly { readonly job: string; readonly run: string; readonly submit: string }[]
}

/** Runs a benchmark's subjects both ways and compares outcome, reason and score of each job. `own` and `shared` are the stores that the two write. */
export async function parity(
  benchmark: string,
  subjects: readonly string[],
  options: readonly string[],
  { nats, own, shared }: { nats: string; own: string; shared: string },
): Promise<Parity> {
  const all = [benchmark, ...subjects.flatMap((subject) => ['--samples', subject]), ...options, '--json']
  const here = await verdicts(own, await assay('run', '--store', own, ...all))
  const there = await verdicts(shared, await assay('submit', '--nats', nats, '--wait', ...all))
  const found = [...here.values()]
  const are = (outcome: string) => found.filter((verdict) => verdict.startsWith(outcome)).length
  return {
    trials: here.size,
    passed: are('passed'),
    failed: are('failed'),
    void: are('void'),
    differences: [...new Set([...here.keys(), ...there.keys()])]
      .map((job) => ({ job, run: here.get(job) ?? 'none', submit: there.get(job) ?? 'none' }))
      .filter(({ run, submit }) => run !== submit),
  }
}

/** What became of each job of a run. The id of a job says all that decides its verdict, and nothing of the run. */
async function verdicts(url: string, run: string): Promise<Map<string, string>> {
  await using store = await openStore(url)
  const found = new Map<string, string>()
  for await (const { job, outcome, reason, score } of store.summaries(run))
    found.set(job, `${outcome} ${reason} ${score}`)
  return found
}

/** Runs a command, and resolves to the id of its run. */
async function assay(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  try {
    return (JSON.parse(stdout) as { run: string }).run
  } catch {
    throw new Error(`assay ${args.join(' ')} ended with ${child.exitCode}: ${stderr}`)
  }
}
