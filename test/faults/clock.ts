// Loaded with --import: each SIGUSR2 makes the wall clock of this process jump, six hours ahead, then a day back, and so on. The monotonic
// clock goes on as it did, as it does on a machine whose time somebody sets.

const HOUR_MS = 3_600_000
const JUMPS_MS = [6 * HOUR_MS, -24 * HOUR_MS] as const
const Real = Date
let shift = 0
let jumps = 0

const now = () => Real.now() + shift
globalThis.Date = new Proxy(Real, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
})

process.on('SIGUSR2', () => {
  shift += JUMPS_MS[jumps++ % JUMPS_MS.length]!
  process.stderr.write(`the clock shows ${new Date().toISOString()}\n`)
})
