import type { Config } from '#platform/config.ts'
import type { Installation } from '#platform/installation.ts'
import type { Operator } from '#platform/operator.ts'

/** Ends a command: done, said no or found a fault, called wrongly. */
export const STATUS = { done: 0, failed: 1, misused: 2 } as const

/** The command line does not say what the command needs; answered with the reason and the command's help. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** A command that ends with one plain sentence instead of a stack. */
export class CommandError extends Error {
  override name = 'CommandError'
}

/** Where a command writes and what it works on. */
export interface Surroundings {
  readonly config: Config
  readonly operator: Operator
  readonly now: () => Date
  /** To standard output: the result. */
  readonly out: (text: string) => void
  /** To standard error: progress and complaints. */
  readonly err: (text: string) => void
  /** Whether standard error is a screen that lines may be overwritten on. */
  readonly isTerminal: boolean
  /** The installation that the configuration names, opened once and closed when the command ends. */
  readonly open: () => Promise<Installation>
}

/** One command of `npm run liaison --`. */
export interface Command {
  readonly name: string
  readonly help: string
  /** Returns the exit status. */
  readonly run: (args: readonly string[], surroundings: Surroundings) => Promise<number>
}

/** Writes a result for programs. */
export function writeJson({ out }: Surroundings, value: unknown): void {
  out(`${JSON.stringify(value, null, 2)}\n`)
}
