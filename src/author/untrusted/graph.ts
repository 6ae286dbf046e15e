import { readFile } from 'node:fs/promises'
import { createRequire, findPackageJSON, stripTypeScriptTypes } from 'node:module'
import { dirname, extname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ModuleSource, messageOf } from '../../domain/index.ts'
import { sourcesOf } from '../load.ts'
import { type Folder, INSIDE } from './folder.ts'

/*
 * Which modules an isolate gets: the benchmark's own files, and the author's API with everything that it imports, in which what
 * needs Node is replaced by its like in guest/. Sources are ours, or compiled ones in the published package; both work.
 */

type Modules = Record<string, ModuleSource>

const EXTENSION = extname(fileURLToPath(import.meta.url))
const HERE = dirname(fileURLToPath(import.meta.url))
const ROOT = resolve(HERE, '../../..')
const guest = (name: string) => join(HERE, 'guest', name + EXTENSION)

/** Packages that the author's API is made of. */
const PACKAGES = ['zod', 'pure-rand']
const NODE: Readonly<Record<string, string>> = {
  'node:fs': guest('node/fs'),
  'node:fs/promises': guest('node/fs'),
  'node:path': guest('node/path'),
  'node:url': guest('node/url'),
}
/** For the author's API only. */
const OURS: Readonly<Record<string, string>> = {
  ...NODE,
  'node:crypto': guest('node/crypto'),
  'node:util': guest('node/util'),
  'node:zlib': guest('node/zlib'),
  'csv-parse/sync': guest('node/csv'),
}
/** Files of ours that have a like in the isolate. */
const REPLACED = new Map(
  Object.entries({
    'src/index': join(ROOT, 'src/author', `index${EXTENSION}`),
    'src/author/bounded': guest('bounded'),
    'src/author/court': guest('court'),
    'src/author/agent/program': guest('program'),
    'src/tasks/languages': guest('languages'),
  }).map(([path, like]) => [join(ROOT, path + EXTENSION), like]),
)
/** Fifty languages in which zod can complain; a task needs the one. */
const LOCALES = /zod[/\\]v4[/\\]locales[/\\]index\.js$/
const ENGLISH = `export { default as en } from ${JSON.stringify('./en.js')}`
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\1/g

/** The modules of a benchmark, and the source that begins with them. */
export interface Graph {
  readonly modules: Modules
  readonly entry: string
  /** The benchmark's own files as they are, by path, for its digest. */
  readonly sources: ReadonlyMap<string, string>
}

/** Collects the modules of a benchmark file, which lies at the top of its folder. */
export async function graphOf(file: string, folder: Folder): Promise<Graph> {
  const api = await theirs()
  const top = dirname(file)
  const insideOf = (path: string) => `${INSIDE}/${relative(top, path).replaceAll('\\', '/')}`
  const sources = await sourcesOf(file, async (path) => (await folder.read(insideOf(path)))?.toString())
  const own: Modules = {}
  for (const [path, text] of sources) {
    const id = insideOf(path)
    const source = javascriptOf(path, text).replaceAll(
      /\bimport\.meta\.url\b/g,
      JSON.stringify(`file://${encodeURI(id)}`),
    )
    own[id] = { source, imports: importsOf(source, (specifier) => ownTarget(path, specifier, insideOf)) }
  }
  const [globals, serve] = [idOf(guest('globals')), idOf(guest('serve'))]
  return {
    modules: { ...api, ...own },
    // Evaluated in this order: what is lent first, and taken from the global scope before the benchmark's first line runs.
    entry: `import ${JSON.stringify(globals)}
import { serve } from ${JSON.stringify(serve)}
import * as exported from ${JSON.stringify(insideOf(file))}
Object.defineProperty(globalThis, '__serve', { value: serve(exported) })`,
    sources,
  }
}

