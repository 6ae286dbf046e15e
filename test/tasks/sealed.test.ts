import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { allSandboxes } from '../../src/app.ts'
import { GRADING_VERSION, jobId, type Sample, type TaskRef } from '../../src/domain/index.ts'
import { runTrial } from '../../src/engine/index.ts'
import { recordedModel } from '../../src/models/recorded.ts'
import type { Definition } from '../../src/tasks/declared/schema.ts'
import { loadBenchmark, taskFunction } from '../../src/tasks/index.ts'
import { bondOf, type Seal, unsealed } from '../../src/tasks/sealed.ts'
import { assay as run } from '../support/assay.ts'

const CANARY = 'canary-7f3a91c2'
const folder = mkdtempSync(join(tmpdir(), 'assay-sealed-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (...path: string[]) => join(folder, ...path)
let identity = ''

/** Runs the command where no identity is but the one given. */
async function assay(argv: string[], env: Record<string, string> = {}) {
  const { code, out, err } = await run(folder, argv, { ASSAY_SEAL_IDENTITY: '', ...env })
  return { code, stdout: out, stderr: err }
}
const withKey = (args: string[]) => assay(args, { ASSAY_SEAL_IDENTITY: identity })

beforeAll(async () => {
  identity = await generateIdentity()
  writeFileSync(
    at('benchmark.yaml'),
    `name: secrets
version: 1.0.0
tasks:
  - name: echo
    dataset: rows.jsonl
    id: "{{id}}"
    prompt: "Write a JavaScript function echo(x) that returns x."
    language: javascript
    sandbox: isolate
    grader: { kind: calls, entry: echo, cases: "{{cases}}" }
    subjects: { reference: { solution: "{{solution}}" } }
`,
  )
  const rows = [1, 2, 3].map((n) => ({
    id: `s${n}`,
    cases: [{ args: [`${CANARY}-${n}`], expected: `${CANARY}-${n}` }],
    solution: `const echo = (x) => x // ${CANARY}`,
  }))
  writeFileSync(at('rows.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'))
  const answers = [
    'const echo = (x) => { console.log(x); console.error(x); return x }',
    'const echo = (x) => { throw new Error(x) }',
    'const echo = (x) => [x, x]',
  ]
  writeFileSync(
    at('answers.jsonl'),
    answers.map((solution, n) => JSON.stringify({ task_id: `s${n + 1}`, solution, model: 'm' })).join('\n'),
  )
  const sealed = await assay([
    'seal',
    folder,
    '--columns',
    'cases,solution',
    '--to',
    await identityToRecipient(identity),
    '--out',
    at('sealed'),
  ])
  expect(sealed).toMatchObject({ code: 0, stdout: expect.stringMatching(/commitment of echo: [0-9a-f]{64}/) })
})

test('a sealed benchmark shows nothing of what is hidden, and runs only where the key is', async () => {
  for (const name of readdirSync(at('sealed'), { recursive: true }) as string[]) {
    if (!/\./.test(name)) continue
    expect(readFileSync(at('sealed', name)).includes(CANARY)).toBe(false)
  }
  const run = ['run', at('sealed'), '--samples', at('answers.jsonl'), '--store', `sqlite:${at('none.db')}`]
  expect(await assay(run)).toMatchObject({ code: 2, stderr: expect.stringContaining('ASSAY_SEAL_IDENTITY_FILE') })
  const other = await assay(run, { ASSAY_SEAL_IDENTITY: await generateIdentity() })
  expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('opens no key') })
})

