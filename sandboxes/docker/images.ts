import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ImageInspectInfo } from 'dockerode'
import { BadInputError, FaultError, messageOf } from '../../src/domain/errors.ts'
import { followed, inspect } from './daemon.ts'
import { derive } from './derive.ts'
import type { Engine } from './engine.ts'
import { IMAGES_FOLDER } from './recipes.ts'
import { unless } from './unless.ts'

const PULL_MS = 30 * 60_000
/** How long what a name stands for is taken as known; somebody may build the image anew while we run. */
const KNOWN_MS = 60_000

/** The image under images/ that serves a language whose name is not the folder's. */
const ALIASES: Readonly<Record<string, string>> = { javascript: 'node', typescript: 'node', c: 'cpp' }

/** What a reference may look like: it becomes part of the daemon's addresses, where `..` and `?` would mean something. */
const REFERENCE = /^[a-zA-Z0-9]+(?:(?:\.|:|\/|@|-+|_{1,2})[a-zA-Z0-9]+)*$/

/** An image with the supervisor in it, ready to make cells of. */
export interface CellImage {
  /** Name of the derived image, which changes with anything in it. */
  readonly image: string
  /** Content id of the image that the author named. */
  readonly digest: string
  /** Paths that the image declares as volumes: each would be a writable folder without a bound. */
  readonly volumes: readonly string[]
}

/** Knows images by the names that authors give them. */
export class Images {
  readonly #engine: Engine
  readonly #known = new Map<string, { image: Promise<CellImage>; until: number }>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** The image to make cells of for a name: one of ours (`python`), any reference that is here, or one that can be pulled. */
  async get(name: string, signal: AbortSignal): Promise<CellImage> {
    const known = this.#known.get(name)
    if (known && known.until > performance.now()) return unless(signal, known.image)
    const fresh = this.#look(name)
    // A trial need not wait for the second look at what is most likely the same.
    return unless(signal, known ? known.image : fresh)
  }

  #look(name: string): Promise<CellImage> {
    // Shared by whoever asks meanwhile, so one caller's abort must not end it; the daemon calls have limits of their own.
    const image = this.#make(name, new AbortController().signal)
    this.#known.set(name, { image, until: performance.now() + KNOWN_MS })
    image.catch(() => this.#known.delete(name))
    return image
  }

  /** Forgets what a name stood for, as when its image turns out to be gone. */
  forget(name: string): void {
    this.#known.delete(name)
  }

  async #make(name: string, signal: AbortSignal): Promise<CellImage> {
    const base = await this.find(name, signal)
    if (base.Config.OnBuild?.length) {
      throw new BadInputError(
        `image "${name}" has ONBUILD steps, which would run outside any sandbox; name one without`,
      )
    }
    const image = await derive(this.#engine, base.Id, signal)
    return { image, digest: base.Id, volumes: Object.keys(base.Config.Volumes ?? {}) }
  }

  /** What a name stands for, as it is: with no supervisor in it. */
  async find(name: string, signal: AbortSignal): Promise<ImageInspectInfo> {
    if (!REFERENCE.test(name))
      throw new BadInputError(`"${name}" is no name of an image; write python or registry/name:tag`)
    const folder = ALIASES[name] ?? name
    if (existsSync(join(IMAGES_FOLDER, folder, 'Dockerfile'))) {
      const own = await inspect(this.#engine, `assay/${folder}:latest`, signal)
      if (own) return own
      // Never somebody else's image of the same name.
      throw new FaultError('sandbox-unavailable', `image ${folder} is not built yet: \`assay images build ${folder}\``)
    }
    const found = await inspect(this.#engine, name, signal)
    if (found) return found
    await this.#pull(name, signal)
    const pulled = await inspect(this.#engine, name, signal)
    if (!pulled) throw new FaultError('sandbox-unavailable', `image "${name}" was pulled and is not there`)
    return pulled
  }

  async #pull(name: string, signal: AbortSignal): Promise<void> {
    const { docker } = this.#engine
    try {
      const progress = await this.#engine.call('pull an image', () => docker.pull(name), signal, PULL_MS)
      await this.#engine.call('pull an image', () => followed(docker, progress), signal, PULL_MS)
    } catch (cause) {
      if (cause instanceof FaultError || signal.aborted) throw cause
      throw new FaultError(
        'sandbox-unavailable',
        `image "${name}" is not here and cannot be pulled (${messageOf(cause)}); \`assay images list\` tells what is here, \`assay images build\` makes ours`,
        { cause },
      )
    }
  }
}
