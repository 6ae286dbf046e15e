import * as z from 'zod'
import {
  type Answer,
  type Ending,
  type ExecResult,
  FaultError,
  type Language,
  type LoadedModule,
  type TaskContext,
  type Value,
} from '../../domain/index.ts'
import { clip, failure, type Grader, type Grading, reasonOf, tell } from './grader.ts'
import { FALSE_ASSERTION, javascriptSuite, javascriptWhole } from './suites/javascript.ts'
import { pythonSuite, pythonWhole } from './suites/python.ts'

/**
 * Assert-style tests. The solution is loaded in its own sandbox, the tests in the grader's, where each function under test is
 * a stub: it sends its arguments out to us, we call the solution, and the value comes back as plain data. So the solution
 * never meets an assertion, an expected value or the process that decides.
 *
 * What cannot cross as data (tests that reach into the solution's module, pass functions or keywords) runs in one process with
 * the solution, and the trial says so. Only the tests decide on that, never what a solution does.
 */
const Asserts = z.strictObject({
  /** Code that the tests may use. */
  setup: z.string().default(''),
  tests: z.union([
    z.string().regex(/\S/, 'the tests are empty'),
    z.array(z.string().regex(/\S/)).min(1, 'the tests are empty'),
  ]),
  /** The function under test; without it, whatever names the tests use and nobody defines. */
  entry: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(),
  /** A function of the tests that gets the function under test. */
  call: z.string().optional(),
  /** What is loaded as the solution, where it is more than the answer. */
  source: z.string().default('{{solution}}'),
  /** Run the tests in one process with the solution. */
  shared: z.boolean().default(false),
})
type Asserts = z.infer<typeof Asserts>

type Outcome = null | { type: string; message: string }

/** What a suite of tests says when it is through; see suites/. */
export type Report =
  | { kind: 'done'; outcomes: Outcome[] }
  | { kind: 'broken'; message: string }
  | { kind: 'shared'; message: string }

/** What a suite is made of. */
export interface Suite {
  readonly setup: string
  readonly tests: readonly string[]
  readonly entries: readonly string[]
  readonly call: string | undefined
}

export const asserts: Grader<Asserts> = {
  kind: 'asserts',
  schema: Asserts,
  late: ['source'],
  needs: 'code',
  languages: ['python', 'javascript', 'typescript'],
  async grade(grading) {
    const { config, language } = grading
    const suite: Suite = {
      setup: config.setup,
      tests: [config.tests].flat(),
      entries: [config.entry ?? []].flat(),
      call: config.call,
    }
    const apart = config.shared ? 'the benchmark asks for it' : await gradeApart(grading, suite)
    if (apart !== undefined) await gradeTogether(grading, suite, apart, language)
  },
}

/** Grades across the wall. Resolves to a reason, where these tests need one process with the solution. */
async function gradeApart(grading: Grading<Asserts>, suite: Suite): Promise<string | undefined> {
  const { context, config, language, libraries } = grading
  const [box, court] = await both(context)
  const source = grading.fill(config.source)
  // Both load at once: the tests wait at their first call until the solution is there.
  const solution = box.load({ language: language!, source, libraries }, context.signal)
  const seen = witness(solution)
  let report: Report | undefined
  const over = new AbortController()
  const tests = court.load(
    {
      language: language!,
      libraries,
      source: language === 'python' ? pythonSuite(suite) : javascriptSuite(suite),
      provide: {
        _assay_call: async ([name, ...args], signal) => {
          const answer = await seen.call(name as string, args, signal)
          // In JavaScript the suite throws by itself, to tell it from being refused to send what is no data.
          if (language === 'python' || !('thrown' in answer)) return answer
          return { value: [null, answer.thrown.type, answer.thrown.message] }
        },
        _assay_report: async ([told]) => {
          report ??= told as unknown as Report
          return { value: null }
        },
      },
    },
    AbortSignal.any([context.signal, over.signal]),
  )
  const names = suite.tests.length === 1 ? ['tests'] : suite.tests.map((_, index) => `test ${index + 1}`)
  try {
    tests.catch(() => {}) // told below, or of no matter where the solution did not load
    const { loaded } = await solution
    if (loaded.ending.kind !== 'returned') {
      for (const name of names) context.check(failure(name, loaded))
      return undefined
    }
    return decide(grading, names, (await tests).loaded.ending, report, seen)
  } finally {
    over.abort(new FaultError('cancelled', 'the solution was not there to be tested'))
    await closeAll([solution, tests])
  }
}

