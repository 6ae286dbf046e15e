import type { ConsumerInfo } from '@nats-io/jetstream'
import type { Link } from './connect.ts'
import { ADVISORIES, JOBS, TRIALS } from './names.ts'

// What a server that died leaves behind. It writes a stream and what its consumers have settled one after the other, and a death in
// between leaves the one ahead of the other: messages that are settled and still there, or a consumer that is past the stream's end.

/**
 * Takes messages off the queues that were settled and are still there: nobody is ever given one again, and a job of its subject could
 * not be put. Resolves to their number.
 */
export async function sweepDone(link: Link): Promise<number> {
  let swept = 0
  for (const stream of [JOBS, TRIALS, ADVISORIES]) {
    // Consumers first: what is delivered after this look is not past an end that was seen before it.
    const consumers = await Array.fromAsync(link.manager.consumers.list(stream))
    const { state } = await link.manager.streams.info(stream)
    for (const consumer of consumers) {
      const { config, ack_floor } = consumer
      if (isPast(consumer, state.last_seq)) await beginAgain(link, stream, consumer, state.last_seq)
      else if (config.filter_subject !== undefined && ack_floor.stream_seq > 0) {
        const settled = { filter: config.filter_subject, seq: ack_floor.stream_seq + 1 }
        swept += (await link.manager.streams.purge(stream, settled)).purged
      }
    }
  }
  return swept
}

const isPast = ({ delivered, ack_floor }: ConsumerInfo, last: number) =>
  Math.max(delivered.stream_seq, ack_floor.stream_seq) > last

/**
 * A stream that lost its newest messages counts on from where it is, and a consumer would not hand out anything until the count is
 * where it was (nats-server issue 5412). Made anew, it hands out all that is there; what was done once is done twice, which is harmless.
 */
async function beginAgain(link: Link, stream: string, { name, config }: ConsumerInfo, last: number): Promise<void> {
  link.log('warn', 'NATS lost its newest messages when it died; a consumer begins again', { stream, name, last })
  await link.manager.consumers.delete(stream, name)
  await link.manager.consumers.add(stream, config)
}
