import type { LinkRole } from '@liaison/access'
import { z } from 'zod'
import { stillDecides } from '#platform/first-approver.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { renewableUntil } from './rules.ts'
import { listLinks } from './store.ts'
import type { KnownLink } from './store.ts'
import type { LinkTables } from './tables.ts'

/** What the second person of an invitation accepted: both have approved by that, whoever leaves afterwards. */
export const INVITATION = 'invitation'

/** The first of two approvals of a link, while the second is missing, and whether it counts still. */
export async function findFirstApproval(mandate: Mandate<'tenant'>, linkId: string) {
  const row = await tables<LinkTables>(mandate)
    .selectFrom('link')
    .select(['first_approved_by', 'first_approved_by_name', 'first_approved_at', 'first_accepted'])
    .where('id', '=', linkId)
    .executeTakeFirst()
  if (!row || row.first_approved_by === null) return null
  const accepted = typeof row.first_accepted === 'string' ? row.first_accepted : ''
  const counts = accepted === INVITATION || (await stillDecides(mandate, row.first_approved_by))
  return { ...row, first_accepted: accepted, counts }
}

/** Keeps the first of two approvals with what it accepted. */
export async function keepFirstApproval(
  mandate: Mandate<'tenant'>,
  linkId: string,
  accepted: string,
): Promise<void> {
  await tables<LinkTables>(mandate)
    .updateTable('link')
    .set({
      first_approved_by: mandate.actor.id,
      first_approved_by_name: mandate.actor.name,
      first_approved_at: mandate.origin.now,
      first_accepted: JSON.stringify(accepted),
    })
    .where('id', '=', linkId)
    .execute()
}

/**
 * Whether one person of the tenant is not enough to open more under a role: its rules say so, or the role is full and a
 * second person is there who may approve. `asker` is whoever asked on the partner's side.
 */
export async function asksForTwo(
  mandate: Mandate<'tenant'>,
  role: LinkRole,
  asker: string | null,
): Promise<boolean> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.asks_for_two($1, $2, $3) as two', values: [mandate.tenant.id, role, asker] },
  ])
  return result?.rows[0]?.['two'] === true
}

/** The end of the first term of a link, as it was approved or before anything moved it; null when nothing says. */
export async function findFirstEnd(mandate: Mandate<'tenant'>, linkId: string): Promise<Date | null> {
  const [result] = await runStatements(mandate, [
    {
      text: `select coalesce(
          (select (h.detail ->> 'ends_at')::timestamptz from delegation_history h where h.delegation_id = $1 and h.event = 'approved' order by h.changed_at limit 1),
          (select (h.detail ->> 'before')::timestamptz from delegation_history h where h.delegation_id = $1 and h.event = 'renewed' order by h.changed_at limit 1)) as first_end`,
      values: [linkId],
    },
  ])
  const end = result?.rows[0]?.['first_end']
  return end instanceof Date ? end : null
}

/** How much of a tenant's data its permissions open today: what an approval page tells in figures. */
export interface LiveCounts {
  readonly subscribers: number
  readonly open_invoices: number
  readonly open_tickets: number
}

/** Counts of what is there to be seen, as the tenant itself reads it. */
export async function countLive(mandate: Mandate<'tenant'>): Promise<LiveCounts> {
  const tenant = [mandate.tenant.id]
  const [subscribers, invoices, tickets] = await runStatements(mandate, [
    {
      text: `select count(*)::integer as n from subscriber where tenant_id = $1 and status <> 'closed'`,
      values: tenant,
    },
    {
      text: `select count(*)::integer as n from invoice where tenant_id = $1 and status in ('finalized', 'partially_paid')`,
      values: tenant,
    },
    {
      text: `select count(*)::integer as n from ticket where tenant_id = $1 and status in ('open', 'pending', 'on_hold')`,
      values: tenant,
    },
  ])
  return {
    subscribers: Number(subscribers?.rows[0]?.['n'] ?? 0),
    open_invoices: Number(invoices?.rows[0]?.['n'] ?? 0),
    open_tickets: Number(tickets?.rows[0]?.['n'] ?? 0),
  }
}

const Apps = z.object({ apps: z.number(), partners: z.array(z.string()), waiting: z.number() })

/** The API clients and wholesalers that a tenant lets in, with the partners behind them, and those that wait for it. */
export async function countApps(mandate: Mandate<'tenant'>): Promise<z.output<typeof Apps>> {
  const [result] = await runStatements(mandate, [{ text: 'select * from access.count_apps()', values: [] }])
  return Apps.parse(result?.rows[0])
}

/** How many accesses of API clients and wholesalers of a tenant end within this time. */
export async function countEndingApps(mandate: Mandate<'tenant'>, withinMs: number): Promise<number> {
  const { now } = mandate.origin
  const row = await tables<LinkTables>(mandate)
    .selectFrom('delegation')
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .where('tenant_id', '=', mandate.tenant.id)
    .where('kind', 'in', ['consent', 'resale'])
    .where('status', '=', 'active')
    .where('ends_at', '>', now)
    .where('ends_at', '<=', new Date(now.getTime() + withinMs))
    .executeTakeFirst()
  return row?.total ?? 0
}

/** The states of which there is one link between two at most. */
const OPEN = ['requested', 'approved', 'active', 'suspended'] as const

/** Whether a link that has ended can be renewed no more: for too long, or since another one took its place. */
export async function isOverForGood(mandate: Mandate<'tenant'>, row: KnownLink): Promise<boolean> {
  const until = renewableUntil(row)
  if (until === null) return false
  if (until <= mandate.origin.now) return true
  const open = { partner_id: row.partner_id, status: [...OPEN] }
  const { rows } = await listLinks(mandate, open, { limit: 1, offset: 0 })
  return rows.length > 0
}
