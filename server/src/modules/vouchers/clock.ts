import type { Database } from '#platform/database.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { expireVouchers, forgetRecipients } from './clock-store.ts'

const WORK = { job: 'voucher-clock' }

const BATCH = 100
const MAXIMUM_BATCHES = 100

async function inBatches(
  database: Database,
  work: (mandate: Mandate<'system'>, limit: number) => Promise<number>,
): Promise<number> {
  let done = 0
  for (let batch = 0; batch < MAXIMUM_BATCHES; batch += 1) {
    const count = await inSystemTransaction(database, WORK, (mandate) => work(mandate, BATCH))
    done += count
    if (count < BATCH) break
  }
  return done
}

/**
 * Notes vouchers that have expired, so that webhooks hear of it, and removes recipients whose time has come. Whether a voucher
 * is good never waits for it: that is computed at each reading and redemption. Running it again changes nothing more.
 * Source: E9, E13.
 */
export async function runVoucherClock(database: Database): Promise<{ expired: number; forgotten: number }> {
  const expired = await inBatches(database, expireVouchers)
  const forgotten = await inBatches(database, forgetRecipients)
  return { expired, forgotten }
}
