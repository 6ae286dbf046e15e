/** What a benchmark's author writes with: `import { task, benchmark, … } from 'assay'`. */
export * as z from 'zod'
export type { Json, Message, Part, PromptRequest, Reply, ToolCall } from '../domain/index.ts'
export { cohenKappa, fenced, type Preference, type Question, type Verdict, type Vote } from '../tasks/judge.ts'
export {
  type AgentEnd,
  type AgentLoop,
  type AgentOptions,
  type AgentOutcome,
  type AgentSession,
  agent,
} from './agent/agent.ts'
export type { AgentLimit, AgentLimits } from './agent/meter.ts'
export { type ProgramAgentOptions, type ProgramOutcome, programAgent } from './agent/program.ts'
export { type Answer, type AskOptions, Chat, type Input, type Shaped, type ShapedOptions } from './chat.ts'
export type { CheckOptions, Checks } from './check.ts'
export { bash, type Code, c, cpp, extractCode, go, java, javascript, python, rust, typescript } from './code.ts'
export { type CallRule, type Conduct, checkConduct } from './conduct.ts'
export {
  type Conversation,
  type ConverseOptions,
  converse,
  playedUser,
  scriptedUser,
  type User,
  type UserScript,
  userOf,
} from './converse.ts'
export { type TryOptions, tryTests } from './court.ts'
export type { Calibration, Judge, JudgeOptions, Kit, Labelled } from './kit.ts'
export { media } from './media.ts'
export type { AuthorModel } from './model.ts'
export { type Random, randomOf } from './random.ts'
export { count, interval, metrics, type Result } from './result.ts'
export type { Member, Room } from './room.ts'
export { type Drawing, generate, grid, type Row, rows, type Samples, twins } from './samples.ts'
export type { AuthorSandbox, FileTexts, Solution } from './sandbox.ts'
export type { Step } from './steps.ts'
export {
  type AuthoredBenchmark,
  type BenchmarkDefinition,
  benchmark,
  type DockerChoice,
  docker,
  isolate,
  type Scripted,
  type Task,
  type TaskDefinition,
  task,
} from './task.ts'
export * as tools from './tools/index.ts'
export { type Tool, type ToolResult, tool } from './tools.ts'
export { NoValue } from './values.ts'
