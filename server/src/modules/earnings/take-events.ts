import type { ItemFault } from '#platform/item-faults.ts'
import type { Mandate } from '#platform/mandate.ts'
import { accrue } from './rules-accrual.ts'
import { isInWindow, toReturn } from './rules-returns.ts'
import { addDays, dayIn, monthOf } from './rules-time.ts'
import { periodKey } from './accrual-facts.ts'
import type { AccrualFacts, Accrued, BillingEvent, EarnedRow, Original } from './accrual-facts.ts'
import {
  addAccrued,
  addEvents,
  findAgreements,
  findClosedMonths,
  findCommissions,
  findEvents,
  findReferrals,
  findReturns,
  findTenants,
  findUnearned,
  findVolumes,
  lockLedgers,
} from './accrual-store.ts'
import type { CommissionRow, KeptBillingEvent } from './accrual-store.ts'
import type { PlacedItem } from './event-schemas.ts'
import { makeIdSource } from './ids.ts'
import { findDiffering } from './recheck.ts'
import type { Differing } from './recheck.ts'

type Ingesting = Mandate<'ingest'>
type Placed = { readonly index: number; readonly event: KeptBillingEvent }

/** What became of a set of events. */
export interface Taken {
  readonly created: number
  readonly unchanged: number
  readonly accrued: Accrued
  /** What the source calls the events that the skips are about, by their ids. */
  readonly externalIds: ReadonlyMap<string, string>
  /** Earnings that a repetition would calculate otherwise now. They stay as they are. */
  readonly differing: readonly Differing[]
  readonly faults: readonly ItemFault[]
}

const NOTHING: Accrued = { earnings: [], skips: [], locks: [] }

/** Says the same of two events, whatever their ids. */
function isSame(left: KeptBillingEvent, right: KeptBillingEvent): boolean {
  const told = (event: KeptBillingEvent) =>
    JSON.stringify([
      event.kind,
      event.tenantId,
      event.currency,
      event.netMinor,
      event.taxMinor,
      event.occurredAt.toISOString(),
      event.refersTo,
      event.lines.map(({ product, net_minor: net }) => [product, net]),
    ])
  return told(left) === told(right)
}

async function resolve(
  mandate: Ingesting,
  items: readonly PlacedItem[],
  nextId: () => string,
): Promise<{ placed: Placed[]; faults: ItemFault[] }> {
  const tenants = await findTenants(mandate, [...new Set(items.map(({ item }) => item.tenant_external_id))])
  const faults: ItemFault[] = []
  const placed = items.flatMap(({ index, item }): Placed[] => {
    const tenantId = tenants.get(item.tenant_external_id)
    if (tenantId === undefined) {
      const detail = 'No tenant of this source has this id.'
      faults.push({ index, pointer: '/tenant_external_id', code: 'TENANT_UNKNOWN', detail })
      return []
    }
    const event: KeptBillingEvent = {
      id: nextId(),
      externalId: item.external_id,
      kind: item.kind,
      tenantId,
      currency: item.currency,
      netMinor: item.net_minor,
      taxMinor: item.tax_minor,
      lines: item.lines,
      occurredAt: new Date(item.occurred_at),
      refersTo: item.refers_to ?? null,
    }
    return [{ index, event }]
  })
  return { placed, faults }
}

/** What an event says of the payment that it takes back must fit it, as far as that is known. */
function checkReferences(placed: readonly Placed[], known: ReadonlyMap<string, BillingEvent>): ItemFault[] {
  return placed.flatMap(({ index, event }): ItemFault[] => {
    const original = event.refersTo === null ? undefined : known.get(event.refersTo)
    if (!original) return []
    if (original.tenantId !== event.tenantId || original.kind !== 'invoice_paid')
      return [
        {
          index,
          pointer: '/refers_to',
          code: 'REFERENCE_UNKNOWN',
          detail: 'This is no payment of the tenant.',
        },
      ]
    if (original.currency === event.currency) return []
    const detail = `The payment is in ${original.currency}.`
    return [{ index, pointer: '/currency', code: 'CURRENCY_MISMATCH', detail }]
  })
}

