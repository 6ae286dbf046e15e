import { readFile } from 'node:fs/promises'
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node'
import { BadInputError, FaultError, messageOf } from '../../domain/index.ts'
import { pause } from './wait.ts'

/** Where lines about the connection go; the level is pino's. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, data?: Readonly<Record<string, unknown>>) => void

export interface LinkOptions {
  /** nats://HOST:4222 or tls://…; user and password, or a token, may be in it. */
  readonly url: string
  /** How this program is called in the server's lists. */
  readonly name: string
  /** A file of credentials (NKey and JWT) that `nsc` wrote. */
  readonly credentials?: string | undefined
  readonly log?: Log
  /** Wait for a server that is not there yet, until the signal aborts, instead of saying so. */
  readonly patience?: AbortSignal
}

/** One connection to a NATS server, and whether it stands right now. It comes back by itself, however long the server was away. */
export interface Link extends AsyncDisposable {
  readonly nats: NatsConnection
  readonly js: JetStreamClient
  readonly manager: JetStreamManager
  readonly log: Log
  readonly connected: boolean
  /** Aborts when the connection is closed for good. */
  readonly closed: AbortSignal
}

/** Connects. A server that is not there is bad input: the message names it, without passwords. */
export async function openLink({ url, name, credentials, log = () => {}, patience }: LinkOptions): Promise<Link> {
  const place = placeOf(url)
  const { user, pass, token } = loginOf(url)
  const creds = credentials === undefined ? undefined : await readFile(credentials)
  const dial = () =>
    connect({
      servers: place,
      name,
      ...(user !== undefined && { user }),
      ...(pass !== undefined && { pass }),
      ...(token !== undefined && { token }),
      ...(creds && { authenticator: credsAuthenticator(creds) }),
      ...(url.startsWith('tls://') && { tls: {} }),
      timeout: 10_000,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      pingInterval: 5_000,
      maxPingOut: 3,
      // Else each request makes an error beforehand, for its stack.
      noAsyncTraces: true,
    })
  const nats = await dialled(dial, place, log, patience)
  if (nats.info?.jetstream !== true) {
    await nats.close()
    throw new BadInputError(`the NATS server at ${place} has no JetStream; start it with \`nats-server -js\``)
  }
  const closed = new AbortController()
  let connected = true
  void nats.closed().then(() => closed.abort())
  void (async () => {
    for await (const status of nats.status()) {
      if (status.type === 'disconnect') connected = false
      if (status.type === 'reconnect') connected = true
      if (status.type === 'disconnect' || status.type === 'reconnect') log('warn', `NATS: ${status.type}`, { place })
      if (status.type === 'slowConsumer') log('warn', 'NATS: messages come faster than they are read')
      if (status.type === 'error') log('warn', `NATS: ${status.error.message}`)
    }
  })()
  let ending: Promise<void> | undefined
  return {
    nats,
    js: jetstream(nats, { timeout: 10_000 }),
    manager: await jetstreamManager(nats, { timeout: 10_000, checkAPI: false }).catch((error: unknown) => {
      throw new FaultError('internal', `JetStream at ${place} does not answer: ${messageOf(error)}`, { cause: error })
    }),
    log,
    get connected() {
      return connected
    },
    closed: closed.signal,
    [Symbol.asyncDispose]() {
      // Draining waits for the server; one that is away is not waited for.
      ending ??= connected && !nats.isClosed() ? nats.drain().catch(() => nats.close()) : nats.close()
      return ending
    },
  }
}

async function dialled(
  dial: () => Promise<NatsConnection>,
  place: string,
  log: Log,
  patience?: AbortSignal,
): Promise<NatsConnection> {
  for (;;) {
    try {
      return await dial()
    } catch (error) {
      if (patience === undefined || patience.aborted)
        throw new BadInputError(
          `no NATS server answers at ${place} (${messageOf(error)}); start one with \`nats-server -js\`, or give --nats URL`,
          { cause: error },
        )
      log('warn', `waiting for a NATS server at ${place}: ${messageOf(error)}`)
      await pause(1_000, patience)
    }
  }
}

function placeOf(url: string): string {
  if (!/^(nats|tls):\/\/[^/]/.test(url) || !URL.canParse(url))
    throw new BadInputError(`--nats ${url.replace(/\/\/[^@/]*@/, '//…@')}: write it as nats://HOST:PORT`)
  const { protocol, hostname, port } = new URL(url)
  return `${protocol}//${hostname}:${port || 4222}`
}

function loginOf(url: string): { user?: string; pass?: string; token?: string } {
  const { username, password } = new URL(url)
  if (username === '') return {}
  if (password === '') return { token: decodeURIComponent(username) }
  return { user: decodeURIComponent(username), pass: decodeURIComponent(password) }
}