/** What came of the tests. Resolves to a reason, where they need one process with the solution. */
function decide(grading: Grading<Asserts>, names: string[], ending: Ending, report: Report | undefined, seen: Witness) {
  const { context } = grading
  if (seen.ended !== undefined) {
    for (const name of names) context.check(failure(name, seen.ended))
    return undefined
  }
  // A stub was given what is no data: the tests' own doing, unless it came from the solution.
  if (ending.kind === 'uncrossable' && !seen.opaque) return `the tests hand over a ${ending.type}`
  if (report?.kind === 'broken')
    throw new FaultError('bad-job', `the tests of ${context.sample.id} are broken: ${clip(report.message)}`)
  if (report?.kind === 'shared' && !seen.opaque) return report.message
  if (seen.opaque && (report?.kind === 'shared' || ending.kind === 'uncrossable')) {
    for (const name of names) context.check({ name, passed: false, message: 'the solution returned what is no data' })
    return undefined
  }
  if (ending.kind !== 'returned' || report?.kind !== 'done') {
    if (ending.kind === 'threw' && ending.syntax) {
      throw new FaultError('bad-job', `the tests of ${context.sample.id} are broken: ${tell(ending)}`)
    }
    const reason = ending.kind === 'limited' ? reasonOf(ending) : 'runtime-error'
    for (const name of names)
      context.check({ name, passed: false, reason, message: `the tests did not end: ${tell(ending)}` })
    return undefined
  }
  judge(grading, names, report.outcomes, seen)
  return undefined
}

function judge({ context }: Grading<Asserts>, names: string[], outcomes: readonly Outcome[], seen: Witness) {
  if (seen.calls === 0) {
    context.check({ name: 'called', passed: false, message: 'the tests never called the solution' })
  }
  for (const [index, outcome] of outcomes.entries()) {
    const name = outcomes.length === names.length ? names[index]! : `assertion ${index + 1}`
    if (outcome === null) context.check({ name, passed: true })
    else {
      const message = clip(`${outcome.type}: ${outcome.message}`)
      const thrown = seen.thrown.has(message)
      context.check({ name, passed: false, reason: thrown ? 'runtime-error' : 'wrong-answer', message })
    }
  }
}

interface Witness {
  /** Calls that reached the solution. */
  readonly calls: number
  /** What it threw, in words: an exception of the tests that says the same came from there. */
  readonly thrown: ReadonlySet<string>
  /** Whether it returned what is no data. The tests get a token for it that is true and equals nothing. */
  readonly opaque: boolean
  /** How it ended, once it did; from there on no answer counts. */
  readonly ended: ExecResult | undefined
  call(name: string, args: Value[], signal: AbortSignal): Promise<Answer>
}

/** Calls the solution for the tests, once it is loaded, and remembers what came of it. */
function witness(loading: Promise<LoadedModule>): Witness {
  const thrown = new Set<string>()
  let calls = 0
  let opaque = false
  let ended: ExecResult | undefined
  return {
    get calls() {
      return calls
    },
    thrown,
    get opaque() {
      return opaque
    },
    get ended() {
      return ended
    },
    async call(name, args, signal) {
      const solution = await loading
      if (solution.loaded.ending.kind !== 'returned') ended = solution.loaded
      if (ended !== undefined) return { stop: true }
      calls++
      const result = await solution.call(name, args, signal)
      const { ending } = result
      if (ending.kind === 'returned') return { value: [ending.value] }
      if (ending.kind === 'uncrossable') {
        opaque = true
        return { value: [null, ending.type] }
      }
      if (ending.kind === 'threw' && ending.type !== 'ProtocolViolation') {
        thrown.add(clip(`${ending.type}: ${ending.message}`))
        return { thrown: { type: ending.type, message: ending.message } }
      }
      ended = result
      return { stop: true }
    },
  }
}

/** The solution and the tests in one process, as the trial then says. */
async function gradeTogether(
  grading: Grading<Asserts>,
  suite: Suite,
  why: string,
  language: Language | undefined,
): Promise<void> {
  const { context, config, libraries } = grading
  context.record({ kind: 'shared', reason: clip(why) })
  const box = await context.sandbox('solution')
  const whole = language === 'python' ? pythonWhole : javascriptWhole
  const source = whole(grading.fill(config.source), suite)
  await using module = await box.load({ language: language!, source, libraries }, context.signal)
  const { ending } = module.loaded
  if (ending.kind === 'returned') context.check({ name: 'tests', passed: true })
  else if (
    ending.kind === 'threw' &&
    (ending.type === 'AssertionError' || ending.message.startsWith(FALSE_ASSERTION))
  ) {
    context.check({ name: 'tests', passed: false, message: tell(ending) })
  } else context.check(failure('tests', module.loaded))
}

/** Closes what was loaded, at once; what was not has nothing to close, and whoever waited for it was told. */
async function closeAll(modules: readonly Promise<LoadedModule>[]): Promise<void> {
  await Promise.all(
    modules.map((loading) =>
      loading.then(
        (module) => module[Symbol.asyncDispose](),
        () => {},
      ),
    ),
  )
}

/** Both sandboxes, opened at once. */
async function both(context: TaskContext) {
  const opening = [context.sandbox('solution'), context.sandbox('grader')] as const
  const [box, court] = await Promise.allSettled(opening)
  if (box.status === 'rejected') throw box.reason
  if (court.status === 'rejected') throw court.reason
  return [box.value, court.value] as const
}