const toEarned = (row: CommissionRow): EarnedRow => ({
  earningId: row.id,
  referralId: row.referral_id,
  partnerId: row.partner_id,
  programId: row.program_id,
  agreementId: row.agreement_id,
  component: row.component,
  currency: row.currency,
  state: row.state,
  availableOn: row.available_on,
  model: row.calc.model,
  amount_minor: row.amount_minor,
  base_minor: row.base_minor,
  net_minor: row.calc.net_minor,
  products: row.calc.products,
  alreadyMinor: row.taken_minor,
})

/** Only what counted at its time is among what went back: it was in the window, and in the currency of the payment. */
function toOriginal(
  event: BillingEvent,
  rows: EarnedRow[],
  facts: { agreements: AccrualFacts['agreements']; returns: readonly BillingEvent[] },
): Original {
  const [first] = rows
  const terms = facts.agreements
    .get(first?.partnerId ?? '')
    ?.find(({ agreementId }) => agreementId === first?.agreementId)?.terms
  const counted = facts.returns.filter(
    (late) =>
      late.refersTo === event.externalId &&
      late.currency === event.currency &&
      late.tenantId === event.tenantId &&
      terms !== undefined &&
      isInWindow(late.occurredAt, event.occurredAt, terms.clawback.window_days),
  )
  return { event, rows, returns: counted.flatMap((late) => toReturn(late) ?? []) }
}

/** The months that rows of these events may count in: those of the events, and those after what is closed. */
function monthsOf(events: readonly BillingEvent[], closed: readonly { month: string }[]): string[] {
  const around = events.flatMap(({ occurredAt }) => {
    const day = dayIn(occurredAt, 'UTC')
    return [addDays(day, -1), day, addDays(day, 1)]
  })
  const after = closed.map(({ month }) => addDays(monthOf(month), 32))
  return [...new Set([...around, ...after].map((day) => day.slice(0, 7)))]
}

interface Looked {
  readonly added: readonly KeptBillingEvent[]
  /** What was kept before of that which the new events refer to. */
  readonly earlier: readonly KeptBillingEvent[]
}

async function gatherFacts(
  mandate: Ingesting,
  { added, earlier }: Looked,
  nextId: () => string,
): Promise<AccrualFacts> {
  const referrals = await findReferrals(mandate, [...new Set(added.map(({ tenantId }) => tenantId))])
  const partnerIds = [...new Set([...referrals.values()].map(({ partnerId }) => partnerId))]
  const agreements = await findAgreements(mandate, partnerIds)
  const closed = await findClosedMonths(mandate, partnerIds)
  const referralIds = [...referrals.values()].map(({ referralId }) => referralId)
  const volumes = await findVolumes(mandate, partnerIds, { months: monthsOf(added, closed), referralIds })
  const addedIds = new Set(added.map(({ id }) => id))
  const before = earlier.filter(({ id }) => !addedIds.has(id))
  const payments = added.filter(({ kind }) => kind === 'invoice_paid').map(({ externalId }) => externalId)
  const returns = await findReturns(
    mandate,
    [...payments, ...before.map(({ externalId }) => externalId)],
    [...addedIds],
  )
  const commissions = await findCommissions(
    mandate,
    before.map(({ id }) => id),
  )
  const rowsOf = Map.groupBy(commissions, (row) => row.billing_event_id)
  const originals = new Map(
    before.map((event): [string, Original] => {
      const rows = (rowsOf.get(event.id) ?? []).map(toEarned)
      return [event.externalId, toOriginal(event, rows, { agreements, returns })]
    }),
  )
  const waiting = Map.groupBy(
    returns.filter(({ refersTo }) => refersTo !== null && !originals.has(refersTo)),
    ({ refersTo }) => refersTo ?? '',
  )
  const closedThrough = new Map(
    closed.map(({ partnerId, currency, month }) => [periodKey(partnerId, currency), month]),
  )
  return { referrals, agreements, originals, waiting, volumes, closedThrough, nextId }
}

