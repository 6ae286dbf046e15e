import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { BadInputError, canonicalJson, FaultError, type Json, messageOf, type Sample, sha256 } from '../domain/index.ts'

/**
 * Sealed columns. A benchmark's hidden columns are taken out of its rows and encrypted, row by row, with one data key
 * (AES-256-GCM, the sample's id as additional data); the data key is encrypted to the operators' keys with age
 * (https://age-encryption.org/v1). The benchmark publishes a commitment: the SHA-256 over each row's salted digest, in the
 * order of the rows, so that what is revealed later can be shown to be what was sealed.
 *
 * A row is bound to the task that it was sealed for: what the task says and the row's open columns go into the additional data as a
 * digest. So whoever holds the key opens a row for that task only. Else a client could hand in a task of its own with the same row,
 * and have a worker answer any question about what is hidden.
 */
export const Seal = z.strictObject({
  /** The data key, encrypted with age, armored. */
  key: z.string().max(100_000),
  /** SHA-256 over the digests of all rows, as 64 hexadecimal digits. */
  commitment: z.string().regex(/^[0-9a-f]{64}$/),
  /** The columns that are hidden. */
  columns: z.array(z.string().max(200)).min(1).max(100),
})
export type Seal = z.infer<typeof Seal>

/** Reads a seal file. */
export async function readSeal(path: string, where: string): Promise<Seal> {
  try {
    return Seal.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    throw new BadInputError(`${where}: ${path} is no seal file: ${messageOf(error)}; make it with assay seal`)
  }
}

/** The column that holds a row's sealed part. */
export const SEALED = '$sealed'

const Hidden = z.strictObject({ salt: z.string(), hidden: z.record(z.string(), z.json()) })
/** A row's hidden columns and the salt that keeps their digest from being guessed. */
export interface Hidden {
  readonly salt: string
  readonly hidden: Record<string, Json>
}

/** Takes the columns out of a row. */
export function hide(row: Readonly<Record<string, Json>>, columns: readonly string[]): Hidden {
  const hidden = Object.fromEntries(
    columns.filter((name) => Object.hasOwn(row, name)).map((name) => [name, row[name]!]),
  )
  return { salt: randomBytes(16).toString('hex'), hidden }
}

/** What a row is bound to: all that a task says but its seal, the sample's id, and its open columns as they travel. */
export function bondOf(definition: object, { id, data }: Sample, columns: readonly string[] = []): string {
  const said = Object.entries(definition).filter(([name]) => name !== 'seal')
  const open = Object.entries(data).filter(([name]) => name !== SEALED && !columns.includes(name))
  return sha256(canonicalJson([Object.fromEntries(said), id, Object.fromEntries(open)]))
}

const boundTo = (id: string, bond: string) => Buffer.from(`${bond}.${id}`)

/** Encrypts one row's hidden part, bound to a task. */
export function sealRow(id: string, part: Hidden, key: Uint8Array, bond: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(boundTo(id, bond))
  const body = Buffer.concat([cipher.update(canonicalJson(part)), cipher.final()])
  return `${bond}.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64')}`
}

/** Decrypts one row's hidden part. Throws FaultError('bad-job') where it was not sealed for this sample with this key. */
export function openRow(id: string, sealed: string, key: Uint8Array): Hidden {
  try {
    const [bond = '', text64 = ''] = sealed.split('.')
    const bytes = Buffer.from(text64, 'base64')
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 })
      .setAAD(boundTo(id, bond))
      .setAuthTag(bytes.subarray(12, 28))
    const text = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString()
    return Hidden.parse(JSON.parse(text)) as Hidden
  } catch (cause) {
    throw new FaultError('bad-job', `sample ${id}: its sealed part cannot be opened with this key`, { cause })
  }
}

/** What a benchmark commits to: every row's id and salted hidden part, in order. */
export function commitmentOf(rows: Iterable<readonly [id: string, part: Hidden]>): string {
  return sha256([...rows].map(([id, part]) => sha256(canonicalJson([id, part.salt, part.hidden]))).join('\n'))
}

