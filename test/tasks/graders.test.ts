import { afterAll, describe, expect, test } from 'vitest'
import { choiceIn, numberIn } from '../../src/tasks/graders/answer.ts'
import { readJunit, readTap } from '../../src/tasks/graders/report.ts'
import { grading } from '../support/grade.ts'
import { describeDocker } from '../support/need.ts'

const { grade, [Symbol.asyncDispose]: close } = grading()
afterAll(() => close())

describe('in isolates', () => {
  const task = { language: 'javascript', sandbox: 'isolate' }

  describe('asserts', () => {
    const tests = 'console.assert(f(1) === 2)\nconsole.assert(f(2) === 3, "two")\n'
    const asserts = { ...task, grader: { kind: 'asserts', tests, entry: 'f' } }

    test.each([
      ['a right solution', 'const f = (x) => x + 1', 'passed'],
      ['a wrong one, though Node would only print', 'const f = (x) => x', 'wrong-answer'],
      ['one that throws', 'const f = () => { throw new RangeError("no") }', 'runtime-error'],
      ['one that does not parse', 'const f = (', 'compile-error'],
      ['one without the function', 'const g = 1', 'runtime-error'],
      ['one that lets assertions pass', 'console.assert = () => {}; const f = () => 0', 'wrong-answer'],
      [
        'one that returns what equals everything',
        'const f = () => ({ valueOf: () => 2, toString: () => "2" })',
        'wrong-answer',
      ],
      ['one that never ends', 'const f = () => { for (;;); }', 'cpu-limit'],
    ])('%s', async (_, solution, verdict) => {
      const result = await grade({ ...asserts, limits: { wallMs: 60_000, cpuMs: 500 } }, solution)
      expect(result.verdict).toBe(verdict)
      expect(result.integrity).toBe('separate-process')
    })

    test('each assertion is a check of its own', async () => {
      const { checks } = await grade(asserts, 'const f = (x) => (x === 1 ? 2 : 0)')
      expect(checks.map((check) => check.passed)).toEqual([true, false])
    })

    test('tests that never call the solution do not pass it', async () => {
      const silent = { ...task, grader: { kind: 'asserts', tests: 'console.assert(true)', entry: 'f' } }
      expect((await grade(silent, 'const f = 1')).verdict).toBe('wrong-answer')
    })

    test('functions that are handed over make the trial a shared one, which is told', async () => {
      const handing = { ...task, grader: { kind: 'asserts', tests: 'console.assert(f((x) => x) === 7)', entry: 'f' } }
      const result = await grade(handing, 'const f = (g) => g(7)')
      expect(result).toMatchObject({ verdict: 'passed', integrity: 'shared-process' })
      expect(await grade(handing, 'const f = (g) => g(8)')).toMatchObject({ verdict: 'wrong-answer' })
    })

    test('a solution cannot talk the tests into one process with it', async () => {
      const passing = { ...task, grader: { kind: 'asserts', tests: 'console.assert(f(f(1)) === 3)', entry: 'f' } }
      const result = await grade(passing, 'const f = () => () => 3')
      expect(result).toMatchObject({ integrity: 'separate-process', verdict: 'wrong-answer' })
    })

    test('tests that do not parse are a fault of ours, not a wrong answer', async () => {
      const broken = { ...task, grader: { kind: 'asserts', tests: 'console.assert(', entry: 'f' } }
      expect((await grade(broken, 'const f = 1')).verdict).toContain('void')
    })
  })

  describe('calls', () => {
    const cases = [
      { args: [1, 2], expected: 3 },
      { args: [0.1, 0.2], expected: 0.3, tolerance: 1e-9 },
      { args: ['a', 'b'], expected: 'ab' },
    ]
    const calls = { ...task, grader: { kind: 'calls', entry: 'add', cases } }

    test.each([
      ['right', 'const add = (a, b) => a + b', [true, true, true]],
      ['wrong for texts', 'const add = (a, b) => Number(a) + Number(b)', [true, true, false]],
      ['a promise is awaited', 'const add = async (a, b) => a + b', [true, true, true]],
      ['an object with a number inside', 'const add = (a, b) => ({ valueOf: () => a + b })', [false, false, false]],
    ])('%s', async (_, solution, passed) => {
      expect((await grade(calls, solution)).checks.map((check) => check.passed)).toEqual(passed)
    })

    test('libraries are lent to the solution', async () => {
      const lent = {
        ...task,
        libraries: ['lodash'],
        grader: { kind: 'calls', entry: 'f', cases: [{ args: [[1, 2]], expected: 3 }] },
      }
      expect((await grade(lent, "const f = (list) => require('lodash').sum(list)")).verdict).toBe('passed')
    })
  })

  test('an empty answer fails, and so does one that holds what is forbidden', async () => {
    const calls = {
      ...task,
      forbid: ['{{secret}}'],
      grader: { kind: 'calls', entry: 'f', cases: [{ args: [], expected: 1 }] },
    }
    const row = { secret: 'eval' }
    expect((await grade(calls, '', row)).checks).toMatchObject([{ passed: false, message: 'the answer is empty' }])
    expect((await grade(calls, 'const f = () => eval("1")', row)).checks).toMatchObject([
      { name: 'allowed', passed: false },
    ])
    expect((await grade(calls, 'const f = () => 1', row)).verdict).toBe('passed')
  })

  test('a chat model’s Markdown is graded by the code in it', async () => {
    const calls = { ...task, grader: { kind: 'calls', entry: 'f', cases: [{ args: [], expected: 1 }] } }
    const text = 'Sure:\n```js\nconst f = () => 1\n```\nIt returns 1.'
    expect((await grade(calls, { form: 'text', text })).verdict).toBe('passed')
  })
})

