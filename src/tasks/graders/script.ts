import * as z from 'zod'
import { type ExecResult, type Files, type Sandbox, type TaskContext, textOf } from '../../domain/index.ts'
import { furnish } from '../furnish.ts'
import { language as infoOf } from '../languages.ts'
import { clip, failure, type Grader, type Grading, tell } from './grader.ts'
import { readJunit, readTap, type TestReport } from './report.ts'

const Path = z.string().regex(/^(?!\/)(?!.*(?:^|\/)\.\.?(?:\/|$))[^\0]{1,500}$/, 'must be a relative path without ..')
const Texts = z.record(Path, z.string())
/** Names of files that test runners load by themselves. */
const HOOKS: readonly string[] = [
  'conftest.py',
  'sitecustomize.py',
  'usercustomize.py',
  'pytest.ini',
  'tox.ini',
  'setup.cfg',
  'pyproject.toml',
  '.pytest.ini',
  '*.pth',
  '.npmrc',
  '.mocharc*',
  'jest.config*',
  'vitest.config*',
]

const Script = z
  .strictObject({
    /** The file that the answer is written to; usually the language's own. */
    path: Path.optional(),
    /** Files of the project that the solution may see, by path. */
    project: Texts.default({}),
    /** Commands for the solution's sandbox, such as building; each must exit with 0. */
    build: z.array(z.array(z.string()).min(1)).default([]),
    /** What is taken along to the tests: files and folders. */
    take: z.array(Path).optional(),
    /** The tests' files, by path: texts, and paths of files beside the benchmark. They win over the solution's. */
    tests: Texts.default({}),
    files: z.array(Path).default([]),
    /** The program that runs the tests and its arguments; it must exit with 0. */
    command: z.array(z.string()).min(1),
    /** What the tests write of themselves; `path` is a file, otherwise standard output. */
    report: z.strictObject({ kind: z.enum(['junit', 'tap']), path: Path.optional() }).optional(),
    /** The ids of the tests that must all have run and passed. */
    expect: z.array(z.string()).min(1).optional(),
    /** Names of files that test runners load by themselves; the solution's are left behind. */
    hooks: z.array(z.string()).default([...HOOKS]),
  })
  .refine(
    (one) => (one.report === undefined) === (one.expect === undefined),
    'report and expect go together: which tests must have passed',
  )
type Script = z.infer<typeof Script>

/**
 * Runs a project's own tests on the files that a solution left. What the solution built is taken out once its processes are
 * dead; then the tests run in a fresh sandbox. They import the solution, so the trial says that they shared a process, and
 * their word counts only as far as every expected test has run, passed, and the runner exited with 0.
 */
export const script: Grader<Script> = {
  kind: 'script',
  schema: Script,
  needs: 'code',
  isolates: false,
  files: (config) => (Array.isArray(config['files']) ? (config['files'] as string[]) : []),
  async grade(grading) {
    const { config, context } = grading
    const left = await build(grading)
    if (left === undefined) return
    const tests = new Map([
      ...Object.entries(config.tests).map(([path, text]) => [path, { data: Buffer.from(text) }] as const),
      ...config.files.map((path) => [path, { data: Buffer.from(grading.files[path] ?? '', 'base64') }] as const),
    ])
    await runTests(context, left, tests, config)
  },
}

/** How tests are run on what a solution left, and what they must come to; see the grader's configuration. */
export type TestRun = Pick<Script, 'command' | 'report' | 'expect'> & { readonly hooks?: readonly string[] }

/** Runs tests on the files that a solution left, in a sandbox that nothing has touched, and records what they came to. */
export async function runTests(context: TaskContext, left: Files, tests: Files, run: TestRun): Promise<void> {
  const hooks = run.hooks ?? HOOKS
  const own = [...left].filter(([path]) => !path.split('/').some((name) => hooks.some((hook) => matches(name, hook))))
  context.record({ kind: 'shared', reason: 'the tests import the solution' })
  const court = await context.sandbox('solution', { fresh: true })
  await furnish(court, tests, new Map(own), context.signal)
  const result = await court.exec({ argv: run.command }, context.signal)
  if (run.expect === undefined || run.report === undefined) {
    return context.check(clean(result) ? { name: 'tests', passed: true } : told(result))
  }
  judge(context, run.expect, result, await reportOf(run.report, court, result, context.signal))
}

/** The files that the solution comes to; undefined where it could not be built. */
async function build({ config, context, code, language }: Grading<Script>): Promise<Files | undefined> {
  const path = config.path ?? infoOf(language!).source
  const texts = Object.entries({ ...config.project, [path]: code })
  const files: Files = new Map(texts.map(([name, text]) => [name, { data: Buffer.from(text) }]))
  if (config.build.length === 0) return files
  const box = await context.sandbox('solution')
  await box.write(files, context.signal)
  for (const argv of config.build) {
    const result = await box.exec({ argv }, context.signal)
    if (!clean(result)) {
      context.check({
        ...failure('build', result),
        ...(result.ending.kind === 'exited' && { reason: 'compile-error' as const }),
      })
      return undefined
    }
  }
  return (await box.read(config.take ?? [...files.keys()], context.signal)).files
}

async function reportOf(
  { kind, path }: NonNullable<Script['report']>,
  court: Sandbox,
  result: ExecResult,
  signal: AbortSignal,
): Promise<TestReport> {
  const text = path === undefined ? textOf(result.stdout) : await textAt(court, path, signal)
  return kind === 'junit' ? readJunit(text) : readTap(text)
}

async function textAt(court: Sandbox, path: string, signal: AbortSignal): Promise<string> {
  const data = (await court.read([path], signal)).files.get(path)?.data
  return data === undefined ? '' : Buffer.from(data).toString()
}

function judge(context: TaskContext, expected: readonly string[], result: ExecResult, report: TestReport): void {
  for (const id of expected) {
    const state = report.get(id) ?? 'not run'
    const reason = result.ending.kind === 'limited' ? { reason: failure(id, result).reason! } : {}
    context.check({
      name: id.slice(0, 1000),
      passed: state === 'passed',
      ...(state !== 'passed' && { message: state, ...reason }),
    })
  }
  context.check(clean(result) ? { name: 'exit code', passed: true, weight: 0 } : told(result))
}

/** A runner that did not exit with 0. */
function told(result: ExecResult) {
  const said = clip(`${textOf(result.stdout).trim()}\n${textOf(result.stderr).trim()}`.trim().slice(-900))
  const failed = failure('exit code', result)
  if (result.ending.kind !== 'exited') return failed
  return {
    name: 'exit code',
    passed: false,
    reason: 'wrong-answer' as const,
    message: clip(`${tell(result.ending)}: ${said}`),
  }
}

const clean = ({ ending }: ExecResult) => ending.kind === 'exited' && ending.code === 0

/** Whether a file's name is that of a hook; `*` stands for any characters. */
function matches(name: string, hook: string): boolean {
  const [head = '', ...rest] = hook.split('*')
  if (rest.length === 0) return name === hook
  return name.startsWith(head) && name.endsWith(rest.at(-1)!) && name.length >= hook.length - rest.length
}
