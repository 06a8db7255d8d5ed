import { createHash } from 'node:crypto'
import { MASK_BITS, ceilingOf, encodeId, idFromUuid, newestRoleTemplate, toBits } from '@liaison/access'
import type { IdOf } from '@liaison/access'
import pg from 'pg'
import type { ConnectionSettings } from '../server/src/platform/embedded/index.ts'

/** What the rows of a seeded world are numbered by. */
export type SeededKind = 'tenant' | 'partner' | 'person' | 'member' | 'invoice'

/** The id of the nth seeded record: worlds of any size are made in the database, and callers know their ids. */
export function seededId<Kind extends SeededKind>(kind: Kind, number: number): IdOf<Kind> {
  const hex = createHash('md5').update(`${kind} ${number}`).digest('hex')
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)]
  return idFromUuid(kind, parts.join('-'))
}

/** The request header fields of the only person of the nth partner, acting in a tenant when one is named. */
export function headersOf(partner: number, tenant?: number): Record<string, string> {
  return {
    cookie: `__Host-liaison=session-${partner}`,
    ...(tenant !== undefined && { 'x-active-tenant-id': encodeId('tenant', seededId('tenant', tenant)) }),
  }
}

const ID = (kind: string, number: string) => `md5('${kind} ' || ${number})::uuid`

/** Runs work as the superuser with triggers and foreign keys asleep, which makes a million links a matter of seconds. */
export async function withBulkLoading(
  connection: ConnectionSettings,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client({ ...connection })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query(`set session_replication_role = replica; set synchronous_commit = off`)
    await work(client)
  } finally {
    await client.end()
  }
}

/** Tenants 0 to count − 1, each with one billing account. */
export async function seedTenants(client: pg.Client, count: number): Promise<void> {
  await client.query(
    `insert into tenant (id, name, slug, domain, current_mrr_minor)
     select ${ID('tenant', 'n')}, 'Tenant ' || n, 'tenant-' || n, 'tenant-' || n || '.example', 100000 from generate_series(0, $1::integer - 1) n`,
    [count],
  )
  await client.query(
    `insert into billing_account (tenant_id, id, ban, name, currency)
     select ${ID('tenant', 'n')}, ${ID('account', 'n')}, 'BAN-' || n, 'Main account', 'EUR' from generate_series(0, $1::integer - 1) n`,
    [count],
  )
}

/** Which partners to add and what each gets. */
export interface PartnerPlan {
  readonly first: number
  readonly count: number
  readonly linksPerPartner: number
  /** How many tenants there are; the nth link of partner p leads to tenant (p × linksPerPartner + n) modulo this. */
  readonly tenants: number
}

/** The number of the tenant that a partner's nth link leads to. */
export function linkedTenant(
  { linksPerPartner, tenants }: PartnerPlan,
  partner: number,
  link: number,
): number {
  return (partner * linksPerPartner + link) % tenants
}

async function seedPeople(client: pg.Client, { first, count }: PartnerPlan): Promise<void> {
  const rows = 'from generate_series($1::integer, $1::integer + $2::integer - 1) n'
  const values = [first, count]
  await client.query(
    `insert into partner (id, name, slug, kinds) select ${ID('partner', 'n')}, 'Partner ' || n, 'partner-' || n, '{msp}' ${rows}`,
    values,
  )
  await client.query(
    `insert into person (id, email, name) select ${ID('person', 'n')}, 'person.' || n || '@example.test', 'Person ' || n ${rows}`,
    values,
  )
  await client.query(
    `insert into partner_member (id, partner_id, person_id, role)
     select ${ID('member', 'n')}, ${ID('partner', 'n')}, ${ID('person', 'n')}, 'PARTNER_STAFF' ${rows}`,
    values,
  )
  await client.query(
    `insert into session (token_hash, person_id, factor, factor_at, password_at, seen_at, ends_at)
     select sha256(convert_to('session-' || n, 'UTF8')), ${ID('person', 'n')}, 'otp', now(), now(), now(), now() + interval '12 hours' ${rows}`,
    values,
  )
}

/** Partners, each with one signed-in person who is assigned to all of the partner's links (role msp_full). */
export async function seedPartners(client: pg.Client, plan: PartnerPlan): Promise<void> {
  await seedPeople(client, plan)
  const { defaults, version } = newestRoleTemplate('msp_full')
  const mask = toBits(defaults & ceilingOf('msp_full', version, 'msp_managed'))
  const values = [plan.first, plan.count, plan.linksPerPartner, plan.tenants]
  const from = `
    (select ${ID('link', `p || ' ' || n`)} as link_id, ${ID('tenant', '(p * $3::bigint + n) % $4::bigint')} as tenant_id, ${ID('partner', 'p')} as partner_id, p
     from generate_series($1::bigint, $1::bigint + $2::bigint - 1) p, generate_series(0, $3::bigint - 1) n) seeded`
  await client.query(
    `insert into delegation (id, tenant_id, partner_id, kind, status, role_mask, mask, starts_at, ends_at, approved_at, approved_by_name, approval_basis)
     select link_id, tenant_id, partner_id, 'link', 'active', '${mask}', '${mask}', now() - interval '30 days', now() + interval '335 days', now(), 'A tenant admin', 'tenant_approval' from ${from}`,
    values,
  )
  await client.query(
    `insert into link (id, tenant_id, partner_id, relationship_type, access_role, role_version, initiated_by)
     select link_id, tenant_id, partner_id, 'msp_managed', 'msp_full', ${version}, 'partner' from ${from}`,
    values,
  )
  await client.query(
    `insert into link_member (link_id, tenant_id, partner_id, member_id, person_id, mask)
     select link_id, tenant_id, partner_id, ${ID('member', 'p')}, ${ID('person', 'p')}, '${'1'.repeat(MASK_BITS)}' from ${from}`,
    values,
  )
}

