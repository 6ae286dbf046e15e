import type { ProgramAgentOptions, ProgramOutcome } from '../../agent/program.ts'
import type { Kit } from '../../kit.ts'
import { start } from './loop.ts'

/** As the trusted one (../../agent/program.ts), which does it on the other side. */
export async function programAgent(kit: Kit, options: ProgramAgentOptions): Promise<ProgramOutcome> {
  // Opens the sandbox with the task's files in it.
  await kit.sandbox.write({})
  return (await start('programAgent', options, kit.signal)) as unknown as ProgramOutcome
}
