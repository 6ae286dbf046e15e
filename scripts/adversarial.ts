// npm run test:adversarial: the whole corpus of hostile programs in every mode, as a table. Exits with 1 where anything scored,
// escaped, hurt a neighbour or stayed behind. `--only TEXT` takes the programs whose name holds the text; `--mode` one mode.
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { answers, judgeAnswer } from '../test/adversarial/answers.ts'
import { Arena, each, MODES, type Mode } from '../test/adversarial/arena.ts'
import { call } from '../test/adversarial/calling.ts'
import { agents } from '../test/adversarial/calls.ts'
import { bouts, hold } from '../test/adversarial/cheating.ts'
import { nameOf } from '../test/adversarial/corpus.ts'
import { inputs, tryInput } from '../test/adversarial/inputs.ts'
import { rage, roughs } from '../test/adversarial/rough.ts'
import { children } from '../test/support/leaks.ts'

interface Row {
  readonly mode: Mode | 'tools' | 'engine'
  items: number
  scored: number
  escapes: number
  hurt: number
  leftovers: number
  otherwise: number
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    mode: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
})
const wanted = (name: string) => name.includes(values.only)
const fooled = new Set<string>()
const rows: Row[] = []

for (const mode of MODES.filter((mode) => values.mode === undefined || values.mode === mode))
  rows.push(await inMode(mode))
if (values.mode === undefined || values.mode === 'fresh') rows.push(await byCalls())
if (values.mode === undefined) rows.push(await atEngine())

console.log('')
const head = ['mode', 'items', 'cheats that scored', 'escapes', 'neighbours hurt', 'leftovers', 'otherwise wrong']
print(head)
for (const { mode, items, scored, escapes, hurt, leftovers, otherwise } of rows) {
  print([mode, items, scored, escapes, hurt, leftovers, otherwise])
}
console.log(`\npassed in one process with their judge, and marked so: ${[...fooled].sort().join(', ') || 'none'}`)
const bad = rows.reduce((sum, row) => sum + row.scored + row.escapes + row.hurt + row.leftovers + row.otherwise, 0)
process.exitCode = bad > 0 ? 1 : 0

async function inMode(mode: Mode): Promise<Row> {
  const row: Row = { mode, items: 0, scored: 0, escapes: 0, hurt: 0, leftovers: 0, otherwise: 0 }
  const arena = new Arena(mode, 8)
  console.log(
    `${mode}: ${bouts(arena).length} bouts of cheats with judges, then ${roughs(arena, 'escapes').length} escapes and ${roughs(arena, 'exhaustion').length} that take everything`,
  )
  await each(
    bouts(arena).filter(({ cheat }) => wanted(nameOf(cheat))),
    3,
    async (bout) => {
      const outcome = await hold(arena, bout)
      row.items++
      if (outcome.scored) row.scored++
      if (outcome.fooled) fooled.add(outcome.name)
      told(mode, outcome.name, outcome.flaws)
      if (outcome.flaws.length > 0 && !outcome.scored) row.otherwise++
    },
  )
  for (const group of ['escapes', 'exhaustion'] as const) {
    for (const hostile of roughs(arena, group).filter((one) => wanted(nameOf(one)))) {
      const { name, escaped, hurt, flaws } = await rage(arena, hostile)
      row.items++
      if (escaped) row.escapes++
      if (hurt) row.hurt++
      told(mode, name, flaws)
      if (flaws.length > 0 && !escaped && !hurt) row.otherwise++
    }
  }
  const left = [...(await arena.leftBehind()), ...(await processesLeft())]
  row.leftovers = left.length
  told(mode, 'the end', left)
  return row
}

/** Agents that make hostile calls, in containers of their own. */
async function byCalls(): Promise<Row> {
  const row: Row = { mode: 'tools', items: 0, scored: 0, escapes: 0, hurt: 0, leftovers: 0, otherwise: 0 }
  const arena = new Arena('fresh', 8)
  for (const hostile of agents.filter(({ name }) => wanted(name))) {
    const { name, scored, escaped, hurt, flaws } = await call(arena.sandboxes, hostile)
    row.items++
    if (scored) row.scored++
    if (escaped) row.escapes++
    if (hurt) row.hurt++
    if (flaws.length > 0 && !scored && !escaped && !hurt) row.otherwise++
    told('tools', name, flaws)
  }
  const left = await arena.leftBehind()
  row.leftovers = left.length
  told('tools', 'the end', left)
  return row
}

async function atEngine(): Promise<Row> {
  const row: Row = { mode: 'engine', items: 0, scored: 0, escapes: 0, hurt: 0, leftovers: 0, otherwise: 0 }
  await using arena = new Arena('isolate', 1)
  for (const answer of answers.filter(({ name }) => wanted(name))) {
    const flaws = await judgeAnswer(arena, answer)
    row.items++
    if (flaws.some((flaw) => flaw === 'scored')) row.scored++
    else if (flaws.length > 0) row.otherwise++
    told('engine', answer.name, flaws)
  }
  for (const input of inputs.filter(({ name }) => wanted(name))) {
    const flaws = await tryInput(input)
    row.items++
    if (flaws.length > 0) row.otherwise++
    told('engine', input.name, flaws)
  }
  return row
}

function told(mode: string, name: string, flaws: readonly string[]): void {
  for (const flaw of flaws) console.log(`${mode}  ${name}: ${flaw}`)
  if (flaws.length === 0 && values.verbose) console.log(`${mode}  ${name}: held`)
}

function print(cells: readonly (string | number)[]): void {
  console.log(
    cells
      .map((cell, index) => (index === 0 ? String(cell).padEnd(10) : String(cell).padStart(head[index]!.length + 2)))
      .join(''),
  )
}

/** Processes of ours that still run; one that was just killed is there until the kernel has let it go. */
async function processesLeft(): Promise<string[]> {
  for (let tries = 0; tries < 100 && children().length > 0; tries++) await setTimeout(100)
  return children()
}
