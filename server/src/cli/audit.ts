import {
  auditCommands,
  AuditCommandError,
  AuditUsageError,
  makeAuditKey,
  readAuditKeys,
} from '#modules/audit/index.ts'
import type { TakenOut } from '#modules/audit/index.ts'
import { inAdminTransaction, withAdminClient } from '#platform/admin.ts'
import type { Row } from '#platform/statement.ts'
import type { Installation } from '#platform/installation.ts'
import { CommandError, UsageError } from './command.ts'
import type { Command, Surroundings } from './command.ts'
import { withVault } from './key-ring.ts'
import { recordOperator } from './keys-store.ts'

/** What PostgreSQL answers to a write on a standby, or to a login that may only read (read_only_sql_transaction). */
const READ_ONLY = '25006'

/** As an error of commands: what was called wrongly, or not done, is no result and never stands among results. */
function toCommandError(error: unknown): unknown {
  if (error instanceof AuditUsageError) return new UsageError(error.message, { cause: error })
  return error instanceof AuditCommandError ? new CommandError(error.message, { cause: error }) : error
}

function toStory(error: unknown, command: string): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === READ_ONLY)) return error
  return new CommandError(
    `This database takes no writes: it is a standby, or the login may only read. "${command}" records what leaves the log before anything does, so nothing was taken out. Run it against the primary; "audit verify" works on a standby, too.`,
    { cause: error },
  )
}

/** In a transaction of its own: what leaves is recorded whether or not it arrives. */
async function record(
  { admin }: Installation,
  { operator }: Surroundings,
  { action, reason, eventId }: TakenOut,
): Promise<void> {
  const command = action === 'platform.audit.export' ? 'audit export' : 'audit prove'
  try {
    await inAdminTransaction(admin, (run) =>
      recordOperator(
        run,
        { ...operator, command },
        {
          action,
          ...(reason !== undefined && { reason }),
          ...(eventId !== undefined && { resource_type: 'audit_event', resource_id: eventId }),
        },
      ),
    )
  } catch (error) {
    throw toStory(error, command)
  }
}

export const audit: Command = {
  name: 'audit',
  help: auditCommands.map(({ help }) => `audit ${help}`).join('\n'),
  async run([name, ...args], surroundings) {
    const command = auditCommands.find((candidate) => candidate.name === name)
    if (!command)
      throw new UsageError(
        name === undefined ? 'Say what to do with the audit log.' : `There is no command "audit ${name}".`,
      )
    const installation = await surroundings.open()
    const { list: verifierKey, signer } = await withVault(
      installation,
      (vault) =>
        inAdminTransaction(installation.admin, (run) =>
          readAuditKeys(run, makeAuditKey(vault, surroundings.config.auditOrigin)),
        ),
      surroundings.config,
    )
    return withAdminClient(installation.admin, (client) =>
      command.run(args, {
        connect: () => Promise.resolve(client),
        dataDir: surroundings.config.dataDir,
        verifierKey,
        signer,
        now: surroundings.now(),
        write: surroundings.out,
        record: (event) => record(installation, surroundings, event),
        recordWithin: (on, event) =>
          recordOperator(
            async (text, values) => (await on.query<Row>(text, values && [...values])).rows,
            { ...surroundings.operator, command: `audit ${command.name}` },
            event,
          ),
      }),
    ).catch((error: unknown) => {
      throw toCommandError(error)
    })
  },
}
