import * as z from 'zod'
import type { ExecResult } from './exec.ts'
import { Limits } from './limits.ts'
import type { Value } from './value.ts'

export const LANGUAGES = ['python', 'javascript', 'typescript', 'bash', 'c', 'cpp', 'java', 'go', 'rust'] as const
export const Language = z.enum(LANGUAGES)
export type Language = z.infer<typeof Language>

/** Whether a container lives for one trial (`fresh`) or serves many, one after another, a new uid each (`reuse`). */
export const Isolation = z.enum(['fresh', 'reuse'])
export type Isolation = z.infer<typeof Isolation>

const Argv = z.array(z.string().max(100_000)).min(1).max(1000)
/** How long a service may take to become ready where nothing is said. */
const READY_MS = 120_000
const withinMs = z.int().positive().max(3_600_000).default(READY_MS)

/** When a service is ready: a TCP port of it answers the solution's cell, or a command in its container exits with 0. */
export const Ready = z.union([
  z.strictObject({ port: z.int().min(1).max(65_535), withinMs }),
  z.strictObject({ command: Argv, withinMs }),
])
export type Ready = z.infer<typeof Ready>

/** A program beside a trial, a database say, in a container of its own on a private network that the solution's cell joins. */
export const Service = z.strictObject({
  /** The name of a folder under images/, or anybody's Docker image. */
  image: z.string().min(1).max(512),
  /** The image's content id, once it is known; part of a job's identity. */
  digest: z.string().max(100).optional(),
  /** In the place of the image's own command; the image's entry point stays. */
  command: Argv.optional(),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(100_000)).optional(),
  /** Who runs it: the image's user where that is not root, else nobody. */
  user: z
    .string()
    .regex(/^[a-z0-9_][a-z0-9_-]*(:[a-z0-9_][a-z0-9_-]*)?$/, 'write a user, or user:group')
    .optional(),
  /** Folders that it may write to, in memory, besides /tmp, /run and the volumes that its image declares. */
  folders: z
    .array(z.string().regex(/^(\/[A-Za-z0-9._-]*[A-Za-z0-9_-]){1,20}$/, 'write an absolute path'))
    .max(20)
    .default([]),
  ready: Ready,
  /** Everything in the container counted, its folders too. */
  memoryBytes: Limits.shape.memoryBytes,
  processes: Limits.shape.processes,
  /** Each of its folders. */
  diskBytes: Limits.shape.diskBytes,
})
export type Service = z.infer<typeof Service>

/** A service's name is its host name in the trial. */
const ServiceName = z
  .string()
  .regex(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, 'the name of a service is a host name: small letters, digits and -')
  .refine((name) => name !== 'localhost' && name !== 'cell', 'this name is taken; give the service another')

/** The services of a trial, by their host names. */
export const Services = z
  .record(ServiceName, Service)
  .refine((services) => Object.keys(services).length <= 8, 'a trial has at most 8 services')
export type Services = z.infer<typeof Services>
/** Services as an author writes them. */
export type ServicesText = z.input<typeof Services>

/** Where a trial's code shall run. `image` is the name of a folder under images/, or anybody's Docker image. */
export const SandboxSpec = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('isolate') }),
  z.strictObject({
    kind: z.literal('docker'),
    image: z.string().max(512),
    /** The image's content id (sha256:…), once it is known; part of a job's identity. */
    digest: z.string().max(100).optional(),
    /** A container runtime by name: runc (default), runsc, kata. */
    runtime: z.string().max(100).optional(),
    services: Services.optional(),
  }),
])
export type SandboxSpec = z.infer<typeof SandboxSpec>

/** Files by normalised relative path (no `..`, no leading `/`). */
export type Files = ReadonlyMap<string, FileEntry>
export interface FileEntry {
  readonly data: Uint8Array
  readonly executable?: boolean
}

/** A program to run: argv, never a shell line. Only the sandbox's own environment plus `env` is visible to it. */
export interface Command {
  readonly argv: readonly string[]
  readonly stdin?: Uint8Array
  readonly env?: Readonly<Record<string, string>>
  /** Relative to the work folder. */
  readonly cwd?: string
  readonly limits?: Partial<Limits>
}

/** What a function of ours gives a module that called it. `thrown` becomes an exception inside. */
export type Answer =
  | { readonly value: Value }
  | { readonly thrown: { readonly type: string; readonly message: string } }
  | { readonly stop: true }

/**
 * Source to load as a module of its own. `provide` names functions of ours that appear in the module's global namespace
 * before its first line runs; a call of one crosses the wall, waits, and gets the answer. `{ stop: true }` ends the module's
 * process at once. `libraries` are modules that the sandbox itself may lend to an isolate (lodash, js-md5).
 */
