import { FaultError } from '../../src/domain/errors.ts'
import { limits as wholeLimits } from '../../src/domain/limits.ts'
import type {
  FileEntry,
  Files,
  LoadedModule,
  Module,
  Sandbox,
  SandboxFacts,
  SandboxRequest,
} from '../../src/domain/sandbox.ts'
import { libraries } from './libraries.ts'
import { IsolateModule, type IsolateSource } from './module.ts'
import type { Pool } from './pool.ts'
import { isolatedVmVersion } from './process.ts'

/** Files in memory, and modules each in an isolate of its own. */
export class IsolateSandbox implements Sandbox {
  readonly facts: SandboxFacts = {
    kind: 'isolate',
    isolation: 'fresh',
    versions: { 'isolated-vm': isolatedVmVersion(), v8: process.versions.v8, node: process.versions.node },
  }
  readonly #request: SandboxRequest
  readonly #pool: Pool
  readonly #leave: () => void
  readonly #files = new Map<string, FileEntry>()
  readonly #modules = new Set<Promise<LoadedModule>>()
  #disposed: Promise<void> | undefined

  constructor(request: SandboxRequest, pool: Pool, leave: () => void) {
    this.#request = request
    this.#pool = pool
    this.#leave = leave
  }

  async write(files: Files): Promise<void> {
    for (const [path, file] of files) {
      if (path.startsWith('/') || path.split('/').some((part) => part === '' || part === '.' || part === '..')) {
        throw new FaultError('bad-job', `${JSON.stringify(path)} is no normalised relative path`)
      }
      this.#files.set(path, file)
    }
  }

  async read(paths: readonly string[]): Promise<{ files: Files; dropped: readonly string[] }> {
    const isAsked = (path: string): boolean =>
      paths.some((asked) => asked === '.' || path === asked || path.startsWith(`${asked}/`))
    return { files: new Map([...this.#files].filter(([path]) => isAsked(path))), dropped: [] }
  }

  async exec(): Promise<never> {
    throw new FaultError('bad-job', 'an isolate runs no commands; use a docker sandbox')
  }

  async spawn(): Promise<never> {
    throw new FaultError('bad-job', 'an isolate runs no commands; use a docker sandbox')
  }

  async load(module: Module, signal: AbortSignal): Promise<LoadedModule> {
    if (this.#disposed !== undefined) throw new FaultError('internal', 'the sandbox is closed')
    const loading = this.#load(module, signal)
    this.#modules.add(loading)
    return loading
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed ??= this.#dispose()
    return this.#disposed
  }

  async #load(module: Module, signal: AbortSignal): Promise<LoadedModule> {
    if (!isOurs(module)) {
      const { language } = module
      throw new FaultError(
        'bad-job',
        `an isolate runs javascript and typescript, not ${language}; use a docker sandbox`,
      )
    }
    const limits = wholeLimits(this.#request.limits, module.limits as Parameters<typeof wholeLimits>[0])
    const lent = libraries(module.libraries ?? [])
    const host = await this.#pool.take(limits.memoryBytes)
    host.lend(lent)
    if (module.language === 'typescript') await host.warm()
    return IsolateModule.load(
      host,
      module,
      Object.keys(lent),
      limits,
      () => this.#pool.give(host, limits.memoryBytes),
      signal,
    )
  }

  async #dispose(): Promise<void> {
    for (const loading of await Promise.allSettled(this.#modules)) {
      if (loading.status === 'fulfilled') await loading.value[Symbol.asyncDispose]()
    }
    this.#files.clear()
    this.#leave()
  }
}

function isOurs(module: Module): module is IsolateSource {
  return module.language === 'javascript' || module.language === 'typescript'
}
