// npm run test:chaos: 5,000 jobs on 4 workers, and for a minute something is killed every second. Each job must be scored once, rightly.
import { chaos } from '../test/faults/chaos.ts'

const table = await chaos({ jobs: 5_000, runs: 20, workers: 4, kills: 60, everyMs: 1_000, say: console.error })
const { jobs, trials, right, void: void_, faults, left, kills, seconds } = table
const rows: [string, number, number][] = [
  ['jobs handed in', jobs, jobs],
  ['trials stored, each once', trials, jobs],
  ['of those, with the right verdict', right, jobs],
  ['void', void_, 0],
  ['messages left on the queues', left, 0],
]
console.log(`| what | found | wanted |\n| --- | ---: | ---: |`)
for (const [what, found, wanted] of rows) console.log(`| ${what} | ${found} | ${wanted} |`)
console.log(
  `\nkilled: ${Object.entries(kills)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ')}; ${seconds} s`,
)
for (const [fault, count] of Object.entries(faults)) console.log(`void ${count} times: ${fault}`)
if (rows.some(([, found, wanted]) => found !== wanted)) process.exitCode = 1
