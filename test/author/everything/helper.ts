import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('data/', import.meta.url))

/** What lies beside the benchmark, read in each of the ways that there are. */
export const beside = {
  names: readdirSync(folder).sort(),
  all: readdirSync(new URL('.', import.meta.url), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && extname(entry.name) === '.txt')
    .map((entry) => basename(entry.name)),
  text: readFileSync(join(folder, 'story.txt'), 'utf8'),
  bytes: readFileSync(new URL('./data/story.txt', import.meta.url)).length,
  exists: [existsSync(join(folder, 'story.txt')), existsSync(join(folder, 'nothing.txt'))],
}