test('no trace, export or message of a run holds a hidden value, and its verdicts are those of the open benchmark', async () => {
  const store = ['--store', `sqlite:${at('sealed.db')}`]
  const run = await withKey(['run', at('sealed'), '--samples', at('answers.jsonl'), '--json', ...store])
  expect(run).toMatchObject({ code: 0 })
  const result = JSON.parse(run.stdout)
  expect(result).toMatchObject({ trials: 3, scored: 3, passed: 1 })
  const outputs = [run.stdout, run.stderr]
  for (const format of ['jsonl', 'csv', 'junit', 'inspect', 'atif']) {
    outputs.push((await withKey(['export', result.run, '--format', format, ...store])).stdout)
  }
  const lines = outputs[2]!
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map((line) => [line.sample, line.outcome, line.reason])).toEqual([
    ['s1', 'passed', null],
    ['s2', 'failed', 'runtime-error'],
    ['s3', 'failed', 'wrong-answer'],
  ])
  for (const { trial } of lines) {
    outputs.push(
      (await withKey(['show', trial, ...store])).stdout,
      (await withKey(['show', trial, '--json', ...store])).stdout,
    )
  }
  outputs.push(
    (await withKey(['board', ...store])).stdout,
    (await withKey(['verify', 'latest', '--rerun', ...store])).stdout,
  )
  expect(outputs.filter((text) => text.includes(CANARY))).toEqual([])
  expect(outputs.at(-1)).toContain('3 verdicts compared, 0 differ')
  // The control: the same run of the open benchmark does show it.
  const open = await assay([
    'run',
    folder,
    '--samples',
    at('answers.jsonl'),
    '--store',
    `sqlite:${at('open.db')}`,
    '--json',
  ])
  expect(JSON.parse(open.stdout)).toMatchObject({ passed: 1, scored: 3 })
  const shown = await assay(['export', 'latest', '--format', 'inspect', '--store', `sqlite:${at('open.db')}`])
  expect(shown.stdout).toContain(CANARY)
})

test('what is revealed is held against the commitment', async () => {
  const store = ['--store', `sqlite:${at('sealed.db')}`]
  expect(await withKey(['reveal', at('sealed'), '--out', at('revealed.jsonl')])).toMatchObject({ code: 0 })
  expect(await assay(['verify', 'latest', '--revealed', at('revealed.jsonl'), ...store])).toMatchObject({ code: 0 })
  writeFileSync(at('forged.jsonl'), readFileSync(at('revealed.jsonl'), 'utf8').replace(CANARY, 'another'))
  expect(await assay(['verify', 'latest', '--revealed', at('forged.jsonl'), ...store])).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('committed'),
  })
})

test('unsealing gives the benchmark back as it was', async () => {
  expect(await withKey(['unseal', at('sealed'), '--out', at('again')])).toMatchObject({ code: 0 })
  const run = await assay([
    'run',
    at('again'),
    '--samples',
    'reference',
    '--json',
    '--store',
    `sqlite:${at('again.db')}`,
  ])
  expect(JSON.parse(run.stdout)).toMatchObject({ passed: 3, scored: 3 })
})

test('what the subject sees, and its reference, cannot be sealed into a run', async () => {
  const recipient = await identityToRecipient(identity)
  const seen = await assay(['seal', folder, '--columns', 'id', '--to', recipient, '--out', at('x')])
  expect(seen).toMatchObject({ code: 2, stderr: expect.stringContaining('id') })
  const reference = await withKey(['run', at('sealed'), '--samples', 'reference', '--store', `sqlite:${at('none.db')}`])
  expect(reference).toMatchObject({ code: 2, stderr: expect.stringContaining('is sealed') })
  const wrong = await assay(['seal', folder, '--columns', 'cases', '--to', 'nobody', '--out', at('x')])
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('age') })
})

