import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { withAdminClient } from '#platform/admin.ts'
import { requireDataFolder } from '#platform/data-folder.ts'
import { keepAuditOrigin, keepRootKey } from '../installation-marks.ts'
import { prepareDatabase } from '../prepare-database.ts'
import {
  countServers,
  endAccessOfSignIns,
  isStandby,
  markRestored,
  openForCopy,
  ownsTables,
  readMoment,
  readNewestEvent,
} from './backup-store.ts'
import { CommandError } from './command.ts'
import type { Surroundings } from './command.ts'
import { liftGuards, NEEDS_OWNER } from './restore-guards.ts'
import { readKeptElsewhere, recordRestore, refuseOldCheckpoints, sealAndVerify } from './restored-log.ts'
import type { RestoredAudit, RestoredLog } from './restored-log.ts'

/** What a restore in place came to. */
export interface OutcomeInPlace {
  /** When the newest event of the database was written: the moment that PostgreSQL was brought back to, as far as it can tell. */
  readonly newest_event_at: string
  readonly restore_id: string
  readonly sessions_ended: number
  /** Whether all access of partners waits until two people have lifted the freeze. */
  readonly is_frozen: boolean
  readonly audit: RestoredAudit
}

/** How a database that PostgreSQL itself brought back is taken into use. */
export interface OrderInPlace {
  /** A file of checkpoints that were kept elsewhere. */
  readonly checkpoints: string | undefined
  /** Whether delegations work again without anybody having looked through them. */
  readonly isOpen: boolean
}

/** Refuses a database in which a server works, which has not come back yet, or that this login does not see whole. */
async function refuseUnready(client: pg.ClientBase): Promise<void> {
  if (!(await ownsTables(client))) throw new CommandError(NEEDS_OWNER)
  if (await isStandby(client))
    throw new CommandError(
      'PostgreSQL is still reading its log. Wait until it has reached the moment and was promoted (recovery_target_action = promote).',
    )
  const servers = await countServers(client)
  if (servers > 0)
    throw new CommandError(
      `Servers hold ${servers} connections to this database. Stop them first: a restore ends every session.`,
    )
}

/** Ends what must not come back to life, in one transaction; returns how many sessions that were, and the log as it stood. */
async function endAccess(
  client: pg.ClientBase,
): Promise<{ ended: number; newestAt: string; log: RestoredLog }> {
  await openForCopy(client)
  await client.query('begin')
  // As with a backup: the triggers ask for an event of whoever changes a row, and the event of the restore follows.
  const putBack = await liftGuards(client)
  const newestAt = await readNewestEvent(client)
  const { audit: log } = await readMoment(client)
  if (newestAt === null)
    throw new CommandError('The database holds no event: nothing was brought back to any moment.')
  await markRestored(client, log.size)
  const ended = await endAccessOfSignIns(client)
  await putBack()
  await client.query('commit')
  return { ended, newestAt, log }
}

/**
 * Takes a database into use that PostgreSQL itself brought back to a moment, from an archived log or a replica: ends every
 * sign-in, freezes all access of partners before anything else can fail, seals what was not sealed, and compares the log
 * with checkpoints that were kept elsewhere. Source: reliability.md R10.
 */
export async function restoreInPlace(
  surroundings: Surroundings,
  { checkpoints, isOpen }: OrderInPlace,
): Promise<OutcomeInPlace> {
  const installation = await surroundings.open()
  refuseOldCheckpoints(surroundings)
  await requireDataFolder(surroundings.config.dataDir)
  const elsewhere = await readKeptElsewhere(checkpoints)
  await withAdminClient(installation.admin, refuseUnready)
  await prepareDatabase(installation.admin, { roleSecret: installation.roleSecret })
  await keepRootKey(installation)
  // Before anything is ended: a wrong name would be found only when the log is sealed.
  await keepAuditOrigin(installation, surroundings.config)
  const { ended, newestAt, log } = await withAdminClient(installation.admin, endAccess)
  const restoreId = randomUUID()
  await recordRestore(installation, surroundings, { restoreId, takenAt: newestAt, isOpen })
  const audit = await sealAndVerify(installation, surroundings, { restored: log, elsewhere })
  return {
    newest_event_at: newestAt,
    restore_id: restoreId,
    sessions_ended: ended,
    is_frozen: !isOpen,
    audit,
  }
}