/** What was kept of that which these events refer to. */
const findReferredTo = (mandate: Ingesting, events: readonly KeptBillingEvent[]) =>
  findEvents(mandate, [...new Set(events.flatMap(({ refersTo }) => (refersTo === null ? [] : [refersTo])))])

interface Compared {
  readonly repeated: KeptBillingEvent[]
  readonly faults: ItemFault[]
}

async function compareRepeated(
  mandate: Ingesting,
  placed: readonly Placed[],
  added: ReadonlySet<string>,
): Promise<Compared> {
  const again = placed.filter(({ event }) => !added.has(event.id))
  const kept = await findEvents(
    mandate,
    again.map(({ event }) => event.externalId),
  )
  const byExternalId = new Map(kept.map((event) => [event.externalId, event]))
  const faults = again.flatMap(({ index, event }): ItemFault[] => {
    const first = byExternalId.get(event.externalId)
    if (first && isSame(first, event)) return []
    const detail = 'It was handed in with other content, and stays so. Send a refund or a credit note.'
    return [{ index, pointer: '/external_id', code: 'EVENT_CHANGED', detail }]
  })
  return { repeated: kept, faults }
}

/** What new events earn or take back, with that which waited for them. */
async function earnOn(
  mandate: Ingesting,
  looked: Looked,
  nextId: () => string,
): Promise<Pick<Taken, 'accrued' | 'externalIds'>> {
  if (looked.added.length === 0) return { accrued: NOTHING, externalIds: new Map() }
  const facts = await gatherFacts(mandate, looked, nextId)
  const concerned = [...looked.added, ...[...facts.waiting.values()].flat()]
  const externalIds = new Map(concerned.map(({ id, externalId }) => [id, externalId]))
  return { accrued: accrue(facts, looked.added), externalIds }
}

/**
 * Takes events in: each is kept once, and what the new ones earn or take back is added to the ledgers in the same
 * transaction. Nothing is added when there is a fault; the caller then undoes what was written. Source: D6, D11.
 */
export async function takeEvents(mandate: Ingesting, items: readonly PlacedItem[]): Promise<Taken> {
  const nextId = makeIdSource(mandate.origin.now)
  const { placed, faults } = await resolve(mandate, items, nextId)
  const events = placed.map(({ event }) => event)
  await lockLedgers(mandate, [...new Set(events.map(({ tenantId }) => tenantId))])
  const addedIds = await addEvents(mandate, events)
  const added = events.filter(({ id }) => addedIds.has(id))
  const compared = await compareRepeated(mandate, placed, addedIds)
  const earlier = await findReferredTo(mandate, added)
  const known = new Map([...earlier, ...added].map((event) => [event.externalId, event]))
  const references = checkReferences(placed, known)
  const all = [...faults, ...compared.faults, ...references].toSorted(
    (left, right) => left.index - right.index,
  )
  const counts = { created: added.length, unchanged: compared.repeated.length }
  if (all.length > 0)
    return { ...counts, accrued: NOTHING, externalIds: new Map(), differing: [], faults: all }
  const earned = await earnOn(mandate, { added, earlier }, nextId)
  await addAccrued(mandate, earned.accrued)
  return { ...counts, ...earned, differing: await findDiffering(mandate, compared.repeated), faults: [] }
}

/**
 * Earns from what was handed in about these tenants before anybody had referred them, as if it came now. Called in the
 * transaction in which their referrals come into being, so that the ledger says the same whichever came first (D5, D6).
 */
export async function takeKeptEvents(mandate: Ingesting, tenantIds: readonly string[]): Promise<void> {
  if (tenantIds.length === 0) return
  await lockLedgers(mandate, tenantIds)
  const kept = await findUnearned(mandate, tenantIds)
  if (kept.length === 0) return
  const earlier = await findReferredTo(mandate, kept)
  const nextId = makeIdSource(mandate.origin.now)
  await addAccrued(mandate, accrue(await gatherFacts(mandate, { added: kept, earlier }, nextId), kept))
}
