import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { assay } from '../support/assay.ts'
import { dockerAnswers } from '../support/need.ts'

const folder = mkdtempSync(join(tmpdir(), 'assay-docs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const page = readFileSync(join(import.meta.dirname, '../../docs/benchmarks.md'), 'utf8')
const files = [...page.matchAll(/^```\w+ (\S+\/\S+)\n(.*?)^```$/gms)].map(([, path, text]) => ({
  path: path!,
  text: text!,
}))
for (const { path, text } of files) {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}
const examples = [...new Set(files.map(({ path }) => dirname(path)))]
const inContainers = new Set(['asserts', 'stdio', 'program', 'script', 'services'])

test('the page has an example of every grader but the judge, and of services', () => {
  expect(examples.sort()).toEqual([
    'answer',
    'asserts',
    'calls',
    'program',
    'script',
    'services',
    'state',
    'stdio',
    'tool-calls',
  ])
})

describe.each(examples)('the example of %s', (name) => {
  test.runIf(dockerAnswers || !inContainers.has(name))('passes with its reference and fails with nothing', async () => {
    const argv = [
      'run',
      join(folder, name),
      '--samples',
      'reference',
      '--samples',
      'empty',
      '--isolation',
      'reuse',
      '--json',
    ]
    const { code, out, err } = await assay(folder, [...argv, '--store', `sqlite:${join(folder, name)}.db`])
    expect([code, err]).toEqual([0, expect.any(String)])
    const { trials, passed, scored } = JSON.parse(out)
    expect({ scored, passed }).toEqual({ scored: trials, passed: trials / 2 })
  })
})
