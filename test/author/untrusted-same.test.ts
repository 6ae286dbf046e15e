import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, describe, expect, test } from 'vitest'
import { describeDocker } from '../support/need.ts'

// Each benchmark is tried with its code trusted and untrusted: the same jobs, to their ids, and the same outcomes, checks and events.

const MINUTES = { timeout: 600_000 }

interface Compared {
  readonly benchmark: string
  readonly trials: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly differences: readonly string[]
}

async function compared(limit: number, ...benchmarks: string[]): Promise<Compared[]> {
  const args = [join(import.meta.dirname, '../support/sameness.ts'), String(limit), ...benchmarks]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  const lines = out.split('\n').filter((line) => line !== '')
  expect(lines, err).toHaveLength(benchmarks.length)
  return lines.map((line) => JSON.parse(line) as Compared)
}

const root = mkdtempSync(join(tmpdir(), 'assay-recipes-'))
afterAll(() => rmSync(root, { recursive: true }))

/** The recipes of docs/authoring.md as files; those that need containers, or those that do not. */
function recipes(inDocker: boolean): string[] {
  const page = readFileSync(join(import.meta.dirname, '../../docs/authoring.md'), 'utf8')
  return page
    .split(/^## (?=\d+\. )/m)
    .slice(1)
    .flatMap((section) => {
      const blocks = [...section.split(/^## /m)[0]!.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)]
      if (blocks.some(([, , text = '']) => text.includes('docker(')) !== inDocker) return []
      const folder = join(root, section.split('.')[0]!)
      mkdirSync(folder)
      for (const [, tag = '', text = ''] of blocks)
        writeFileSync(join(folder, tag === 'ts' ? 'recipe.ts' : tag.split(' ')[1]!), text)
      return [join(folder, 'recipe.ts')]
    })
}

describe('untrusted code gives the results of trusted code', () => {
  test('in the benchmarks that ship', MINUTES, async () => {
    const names = [
      'palindromes',
      'gsm8k-mini',
      'mmlu-mini',
      'ifeval-mini',
      'wastewater',
      'factuality-mini',
      'bfcl-multi-turn',
      'support-desk',
    ]
    for (const { benchmark, trials, outcomes, differences } of await compared(1, ...names)) {
      expect(differences, benchmark).toEqual([])
      expect(trials).toBeGreaterThan(0)
      expect(Object.keys(outcomes).filter((name) => name.includes('void'))).toEqual([])
    }
  })

  test('in the recipes of the cookbook', MINUTES, async () => {
    const all = await compared(1, ...recipes(false))
    expect(all.length).toBeGreaterThan(12)
    for (const { benchmark, outcomes, differences } of all) {
      expect(differences, benchmark).toEqual([])
      expect(Object.keys(outcomes).filter((name) => name.includes('void'))).toEqual([])
    }
  })

  test('in every part of the author’s API that needs no container', MINUTES, async () => {
    const [all] = await compared(20, join(import.meta.dirname, 'everything'))
    expect(all!.differences).toEqual([])
    // A mistake of an author is void in the same words; the rest shows that the parts did what they are for.
    expect(all!.outcomes).toMatchObject({
      'talk passed': 2,
      'calls passed': 1,
      'programs failed': 1,
      'world passed': 1,
      'judged passed': 1,
      'csv passed': 6,
      'zipped passed': 1,
      'combined passed': 4,
      'thrown void: task thrown threw: a mistake of the author': 1,
      'confined void: an isolate runs no commands; use a docker sandbox': 1,
    })
  })
})

describeDocker('with containers', () => {
  test('in the benchmark that ships, and in the tools and agents', MINUTES, async () => {
    const all = await compared(1, 'repair', join(import.meta.dirname, 'everything/containers.ts'), ...recipes(true))
    for (const { benchmark, differences } of all) expect(differences, benchmark).toEqual([])
    expect(all[1]!.outcomes).toEqual({ 'tools passed': 1, 'program passed': 1 })
  })
})