/** Encrypts a new data key to the recipients (age1…). */
export async function newKey(recipients: readonly string[]): Promise<{ key: Uint8Array; encrypted: string }> {
  const { armor, Encrypter } = await import('age-encryption')
  const key = randomBytes(32)
  const encrypter = new Encrypter()
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient)
    } catch (error) {
      throw new BadInputError(`--to ${recipient}: not an age recipient (age1…): ${messageOf(error)}`)
    }
  }
  return { key, encrypted: armor.encode(await encrypter.encrypt(key)) }
}

/** Where an identity is looked for. */
export type Env = Readonly<Record<string, string | undefined>>

/** A sample's data, its sealed part opened, for whatever task. */
export async function opened(sample: Sample, seal: Pick<Seal, 'key'>, env: Env): Promise<Sample['data']> {
  const { [SEALED]: sealed, ...data } = sample.data
  if (typeof sealed !== 'string') throw new FaultError('bad-job', `sample ${sample.id} has no sealed part`)
  return { ...data, ...openRow(sample.id, sealed, await openKey(seal, env)).hidden }
}

/** A sample's data, its sealed part opened for the task that it was sealed for. Throws FaultError('bad-job') for any other. */
export async function unsealed(
  sample: Sample,
  definition: { readonly seal: Pick<Seal, 'key'> },
  env: Env,
): Promise<Sample['data']> {
  if (!isFor(definition, sample)) throw new FaultError('bad-job', `sample ${sample.id}: ${NOT_FOR}`)
  return opened(sample, definition.seal, env)
}

/** Whether a sample's sealed part was sealed for this task, with these open columns. */
export const isFor = (definition: object, sample: Sample): boolean =>
  String(sample.data[SEALED]).split('.')[0] === bondOf(definition, sample)

export const NOT_FOR =
  'it was sealed for a task that says something else, or with other open columns; seal the benchmark again'

const keys = new Map<string, Promise<Uint8Array>>()

/**
 * The data key of a seal, opened with the identity that ASSAY_SEAL_IDENTITY holds (AGE-SECRET-KEY-…) or that is in the file
 * ASSAY_SEAL_IDENTITY_FILE. Throws BadInputError where there is none or it does not fit.
 */
export function openKey(seal: Pick<Seal, 'key'>, env: Env): Promise<Uint8Array> {
  let key = keys.get(seal.key)
  if (key === undefined) {
    key = decrypt(seal.key, env)
    keys.set(seal.key, key)
    key.catch(() => keys.delete(seal.key))
  }
  return key
}

async function decrypt(encrypted: string, env: Env): Promise<Uint8Array> {
  const { armor, Decrypter } = await import('age-encryption')
  const identities = await identitiesOf(env)
  const decrypter = new Decrypter()
  try {
    for (const identity of identities) decrypter.addIdentity(identity)
    return await decrypter.decrypt(armor.decode(encrypted))
  } catch {
    // The cause might tell of the identity; it is left out on purpose.
    throw new BadInputError(
      'the benchmark is sealed, and the identity given opens no key of it; ask its author to seal it to yours',
    )
  }
}

async function identitiesOf(env: Env): Promise<string[]> {
  const file = env['ASSAY_SEAL_IDENTITY_FILE']
  const text =
    env['ASSAY_SEAL_IDENTITY'] ??
    (file === undefined
      ? ''
      : await readFile(file, 'utf8').catch((error: unknown) => {
          throw new BadInputError(`ASSAY_SEAL_IDENTITY_FILE cannot be read: ${messageOf(error)}`)
        }))
  const identities = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (identities.length === 0) {
    throw new BadInputError(
      'the benchmark is sealed; put your age identity into ASSAY_SEAL_IDENTITY_FILE (a file) or ASSAY_SEAL_IDENTITY',
    )
  }
  return identities
}
