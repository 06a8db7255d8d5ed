import type { Database } from '#platform/database.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { findEnding, findOverdue, noteExpired, noteWarned, readPartnerName } from './clock-store.ts'
import type { Overdue } from './clock-store.ts'
import { announceAgreement, recordAgreement } from './events.ts'
import type { News } from './events.ts'

const WORK = { job: 'agreement-clock' }

const BATCH = 100

async function tell(
  mandate: Mandate<'system'>,
  row: Overdue,
  told: { readonly news: News; readonly origin: string | null },
): Promise<void> {
  const partner = await readPartnerName(mandate, row.partner_id)
  await announceAgreement(mandate, { ...row, partner_name: partner }, told)
}

/**
 * Notes offers that ran out and tells owners of those that run out within three days. What can be signed never waits for it:
 * the database looks at the time itself. Running it again changes nothing more. Answers how many it noted. Source: D4.
 */
export async function runAgreementClock(
  database: Database,
  publicOrigin: string | null,
): Promise<{ expired: number; warned: number }> {
  const due = await inSystemTransaction(database, WORK, (mandate) => findOverdue(mandate, BATCH))
  const ending = await inSystemTransaction(database, WORK, (mandate) => findEnding(mandate, BATCH))
  const [expired, warned] = [[], []] as [string[], string[]]
  for (const row of due)
    await inSystemTransaction(database, WORK, async (mandate) => {
      if (!(await noteExpired(mandate, row))) return
      recordAgreement(mandate, row, {
        action: 'expired',
        changes: { state: { before: 'offered', after: 'expired' } },
      })
      await tell(mandate, { ...row, state: 'expired' }, { news: 'expired', origin: publicOrigin })
      expired.push(row.id)
    })
  for (const row of ending)
    await inSystemTransaction(database, WORK, async (mandate) => {
      if (!(await noteWarned(mandate, row))) return
      recordAgreement(mandate, row, { action: 'warned' })
      await tell(mandate, row, { news: 'expiring', origin: publicOrigin })
      warned.push(row.id)
    })
  return { expired: expired.length, warned: warned.length }
}
