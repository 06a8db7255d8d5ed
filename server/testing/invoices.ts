import { encodeId, idFromUuid } from '@liaison/access'
import type { InvoiceId, LinkRole, TenantId } from '@liaison/access'
import type { TestWorld } from './world.ts'

/** An invoice of a test; days are before today, amounts minor units. */
export interface InvoiceSeed {
  readonly number?: string
  readonly name?: string
  readonly issued?: number
  readonly due?: number
  readonly status?: string
  readonly currency?: string
  readonly total?: number
  readonly paid?: number
  readonly paidDaysAgo?: number
  readonly subscriberId?: string
}

let serial = 0

function paidOf({ status, paid, total }: InvoiceSeed): number {
  return paid ?? (status === 'paid' ? (total ?? 1000) : 0)
}

/** Puts an invoice into a tenant's first billing account. */
export async function seedInvoice(
  world: TestWorld,
  tenant: TenantId,
  seed: InvoiceSeed = {},
): Promise<{ uuid: InvoiceId; id: string }> {
  const issued = seed.issued ?? 10
  const [row] = await world.seed<{ id: string }>(
    `with account as (
       insert into billing_account (tenant_id, ban, name, currency) values ($1, 'BAN-1', 'Main', 'EUR')
       on conflict (tenant_id, ban) do update set name = excluded.name returning id)
     insert into invoice (tenant_id, billing_account_id, number, customer_name, issued_on, due_on, status, currency, subtotal_minor, total_minor, paid_minor, paid_on, subscriber_id)
     select $1, id, $2, $3, current_date - $4::integer, current_date - $5::integer, $6, $7, $8, $8, $9, current_date - $10::integer, $11 from account returning id`,
    [
      tenant,
      seed.number ?? `INV-${(serial += 1)}`,
      seed.name ?? null,
      issued,
      seed.due ?? issued - 30,
      seed.status ?? 'finalized',
      seed.currency ?? 'EUR',
      seed.total ?? 1000,
      paidOf(seed),
      seed.paidDaysAgo ?? null,
      seed.subscriberId ?? null,
    ],
    tenant,
  )
  if (!row) throw new Error('No invoice was made.')
  const uuid = idFromUuid('invoice', row.id)
  return { uuid, id: encodeId('invoice', uuid) }
}

/** Puts a payment on an invoice; it changes no invoice, as the provider's own records do that. */
export async function seedPayment(
  world: TestWorld,
  tenant: TenantId,
  payment: { invoice: InvoiceId; amount: number; daysAgo?: number; currency?: string },
): Promise<void> {
  await world.seed(
    `insert into payment (tenant_id, invoice_id, amount_minor, currency, received_at, method)
     values ($1, $2, $3, $4, (current_date - $5::integer)::timestamp at time zone 'UTC' + interval '12 hours', 'bank')`,
    [tenant, payment.invoice, payment.amount, payment.currency ?? 'EUR', payment.daysAgo ?? 1],
    tenant,
  )
}

/** A partner with one person assigned to a link to each of some new tenants. */
export async function seedPartnerOf(
  world: TestWorld,
  tenantNames: readonly string[],
  role: LinkRole = 'msp_full',
) {
  const partner = await world.partner('Northwind')
  const person = await world.person()
  const member = await world.partnerMember(partner, person.id)
  const tenants: TenantId[] = []
  for (const name of tenantNames) {
    const tenant = await world.tenant(name)
    await world.assign(await world.link(partner, tenant, { role }), member)
    tenants.push(tenant)
  }
  const [first, second = first] = tenants
  if (!first || !second) throw new Error('A partner of these tests has a tenant.')
  return { partner, person, member, tenants, first, second, caller: await world.signIn(person.id) }
}
