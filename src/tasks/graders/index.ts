import { BadInputError } from '../../domain/index.ts'
import { answer } from './answer.ts'
import { asserts } from './asserts.ts'
import { calls } from './calls.ts'
import type { Grader } from './grader.ts'
import { judge } from './judge.ts'
import { program } from './program.ts'
import { script } from './script.ts'
import { state } from './state.ts'
import { stdio } from './stdio.ts'
import { toolCalls } from './tool-calls.ts'

/** Every grader that ships; a new one is one line here and a file of its own. */
const graders: readonly Grader[] = [asserts, calls, stdio, program, script, answer, judge, toolCalls, state] as Grader[]

/** The names of all graders. */
export const kinds: readonly string[] = graders.map((grader) => grader.kind)

/** The grader of that kind. */
export function graderOf(kind: string): Grader {
  const grader = graders.find((one) => one.kind === kind)
  if (grader === undefined) throw new BadInputError(`no grader "${kind}"; known are ${kinds.join(', ')}`)
  return grader
}
