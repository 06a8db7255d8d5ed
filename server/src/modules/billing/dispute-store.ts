import type { IdOf, InvoiceId, TenantId } from '@liaison/access'
import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { allOf, uuidArray } from './filter-store.ts'
import type { DisputeEnd, DisputeReason, DisputeStatus } from './rules-dispute.ts'
import type { BillingTables } from './tables.ts'

export type DisputeId = IdOf<'dispute'>

/** One dispute with what names its invoice. */
export interface DisputeRow {
  tenant_id: string
  id: string
  invoice_id: string
  invoice_number: string
  customer_name: string | null
  reason: DisputeReason
  explanation: string
  amount_minor: number
  currency: string
  status: DisputeStatus
  billing_party: 'tenant' | 'partner' | 'split'
  created_by: string
  created_by_name: string
  created_by_partner_id: string
  created_by_partner_name: string
  decided_by_name: string | null
  decided_at: Date | null
  decision_note: string | null
  version: number
  created_at: Date
}

/** Which disputes are wanted. */
export interface DisputeFilter {
  readonly tenantIds: readonly TenantId[]
  readonly statuses?: readonly DisputeStatus[] | undefined
  readonly invoiceId?: InvoiceId | undefined
}

const COLUMNS = sql`d.tenant_id, d.id, d.invoice_id, i.number as invoice_number, i.customer_name, d.reason, d.explanation, d.amount_minor, d.currency, d.status,
  d.billing_party, d.created_by, d.created_by_name, d.created_by_partner_id, d.created_by_partner_name, d.decided_by_name, d.decided_at, d.decision_note, d.version, d.created_at`

const conditionsOf = (filter: DisputeFilter) =>
  allOf([
    sql`d.tenant_id = any (${uuidArray(filter.tenantIds)})`,
    filter.statuses === undefined ? null : sql`d.status = any (${[...filter.statuses]}::text[])`,
    filter.invoiceId === undefined ? null : sql`d.invoice_id = ${filter.invoiceId}`,
  ])

/** Tenants of a filter in which there is any dispute, at most so many. */
export async function findTenantsDisputing(
  mandate: Mandate,
  filter: DisputeFilter,
  most: number,
): Promise<TenantId[]> {
  const { rows } = await sql<{ tenant_id: TenantId }>`
    select distinct d.tenant_id from invoice_dispute d where ${conditionsOf(filter)} limit ${most}`.execute(
    tables<BillingTables>(mandate),
  )
  return rows.map((row) => row.tenant_id)
}

/** A page of disputes, the newest first, and how many there are with what is disputed in each currency. */
export async function listDisputes(
  mandate: Mandate,
  filter: DisputeFilter,
  window: { readonly limit: number; readonly offset: number },
) {
  const conditions = conditionsOf(filter)
  const db = tables<BillingTables>(mandate)
  const { rows } = await sql<DisputeRow>`
    select ${COLUMNS} from invoice_dispute d join invoice i on i.tenant_id = d.tenant_id and i.id = d.invoice_id
    where ${conditions} order by d.created_at desc, d.id desc limit ${window.limit} offset ${window.offset}`.execute(
    db,
  )
  const sums = await sql<{ currency: string; disputes: number; open: number; open_minor: number }>`
    select d.currency, count(*)::integer as disputes, (count(*) filter (where d.status = 'open'))::integer as open,
      coalesce(sum(d.amount_minor) filter (where d.status = 'open'), 0)::bigint as open_minor
    from invoice_dispute d where ${conditions} group by d.currency order by d.currency`.execute(db)
  return { rows, sums: sums.rows }
}

/** One dispute of a tenant. */
export async function findDispute(
  mandate: Mandate,
  tenantId: TenantId,
  id: DisputeId,
): Promise<DisputeRow | undefined> {
  const { rows } = await sql<DisputeRow>`
    select ${COLUMNS} from invoice_dispute d join invoice i on i.tenant_id = d.tenant_id and i.id = d.invoice_id
    where d.tenant_id = ${tenantId} and d.id = ${id}`.execute(tables<BillingTables>(mandate))
  return rows[0]
}

/** What a partner disputes. */
export interface NewDispute {
  readonly invoiceId: InvoiceId
  readonly reason: DisputeReason
  readonly explanation: string
  readonly amountMinor: number
  readonly currency: string
}

/** Files a dispute in the name of the mandate's person; undefined when one is open on the invoice already. */
export async function insertDispute(
  mandate: Mandate<'acting'>,
  dispute: NewDispute,
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    insert into invoice_dispute (tenant_id, invoice_id, reason, explanation, amount_minor, currency, billing_party,
      created_by, created_by_name, created_by_partner_id, created_by_partner_name, delegation_id, created_at, updated_at)
    values (${mandate.tenant.id}, ${dispute.invoiceId}, ${dispute.reason}, ${dispute.explanation}, ${dispute.amountMinor}, ${dispute.currency}, ${mandate.link.billingParty},
      ${mandate.actor.id}, ${mandate.actor.name}, ${mandate.partner.id}, ${mandate.partner.name}, ${mandate.link.id}, ${mandate.origin.now}, ${mandate.origin.now})
    on conflict (tenant_id, invoice_id) where status = 'open' do nothing
    returning id`.execute(tables<BillingTables>(mandate))
  return rows[0]?.id
}

/** The mail address of the other side of a dispute; null when none is known. */
export async function findAddressee(
  mandate: Mandate<'acting' | 'tenant'>,
  disputeId: string,
): Promise<string | null> {
  const { rows } = await sql<{ address: string | null }>`
    select access.dispute_addressee(${mandate.tenant.id}, ${disputeId}) as address`.execute(
    tables<BillingTables>(mandate),
  )
  return rows[0]?.address ?? null
}

/** Ends an open dispute in the version that was read. False when it changed in between. */
export async function endDispute(
  mandate: Mandate<'acting' | 'tenant'>,
  dispute: DisputeRow,
  end: { readonly status: DisputeEnd; readonly note: string | null },
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update invoice_dispute set status = ${end.status}, decided_by = ${mandate.actor.id}, decided_by_name = ${mandate.actor.name},
      decided_at = ${mandate.origin.now}, decision_note = ${end.note}, version = version + 1, updated_at = ${mandate.origin.now}
    where tenant_id = ${dispute.tenant_id} and id = ${dispute.id} and status = 'open' and version = ${dispute.version}`.execute(
    tables<BillingTables>(mandate),
  )
  return numAffectedRows === 1n
}
