import { createHash } from 'node:crypto'
import type { Database } from '#platform/database.ts'
import { ProblemError } from '#platform/problem.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { adapterOf, findVendor } from './adapters.ts'
import { findUnanswered } from './event-store.ts'
import { announceCheck, recordCheck } from './news.ts'
import { findDue, moveCheck } from './store.ts'
import type { CheckRow } from './store.ts'
import { keepAndApply } from './take-event.ts'

const WORK = { job: 'identity-checks' }

const BATCH = 100
const MAXIMUM_BATCHES = 100
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
    await announceCheck(mandate, row, { to, origin: options.publicOrigin ?? null })
  })
}

/** Asks vendors about what they have not answered for long: an event can be lost, a decision must not be. */
async function askVendors(options: ClockOptions): Promise<number> {
  const waiting = await inSystemTransaction(options.database, WORK, (mandate) =>
    findUnanswered(mandate, { minutes: ASKED_AFTER_MINUTES, limit: BATCH }),
  )
  let answered = 0
  for (const {
    id,
    partner_id: partnerId,
    provider,
    provider_ref: reference,
    attempt,
    legal_name: legalName,
  } of waiting) {
    const vendor = findVendor(provider)
    if (vendor === null || reference === null || legalName === null) continue
    await inSystemTransaction(options.database, WORK, async (mandate) => {
      const asked = { caseId: id, attempt, legalName, reference, now: mandate.origin.now }
      const news = adapterOf(vendor).fetchResult(asked)
      if (!news) return
      const eventId = `fetched_${id}_${attempt}`
      const digest = createHash('sha256').update(`${eventId} ${news.meaning}`).digest()
      const event = { partnerId, vendor, eventId, origin: options.publicOrigin ?? null }
      if ((await keepAndApply(mandate, { event, digest, news })) === 'applied') answered += 1
    })
  }
  return answered
}

/**
 * Notes verifications that ran out and checks that nobody sent in for 30 days, tells the end users, and asks vendors that
 * are silent. Access never waits for it: whether a verification is in force is computed at each request. Running it again,
 * or twice at once, changes nothing more. Answers how many checks it moved. Source: C8.
 */
export async function runIdentityCheckClock(options: ClockOptions): Promise<number> {
  const failures = new Map<string, unknown>()
  let noted = 0
  for (let batch = 0; batch < MAXIMUM_BATCHES; batch += 1) {
    const due = await inSystemTransaction(options.database, WORK, (mandate) =>
      findDue(mandate, BATCH + failures.size),
    )
    const left = due.filter(({ id }) => !failures.has(id))
    if (left.length === 0) break
    for (const row of left) {
      try {
        await note(options, row)
        noted += 1
      } catch (error) {
        failures.set(row.id, error)
      }
    }
  }
  const real = [...failures.values()].filter(
    (error) => !(error instanceof ProblemError && error.status < 500),
  )
  if (real.length > 0)
    throw new AggregateError(real, `The clock could not note ${real.length} identity checks.`)
  return noted + (await askVendors(options))
}