describeDocker('in containers', () => {
  const python = { language: 'python' }

  describe('asserts', () => {
    const asserts = { ...python, grader: { kind: 'asserts', tests: ['assert f(1) == 2', 'assert f(2) == 3'] } }

    test.each([
      ['a right solution, its function named by the tests alone', 'def f(x): return x + 1', 'passed', [true, true]],
      ['half right', 'def f(x): return 2', 'wrong-answer', [true, false]],
      ['one that raises', 'def f(x): raise ValueError("no")', 'runtime-error', [false, false]],
      ['one that does not compile', 'def f(x) return', 'compile-error', [false, false]],
      ['one that exits', 'import os\ndef f(x): os._exit(0)', 'runtime-error', [false, false]],
      ['one that exits at once', 'import sys\nsys.exit(0)', 'runtime-error', [false, false]],
      [
        'an object that equals everything',
        'class E:\n    def __eq__(self, o): return True\ndef f(x): return E()',
        'wrong-answer',
        [false, false],
      ],
      [
        'a patched assertion',
        'import builtins\nbuiltins.AssertionError = Exception\ndef f(x): return 0',
        'wrong-answer',
        [false, false],
      ],
    ])('%s', async (_, solution, verdict, passed) => {
      const result = await grade(asserts, solution)
      expect(result.verdict).toBe(verdict)
      expect(result.checks.map((check) => check.passed)).toEqual(passed)
      expect(result.integrity).toBe('separate-process')
    })

    test('keyword arguments, tuples and exceptions cross', async () => {
      const tests =
        "assert f(1, scale=2) == (2, 'x')\ntry:\n    f(None)\n    assert False\nexcept TypeError:\n    pass\n"
      const crossing = { ...python, grader: { kind: 'asserts', tests, entry: 'f' } }
      expect((await grade(crossing, "def f(x, scale=1): return (x * scale, 'x')")).verdict).toBe('passed')
    })

    test('tests that reach into a module of the solution share its process, whatever it does', async () => {
      const reaching = { ...python, grader: { kind: 'asserts', tests: 'assert f() == math.pi', entry: 'f' } }
      expect(await grade(reaching, 'import math\ndef f(): return math.pi')).toMatchObject({
        verdict: 'passed',
        integrity: 'shared-process',
      })
    })

    test('what is no data is true and equals nothing', async () => {
      const truth = { ...python, grader: { kind: 'asserts', tests: ['assert f()', 'assert f() != f()'] } }
      expect((await grade(truth, "import re\ndef f(): return re.match('a', 'a')")).verdict).toBe('passed')
    })
  })

  describe('stdio', () => {
    const cases = [
      { stdin: '1 2\n', stdout: '3\n' },
      { stdin: '10 20\n', stdout: '30\n' },
    ]
    const sum = { ...python, grader: { kind: 'stdio', cases } }

    test.each([
      ['right', 'print(sum(map(int, input().split())))', 'passed'],
      ['right with blanks at the end', 'print(sum(map(int, input().split())), "  \\n")', 'passed'],
      ['wrong', 'print(3)', 'wrong-answer'],
      ['right, but it fails at the end', 'print(sum(map(int, input().split())))\nraise SystemExit(3)', 'runtime-error'],
      ['silent', 'pass', 'wrong-answer'],
    ])('%s', async (_, solution, verdict) => {
      expect((await grade(sum, solution)).verdict).toBe(verdict)
    })

    test('input that nobody reads, of many megabytes, does no harm', async () => {
      const big = { ...python, grader: { kind: 'stdio', cases: '{{cases}}' } }
      const row = { cases: [{ stdin: 'x'.repeat(2 ** 23), stdout: 'ok' }] }
      expect((await grade(big, 'print("ok")', row)).verdict).toBe('passed')
    })

    test('a checker in a cell of its own decides', async () => {
      const source =
        'import sys\nwhat = int(open(sys.argv[2]).read())\nsys.exit(0 if what % int(open(sys.argv[1]).read()) == 0 else 1)'
      const checked = {
        ...python,
        grader: { kind: 'stdio', cases: [{ stdin: '7' }], checker: { language: 'python', source } },
      }
      expect((await grade(checked, 'print(int(input()) * 3)')).verdict).toBe('passed')
      expect((await grade(checked, 'print(int(input()) * 3 + 1)')).verdict).toBe('wrong-answer')
      expect((await grade(checked, 'print("no number")')).verdict).toBe('wrong-answer')
    })

    test('an interactor talks with the solution', async () => {
      const source = `import sys
secret = int(open(sys.argv[1]).read())
for _ in range(10):
    guess = int(input())
    print('=' if guess == secret else '<' if guess < secret else '>', flush=True)
    if guess == secret: sys.exit(0)
sys.exit(1)`
      const solution = `low, high = 1, 1000
while True:
    middle = (low + high) // 2
    print(middle, flush=True)
    said = input()
    if said == '=': break
    if said == '<': low = middle + 1
    else: high = middle - 1`
      const guessing = {
        ...python,
        grader: { kind: 'stdio', cases: [{ stdin: '777' }], interactor: { language: 'python', source } },
      }
      expect((await grade(guessing, solution)).verdict).toBe('passed')
      expect(
        (await grade(guessing, 'for n in range(1, 1001):\n    print(n, flush=True)\n    if input() == "=": break'))
          .verdict,
      ).not.toBe('passed')
    })
  })

  describe('program', () => {
    test.each([
      [
        'cpp',
        '{{solution}}\n#include <cassert>\nint main() { assert(f(1) == 2); }',
        'int f(int x) { return x + 1; }',
        'passed',
      ],
      [
        'cpp',
        '{{solution}}\n#include <cassert>\nint main() { assert(f(1) == 2); }',
        'int f(int x) { return x; }',
        'runtime-error',
      ],
      ['cpp', '{{solution}}\nint main() {}', 'int f(', 'compile-error'],
      ['javascript', '{{solution}}\nconsole.assert(f(1) === 2)', 'const f = (x) => x', 'runtime-error'],
      ['javascript', '{{solution}}\nconsole.assert(f(1) === 2)', 'const f = (x) => x + 1', 'passed'],
      ['bash', '{{solution}}\n[ "$(f 1)" = 2 ]', 'f() { echo $(($1 + 1)); }', 'passed'],
    ])('%s: %s with %s is %s', async (language, source, solution, verdict) => {
      const result = await grade({ language, grader: { kind: 'program', source } }, solution)
      expect(result).toMatchObject({ verdict, integrity: 'shared-process' })
    })
  })

  describe('script', () => {
    const runner = `import sys, unittest
sys.path.insert(0, '.')
class Tests(unittest.TestCase):
    def test_one(self):
        import solution
        self.assertEqual(solution.f(1), 2)
    def test_two(self):
        import solution
        self.assertEqual(solution.f(2), 3)
result = unittest.TextTestRunner(stream=sys.stderr).run(unittest.defaultTestLoader.loadTestsFromTestCase(Tests))
bad = {test.id().split('.')[-1] for test, _ in result.failures + result.errors}
for n, name in enumerate(['test_one', 'test_two']): print('not ok' if name in bad else 'ok', n + 1, '-', name)
sys.exit(0 if result.wasSuccessful() else 1)`
    const script = {
      ...python,
      grader: {
        kind: 'script',
        path: 'solution.py',
        tests: { 'run.py': runner },
        command: ['python3', 'run.py'],
        report: { kind: 'tap' },
        expect: ['test_one', 'test_two'],
      },
    }

    test.each([
      ['right', 'def f(x): return x + 1', 'passed'],
      ['wrong', 'def f(x): return 2', 'wrong-answer'],
      ['one that ends the tests with 0', 'import os\nos._exit(0)', 'wrong-answer'],
      [
        'one that says that one passed, and ends',
        'import os\nprint("ok 1 - test_one", flush=True)\nos._exit(0)',
        'wrong-answer',
      ],
    ])('%s', async (_, solution, verdict) => {
      expect(await grade(script, solution)).toMatchObject({ verdict, integrity: 'shared-process' })
    })

    test('what the solution built is taken along, but not the hooks that it left', async () => {
      const building = {
        ...python,
        grader: {
          kind: 'script',
          path: 'make.py',
          build: [['python3', 'make.py']],
          take: ['out', 'conftest.py', 'sitecustomize.py'],
          tests: {
            'check.sh':
              'test "$(cat out/made.txt)" = yes && test ! -e conftest.py && test ! -e out/conftest.py && test ! -e make.py',
          },
          command: ['bash', 'check.sh'],
        },
      }
      const solution =
        "import os\nos.mkdir('out')\nfor p in ('out/conftest.py', 'conftest.py', 'sitecustomize.py'): open(p, 'w')\nopen('out/made.txt', 'w').write('yes')"
      expect((await grade(building, solution)).verdict).toBe('passed')
      expect((await grade(building, 'raise SystemExit(1)')).verdict).toBe('compile-error')
    })

    describe('whatever a solution leaves', () => {
      const building = (tests: Record<string, string>) => ({
        ...python,
        limits: { diskBytes: 8 * 2 ** 20 },
        grader: {
          kind: 'script',
          path: 'make.py',
          build: [['python3', 'make.py']],
          take: ['tests', 'run.sh', 'full'],
          tests,
          command: ['bash', Object.keys(tests)[0]!],
        },
      })

      test('the tests get their places', async () => {
        const inTheWay =
          "import os\nopen('tests', 'w').close()\nos.makedirs('run.sh/deep')\nopen('run.sh/deep/x', 'w').close()"
        const tests = {
          'run.sh': 'cat tests/unit/one.txt; test "$(cat tests/unit/one.txt)" = ours',
          'tests/unit/one.txt': 'ours',
        }
        expect((await grade(building(tests), inTheWay)).verdict).toBe('passed')
      })

      test('leaving them no room is a failure, never void', async () => {
        const full = "open('full', 'wb').write(b'x' * (8 * 2**20 - 2**16))"
        const { verdict, checks } = await grade(building({ 'run.sh': 'true', 'big.txt': 'x'.repeat(2 ** 17) }), full)
        expect(verdict).toBe('runtime-error')
        expect(checks[0]?.message).toContain('does not fit')
      })
    })
  })
})

