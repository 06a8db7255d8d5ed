import { idFromUuid } from '@liaison/access'
import { ClockRound } from '#platform/clock-round.ts'
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

async function expire(mandate: Mandate<'system'>, row: OverDeal, origin: string | null): Promise<boolean> {
  await moveDeal(mandate, idFromUuid('deal', row.id), { from: ['approved'], to: 'expired' })
  const after = { ...row, state: 'expired' } as const
  recordDeal(mandate, after, { action: 'expired', before: row.state })
  await announceDeal(mandate, after, { action: 'expired', origin })
  return true
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
  const round = new ClockRound()
  const expired = await round.workThrough({
    find: (limit) => inSystemTransaction(database, WORK, (mandate) => findOver(mandate, limit)),
    each: (row) => inSystemTransaction(database, WORK, (mandate) => expire(mandate, row, publicOrigin)),
  })
  let forgotten = 0
  await round.attempt(async () => {
    forgotten = await inSystemTransaction(database, WORK, forget)
    return true
  })
  round.end('deals')
  return { expired, forgotten }
}
