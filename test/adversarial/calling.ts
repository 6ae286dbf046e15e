import type { Sandboxes } from '../../src/domain/index.ts'
import { agent, docker, type Rehearsal, rehearse, task, tools } from '../../src/index.ts'
import type { HostileAgent } from './calls.ts'
import { CANARY } from './rough.ts'

/** What came of an agent that worked against its tools. */
export interface Called {
  readonly name: string
  readonly scored: boolean
  readonly escaped: boolean
  readonly hurt: boolean
  readonly flaws: readonly string[]
}

/** What the model gets of one answer at most, in characters, with what is said of the cut. */
const MOST = 20_100

/** Lets a hostile agent make its calls, with an honest one beside it that must pass. */
export async function call(sandboxes: Sandboxes, hostile: HostileAgent): Promise<Called> {
  const told: string[] = []
  const [tried, honest] = await Promise.all([trial(sandboxes, hostile, told), trial(sandboxes, HONEST, [])])
  const flaws: string[] = []
  let escaped = false
  if (tried.fault !== undefined) flaws.push(`made its trial void: ${tried.fault.message}`)
  if (tried.passed) flaws.push('scored')
  for (const [place, text] of told.entries()) {
    if (text.includes('escaped') || text.includes(CANARY)) {
      escaped = true
      flaws.push(`got out by call ${place}: ${text.slice(0, 200)}`)
    }
    if (text.length > MOST) flaws.push(`call ${place} was answered with ${text.length} characters`)
  }
  for (const [place, pattern] of Object.entries(hostile.says ?? {})) {
    const text = told[Number(place)]
    if (text === undefined || !pattern.test(text))
      flaws.push(`call ${place} was answered with ${JSON.stringify(text?.slice(0, 300))}`)
  }
  if (!honest.passed)
    flaws.push(
      `the honest agent beside it did not pass: ${JSON.stringify(honest.fault ?? honest.checks).slice(0, 300)}`,
    )
  return { name: hostile.name, scored: tried.passed, escaped, hurt: !honest.passed, flaws }
}

const HONEST: HostileAgent = {
  name: 'honest',
  tries: 'does as it is told',
  image: 'bash',
  make: (kit) => [tools.bash(kit)],
  turns: [[['bash', { command: 'echo hello > answer.txt' }]]],
}

/**
 * The task of all: to leave `hello` in answer.txt. What tells is read by a program that comes later, in the agent's own sandbox, as
 * many benchmarks have it; so an agent can spoil its own trial, and must not be able to make it void by that.
 */
function trial(sandboxes: Sandboxes, { image, make, turns }: HostileAgent, told: string[]): Promise<Rehearsal> {
  const script = [
    ...turns.map((turn) => ({ calls: turn.map(([name, args]) => ({ name, arguments: args as never })) })),
    'done',
  ]
  const own = task({
    name: 'hello',
    samples: [{}],
    sandbox: docker(image),
    limits: { wallMs: 6_000, cpuMs: 4_000, outputBytes: 4_000_000 },
    async run(kit) {
      const outcome = await agent(kit, {
        prompt: 'write hello into answer.txt',
        tools: [...(await make(kit)), tools.submit()],
      })
      told.push(...outcome.calls.map(({ output }) => output))
      await kit.sandbox.write({ 'check.sh': '[ "$(cat answer.txt)" = hello ]' })
      const { ending } = await kit.sandbox.exec(['sh', 'check.sh'])
      kit.check.equal(ending, { kind: 'exited', code: 0 })
    },
  })
  return rehearse(own, { model: script, sandboxes })
}
