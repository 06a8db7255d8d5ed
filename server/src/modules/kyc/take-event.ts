import { createHash, timingSafeEqual } from 'node:crypto'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { adapterOf } from './adapters.ts'
import type { VendorNews } from './adapters.ts'
import { findDigest, insertEvent, lockByReference } from './event-store.ts'
import { announceCheck, recordCheck } from './news.ts'
import type { CheckAction } from './news.ts'
import { movesFor, placeOf } from './rules.ts'
import type { CheckState } from './rules.ts'
import { getCheck, moveCheck } from './store.ts'
import type { CheckRow } from './store.ts'
import type { EventOutcome, Vendor } from './tables.ts'
import { idFromUuid } from '@liaison/access'

/** An event whose signature was good: for whom it was signed, its id and its bytes. */
export interface TakenEvent {
  readonly partnerId: string
  readonly vendor: Vendor
  readonly eventId: string
  readonly body: Buffer
  /** The time that was signed. */
  readonly signedAt: Date
  /** Where people reach us, for the link in the mail. */
  readonly origin: string | null
}

/** What came of an event. `reused`: another content under an id that came before; `unreadable`: not in the vendor's form. */
export type EventResult = EventOutcome | 'repeated' | 'reused' | 'unreadable'

/** How far the time of an event may be after the time of its message. */
const AHEAD_MS = 5 * 60_000

const ACTIONS: Readonly<Partial<Record<CheckState, CheckAction>>> = {
  in_review: 'identity_checks.take',
  verified: 'identity_checks.verify',
  resubmit: 'identity_checks.ask_again',
  rejected: 'identity_checks.reject',
  cancelled: 'identity_checks.cancel',
}

function readNews({ vendor, body, signedAt }: TakenEvent): VendorNews | null {
  try {
    const content: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    const news = adapterOf(vendor).readEvent(content)
    return news && news.occurredAt.getTime() <= signedAt.getTime() + AHEAD_MS ? news : null
  } catch {
    // Bytes that are no JSON in UTF-8 are answered like any other form that is not the vendor's.
    return null
  }
}

async function compareKept(
  mandate: Mandate<'system'>,
  event: TakenEvent,
  digest: Buffer,
): Promise<EventResult | null> {
  const kept = await findDigest(mandate, event)
  if (kept === null) return null
  if (timingSafeEqual(kept, digest)) return 'repeated'
  recordEvent(mandate, {
    action: 'identity_checks.vendor_event',
    outcome: 'error',
    code: 'EVENT_ID_REUSED',
    partnerId: event.partnerId,
    resource: { type: 'partner', id: event.partnerId, label: event.vendor },
    changes: { event_id: event.eventId },
  })
  return 'reused'
}

function judge(
  row: CheckRow | null,
  news: VendorNews,
): { outcome: EventOutcome; moves: readonly CheckState[] } {
  if (!row) return { outcome: 'unknown_reference', moves: [] }
  if (placeOf(news.occurredAt, row.last_event_at) === 'stale') return { outcome: 'stale', moves: [] }
  const moves = news.meaning === null ? [] : movesFor(row.state, news.meaning)
  return { outcome: moves.length > 0 ? 'applied' : 'no_change', moves }
}

interface Applied {
  readonly news: VendorNews
  readonly moves: readonly CheckState[]
  readonly keptId: string
  readonly origin: string | null
}

async function apply(mandate: Mandate<'system'>, row: CheckRow, applied: Applied): Promise<void> {
  const { news, moves, keptId, origin } = applied
  const id = idFromUuid('identity_check', row.id)
  let current = row
  for (const [index, to] of moves.entries()) {
    const isLast = index === moves.length - 1
    // The event moves the check as a whole; the database counts it with the first move and takes the others under it.
    await moveCheck(mandate, current, {
      to,
      last_event_id: keptId,
      last_event_at: news.occurredAt,
      ...(isLast && { reason_codes: news.reasons }),
    })
    const after = await getCheck(mandate, id)
    recordCheck(mandate, after, {
      action: ACTIONS[to] ?? 'identity_checks.vendor_event',
      changes: {
        status: { before: current.state, after: to },
        ...(current.role !== after.role && { role: { before: current.role, after: after.role } }),
        ...(isLast && news.reasons.length > 0 && { reasons: news.reasons }),
      },
    })
    if (isLast && to !== 'draft') await announceCheck(mandate, after, { to, origin })
    current = after
  }
}

/**
 * Takes one signed event: once for each id, never back in time, and only for a check of the partner whose key signed it.
 * Answers what came of it; the sender is told the same whether the reference is known or not. Source: C8.
 */
export async function takeEvent(mandate: Mandate<'system'>, event: TakenEvent): Promise<EventResult> {
  const digest = createHash('sha256').update(event.body).digest()
  const known = await compareKept(mandate, event, digest)
  if (known) return known
  const news = readNews(event)
  if (!news) return 'unreadable'
  return keepAndApply(mandate, { event, digest, news })
}

/** Keeps what a vendor said and moves the check. Also for answers that were fetched, under an id of our own. */
export async function keepAndApply(
  mandate: Mandate<'system'>,
  {
    event,
    digest,
    news,
  }: {
    readonly event: Omit<TakenEvent, 'body' | 'signedAt'>
    readonly digest: Buffer
    readonly news: VendorNews
  },
): Promise<EventResult> {
  const named = { ...event, reference: news.reference }
  const row = await lockByReference(mandate, named)
  const { outcome, moves } = judge(row, news)
  const { occurredAt } = news
  const keptId = await insertEvent(mandate, {
    ...event,
    digest,
    occurredAt,
    caseId: row?.id ?? null,
    outcome,
  })
  // Somebody kept the same id while this waited for the check.
  if (keptId === null)
    return (
      (await compareKept(mandate, { ...event, body: Buffer.alloc(0), signedAt: occurredAt }, digest)) ??
      'repeated'
    )
  recordEvent(mandate, {
    action: 'identity_checks.vendor_event',
    partnerId: event.partnerId,
    resource: row
      ? { type: 'identity_check', id: row.id }
      : { type: 'partner', id: event.partnerId, label: event.vendor },
    changes: { event_id: event.eventId, outcome },
  })
  if (row && moves.length > 0) await apply(mandate, row, { news, moves, keptId, origin: event.origin })
  return outcome
}
