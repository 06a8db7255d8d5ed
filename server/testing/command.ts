import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { readConfig } from '#platform/config.ts'
import type { Operator } from '#platform/operator.ts'
import type { Surroundings } from '../src/cli/command.ts'
import { COMMANDS } from '../src/cli/registry.ts'
import { testRoleSecret } from './database.ts'
import { TEST_SECRET_KEY } from './world.ts'
import type { TestWorld } from './world.ts'

export const OPERATOR: Operator = { id: '01980000-0000-8000-a000-000000000001', name: 'root@test' }
export const COLLEAGUE: Operator = { id: '01980000-0000-8000-a000-000000000002', name: 'night@test' }

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))

/** What a command did. */
export interface Ran {
  readonly status: number
  readonly out: string
  readonly err: string
}

/** Runs commands in this process, on the database of a world and with a folder for files. */
export class CommandBench implements AsyncDisposable {
  readonly folder: string
  /** What the commands take for now. */
  now = new Date('2026-11-21T12:00:00Z')
  readonly #world: Pick<TestWorld, 'connection'>

  private constructor(world: Pick<TestWorld, 'connection'>, folder: string) {
    this.#world = world
    this.folder = folder
  }

  static async start(world: Pick<TestWorld, 'connection'>): Promise<CommandBench> {
    return new CommandBench(world, await mkdtemp(join(tmpdir(), 'liaison-cli-')))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }

  /** Runs one command line, as the given operator; rejects as the command does. */
  async run([name, ...args]: readonly string[], operator = OPERATOR): Promise<Ran> {
    const command = await COMMANDS.find((candidate) => candidate.name === name)?.load()
    if (!command) throw new Error(`There is no command ${name}.`)
    let [out, err] = ['', '']
    const secrets = { roleSecret: testRoleSecret(), secretKey: TEST_SECRET_KEY }
    const ended = new Promise<undefined>(() => undefined)
    const surroundings: Surroundings = {
      config: readConfig({ LIAISON_DATA_DIR: this.folder }),
      operator,
      now: () => this.now,
      out: (part) => void (out += part),
      err: (part) => void (err += part),
      isTerminal: false,
      open: () =>
        Promise.resolve({
          ...secrets,
          admin: this.#world.connection,
          isEmbedded: false,
          ended,
          stop: () => Promise.resolve(),
        }),
    }
    const status = await command.run(args, surroundings)
    return { status, out, err }
  }

  /** Runs one command line in a process of its own, with nothing of this process's environment but the path. */
  spawn(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const env = { PATH: process.env['PATH'], LIAISON_DATA_DIR: this.folder, ...environment }
    return new Promise((resolve) => {
      execFile(process.execPath, [MAIN, ...args], { env }, (error, out, err) =>
        resolve({ status: typeof error?.code === 'number' ? error.code : 0, out, err }),
      )
    })
  }

  /** The same while nobody reads what the process writes as its result. */
  async spawnUnread(args: readonly string[]): Promise<Omit<Ran, 'out'>> {
    const env = { PATH: process.env['PATH'], LIAISON_DATA_DIR: this.folder }
    const child = spawn(process.execPath, [MAIN, ...args], { env })
    child.stdout.destroy()
    const [err, [status]] = await Promise.all([text(child.stderr), once(child, 'close')])
    return { status: Number(status), err }
  }

  /** Writes a file and returns its path. */
  async file(name: string, content: string | Buffer): Promise<string> {
    const path = join(this.folder, name)
    await writeFile(path, content)
    return path
  }
}
