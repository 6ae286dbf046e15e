import { afterAll, describe, expect, test } from 'vitest'
import { openBroker } from '../../src/queue/nats/index.ts'
import { openStore } from '../../src/store/index.ts'
import { Cluster, until } from '../support/cluster.ts'
import { dockerEngine } from '../support/dockerd.ts'
import { natsServer, startNats } from '../support/nats.ts'
import { dockerAnswers, need } from '../support/need.ts'
import { finished, handIn, nothingLeft, scriptJobs, stored, underWay } from './jobs.ts'

const able = need('nats-server', natsServer) && dockerAnswers
const engine = able ? await dockerEngine() : undefined
afterAll(() => engine?.[Symbol.asyncDispose]())

describe.runIf(engine !== undefined)('a Docker engine that dies', () => {
  test('in mid-trial: what it broke is done again when it is back, by the same worker, and nothing is scored for it', {
    timeout: 400_000,
  }, async () => {
    engine!.load('assay/cell:latest', 'assay/bash:latest')
    await using nats = await startNats()
    await using cluster = new Cluster(nats.url)
    cluster.serve()
    const env = { DOCKER_HOST: engine!.host }
    const worker = cluster.launch(['worker', '--nats', nats.url, '--slots', '2', '--name', 'only'], { env })
    await handIn(nats.url, scriptJobs('scripts', 9, 1))
    await using broker = await openBroker({ url: nats.url, name: 'test' })
    await stored(cluster, 'scripts', 1)
    await underWay(broker, 'docker-bash')
    await engine!.kill()
    await until('the worker leaves such jobs alone for a while', () => worker.log().includes('restMs'))
    await engine!.start()
    await finished(cluster.store, 'scripts')
    await nothingLeft(broker)
    await using store = await openStore(cluster.store)
    const trials = await Array.fromAsync(store.trials('scripts'))
    const verdicts = trials.map(({ job, outcome }) => [
      job.sample.id,
      outcome.kind === 'scored' && outcome.score.passed,
    ])
    expect(Object.fromEntries(verdicts)).toEqual(
      Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`s${n}`, n % 3 !== 0])),
    )
    // Something was under way when it died, and was handed out again.
    expect(Math.max(...trials.map(({ delivery }) => delivery))).toBeGreaterThan(1)
    await worker.end('SIGTERM')
    expect(engine!.containers()).toEqual([])
  })
})
