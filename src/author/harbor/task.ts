import {
  type Benchmark,
  FaultError,
  type FileEntry,
  type Files,
  limits,
  type PartialLimits,
  type RecordedAnswer,
  type TaskFunction,
} from '../../domain/index.ts'
import { furnish } from '../../tasks/furnish.ts'
import { agent } from '../agent/agent.ts'
import { contextOf } from '../context.ts'
import { functionOf, type Kit } from '../kit.ts'
import { docker, task } from '../task.ts'
import { bash } from '../tools/bash.ts'
import { editor } from '../tools/editor.ts'
import { told } from '../tools/told.ts'
import { bytesOfSize, type FolderFiles, type HarborFolder } from './folder.ts'

/** Where the image's /tests, /logs and /solution lead to, inside the work folder: all else in a cell is read-only. */
const OWN = '.assay'
/** Where the image keeps what its work folder held. */
const SEED = '/assay-seed'
const HOUR = 3_600_000
const GiB = 2 ** 30

const SYSTEM =
  'You work in a Linux container without a network, as a user without privileges. Work with the tools you have; when the task is done, say so without calling a tool.'

/** Files that test runners load by themselves. An agent's own are left behind, unless the environment had them. */
const HOOKS = /(?:^|\/)(?:conftest\.py|sitecustomize\.py|usercustomize\.py|[^/]*\.pth)$/

/** A Harbor task as a benchmark of one task and one sample; `image` was made by `prepareImage`. */
export function harborBenchmark(folder: HarborFolder, image: string): Benchmark {
  const { name, path, digest, instruction, config } = folder
  const { difficulty, category } = config.metadata as { difficulty?: unknown; category?: unknown }
  const card = {
    ...config.task,
    ...(difficulty !== undefined && { difficulty }),
    ...(category !== undefined && { category }),
  }
  const data = { instruction }
  return {
    name,
    version: config.version ?? '1.0',
    digest,
    metric: 'pass@1',
    card: JSON.parse(JSON.stringify({ description: config.task.description, ...card })) as Benchmark['card'],
    source: path,
    tasks: [
      {
        name,
        weight: 1,
        ref: { kind: 'code', name, benchmark: path, digest },
        sandbox: docker(image),
        limits: limits(limitsOf(folder)),
        samples: () => [{ id: name, data }],
        subjects: {
          reference: () => ({ kind: 'recorded', name: 'reference', answers: oracle(folder.solution) }),
        },
        prompt: () => instruction,
      },
    ],
  }
}

/** The function that puts a Harbor task to an agent and lets the tests judge what it left. */
export function harborFunction(folder: HarborFolder): TaskFunction {
  const agentMs = Math.min(HOUR, folder.config.agent.timeout_sec * 1000)
  return functionOf(
    task({
      name: folder.name,
      samples: [{}],
      async run(kit) {
        await seed(kit)
        const before = await filesIn(kit)
        await agent(kit, {
          system: SYSTEM,
          prompt: folder.instruction,
          tools: [bash(kit, { timeoutMs: agentMs }), editor(kit)],
          limits: { turns: 200, wallMs: agentMs },
        })
        const left = new Map([...(await filesIn(kit))].filter(([path]) => !HOOKS.test(path) || before.has(path)))
        return judge(kit, folder, left)
      },
    }),
  )
}

function limitsOf({ config: { environment, agent, verifier } }: HarborFolder): PartialLimits {
  const wallMs = Math.min(HOUR, Math.max(agent.timeout_sec, verifier.timeout_sec) * 1000)
  const memory = bytesOfSize(environment.memory_mb, environment.memory) ?? 2 * GiB
  const disk = bytesOfSize(environment.storage_mb, environment.storage) ?? 2 * GiB
  return {
    wallMs,
    cpuMs: wallMs,
    memoryBytes: Math.min(64 * GiB, Math.max(16 * 2 ** 20, memory)),
    diskBytes: Math.min(16 * GiB, disk),
    processes: 512,
    outputBytes: 8 * 2 ** 20,
  }
}