describe('answer', () => {
  test.each<[string, Record<string, string | number | object>, string, string]>([
    ['equals', { equals: 'Paris' }, ' Paris\n', 'passed'],
    ['equals', { equals: ['a', 'b'] }, 'b', 'passed'],
    ['equals', { equals: 'Paris' }, 'paris', 'wrong-answer'],
    ['number', { number: 1234.5 }, 'It is 1,234.5', 'passed'],
    ['number', { number: 3.14, tolerance: 0.01 }, 'about 3.1416', 'passed'],
    ['number', { number: 5 }, 'none', 'wrong-answer'],
    ['regex', { regex: '^\\d{3}$' }, '123', 'passed'],
    ['regex', { regex: '^\\d{3}$' }, '1234', 'wrong-answer'],
    ['choice', { choice: 'b' }, 'The answer is (B).', 'passed'],
    ['choice', { choice: 'b' }, 'A and B are close, but the answer is C', 'wrong-answer'],
    ['literal', { literal: "[(1, 'a'), None]" }, "[(1,'a'),None]", 'passed'],
    ['literal', { literal: '(1, 2)' }, '[1, 2]', 'wrong-answer'],
    [
      'json-schema',
      { 'json-schema': { type: 'object', required: ['a'], properties: { a: { type: 'integer' } } } },
      '```json\n{"a": 1}\n```',
      'passed',
    ],
    ['json-schema', { 'json-schema': { type: 'object', required: ['a'] } }, '{}', 'wrong-answer'],
    ['json-schema', { 'json-schema': { type: 'object' } }, 'no', 'wrong-answer'],
  ])('%s %j of %j is %s', async (_, config, text, verdict) => {
    expect((await grade({ grader: { kind: 'answer', ...config } as never }, { form: 'text', text })).verdict).toBe(
      verdict,
    )
  })

  test('a pattern that would take for ever is cut short, and the next one works', async () => {
    const slow = { grader: { kind: 'answer', regex: '^(a+)+$' } }
    const result = await grade(slow, { form: 'text', text: `${'a'.repeat(60)}!` })
    expect(result.checks[0]).toMatchObject({ passed: false, message: 'took longer than 5 s' })
    expect((await grade(slow, { form: 'text', text: 'aaa' })).verdict).toBe('passed')
  })

  test.each([
    ['so \\boxed{42} it is, not 7', 42],
    ['1 + 1 = 2\n#### 1,000\n', 1000],
    ['-3.5e2', -350],
  ])('the number in %j', (text, number) => {
    expect(numberIn(text)).toBe(number)
  })

  test.each([
    ['**C**', 'C'],
    ['B) because', 'B'],
    ['I think A is wrong. Answer: D', 'D'],
    ['\\boxed{\\text{E}}', 'E'],
    ['Nothing fits', undefined],
  ])('the choice in %j', (text, choice) => {
    expect(choiceIn(text)).toBe(choice)
  })
})

describe('reports', () => {
  test('JUnit: a failure, an error and a skip are no pass, and told twice is the worse', () => {
    const xml = `<testsuites><testsuite><testcase classname="a.B" name="x[1&lt;2]"/>
<testcase classname="a.B" name="y" time="0"><failure message="a > b">no</failure></testcase>
<testcase name='z'><skipped/></testcase><testcase classname="a.B" name="w"></testcase><testcase classname="a.B" name="w"><error/></testcase></testsuite></testsuites>`
    expect(Object.fromEntries(readJunit(xml))).toEqual({
      'a.B.x[1<2]': 'passed',
      'a.B.y': 'failed',
      z: 'skipped',
      'a.B.w': 'failed',
    })
  })

  test('TAP', () => {
    const text = 'TAP version 14\n1..4\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP later\nok 4\n'
    expect(Object.fromEntries(readTap(text))).toEqual({ a: 'passed', b: 'failed', c: 'skipped', 4: 'passed' })
  })
})
