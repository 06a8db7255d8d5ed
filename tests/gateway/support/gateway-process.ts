import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findFreePort } from '../../../server/testing/ports.ts'

const root = fileURLToPath(new URL('../../../gateway/', import.meta.url))

/** One gateway server and how it is run with a reference configuration. */
export interface GatewayKind {
  readonly name: string
  /** The program, as Debian's package installs it. */
  readonly binary: string
  /** The configuration, from the folder `gateway`; and further files that it needs beside it. */
  readonly config: string
  readonly beside?: readonly string[]
  command(run: { readonly config: string; readonly folder: string }): readonly string[]
}

/** What the placeholders of a reference configuration stand for. */
export type Placeholders = Readonly<Record<string, string>>

/** Whether the program is installed. */
export function isInstalled({ binary }: GatewayKind): boolean {
  return spawnSync('sh', ['-c', `command -v ${binary}`], { stdio: 'ignore' }).status === 0
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

function fill(text: string, values: Placeholders): string {
  const filled = Object.entries(values).reduce(
    (before, [name, value]) => before.replaceAll(`@${name}@`, value),
    text,
  )
  const left = /@[A-Z_]+@/.exec(filled)
  if (left) throw new Error(`Nothing stands for ${left[0]}.`)
  return filled
}

/** One line of a configuration that says what it guards against. */
export interface GuardingLine {
  readonly file: string
  readonly line: number
  readonly attack: string
  readonly text: string
}

/** Every line that ends with `guards: NAME`, or with several such names and commas, from the configuration itself. */
export async function readGuardingLines({
  config,
  beside = [],
}: GatewayKind): Promise<readonly GuardingLine[]> {
  const found: GuardingLine[] = []
  for (const file of [config, ...beside]) {
    const lines = (await readFile(join(root, file), 'utf8')).split('\n')
    for (const [line, text] of lines.entries()) {
      const [, before = '', names] = /^(.*?)\s*(?:#|--)\s*guards: (.+?)\s*$/.exec(text) ?? []
      // Where a line takes no comment, the name stands alone above the line that it is about.
      const target = before.trim() === '' ? line + 1 : line
      for (const attack of names?.split(', ') ?? [])
        found.push({ file, line: target, attack, text: (lines[target] ?? '').trim() })
    }
  }
  return found
}

/** Writes one file of a configuration as it is run: filled in, and without a line if that is asked for. */
async function writeFilled(
  file: string,
  run: { readonly folder: string; readonly values: Placeholders; readonly without: GuardingLine | null },
): Promise<string> {
  const lines = (await readFile(join(root, file), 'utf8')).split('\n')
  const kept = lines.filter((_, line) => run.without?.file !== file || run.without.line !== line)
  const path = join(run.folder, basename(file))
  await writeFile(path, fill(kept.join('\n'), run.values))
  return path
}

/** A running gateway. It is ended by its process id alone. */
export class GatewayProcess implements AsyncDisposable {
  readonly port: number
  readonly #child: ChildProcess
  readonly #folder: string

  private constructor(port: number, child: ChildProcess, folder: string) {
    this.port = port
    this.#child = child
    this.#folder = folder
  }

  /** Starts the server on its reference configuration, without the given line if one is named. */
  static async start(
    kind: GatewayKind,
    values: Placeholders,
    without: GuardingLine | null = null,
  ): Promise<GatewayProcess> {
    const folder = await mkdtemp(join(tmpdir(), `liaison-${kind.name}-`))
    // Servers that change to a user of their own must still be able to write there.
    await chmod(folder, 0o777)
    const port = await findFreePort()
    const all = {
      ...values,
      LISTEN: `127.0.0.1:${port}`,
      ADDRESS: '127.0.0.1',
      PORT: String(port),
      RUN: folder,
    }
    const run = { folder, values: all, without }
    const config = await writeFilled(kind.config, run)
    for (const extra of kind.beside ?? []) await writeFilled(extra, run)
    // With a home of its own, so that no server finds anything in that of whoever runs the tests.
    const words = [`HOME=${folder}`, ...kind.command({ config, folder })]
    const child = spawn('env', words, { stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => (said += chunk))
    const running = new GatewayProcess(port, child, folder)
    await running.#untilListening(() => said)
    return running
  }

  async #untilListening(said: () => string): Promise<void> {
    for (let attempt = 0; attempt < 400; attempt += 1) {
      if (this.#child.exitCode !== null)
        throw new Error(`The gateway ended with ${this.#child.exitCode}: ${said()}`)
      if (await accepts(this.port)) return
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    throw new Error(`The gateway does not listen: ${said()}`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = new Promise((resolve) => this.#child.once('exit', resolve))
      this.#child.kill('SIGTERM')
      await ended
    }
    await rm(this.#folder, { recursive: true, force: true })
  }
}
