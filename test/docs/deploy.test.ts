import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

// What deploy/ holds against what there is: its files, its variables, and the options of the commands. That the processes work together
// under deploy/nats.conf is shown in test/faults/permissions.test.ts.

const root = join(import.meta.dirname, '../..')
const deploy = join(root, 'deploy')

interface Service {
  readonly image?: string
  readonly build?: { readonly context: string; readonly dockerfile: string }
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly depends_on?: Readonly<Record<string, unknown>>
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}

/** Options of a command line that the command does not have. */
function unknownOptions([command, ...args]: readonly string[]): string[] {
  const help = execFileSync(process.execPath, [join(root, 'src/cli/main.ts'), command!, '--help'], { encoding: 'utf8' })
  return args.filter((arg) => arg.startsWith('--') && !help.includes(`${arg} `))
}

describe('compose.yaml', () => {
  const { services, volumes } = parse(readFileSync(join(deploy, 'compose.yaml'), 'utf8')) as Compose

  test('names services, volumes and files that there are', () => {
    for (const { image, build, depends_on = {}, volumes: mounts = [] } of Object.values(services)) {
      expect((image === undefined) !== (build === undefined)).toBe(true)
      if (build !== undefined) expect(existsSync(join(deploy, build.context, build.dockerfile))).toBe(true)
      for (const name of Object.keys(depends_on)) expect(services).toHaveProperty(name)
      for (const mount of mounts) {
        const [from = ''] = mount.split(':')
        // The tokens are the operator's to write.
        if (!from.startsWith('.')) expect(volumes).toHaveProperty(from)
        else if (from !== './tokens') expect(existsSync(join(deploy, from))).toBe(true)
      }
    }
  })

  test('starts Assay with options that it has', () => {
    const ours = Object.values(services).filter(({ build }) => build !== undefined)
    expect(ours).toHaveLength(2)
    for (const { command } of ours) expect(unknownOptions(command!)).toEqual([])
  })

  test('gives NATS the passwords that its configuration asks for', () => {
    const conf = readFileSync(join(deploy, 'nats.conf'), 'utf8')
    const asked = [...conf.matchAll(/\$(ASSAY_\w+)/g)].map(([, name]) => name!)
    expect(asked.length).toBeGreaterThan(0)
    for (const name of asked) expect(services.nats!.environment).toHaveProperty(name)
  })
})

test.each(readdirSync(join(deploy, 'systemd')))('the unit %s starts Assay with options that it has', (unit) => {
  const [, line] = /^ExecStart=\/usr\/bin\/env assay (.*)$/m.exec(readFileSync(join(deploy, 'systemd', unit), 'utf8'))!
  expect(unknownOptions(line!.split(' '))).toEqual([])
})