/** How many invoices each of the first tenants gets. */
export interface InvoicePlan {
  readonly tenants: number
  readonly perTenant: number
}

/**
 * Invoices of the last three years, the newest first: those of the last month and one in a hundred of the others are
 * still owed. Invoice n of tenant t is seeded under t × perTenant + n. The kept sums are added up once all are there.
 */
export async function seedInvoices(client: pg.Client, { tenants, perTenant }: InvoicePlan): Promise<void> {
  await client.query(
    `insert into invoice (tenant_id, id, billing_account_id, number, customer_name, issued_on, due_on, status, currency, subtotal_minor, tax_minor, total_minor, paid_minor, paid_on)
     with owners as materialized (select t, ${ID('tenant', 't')} as tenant_id, ${ID('account', 't')} as account_id from generate_series(0, $1::bigint - 1) t)
     select tenant_id, ${ID('invoice', '(t * $2::bigint + n)')}, account_id, 'INV-' || n, 'Subscriber ' || n % 500,
       issued, issued + 14, case when is_owed then 'finalized' else 'paid' end, 'EUR', amount, amount / 5, amount + amount / 5,
       case when is_owed then 0 else amount + amount / 5 end, case when is_owed then null else issued + 10 end
     from owners, generate_series(0, $2::bigint - 1) n,
       lateral (select current_date - (n * 1095 / $2::bigint)::integer as issued, (n * 7919 + t * 104729) % 500000 + 100 as amount, n * 36 < $2::bigint or n % 100 = 0 as is_owed) terms`,
    [tenants, perTenant],
  )
  await client.query('select private.rebuild_sums()')
}

/** What a read of sums and of lists by day needs of the invoices' indexes; the others would double the time of a bulk load. */
const NEEDED_INDEXES: ReadonlySet<string> = new Set([
  'invoice_newest',
  'invoice_newest_of_all',
  'invoice_open',
  'invoice_owed',
])

/**
 * As above for millions of invoices, into a table that is not logged and with the indexes that a summary and a list by
 * day read, which are built afterwards.
 */
export async function seedManyInvoices(client: pg.Client, plan: InvoicePlan): Promise<void> {
  const { rows } = await client.query<{ name: string; definition: string; is_constraint: boolean }>(
    `select i.relname as name, pg_get_indexdef(x.indexrelid) as definition, exists (select from pg_constraint c where c.conindid = x.indexrelid) as is_constraint
     from pg_index x join pg_class i on i.oid = x.indexrelid where x.indrelid = 'invoice'::regclass and not x.indisprimary`,
  )
  for (const { name, is_constraint: isConstraint } of rows)
    await client.query(isConstraint ? `alter table invoice drop constraint ${name}` : `drop index ${name}`)
  // Tables that refer to it cannot be logged either; the sums are added up from it.
  const sums = [
    'invoice_month',
    'invoice_band',
    'invoice_state',
    'invoice_due',
    'invoice_age',
    'billing_month',
  ]
  for (const table of ['payment', 'invoice_dispute', 'invoice_reminder', 'invoice', ...sums])
    await client.query(`alter table ${table} set unlogged`)
  await client.query(`set maintenance_work_mem = '512MB'; set work_mem = '256MB'`)
  await seedInvoices(client, plan)
  for (const { name, definition } of rows) if (NEEDED_INDEXES.has(name)) await client.query(definition)
}

/** Tickets of the first tenants over the last year: one in ten is open, and half of those have a running clock. */
export async function seedTickets(client: pg.Client, { tenants, perTenant }: InvoicePlan): Promise<void> {
  await client.query(
    `insert into ticket (tenant_id, id, number, subject, status, priority, created_at, updated_at, resolved_at)
     select ${ID('tenant', 't')}, ${ID('ticket', '(t * $2::bigint + n)')}, 'S-' || n, 'Line ' || n || ' is slow',
       case when n % 10 = 0 then 'open' else 'closed' end, (array['low', 'normal', 'high', 'urgent'])[1 + n % 4], opened, opened, case when n % 10 = 0 then null else opened + interval '1 day' end
     from generate_series(0, $1::bigint - 1) t, generate_series(0, $2::bigint - 1) n,
       lateral (select now() - make_interval(hours => (n * 8760 / $2::bigint)::integer) as opened) terms`,
    [tenants, perTenant],
  )
  await client.query(
    `insert into ticket_sla_clock (tenant_id, ticket_id, metric, target_minutes, started_at, due_at)
     select tenant_id, id, 'resolution', 480, created_at, created_at + interval '8 hours' from ticket where status = 'open' and priority in ('high', 'urgent')`,
  )
}

/** Lets the planner know what was loaded, and leaves no vacuum to run into a measurement. */
export async function settleTables(client: pg.Client): Promise<void> {
  await client.query('vacuum (analyze)')
  await client.query('checkpoint')
}
