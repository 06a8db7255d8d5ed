import { join } from 'node:path'
import type { NoteSigner } from '#platform/signed-log/index.ts'
import type { AdminClient } from './log-store.ts'

/** What the operator's machine gives a command of the audit log. */
export interface AuditCommandContext {
  /** A connection as the superuser or the migrating login, in UTC. */
  readonly connect: () => Promise<AdminClient>
  readonly dataDir: string
  /** The verifier key of this installation, or all of them with their sizes (`readAuditKeys(...).list`). */
  readonly verifierKey: string
  /** Signs as the newest of these keys. */
  readonly signer: NoteSigner
  readonly now: Date
  readonly write: (text: string) => void
  /** Records what the operator takes out of the log, before it is taken. */
  readonly record: (event: TakenOut) => Promise<void>
  /** Records what a command does, in the transaction that the connection has open. */
  readonly recordWithin: (client: AdminClient, event: Readonly<Record<string, unknown>>) => Promise<void>
}

/** What of the log left the installation by a command. */
export interface TakenOut {
  readonly action: 'platform.audit.export' | 'platform.audit.prove'
  readonly reason?: string
  readonly eventId?: string
}

/** The command line does not say what a command needs. */
export class AuditUsageError extends Error {
  override name = 'AuditUsageError'
}

/** What was asked for cannot be given, or was not done: said in a sentence, and never in the place of a result. */
export class AuditCommandError extends Error {
  override name = 'AuditCommandError'
}

/** One command of `liaison audit`. Returns the exit status: 0 holds, 1 does not hold; throws an AuditUsageError when it was called wrongly. */
export interface AuditCommand {
  readonly name: string
  readonly help: string
  readonly run: (args: readonly string[], context: AuditCommandContext) => Promise<number>
}

/** The file beside the database in which the server keeps its checkpoints. */
export function checkpointFileIn(dataDir: string): string {
  return join(dataDir, 'audit-checkpoints.txt')
}

/** JSON for people and programs. */
export const toText = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