export interface Module {
  readonly language: Language
  readonly source: string
  readonly libraries?: readonly string[]
  /** Other modules that the source may import, by path; isolates only. */
  readonly modules?: Readonly<Record<string, ModuleSource>>
  readonly provide?: Readonly<Record<string, (args: Value[], signal: AbortSignal) => Promise<Answer>>>
  readonly limits?: Partial<Limits>
}

/** A JavaScript module beside another: what its imports mean, by specifier, are paths of others. The first source imports by path. */
export interface ModuleSource {
  readonly source: string
  readonly imports: Readonly<Record<string, string>>
}

/** A module that was loaded in a process (or isolate) of its own. Its limits hold from load to dispose, summed. */
export interface LoadedModule extends AsyncDisposable {
  /** What the module's process wrote in all, known once it is disposed; absent where each call's result has its own share. */
  readonly printed?: Promise<Pick<ExecResult, 'stdout' | 'stderr'>>
  /** What loading came to: `returned` (null) when every line ran; any other ending is final, and calls repeat it. */
  readonly loaded: ExecResult
  /** Calls a function by its name, one call at a time; dotted names reach into objects. Never throws for what the program does. */
  call(name: string, args: readonly Value[], signal: AbortSignal): Promise<ExecResult>
}

/** A place where untrusted code runs. What a program does is a result; only our own trouble is thrown (FaultError). */
export interface Sandbox extends AsyncDisposable {
  readonly facts: SandboxFacts
  /** Puts files into the work folder. */
  write(files: Files, signal: AbortSignal): Promise<void>
  /** Takes regular files out (folders: whole, `**` not needed); every process of the trial is dead before. Missing paths are left out; what was dropped (links, devices, too big) is told in `dropped`. */
  read(paths: readonly string[], signal: AbortSignal): Promise<{ files: Files; dropped: readonly string[] }>
  exec(command: Command, signal: AbortSignal): Promise<ExecResult>
  /** A program that talks while it runs (interactors, agents, MCP servers, shells). Docker only. */
  spawn(command: Command, signal: AbortSignal): Promise<RunningProgram>
  load(module: Module, signal: AbortSignal): Promise<LoadedModule>
}

/** A running program's streams. Limits hold as in exec; `ended` always resolves. */
export interface RunningProgram extends AsyncDisposable {
  /** Output as it comes; ends when the program does. */
  readonly stdout: AsyncIterable<Uint8Array>
  write(data: Uint8Array): Promise<void>
  closeStdin(): Promise<void>
  kill(): Promise<void>
  /** Stops its wall clock while it can only wait for us, and lets the clock go on. Processor time always counts. */
  hold?(on: boolean): void
  /** Its output streams hold what was not read through `stdout` (stderr always). */
  readonly ended: Promise<ExecResult>
}

/** What a sandbox says of itself, for the trace. */
export const SandboxFacts = z.strictObject({
  kind: z.enum(['isolate', 'docker', 'scripted']),
  image: z.string().optional(),
  digest: z.string().optional(),
  isolation: Isolation.optional(),
  runtime: z.string().optional(),
  /** Versions that matter: docker, kernel, isolated-vm, v8. */
  versions: z.record(z.string(), z.string()).optional(),
  /** The images that the trial's services were started from, by their names. */
  services: z.record(z.string(), z.string()).optional(),
})
export type SandboxFacts = z.infer<typeof SandboxFacts>

/** What to open. `role` keeps the model's programs and the benchmark's graders in cells apart: a cell never changes its role. */
export interface SandboxRequest {
  readonly spec: SandboxSpec
  readonly role: 'solution' | 'grader'
  readonly isolation: Isolation
  readonly limits: Limits
  /** A cell in `reuse` serves one run only. */
  readonly run: string
  /** The trial holds a sandbox of this role already. It gets no place of its own to wait for, or trials could wait for each other. */
  readonly beside?: boolean
  /** Tells trials apart: the solution's sandboxes of one trial share its services. Without it, a sandbox has its own. */
  readonly trial?: string
}

/** Opens sandboxes; holds what is warm. Disposing it leaves nothing behind. */
export interface Sandboxes extends AsyncDisposable {
  /** Waits for a place, then opens. Throws FaultError('sandbox-unavailable') when it cannot be had. */
  open(request: SandboxRequest, signal: AbortSignal): Promise<Sandbox>
  /** The content id of a spec's image, or undefined for isolates. */
  digest(spec: SandboxSpec, signal: AbortSignal): Promise<string | undefined>
}
