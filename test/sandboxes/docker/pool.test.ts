import { describe, expect, test } from 'vitest'
import type { Cell } from '../../../sandboxes/docker/cell.ts'
import { Pool, type Shape, type Wish } from '../../../sandboxes/docker/pool.ts'

const signal = new AbortController().signal
const SHAPE: Shape = {
  image: 'x',
  digest: 'y',
  volumes: [],
  runtime: undefined,
  memoryBytes: 1,
  processes: 1,
  diskBytes: 1,
}

/** Cells that tell who made them and whether they are closed. */
function factory() {
  const made: { id: string; alive: boolean }[] = []
  const make = async (_: Shape, signal: AbortSignal): Promise<Cell> => {
    signal.throwIfAborted()
    const cell = {
      id: String(made.length),
      alive: true,
      async [Symbol.asyncDispose]() {
        cell.alive = false
      },
    }
    made.push(cell)
    return cell as unknown as Cell
  }
  return { made, make }
}

const wish = (other: Partial<Wish> = {}): Wish => ({
  shape: SHAPE,
  role: 'solution',
  isolation: 'reuse',
  run: 'run',
  ...other,
})

describe('cells in reuse', () => {
  test('a clean cell serves the next trial of its run and role', async () => {
    await using pool = new Pool(2, factory().make)
    const first = await pool.take(wish(), signal)
    void first.giveBack('clean')
    const second = await pool.take(wish(), signal)
    expect(second.cell).toBe(first.cell)
    expect(second.warm).toBe(true)
  })

  test.each([
    ['another run', wish({ run: 'another' })],
    ['another role', wish({ role: 'grader' })],
    ['a fresh trial', wish({ isolation: 'fresh' })],
    ['another shape', wish({ shape: { ...SHAPE, memoryBytes: 2 } })],
  ])('%s never gets it', async (_, other) => {
    await using pool = new Pool(2, factory().make)
    const first = await pool.take(wish(), signal)
    void first.giveBack('clean')
    const second = await pool.take(other, signal)
    expect(second.cell).not.toBe(first.cell)
  })

  test('a spent cell and a dead one are closed and not given again', async () => {
    const { make, made } = factory()
    await using pool = new Pool(2, make)
    const spent = await pool.take(wish(), signal)
    void spent.giveBack('spent')
    expect(spent.cell.alive).toBe(false)
    const dying = await pool.take(wish(), signal)
    void dying.giveBack('clean')
    made[Number(dying.cell.id)]!.alive = false
    const third = await pool.take(wish(), signal)
    expect([spent.cell, dying.cell]).not.toContain(third.cell)
    expect(third.cell.alive).toBe(true)
  })

  test('a cell serves a bounded number of trials', async () => {
    await using pool = new Pool(1, factory().make)
    const served = new Map<string, number>()
    for (let trial = 0; trial < 450; trial++) {
      const held = await pool.take(wish(), signal)
      served.set(held.cell.id, (served.get(held.cell.id) ?? 0) + 1)
      void held.giveBack('clean')
    }
    expect(Math.max(...served.values())).toBeLessThanOrEqual(200)
    expect(served.size).toBeLessThan(5)
  })
})

describe('cells in fresh', () => {
  test('each serves once, and the next is there before it is asked for', async () => {
    await using pool = new Pool(2, factory().make)
    const ids = new Set<string>()
    const warm: boolean[] = []
    for (let trial = 0; trial < 10; trial++) {
      const held = await pool.take(wish({ isolation: 'fresh' }), signal)
      ids.add(held.cell.id)
      warm.push(held.warm)
      void held.giveBack('clean')
      expect(held.cell.alive).toBe(false)
      await new Promise(setImmediate)
    }
    expect(ids.size).toBe(10)
    expect(warm).toEqual([false, ...Array(9).fill(true)])
  })
})

test('a solution waits for a place while a grader finds one', async () => {
  await using pool = new Pool(1, factory().make)
  const solution = await pool.take(wish(), signal)
  const grader = await pool.take(wish({ role: 'grader' }), signal)
  expect(grader.cell).not.toBe(solution.cell)
  let granted = false
  const second = pool.take(wish(), signal).then((held) => {
    granted = true
    return held
  })
  await new Promise(setImmediate)
  expect(granted).toBe(false)
  void solution.giveBack('clean')
  expect((await second).cell).toBe(solution.cell)
})

test('a cell that cannot be made leaves its place, and the next attempt is a new one', async () => {
  const { make } = factory()
  let away = true
  await using pool = new Pool(1, async (shape, signal) => {
    if (away) throw new Error('no daemon')
    return make(shape, signal)
  })
  await expect(pool.take(wish({ isolation: 'fresh' }), signal)).rejects.toThrow('no daemon')
  away = false
  expect((await pool.take(wish({ isolation: 'fresh' }), signal)).cell.alive).toBe(true)
})

test('who stops waiting for a cell leaves it to others', async () => {
  const { make, made } = factory()
  const gate = Promise.withResolvers<void>()
  await using pool = new Pool(2, async (shape, signal) => {
    await gate.promise
    return make(shape, signal)
  })
  const stop = new AbortController()
  const given = pool.take(wish(), stop.signal)
  stop.abort(new Error('enough'))
  await expect(given).rejects.toThrow('enough')
  gate.resolve()
  await pool.take(wish(), signal)
  expect(made).toHaveLength(1)
})

test('closing the pool closes all cells: spare, idle and held', async () => {
  const { make, made } = factory()
  const pool = new Pool(3, make)
  const idle = await pool.take(wish(), signal)
  void idle.giveBack('clean')
  const held = await pool.take(wish({ isolation: 'fresh' }), signal)
  const late = pool.take(wish({ run: 'late' }), signal)
  await Promise.allSettled([pool[Symbol.asyncDispose](), pool[Symbol.asyncDispose](), late])
  void held.giveBack('clean')
  expect(made.filter(({ alive }) => alive)).toEqual([])
  await expect(pool.take(wish(), signal)).rejects.toThrow('being closed')
})

test('idle cells and spares together are bounded', async () => {
  const { make, made } = factory()
  await using pool = new Pool(2, make)
  for (let run = 0; run < 20; run++) void (await pool.take(wish({ run: String(run) }), signal)).giveBack('clean')
  expect(made.filter(({ alive }) => alive).length).toBeLessThanOrEqual(4)
})
