import { hostname } from 'node:os'
import type { Command } from 'commander'
import { allSandboxes, defaultConcurrency } from '../app.ts'
import { BadInputError, Isolation } from '../domain/index.ts'
import { type NatsOptions, natsOptions } from './nats.ts'
import { integer, oneOf, several } from './parse.ts'
import { stopOnSignals } from './signals.ts'

interface Options extends NatsOptions {
  slots?: number
  capability?: string[]
  isolation?: Isolation
  trusted?: boolean
  untrusted?: boolean
  name?: string
}

const ALL = ['isolate', 'docker', 'model', 'code']

export function register(program: Command): void {
  natsOptions(program.command('worker'))
    .description('Take jobs from NATS JetStream and run them. SIGTERM finishes what is in hand; a second one drops it.')
    .option('--slots <n>', `jobs at once (default ${defaultConcurrency()} here)`, integer('slots', 1, 1024))
    .option(
      '--capability <name>',
      'what it can do: isolate, docker, docker.IMAGE, model (live models; keys in the environment), code (tasks in code); may be repeated (default: all)',
      several,
    )
    .option(
      '--isolation <how>',
      'fresh: a container per trial, whatever a run allows',
      oneOf('isolation', Isolation.options),
    )
    .option(
      '--trusted',
      'run the code of benchmarks in this process, with all that it may do; without it, in isolates (docs/security.md)',
    )
    .option('--untrusted', 'run the code of benchmarks in isolates: the default')
    .option('--name <name>', 'how it is called in traces and logs')
    .action(run)
}

async function run(options: Options): Promise<void> {
  const [{ openBroker }, { linkLog, openLog }, { runWorker }] = await Promise.all([
    import('../queue/nats/index.ts'),
    import('../server/log.ts'),
    import('../server/worker.ts'),
  ])
  const { nats: url, natsCreds: credentials, slots = defaultConcurrency(), capability = ALL, isolation } = options
  const strange = capability.find((name) => !/^(isolate|docker|docker\..+|model|code)$/.test(name))
  if (strange !== undefined)
    throw new BadInputError(`--capability ${strange}: give isolate, docker, docker.IMAGE, model or code`)
  if (options.trusted && options.untrusted) throw new BadInputError('give --trusted or --untrusted, not both')
  const log = openLog('assay-worker')
  using signals = stopOnSignals()
  await using broker = await openBroker({
    url,
    credentials,
    name: 'assay-worker',
    log: linkLog(log),
    patience: signals.stop,
  })
  await using sandboxes = allSandboxes({ concurrency: slots, dockerHost: process.env.DOCKER_HOST })
  const worker = options.name ?? `${hostname()}-${process.pid}`
  const parts = { broker, sandboxes, log, worker, slots, capabilities: capability, ...(isolation && { isolation }) }
  await runWorker({ ...parts, trusted: options.trusted === true }, signals.stop, signals.kill)
}
