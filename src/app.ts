import { availableParallelism } from 'node:os'
import type { UntrustedCode } from './author/untrusted/code.ts'
import type { Benchmark, Sandboxes, SandboxSpec, TaskFunction, TaskRef } from './domain/index.ts'

/**
 * The one place where ports meet adapters. Adapters are imported when they are first needed: a run in isolates never waits
 * for the Docker client to load, nor a recorded one for the model SDKs.
 */
export interface SandboxOptions {
  /** Sandboxes of each role at once. */
  readonly concurrency: number
  /** Where the Docker engine listens, as in DOCKER_HOST. */
  readonly dockerHost?: string | undefined
}

/** Trials at once where nobody says otherwise: the processors, and one more to fill the waits. */
export const defaultConcurrency = () => availableParallelism() + 1

/** Both kinds of sandboxes, each started at its first use. */
export function allSandboxes({ concurrency, dockerHost }: SandboxOptions): Sandboxes {
  const started = new Map<SandboxSpec['kind'], Promise<Sandboxes>>()
  const start = (kind: SandboxSpec['kind']): Promise<Sandboxes> => {
    let sandboxes = started.get(kind)
    if (sandboxes === undefined) {
      sandboxes =
        kind === 'isolate'
          ? import('../sandboxes/isolate/index.ts').then(({ isolateSandboxes }) => isolateSandboxes({ concurrency }))
          : import('../sandboxes/docker/index.ts').then(({ dockerSandboxes }) =>
              dockerSandboxes({ concurrency, ...(dockerHost !== undefined && { dockerHost }) }),
            )
      started.set(kind, sandboxes)
    }
    return sandboxes
  }
  return {
    open: async (request, signal) => (await start(request.spec.kind)).open(request, signal),
    digest: async (spec, signal) => (await start(spec.kind)).digest(spec, signal),
    async [Symbol.asyncDispose]() {
      const ended = await Promise.allSettled(
        [...started.values()].map(async (one) => (await one)[Symbol.asyncDispose]()),
      )
      const failure = ended.find((one) => one.status === 'rejected')
      if (failure !== undefined) throw failure.reason
    },
  }
}

/** How the code of benchmarks runs: as a part of this process, where nobody says otherwise, or in isolates. */
export type CodeRunner = Pick<UntrustedCode, 'benchmark' | 'task'>

/** Runs the code of benchmarks in isolates, which reach nothing but our API. */
export async function untrustedCode(sandboxes: Sandboxes): Promise<CodeRunner> {
  const { UntrustedCode } = await import('./author/untrusted/code.ts')
  return new UntrustedCode({ sandboxes })
}

/** A benchmark by its name, or from a folder (a Harbor task's too), a .yaml or a code file. */
export async function findBenchmark(ref: string, code?: CodeRunner): Promise<Benchmark> {
  if (await isHarbor(ref)) return findHarbor(ref)
  const [{ BENCHMARK_ROOTS, loadBenchmark }, { codeFile }] = await Promise.all([
    import('./tasks/index.ts'),
    import('./author/find.ts'),
  ])
  const file = codeFile(ref, BENCHMARK_ROOTS)
  if (file === undefined) return loadBenchmark(ref)
  if (code !== undefined) return code.benchmark(file)
  const { loadCode } = await import('./author/load.ts')
  return (await loadCode(file)).benchmark
}

/** The function that a job's task names. */
export async function taskOf(ref: TaskRef, code?: CodeRunner): Promise<TaskFunction> {
  if (ref.kind === 'declared') return (await import('./tasks/index.ts')).taskFunction(ref)
  if (await isHarbor(ref.benchmark)) return (await import('./author/harbor/load.ts')).harborTask(ref)
  if (code !== undefined) return code.task(ref)
  const { codeTask } = await import('./author/load.ts')
  return codeTask(ref)
}

const isHarbor = async (ref: string) => (await import('./author/harbor/folder.ts')).isHarborFolder(ref)

/** A Harbor task; the image of its trials is built here unless it is there. */
async function findHarbor(ref: string): Promise<Benchmark> {
  const [{ LINKS, loadHarbor }, { workImage }] = await Promise.all([
    import('./author/harbor/load.ts'),
    import('../sandboxes/docker/folder.ts'),
  ])
  return loadHarbor(
    ref,
    ({
      config: {
        environment: { docker_image: image },
      },
      environment,
    }) =>
      workImage(
        image === undefined ? { context: environment } : { image },
        LINKS,
        process.env.DOCKER_HOST,
        new AbortController().signal,
      ),
  )
}
