import type { ItemFault } from '#platform/item-faults.ts'
import { enqueue, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { findFixedCurrencies, findFuture, findRepeats, findTaken } from './item-checks.ts'
import type { Named, Placed } from './item-checks.ts'
import { PLANS } from './plans.ts'
import type { Found, Plan, RowValues } from './plans.ts'
import type { ItemOf, Kind } from './schemas.ts'
import { findPartners, findReferenced, findTenants, pairKey, writeRows } from './store.ts'
import type { TenantRow, WrittenByTenant } from './store.ts'
import { assignTicketNumbers } from './ticket-numbers.ts'
import type { TicketNumbers } from './ticket-numbers.ts'

/** A set of items of one kind. */
export interface Batch<K extends Kind> {
  readonly kind: K
  readonly items: readonly Placed<K>[]
}

/** Items that can be written, and what is wrong with the others. */
export interface Resolved {
  readonly rows: readonly { readonly index: number; readonly values: RowValues }[]
  readonly faults: readonly ItemFault[]
  readonly tenants: ReadonlyMap<string, string>
}

function planOf<K extends Kind>(kind: K): Plan<K> {
  return PLANS[kind]
}

function namesOf(item: ItemOf<Kind>): { externalId: string | undefined; id: string | undefined } {
  return {
    externalId: 'tenant' in item ? item.tenant : undefined,
    id: 'tenant_id' in item ? item.tenant_id : undefined,
  }
}

async function findOwners<K extends Kind>(
  mandate: Mandate<'ingest'>,
  batch: Batch<K>,
): Promise<{ owned: Named<K>[]; faults: ItemFault[]; tenants: TenantRow[] }> {
  if (batch.kind === 'tenants')
    return { owned: batch.items.map((placed) => ({ ...placed, tenantId: '' })), faults: [], tenants: [] }
  const names = batch.items.map(({ item }) => namesOf(item))
  const tenants = await findTenants(mandate, {
    source: mandate.source,
    externalIds: [...new Set(names.flatMap(({ externalId }) => externalId ?? []))],
    ids: [...new Set(names.flatMap(({ id }) => id ?? []))],
  })
  const byExternalId = new Map(
    tenants.flatMap(({ id, externalId }) => (externalId === null ? [] : [[externalId, id]])),
  )
  const known = new Set(tenants.map(({ id }) => id))
  const owned: Named<K>[] = []
  const faults: ItemFault[] = []
  for (const placed of batch.items) {
    const { externalId, id } = namesOf(placed.item)
    const tenantId = externalId === undefined ? id : byExternalId.get(externalId)
    if (tenantId !== undefined && known.has(tenantId)) owned.push({ ...placed, tenantId })
    else
      faults.push({
        index: placed.index,
        pointer: externalId === undefined ? '/tenant_id' : '/tenant',
        code: 'TENANT_UNKNOWN',
        detail: 'No tenant of this source has this id.',
      })
  }
  return { owned, faults, tenants }
}

type Ids = Map<string, { readonly id: string; readonly currency: string | null }>

interface Referenced {
  readonly faults: ItemFault[]
  readonly idOf: (tenantId: string, field: string, externalId: string) => string | null
}

async function followReferences<K extends Kind>(
  mandate: Mandate<'ingest'>,
  plan: Plan<K>,
  items: readonly Named<K>[],
): Promise<Referenced> {
  const named = items.flatMap((placed) =>
    (plan.references?.(placed.item) ?? []).map((reference) => ({ ...placed, reference })),
  )
  const byTable = Map.groupBy(named, ({ reference }) => reference.table)
  const found = new Map<string, Ids>()
  for (const [table, entries] of byTable) {
    const pairs = entries.map(({ tenantId, reference }) => ({ tenantId, text: reference.externalId }))
    found.set(table, await findReferenced(mandate, { table, source: mandate.source, pairs }))
  }
  const tableOf = new Map(named.map(({ reference }) => [reference.field, reference.table]))
  const lookUp = (tenantId: string, field: string, externalId: string) =>
    found.get(tableOf.get(field) ?? '')?.get(pairKey(tenantId, externalId))
  const faults = named.flatMap(({ index, item, tenantId, reference }): ItemFault[] => {
    const target = lookUp(tenantId, reference.field, reference.externalId)
    const pointer = `/${reference.field}`
    if (!target)
      return [
        {
          index,
          pointer,
          code: 'REFERENCE_UNKNOWN',
          detail: `The tenant has no such ${reference.table.replace('_', ' ')} of this source.`,
        },
      ]
    const own = currencyOf(item)
    if (own === null || target.currency === null || own === target.currency) return []
    return [
      {
        index,
        pointer,
        code: 'CURRENCY_MISMATCH',
        detail: `The ${reference.table.replace('_', ' ')} is in ${target.currency}.`,
      },
    ]
  })
  return { faults, idOf: (tenantId, field, externalId) => lookUp(tenantId, field, externalId)?.id ?? null }
}

function currencyOf(item: ItemOf<Kind>): string | null {
  if ('subtotal' in item) return item.subtotal.currency
  return 'amount' in item ? item.amount.currency : null
}

function partnerSlugOf(item: ItemOf<Kind>): string | undefined {
  return 'opened_by_partner' in item ? item.opened_by_partner : undefined
}

interface Partners {
  readonly faults: ItemFault[]
  readonly bySlug: Map<string, { id: string; name: string }>
}

async function followPartners<K extends Kind>(
  mandate: Mandate<'ingest'>,
  items: readonly Named<K>[],
): Promise<Partners> {
  const bySlug = await findPartners(mandate, [
    ...new Set(items.flatMap(({ item }) => partnerSlugOf(item) ?? [])),
  ])
  const faults = items.flatMap(({ item, index }): ItemFault[] => {
    const slug = partnerSlugOf(item)
    return slug === undefined || bySlug.has(slug)
      ? []
      : [
          {
            index,
            pointer: '/opened_by_partner',
            code: 'REFERENCE_UNKNOWN',
            detail: 'There is no partner with this slug.',
          },
        ]
  })
  return { faults, bySlug }
}

const NO_NUMBERS: TicketNumbers = { faults: [], numberOf: () => null }

/**
 * Looks up everything that items name: tenants, accounts, subscribers, invoices, partners, numbers. Every fault is
 * told; items without one come back as rows that can be written.
 */
export async function resolveItems<K extends Kind>(
  mandate: Mandate<'ingest'>,
  batch: Batch<K>,
): Promise<Resolved> {
  const plan = planOf(batch.kind)
  const { owned, faults: unknown, tenants } = await findOwners(mandate, batch)
  const repeats = findRepeats(plan, owned)
  const repeated = new Set(repeats.map(({ index }) => index))
  const single = owned.filter(({ index }) => !repeated.has(index))
  const numbers = batch.kind === 'tickets' ? await assignTicketNumbers(mandate, single) : NO_NUMBERS
  const fixed = await findFixedCurrencies(mandate, single)
  const references = await followReferences(mandate, plan, single)
  const partners = await followPartners(mandate, single)
  const others = [
    ...unknown,
    ...repeats,
    ...findFuture(single, mandate.origin.now),
    ...numbers.faults,
    ...fixed,
    ...references.faults,
    ...partners.faults,
  ]
  const taken = await findTaken(mandate, plan, {
    items: single,
    faulty: new Set(others.map(({ index }) => index)),
  })
  const faults = [...others, ...taken].toSorted((left, right) => left.index - right.index)
  const faulty = new Set(faults.map(({ index }) => index))
  const rows = single
    .filter(({ index }) => !faulty.has(index))
    .map(({ item, index, tenantId }) => {
      const ids = new Map(
        (plan.references?.(item) ?? []).map(({ field, externalId }) => [
          field,
          references.idOf(tenantId, field, externalId),
        ]),
      )
      const found: Found = {
        tenantId,
        idOf: (field) => ids.get(field) ?? null,
        partner: partners.bySlug.get(partnerSlugOf(item) ?? '') ?? null,
        ticketNumber: numbers.numberOf(index),
      }
      return { index, values: plan.toRow(item, found) }
    })
  return { rows, faults, tenants: new Map(tenants.map(({ id, name }) => [id, name])) }
}

/** What became of the rows that were written. */
export interface Written {
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  readonly byTenant: WrittenByTenant
}

/** The kinds of records that alerts look at, with the area of those alerts. */
const ALERTED: Readonly<Partial<Record<Kind, 'sla' | 'billing'>>> = {
  invoices: 'billing',
  payments: 'billing',
  outages: 'sla',
  tickets: 'sla',
}

/** Writes resolved rows; counts exactly. */
export async function writeResolved(
  mandate: Mandate<'ingest'>,
  kind: Kind,
  resolved: Resolved,
): Promise<Written> {
  const byTenant = await writeRows(
    mandate,
    PLANS[kind],
    resolved.rows.map(({ values }) => values),
  )
  let [created, updated] = [0, 0]
  for (const counts of byTenant.values()) {
    created += counts.created
    updated += counts.updated
  }
  // What has changed may be due for an alert; the clock would see it within a minute.
  const area = ALERTED[kind]
  if (area !== undefined && created + updated > 0) await enqueue(mandate, 'alerts.evaluate', { area })
  return { created, updated, unchanged: resolved.rows.length - created - updated, byTenant }
}

/** Queues the audit events: one for the provider with the totals, and one for each tenant whose records changed. */
export function recordIngest(
  mandate: Mandate<'ingest'>,
  told: { kind: Kind; received: number; written: Written; tenants: ReadonlyMap<string, string> },
): void {
  const { kind, received, written } = told
  const action = `ingest.${kind}.import`
  const { source } = mandate
  const { created, updated, unchanged } = written
  recordEvent(mandate, { action, rowCount: received, changes: { source, created, updated, unchanged } })
  for (const [tenantId, counts] of written.byTenant) {
    const tenantName = told.tenants.get(tenantId)
    recordEvent(mandate, {
      action,
      tenantId,
      ...(tenantName !== undefined && { tenantName }),
      rowCount: counts.created + counts.updated,
      changes: { source, ...counts },
    })
  }
}

/** The ids of the tenants with these external ids in the source of the mandate. */
export async function findTenantIds(
  mandate: Mandate<'ingest'>,
  externalIds: readonly string[],
): Promise<string[]> {
  if (externalIds.length === 0) return []
  const tenants = await findTenants(mandate, { source: mandate.source, externalIds, ids: [] })
  return tenants.map(({ id }) => id)
}
