import { ClockRound } from '#platform/clock-round.ts'
import type { Database } from '#platform/database.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { findEnding, findOverdue, noteExpired, noteWarned, readPartnerName } from './clock-store.ts'
import type { Overdue } from './clock-store.ts'
import { announceAgreement, recordAgreement } from './events.ts'
import type { News } from './events.ts'

const WORK = { job: 'agreement-clock' }

async function tell(
  mandate: Mandate<'system'>,
  row: Overdue,
  told: { readonly news: News; readonly origin: string | null },
): Promise<void> {
  const partner = await readPartnerName(mandate, row.partner_id)
  await announceAgreement(mandate, { ...row, partner_name: partner }, told)
}

async function expire(mandate: Mandate<'system'>, row: Overdue, origin: string | null): Promise<boolean> {
  if (!(await noteExpired(mandate, row))) return false
  recordAgreement(mandate, row, {
    action: 'expired',
    changes: { state: { before: 'offered', after: 'expired' } },
  })
  await tell(mandate, { ...row, state: 'expired' }, { news: 'expired', origin })
  return true
}

async function warn(mandate: Mandate<'system'>, row: Overdue, origin: string | null): Promise<boolean> {
  if (!(await noteWarned(mandate, row))) return false
  recordAgreement(mandate, row, { action: 'warned' })
  await tell(mandate, row, { news: 'expiring', origin })
  return true
}

/**
 * Notes offers that ran out and tells owners of those that run out within three days. What can be signed never waits for it:
 * the database looks at the time itself. Running it again changes nothing more; an offer that it cannot work on does not
 * keep it from the others, and it throws at the end. Answers how many it noted. Source: D4.
 */
export async function runAgreementClock(
  database: Database,
  publicOrigin: string | null,
): Promise<{ expired: number; warned: number }> {
  const round = new ClockRound()
  const expired = await round.workThrough({
    find: (limit) => inSystemTransaction(database, WORK, (mandate) => findOverdue(mandate, limit)),
    each: (row) => inSystemTransaction(database, WORK, (mandate) => expire(mandate, row, publicOrigin)),
  })
  const warned = await round.workThrough({
    find: (limit) => inSystemTransaction(database, WORK, (mandate) => findEnding(mandate, limit)),
    each: (row) => inSystemTransaction(database, WORK, (mandate) => warn(mandate, row, publicOrigin)),
  })
  round.end('agreements')
  return { expired, warned }
}
