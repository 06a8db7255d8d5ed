import { createHash } from 'node:crypto'
import { idFromUuid } from '@liaison/access'
import { ClockRound } from '#platform/clock-round.ts'
import type { Database } from '#platform/database.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { adapterOf, findVendor } from './adapters.ts'
import { findUnanswered } from './event-store.ts'
import { announceCheck, recordCheck } from './news.ts'
import { findDue, getCheck, moveCheck } from './store.ts'
import type { CheckRow } from './store.ts'
import { keepAndApply } from './take-event.ts'

const WORK = { job: 'identity-checks' }

const BATCH = 100
/** How long a vendor may take before it is asked. */
const ASKED_AFTER_MINUTES = 15

interface ClockOptions {
  readonly database: Database
  /** Where people reach us, for the links in mails; mails go without one when nobody has said. */
  readonly publicOrigin: string | undefined
}

async function note(options: ClockOptions, row: CheckRow): Promise<void> {
  const to = row.state === 'verified' ? 'expired' : 'cancelled'
  await inSystemTransaction(options.database, WORK, async (mandate) => {
    await moveCheck(mandate, row, { to })
    recordCheck(mandate, row, {
      action: to === 'expired' ? 'identity_checks.expire' : 'identity_checks.cancel',
      changes: { status: { before: row.state, after: to } },
    })
    const after = await getCheck(mandate, idFromUuid('identity_check', row.id))
    await announceCheck(mandate, after, { to, origin: options.publicOrigin ?? null })
  })
}

type Unanswered = Awaited<ReturnType<typeof findUnanswered>>[number]

/** Asks the vendor of one check; true when its answer was applied. */
async function askVendor(
  mandate: Mandate<'system'>,
  row: Unanswered,
  origin: string | null,
): Promise<boolean> {
  const { id, partner_id: partnerId, provider, provider_ref: reference, attempt, legal_name: legalName } = row
  const vendor = findVendor(provider)
  if (vendor === null || reference === null || legalName === null) return false
  const news = adapterOf(vendor).fetchResult({
    caseId: id,
    attempt,
    legalName,
    reference,
    now: mandate.origin.now,
  })
  if (!news) return false
  const eventId = `fetched_${id}_${attempt}`
  const digest = createHash('sha256').update(`${eventId} ${news.meaning}`).digest()
  return (
    (await keepAndApply(mandate, { event: { partnerId, vendor, eventId, origin }, digest, news })) ===
    'applied'
  )
}

/** Asks vendors about what they have not answered for long: an event can be lost, a decision must not be. */
async function askVendors({ database, publicOrigin }: ClockOptions, round: ClockRound): Promise<number> {
  const waiting = await inSystemTransaction(database, WORK, (mandate) =>
    findUnanswered(mandate, { minutes: ASKED_AFTER_MINUTES, limit: BATCH }),
  )
  let answered = 0
  for (const row of waiting) {
    const ask = () =>
      inSystemTransaction(database, WORK, (mandate) => askVendor(mandate, row, publicOrigin ?? null))
    if (await round.attempt(ask)) answered += 1
  }
  return answered
}

/**
 * Notes verifications that ran out and checks that nobody sent in for 30 days, tells the end users, and asks vendors that
 * are silent. Access never waits for it: whether a verification is in force is computed at each request. Running it again,
 * or twice at once, changes nothing more. Answers how many checks it moved. Source: C8.
 */
export async function runIdentityCheckClock(options: ClockOptions): Promise<number> {
  const round = new ClockRound()
  const noted = await round.workThrough({
    find: (limit) => inSystemTransaction(options.database, WORK, (mandate) => findDue(mandate, limit)),
    each: async (row) => {
      await note(options, row)
      return true
    },
  })
  const answered = await askVendors(options, round)
  round.end('identity checks')
  return noted + answered
}
