import { ConfigError, readConfig } from '#platform/config.ts'
import { systemClock } from '#platform/clock.ts'
import { openInstallation } from '#platform/installation.ts'
import type { Installation } from '#platform/installation.ts'
import { CommandError, STATUS, UsageError } from './command.ts'
import type { Command, Surroundings } from './command.ts'
import { readOperator } from './operator-account.ts'
import { COMMANDS } from './registry.ts'

/** Whoever read the output, such as `head`, has enough of it: the rest of the work would be for nobody. */
class ReaderGone extends Error {
  override name = 'ReaderGone'
}

let isReaderGone = false
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  isReaderGone = true
})

function out(text: string): void {
  if (isReaderGone) throw new ReaderGone('Nobody reads the output any more.')
  process.stdout.write(text)
}

const err = (text: string): void => void process.stderr.write(text)

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length))
  const lines = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return `Liaison, at the machine.\n\n  npm run liaison -- COMMAND [ARGUMENTS]\n\n${lines.join('\n')}\n\nEvery command takes --help, which says where it takes --json, and ends with status 0 (done), 1 (no, or a fault) or 2\n(called wrongly).\n`
}

function isUsageFault(error: unknown): error is Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return error instanceof UsageError || code.startsWith('ERR_PARSE_ARGS')
}

/** What the machine says about a file, in a sentence; by the code of the fault. */
const FILE_FAULTS: Readonly<Record<string, (path: string) => string>> = {
  ENOENT: (path) => `There is no ${path}.`,
  ENOTDIR: (path) => `${path} lies below something that is no folder.`,
  EISDIR: (path) => `${path} is a folder, not a file.`,
  EEXIST: (path) => `${path} exists already; it is never written over.`,
  EACCES: (path) => `${path} may not be read or written by this account.`,
}

function fileFaultOf(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error && 'path' in error)) return undefined
  return FILE_FAULTS[String(error.code)]?.(String(error.path))
}

function storyOf(error: unknown): string {
  if (error instanceof ConfigError) return `The configuration cannot be used:\n${error.message}`
  if (error instanceof CommandError) return error.message
  return fileFaultOf(error) ?? (error instanceof Error ? error.message : String(error))
}

function answerFailure(command: Command, error: unknown, isJson: boolean): number {
  if (isReaderGone) return STATUS.failed
  const isMisuse = isUsageFault(error)
  if (isJson) out(`${JSON.stringify({ error: storyOf(error) })}\n`)
  else err(`${storyOf(error)}\n${isMisuse ? `\n${command.help}\n` : ''}`)
  return isMisuse ? STATUS.misused : STATUS.failed
}

async function run(command: Command, args: readonly string[]): Promise<number> {
  let installation: Promise<Installation> | undefined
  try {
    const config = readConfig()
    const surroundings: Surroundings = {
      config,
      operator: readOperator(),
      now: systemClock,
      out,
      err,
      isTerminal: process.stderr.isTTY,
      open: () => (installation ??= openInstallation(config, { joins: true })),
    }
    return await command.run(args, surroundings)
  } catch (error) {
    return answerFailure(command, error, args.includes('--json'))
  } finally {
    await (await installation?.catch(() => undefined))?.stop()
  }
}

/** Runs the command that a command line names, and returns the status that the process ends with. */
export async function runCommandLine([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    out(overview())
    return name === undefined ? STATUS.misused : STATUS.done
  }
  const listed = COMMANDS.find((candidate) => candidate.name === name)
  if (!listed) {
    err(`There is no command "${name}".\n\n${overview()}`)
    return STATUS.misused
  }
  const command = await listed.load()
  if (args.includes('--help') || args.includes('-h')) {
    out(`${command.help}\n`)
    return STATUS.done
  }
  return run(command, args)
}
