import { expect, test } from 'vitest'
import { describeDocker } from '../support/need.ts'
import { Arena, each } from './arena.ts'
import { call } from './calling.ts'
import { agents } from './calls.ts'

describeDocker('agents that work against their tools', () => {
  test('none scores, gets out, or makes its trial void; and every answer is one that it may get', {
    timeout: 1_800_000,
  }, async () => {
    const arena = new Arena('fresh', 16)
    const outcomes = await each(agents, 5, (hostile) => call(arena.sandboxes, hostile))
    expect(outcomes.flatMap(({ name, flaws }) => flaws.map((flaw) => `${name}: ${flaw}`))).toEqual([])
    expect(await arena.leftBehind()).toEqual([])
  })
})
