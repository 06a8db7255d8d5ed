import { idFromUuid } from '@liaison/access'
import type { Database } from '#platform/database.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { findOver, forgetContactsOfDeals } from './clock-store.ts'
import type { OverDeal } from './clock-store.ts'
import { announceDeal, recordDeal } from './events.ts'
import { moveDeal } from './store.ts'

const WORK = { job: 'deal-clock' }
const BATCH = 100

async function expire(mandate: Mandate<'system'>, row: OverDeal, origin: string | null): Promise<void> {
  await moveDeal(mandate, idFromUuid('deal', row.id), { from: ['approved'], to: 'expired' })
  const after = { ...row, state: 'expired' } as const
  recordDeal(mandate, after, { action: 'expired', before: row.state })
  await announceDeal(mandate, after, { action: 'expired', origin })
}

async function forget(mandate: Mandate<'system'>): Promise<number> {
  const forgotten = await forgetContactsOfDeals(mandate, BATCH)
  if (forgotten > 0) recordEvent(mandate, { action: 'program.deal.contacts_forgotten', rowCount: forgotten })
  return forgotten
}

/**
 * Notes that the time of approved deals is over, and forgets contacts of deals that ended as long ago as the provider says.
 * No sign-up waits for it: the database looks at the time itself. Running it again changes nothing more. Answers how many
 * it noted and forgot. Source: D12.
 */
export async function runDealClock(
  database: Database,
  publicOrigin: string | null,
): Promise<{ expired: number; forgotten: number }> {
  const over = await inSystemTransaction(database, WORK, (mandate) => findOver(mandate, BATCH))
  let expired = 0
  for (const row of over)
    expired += await inSystemTransaction(database, WORK, async (mandate) => {
      await expire(mandate, row, publicOrigin)
      return 1
    })
  return { expired, forgotten: await inSystemTransaction(database, WORK, forget) }
}