/** What a specifier in a benchmark's own file means; undefined where untrusted code may not have it. */
function ownTarget(from: string, specifier: string, insideOf: (path: string) => string): string | undefined {
  if (/^\.{1,2}\//.test(specifier)) return insideOf(resolve(dirname(from), specifier))
  if (specifier === 'assay') return idOf(guest('assay'))
  if (specifier === 'zod') return idOf(packaged('zod'))
  const name = specifier.startsWith('node:') ? specifier : `node:${specifier}`
  return Object.hasOwn(NODE, name) ? idOf(NODE[name]!) : undefined
}

let known: Promise<Modules> | undefined

/** The author's API for isolates; the same for every benchmark. */
function theirs(): Promise<Modules> {
  known ??= collect([guest('globals'), guest('serve'), guest('assay')])
  return known
}

async function collect(entries: readonly string[]): Promise<Modules> {
  const modules: Modules = {}
  const visit = async (path: string): Promise<void> => {
    const id = idOf(path)
    if (Object.hasOwn(modules, id)) return
    const found = new Set<string>()
    const made = { source: '', imports: {} }
    modules[id] = made
    const text = LOCALES.test(path) ? ENGLISH : await readFile(path, 'utf8')
    made.source = javascriptOf(path, text)
    made.imports = importsOf(made.source, (specifier) => {
      const target = targetOf(path, specifier)
      if (target === undefined) return undefined
      found.add(target)
      return idOf(target)
    })
    for (const one of found) await visit(one)
  }
  for (const entry of entries) await visit(entry)
  return modules
}

/** What a specifier in a file of ours, or of a package, means. */
function targetOf(from: string, specifier: string): string | undefined {
  if (/^\.{1,2}\//.test(specifier)) {
    const path = resolve(dirname(from), specifier)
    return REPLACED.get(path) ?? path
  }
  if (Object.hasOwn(OURS, specifier)) return OURS[specifier]
  // Packages tell in comments how they are imported.
  return isPackaged(from) || !PACKAGES.some((name) => specifier === name || specifier.startsWith(`${name}/`))
    ? undefined
    : packaged(specifier)
}

function importsOf(source: string, targetOf: (specifier: string) => string | undefined): Record<string, string> {
  const imports: Record<string, string> = {}
  for (const [, , specifier = ''] of source.matchAll(IMPORT)) {
    const target = targetOf(specifier)
    if (target !== undefined) imports[specifier] = target
  }
  return imports
}

/** Whether a file is of another package; ours may lie in a folder of packages itself. */
const isPackaged = (path: string) => /^\.\.\/|(^|\/)node_modules\//.test(idOf(path))

const idOf = (path: string) => relative(ROOT, path).replaceAll('\\', '/')

/** The file of a package's module, as `import` finds it. */
function packaged(specifier: string): string {
  const manifest = findPackageJSON(specifier, import.meta.url)
  if (manifest === undefined) throw new Error(`the package of ${specifier} is not installed`)
  return join(dirname(manifest), exportOf(manifest, specifier))
}

const manifests = new Map<string, { exports: Readonly<Record<string, { import: string }>> }>()

function exportOf(manifest: string, specifier: string): string {
  const read = manifests.get(manifest) ?? createRequire(import.meta.url)(manifest)
  manifests.set(manifest, read)
  const own = `.${specifier.slice(PACKAGES.find((name) => specifier.startsWith(name))!.length)}`
  return read.exports[own]!.import
}

/** A source without types; JSON as a module. */
function javascriptOf(path: string, text: string): string {
  if (path.endsWith('.json')) return `export default ${text}`
  if (!/\.[cm]?ts$/.test(path)) return text
  try {
    return withoutTypes(text)
  } catch (error) {
    // Loading it then tells what is wrong, as it does with any source.
    return `throw new SyntaxError(${JSON.stringify(messageOf(error))})`
  }
}

/** Node tells at the first use on standard error that this is experimental, which no user can do anything about. */
function withoutTypes(text: string): string {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return stripTypeScriptTypes(text)
  } finally {
    process.emitWarning = emitWarning
  }
}
