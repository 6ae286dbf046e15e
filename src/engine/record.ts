import { setTimeout as sleep } from 'node:timers/promises'
import type { Queue, Store, Trial } from '../domain/index.ts'

/** How long a finished trial may wait for others to be saved with it: a commit that is synced took 1 ms, for one trial or for twenty. */
const LINGER_MS = 20

/** Trials in, store out, until the signal aborts. Those that come together are saved in one go; each is settled only once it is safe. */
export async function record(
  trials: Pick<Queue<Trial>, 'next' | 'more'>,
  store: Pick<Store, 'save'>,
  stop: AbortSignal,
  onSaved: (trials: readonly Trial[]) => void = () => undefined,
  batch = 100,
): Promise<void> {
  while (!stop.aborted) {
    const first = await trials.next(stop)
    if (first === undefined) return
    await using leases = new AsyncDisposableStack()
    leases.use(first)
    const all = [first]
    const take = async () => {
      const rest = all.length < batch ? await trials.more(batch - all.length) : []
      for (const lease of rest) all.push(leases.use(lease))
    }
    await take()
    if (all.length < batch) {
      await sleep(LINGER_MS, undefined, { signal: stop }).catch(() => {}) // told to stop: what is here is saved at once
      await take()
    }
    const saved = all.map((lease) => lease.item)
    await store.save(saved)
    for (const lease of all) await lease.done()
    onSaved(saved)
  }
}
