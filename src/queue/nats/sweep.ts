import type { ConsumerInfo } from '@nats-io/jetstream'
import type { Link } from './connect.ts'
import { ADVISORIES, JOBS, TRIALS } from './names.ts'
import { isMissing } from './streams.ts'

// What a server that died leaves behind. It writes a stream and what its consumers have settled one after the other, and a death in
// between leaves the one ahead of the other: messages that are settled and still there, or a consumer that is past the stream's end.
// And servers up to 2.9 forget what a consumer has handed out whenever its stream is purged, as for a run that is cancelled.

/**
 * Puts right what a consumer would never come to by itself, and resolves to the number of messages that were deleted: they are settled
 * and still there, so nobody is given them again, and a job of their subject could not be put.
 */
export async function sweepDone(link: Link): Promise<number> {
  let swept = 0
  for (const stream of [JOBS, TRIALS, ADVISORIES]) {
    const subjects_filter = '>'
    // Before and after: what is there before, and neither waits nor is in hand, is forgotten; what is delivered is not past a later end.
    const before = await link.manager.streams.info(stream, { subjects_filter })
    if (before.state.messages === 0 && before.state.last_seq === 0) continue
    const consumers = await Array.fromAsync(link.manager.consumers.list(stream))
    const { state } = await link.manager.streams.info(stream)
    for (const consumer of consumers) {
      const { config, delivered, ack_floor, num_pending, num_ack_pending } = consumer
      const isPast = Math.max(delivered.stream_seq, ack_floor.stream_seq) > state.last_seq
      const isIdle = num_pending === 0 && num_ack_pending === 0
      const there = Object.keys(before.state.subjects ?? {}).some((subject) => isOf(subject, config.filter_subject))
      if (isPast || (isIdle && there)) await beginAgain(link, stream, consumer)
      else if (there) swept += await deleteUntil(link, stream, config.filter_subject, ack_floor.stream_seq)
    }
  }
  return swept
}

/** Whether a subject is one of a consumer's; a star stands for one part of it. */
function isOf(subject: string, filter: string | undefined): boolean {
  if (filter === undefined) return true
  const [parts, wanted] = [subject.split('.'), filter.split('.')]
  return parts.length === wanted.length && wanted.every((part, n) => part === '*' || part === parts[n])
}

/** Deletes one by one: a purge would make the server forget what is in hand. */
async function deleteUntil(link: Link, stream: string, filter: string | undefined, floor: number): Promise<number> {
  let deleted = 0
  for (let seq = 1; filter !== undefined && seq <= floor; ) {
    const next = { seq, next_by_subj: filter }
    const message = await link.manager.streams.getMessage(stream, next).catch((error: unknown) => {
      if (isMissing(error)) return null
      throw error
    })
    if (message === null || message.seq > floor) break
    await link.manager.streams.deleteMessage(stream, message.seq).catch((error: unknown) => {
      if (!isMissing(error)) throw error
    })
    deleted++
    seq = message.seq + 1
  }
  return deleted
}

/**
 * Makes a consumer anew; it hands out all that is there, and what was done already is done twice, which is harmless. A stream that lost
 * its newest messages counts on from where it is, and a consumer would not hand out anything until the count is where it was
 * (nats-server issue 5412); one that has forgotten what it handed out never hands it out again.
 */
async function beginAgain(link: Link, stream: string, { name, config }: ConsumerInfo): Promise<void> {
  link.log('warn', 'NATS lost count of what was handed out; a consumer begins again', { stream, name })
  await link.manager.consumers.delete(stream, name)
  await link.manager.consumers.add(stream, config)
}
