import type { Database } from '#platform/database.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { moveConsent } from './change.ts'
import type { Move } from './change.ts'
import { dropDue, endRequests, findDueConsents, noteDue, rememberNotice } from './clock-store.ts'
import type { ConsentTask, DueConsent } from './clock-store.ts'
import { announceChange, recordConsentEvent } from './events.ts'
import { APPROVER_LEFT, tellConsent } from './mails.ts'
import type { Letterhead } from './mails.ts'
import { changeConsent } from './store.ts'
import type { ConsentRow } from './tables.ts'

const WORK = { job: 'consent-clock' }

const BATCH = 100
const DAY_MS = 86_400_000
const MAXIMUM_BATCHES = 1000

const SUSPEND: Move = { from: ['active'], to: 'suspended', action: 'consents.suspend', news: 'suspended' }

/** A consent that it is time for, and what its mails tell of the provider. */
interface Due {
  readonly mandate: Mandate<'system'>
  readonly consent: ConsentRow
  readonly letterhead: Letterhead
}

async function expire({ mandate, consent, letterhead }: Due): Promise<void> {
  await changeConsent(mandate, consent, { to: 'expired', event: 'expired' })
  recordConsentEvent(mandate, consent, {
    action: 'consents.expire',
    changes: { status: { before: consent.stored_status, after: 'expired' } },
  })
  await announceChange(mandate, 'consent.ended', consent)
  // What was allowed for hours ends as its receipt said; nobody needs another mail for each of them.
  const lastedMs = consent.ends_at.getTime() - consent.starts_at.getTime()
  if (lastedMs > DAY_MS) await tellConsent(mandate, consent, { news: 'expired', ...letterhead })
}

async function lapse({ mandate, consent, letterhead }: Due): Promise<void> {
  await changeConsent(mandate, consent, { to: 'lapsed', event: 'lapsed' })
  recordConsentEvent(mandate, consent, {
    action: 'consents.lapse',
    changes: { status: { before: consent.stored_status, after: 'lapsed' } },
    isOfTenantAlone: true,
  })
  await tellConsent(mandate, consent, { news: 'lapsed', ...letterhead })
}

async function ask({ mandate, consent, letterhead }: Due): Promise<void> {
  await noteDue(mandate, consent.id)
  recordConsentEvent(mandate, consent, {
    action: 'consents.ask_to_confirm',
    reason: 'Whoever allowed it has left; another administrator has to confirm it.',
    isOfTenantAlone: true,
  })
  await tellConsent(mandate, consent, { news: 'approver_left', ...letterhead })
}

async function drop({ mandate, consent }: Due): Promise<void> {
  if (!(await dropDue(mandate, consent.id))) return
  recordConsentEvent(mandate, consent, {
    action: 'consents.drop_confirmation',
    reason: 'Whoever allowed it is back; nobody has to confirm it.',
    isOfTenantAlone: true,
  })
}

async function notify({ mandate, consent, letterhead }: Due, days: number): Promise<void> {
  if (!(await rememberNotice(mandate, consent.id, days))) return
  recordConsentEvent(mandate, consent, { action: 'consent_notices.send', changes: { days } })
  await tellConsent(mandate, consent, { news: 'expiring', ...letterhead })
}

async function carryOut(due: Due, { task, days }: DueConsent): Promise<void> {
  const { mandate, consent, letterhead } = due
  switch (task) {
    case 'expire':
      return expire(due)
    case 'lapse':
      return lapse(due)
    case 'ask':
      return ask(due)
    case 'back':
      return drop(due)
    case 'notice':
      return notify(due, days ?? 1)
    case 'suspend':
      await moveConsent(mandate, consent, { move: SUSPEND, detail: { reason: APPROVER_LEFT, ...letterhead } })
  }
}

/** What one run has done, and what it could not do. */
interface Progress {
  readonly letterhead: Letterhead
  readonly counts: Map<ConsentTask | 'end_requests', number>
  readonly skipped: string[]
  readonly failures: Error[]
}

async function runOne(database: Database, due: DueConsent, progress: Progress): Promise<void> {
  try {
    await inSystemTransaction(database, WORK, (mandate) =>
      carryOut({ mandate, consent: due.consent, letterhead: progress.letterhead }, due),
    )
    progress.counts.set(due.task, (progress.counts.get(due.task) ?? 0) + 1)
  } catch (error) {
    progress.skipped.push(due.consent.id)
    // Somebody changed the consent in between; the next run sees it as it is then.
    if (error instanceof ProblemError && error.status < 500) return
    progress.failures.push(error instanceof Error ? error : new Error(String(error)))
  }
}

async function endOldRequests(database: Database, progress: Progress): Promise<void> {
  await inSystemTransaction(database, WORK, async (mandate) => {
    const ended = await endRequests(mandate)
    if (ended === 0) return
    progress.counts.set('end_requests', ended)
    recordEvent(mandate, { action: 'consent_requests.lapse', rowCount: ended })
  })
}

/**
 * Notes what time has done to consents: ends those whose time is up and the requests that nobody answered, asks or
 * suspends where the approver has left, asks no more where that one is back, and tells both sides 30, 7 and 1 days before the end. Access never waits for it: whether a consent is in force, and whether it may be
 * refreshed, is computed at each request. Running it again, or twice at once, changes nothing more. A consent that it
 * cannot work on does not keep it from the others; it throws at the end. Source: A10.
 */
export async function runConsentClock(
  database: Database,
  letterhead: Letterhead = {},
): Promise<Readonly<Partial<Record<ConsentTask | 'end_requests', number>>>> {
  const progress: Progress = { letterhead, counts: new Map(), skipped: [], failures: [] }
  for (let batch = 0; batch < MAXIMUM_BATCHES; batch += 1) {
    const due = await inSystemTransaction(database, WORK, (mandate) =>
      findDueConsents(mandate, BATCH, progress.skipped),
    )
    if (due.length === 0) break
    for (const one of due) await runOne(database, one, progress)
  }
  await endOldRequests(database, progress)
  if (progress.failures.length > 0)
    throw new AggregateError(
      progress.failures,
      `The clock could not work on ${progress.failures.length} consents.`,
    )
  return Object.fromEntries(progress.counts)
}