/** The reference: an agent that puts the solution's files into place and runs solve.sh, with the tools that every agent has. */
function oracle(solution: FolderFiles): RecordedAnswer[] {
  const names = [...solution.keys()]
  const place = (name: string) => `/work/${OWN}/solution/${name}`
  const unpack = names.map((name) => `base64 -d < ${quoted(`${place(name)}.b64`)} > ${quoted(place(name))}`)
  const calls = names.map((name) => ({
    name: 'editor',
    arguments: {
      command: 'create',
      path: `${place(name)}.b64`,
      file_text: solution.get(name)!.data.toString('base64'),
    },
  }))
  if (!solution.has('solve.sh')) return [{ text: 'there is no solution/solve.sh', form: 'text' }]
  return [
    { text: '', form: 'text', calls },
    {
      text: '',
      form: 'text',
      calls: [{ name: 'bash', arguments: { command: [...unpack, 'bash /solution/solve.sh'].join('\n') } }],
    },
    { text: 'done', form: 'text' },
  ]
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

/** Fills the work folder with what the image had in it. */
async function seed(kit: Kit): Promise<void> {
  const line = `mkdir -p ${OWN}/logs/verifier ${OWN}/logs/agent ${OWN}/tests ${OWN}/solution && [ ! -d ${SEED} ] || cp -R ${SEED}/. .`
  const result = await kit.sandbox.shell(line)
  if (result.ending.kind !== 'exited' || result.ending.code !== 0)
    throw new FaultError('bad-job', `the environment does not fit into the work folder: ${told(result)}`)
}

const filesIn = async (kit: Kit): Promise<Files> => {
  const { sandbox, signal } = contextOf(kit)
  const { files } = await (await sandbox('solution')).read(['.'], signal)
  return new Map([...files].filter(([path]) => !path.startsWith(`${OWN}/`)))
}

/** Runs the tests in a fresh sandbox on the files that the agent left, and gives the reward that they write. */
async function judge(
  kit: Kit,
  { tests, config: { verifier, environment } }: HarborFolder,
  left: Files,
): Promise<number> {
  const { sandbox, signal, record, check } = contextOf(kit)
  const court = await sandbox('solution', { fresh: true })
  const own = [...tests].map(([path, entry]): [string, FileEntry] => [`${OWN}/tests/${path}`, entry])
  await furnish(court, new Map([...own, [`${OWN}/logs/verifier/.keep`, { data: Buffer.alloc(0) }]]), left, signal)
  record({ kind: 'shared', reason: 'the tests run the files that the agent left' })
  const result = await court.exec(
    {
      argv: ['bash', '/tests/test.sh'],
      env: { ...environment.env, ...verifier.env },
      limits: { wallMs: Math.min(HOUR, verifier.timeout_sec * 1000) },
    },
    signal,
  )
  const { files } = await court.read([`${OWN}/logs/verifier`], signal)
  const reward = rewardOf(kit, files, result.ending.kind === 'exited' ? result.ending.code : undefined)
  const message = told(result).slice(-1500)
  const reason =
    result.ending.kind === 'limited' && result.ending.limit === 'wall' ? { reason: 'wall-limit' as const } : {}
  check({ name: 'tests', passed: reward >= 1, ...(reward < 1 && { message, ...reason }) })
  return reward
}

/** The reward that the tests wrote, from 0 to 1; where they wrote none, whether they exited with 0. */
function rewardOf(kit: Kit, files: Files, code: number | undefined): number {
  const text = (name: string) => {
    const entry = files.get(`${OWN}/logs/verifier/${name}`)
    return entry && Buffer.from(entry.data).toString().trim()
  }
  const json = text('reward.json')
  if (json !== undefined) {
    const figures = Object.entries(parsed(json)).filter((pair): pair is [string, number] => Number.isFinite(pair[1]))
    for (const [name, figure] of figures) if (name !== 'reward') kit.measure(name, figure)
    const own = figures.find(([name]) => name === 'reward')?.[1]
    const mean = figures.reduce((sum, [, figure]) => sum + figure, 0) / Math.max(1, figures.length)
    return within(kit, own ?? mean)
  }
  const plain = text('reward.txt')
  if (plain !== undefined) return within(kit, plain === '' ? 0 : Number(plain))
  kit.note('the tests wrote no reward; their exit code decides')
  return code === 0 ? 1 : 0
}

function parsed(json: string): Record<string, unknown> {
  try {
    const data: unknown = JSON.parse(json)
    return data !== null && typeof data === 'object' ? (data as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function within(kit: Kit, reward: number): number {
  if (reward >= 0 && reward <= 1) return reward
  kit.note(`the reward ${reward} is not from 0 to 1`)
  return reward > 1 ? 1 : 0
}