test('a sealed benchmark whose prompt was changed to show what is hidden does not run', async () => {
  const yaml = readFileSync(at('sealed', 'benchmark.yaml'), 'utf8')
  for (const change of ['prompt: "{{cases}}"', 'prompt: "Write echo."\n    system: "{{cases.0.expected}}"']) {
    const name = `changed-${change.length}.yaml`
    writeFileSync(at('sealed', name), yaml.replace(/prompt: .*/, change))
    const { code, stdout, stderr } = await withKey(['run', at('sealed', name), '--samples', 'answers.jsonl'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/it shows cases, which is sealed/)
    expect(stdout + stderr).not.toContain(CANARY)
  }
})

test('a sealed row opens for the task that it was sealed for, and for no other', async () => {
  const yaml = readFileSync(at('sealed', 'benchmark.yaml'), 'utf8')
  writeFileSync(at('sealed', 'oracle.yaml'), yaml.replace('entry: echo', 'entry: "valueOf"'))
  const planned = await withKey(['run', at('sealed', 'oracle.yaml'), '--samples', at('answers.jsonl')])
  expect(planned).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('sealed for a task that says something else'),
  })
  // Nor where a client plans by itself, and asks a worker that has the key.
  process.env['ASSAY_SEAL_IDENTITY'] = identity
  try {
    const { tasks } = await loadBenchmark(at('sealed'))
    const [task] = tasks
    const { definition } = task!.ref as unknown as { definition: Definition }
    const [sample] = [...(task!.samples(0) as Iterable<Sample>)]
    const open = { ...definition, seal: definition.seal! }
    expect(JSON.stringify(await unsealed(sample!, open, process.env))).toContain(CANARY)
    const [, other] = [...(task!.samples(0) as Iterable<Sample>)]
    const changed: [Definition & { seal: Seal }, Sample][] = [
      [{ ...open, grader: { ...definition.grader, entry: 'isItA' } }, sample!],
      [{ ...open, forbid: ['{{cases.0.expected}}'] }, sample!],
      [{ ...open, language: 'typescript' }, sample!],
      [open, { ...sample!, data: { ...sample!.data, entry: 'mine' } }],
      [open, { ...sample!, id: 's2' }],
      [open, { ...sample!, data: other!.data }],
    ]
    for (const [asked, given] of changed) {
      await expect(unsealed(given, asked, process.env)).rejects.toThrow('sealed for a task that says something else')
      // Nor by telling of another bond: it is bound to the ciphertext.
      const forged = String(given.data['$sealed']).replace(/^[0-9a-f]+/, bondOf(asked, given))
      const claimed = { ...given, data: { ...given.data, $sealed: forged } }
      await expect(unsealed(claimed, asked, process.env)).rejects.toThrow('cannot be opened with this key')
    }
  } finally {
    delete process.env['ASSAY_SEAL_IDENTITY']
  }
})

test('a job that does not say that its task is sealed opens nothing', async () => {
  process.env['ASSAY_SEAL_IDENTITY'] = identity
  await using sandboxes = allSandboxes({ concurrency: 1 })
  try {
    const { tasks, name, version } = await loadBenchmark(at('sealed'))
    const { ref, samples, limits, sandbox } = tasks[0]!
    const [sample] = [...(samples(0) as Iterable<Sample>)]
    const recorded = { text: 'const echo = (x) => { throw new Error(x) }', form: 'solution' as const }
    const { sealed: _, ...unmarked } = ref as TaskRef & { sealed?: true }
    const trialOf = (task: TaskRef) => {
      const content = {
        benchmark: { name, version },
        task,
        sample: sample!,
        subject: { kind: 'recorded' as const, name: 'm', answers: [recorded] },
        roles: {},
        attempt: 0,
        seed: 0,
        limits,
        ...(sandbox && { sandbox }),
        grading: GRADING_VERSION,
      }
      const models = { subject: () => recordedModel('m', [recorded]), role: () => recordedModel('m', [recorded]) }
      const job = { id: jobId(content), run: 'r', isolation: 'reuse' as const, ...content }
      return runTrial(job, 1, { tasks: taskFunction, models, sandboxes }, new AbortController().signal)
    }
    const honest = await trialOf(ref)
    expect(honest.outcome).toMatchObject({ kind: 'scored', score: { passed: false } })
    const trial = await trialOf(unmarked as TaskRef)
    expect(trial.outcome).toMatchObject({
      kind: 'void',
      fault: { message: expect.stringContaining('does not say so') },
    })
    expect(JSON.stringify([honest.trace, trial])).not.toContain(CANARY)
  } finally {
    delete process.env['ASSAY_SEAL_IDENTITY']
  }
})
