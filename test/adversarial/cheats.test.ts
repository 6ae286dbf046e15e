import { afterAll, describe, expect, test } from 'vitest'
import { describeDocker } from '../support/need.ts'
import { answers, judgeAnswer } from './answers.ts'
import { Arena, each, type Mode } from './arena.ts'
import { type Bout, bouts, hold } from './cheating.ts'
import { programs, strayRules } from './corpus.ts'

// A part of the corpus, so that it takes two minutes; `npm run test:adversarial` takes all of it, in every mode.
const HALF_AN_HOUR = 1_800_000

test('every rule is about a program that is there, and every program says what it tries', () => {
  expect(strayRules()).toEqual([])
  const all = (['cheats', 'escapes', 'exhaustion'] as const).flatMap((group) => programs(group))
  expect(all.length).toBeGreaterThan(200)
  expect(all.filter(({ tries }) => tries.length < 10).map(({ file }) => file)).toEqual([])
})

async function flawsOf(mode: Mode, chosen: (bout: Bout, index: number) => boolean): Promise<string[]> {
  const arena = new Arena(mode, 6)
  try {
    const outcomes = await each(bouts(arena).filter(chosen), 3, (bout) => hold(arena, bout))
    return outcomes.flatMap(({ name, flaws }) => flaws.map((flaw) => `${name}: ${flaw}`))
  } finally {
    expect(await arena.leftBehind()).toEqual([])
  }
}

const quick = ({ language }: Bout) => language !== 'java' && language !== 'go'

describe('cheats in isolates', () => {
  test('none scores, and the honest answer beside each is accepted', {
    timeout: HALF_AN_HOUR,
  }, async () => {
    expect(await flawsOf('isolate', () => true)).toEqual([])
  })
})

describeDocker('cheats in cells', () => {
  test('none scores where cells are used again', {
    timeout: HALF_AN_HOUR,
  }, async () => {
    // Each cheat before one judge in another process; the kinds take turns.
    const apart = ['calls', 'asserts', 'stdio']
    const turn = (bout: Bout) =>
      apart[bout.cheat.file.length % 3] === bout.kind || bout.language === 'bash' || bout.language === 'c'
    expect(await flawsOf('reuse', (bout) => quick(bout) && turn(bout))).toEqual([])
  })

  test('none scores in languages that are slow to compile', { timeout: HALF_AN_HOUR }, async () => {
    const some = ['exit-in-static.java', 'thief-of-output.java', 'exit-in-init.go']
    expect(await flawsOf('reuse', ({ cheat }) => some.includes(cheat.file))).toEqual([])
  })

  test('none scores in containers of their own', {
    timeout: HALF_AN_HOUR,
  }, async () => {
    expect(await flawsOf('fresh', (bout, index) => quick(bout) && index % 23 === 0)).toEqual([])
  })

  test('a judge that shares its process says so', { timeout: HALF_AN_HOUR }, async () => {
    const shared = (bout: Bout, index: number) => (bout.kind === 'program' || bout.kind === 'script') && index % 11 < 2
    expect(await flawsOf('reuse', (bout, index) => quick(bout) && shared(bout, index))).toEqual([])
  })
})

describe('cheats in words', () => {
  const arena = new Arena('isolate', 1)
  afterAll(() => arena[Symbol.asyncDispose]())

  test.each(answers)('$name', async (answer) => {
    expect(await judgeAnswer(arena, answer)).toEqual([])
  })
})
