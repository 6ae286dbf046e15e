import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

// The package as a user gets it: packed, installed into an empty folder, and used from there.

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'assay-package-'))
const home = join(folder, 'home')
const MINUTES = 60_000

/** Runs a program in the user's folder, with the Node.js that runs this test. */
function run(program: string, args: readonly string[], cwd = home): string {
  const { CI: _ci, npm_config_global: _global, ...inherited } = process.env
  const env = {
    ...inherited,
    NO_COLOR: '1',
    PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
  }
  return execFileSync(program, args, { cwd, env, encoding: 'utf8', maxBuffer: 2 ** 26, timeout: 10 * MINUTES })
}

beforeAll(() => {
  mkdirSync(home)
  run('npm', ['pack', '--pack-destination', folder, '--loglevel', 'error'], root)
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }))
  const quietly = ['--prefer-offline', '--no-audit', '--no-fund', '--fetch-retries=5', '--loglevel', 'error']
  run('npm', ['install', ...quietly, join(folder, tarball)])
}, 15 * MINUTES)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the installed package', () => {
  test('tells its commands', () => {
    const help = run('npx', ['--no-install', 'assay', '--help'])
    for (const command of ['run', 'board', 'verify', 'images', 'doctor']) expect(help).toContain(command)
  })

  test('runs a benchmark that comes with it, with no checkout around', () => {
    const args = ['--no-install', 'assay', 'run', 'humaneval-x-js', '--samples', 'reference', '--limit', '3', '--json']
    const result = JSON.parse(run('npx', args).trim().split('\n').at(-1)!)
    expect(result).toMatchObject({ benchmark: 'humaneval-x-js', trials: 3, scored: 3, void: 0, passed: 3 })
  })

  test("gives the author's functions to code", () => {
    const script = "const { task, benchmark } = await import('assay'); console.log(typeof task, typeof benchmark)"
    expect(run(process.execPath, ['--input-type=module', '-e', script]).trim()).toBe('function function')
  })

  test('runs benchmarks in code, that of nobody trusted too', () => {
    const code = `import { benchmark, task } from 'assay'
export default benchmark({ name: 'adds', version: '1.0.0', tasks: [task({
  name: 'adds',
  samples: [{ id: 'a', x: 1, y: 2 }, { id: 'b', x: 3, y: 4 }],
  async run({ model, check }, { x, y }) {
    check.equal((await model.prompt('What is ' + x + ' + ' + y + '?')).text, String(x + y))
  },
})] })
`
    writeFileSync(join(home, 'benchmark.ts'), code)
    writeFileSync(join(home, 'answers.jsonl'), '{"task_id":"a","text":"3"}\n{"task_id":"b","text":"8"}\n')
    const args = ['--no-install', 'assay', 'run', 'benchmark.ts', '--samples', 'answers.jsonl', '--json']
    for (const more of [[], ['--untrusted']]) {
      const result = JSON.parse(
        run('npx', [...args, ...more])
          .trim()
          .split('\n')
          .at(-1)!,
      )
      expect(result).toMatchObject({ trials: 2, scored: 2, void: 0, passed: 1 })
    }
  })

  test('comes with declarations, and without sources in TypeScript', () => {
    const files = readdirSync(join(home, 'node_modules/assay/dist'), { recursive: true, encoding: 'utf8' })
    expect(files).toContain('src/index.d.ts')
    expect(files.filter((file) => /(?<!\.d)\.ts$/.test(file))).toEqual([])
  })
})
