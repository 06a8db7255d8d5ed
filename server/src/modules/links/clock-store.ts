import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { isKnown } from './store.ts'
import type { KnownLink } from './store.ts'
import type { LinkTables } from './tables.ts'

/** What time does to a link. */
export type ClockTask =
  | 'expire'
  | 'lapse'
  | 'activate'
  | 'suspend'
  | 'handover'
  | 'renew'
  | 'notice'
  | 'review_due'
  | 'role_version'
  | 'second_factor'

/** A link that is due for something; `days` is the step of a notice, or the new version of a role. */
export interface DueLink {
  readonly task: ClockTask
  readonly days: number | null
  readonly link: KnownLink
}

// One link appears once: what ends it comes first. Where the work of a partner has ended for good, or an organisation is closed, there is nobody who
// could answer or use it, so that nothing else is done; and nothing begins while a partner is suspended.
const DUE = `
  select distinct on (due.id) due.id, due.task, due.days
  from (
    select d.id, 1 as rank, 'expire' as task, null::integer as days from delegation d
    where d.kind = 'link' and d.status in ('approved', 'active', 'suspended') and d.ends_at <= statement_timestamp()
    union all
    select d.id, 1, 'lapse', null from delegation d join link l on l.id = d.id
    where d.status = 'requested' and l.request_expires_at <= statement_timestamp()
    union all
    select d.id, 2, 'activate', null from delegation d
    where d.kind = 'link' and d.status = 'approved' and d.starts_at <= statement_timestamp() and access.has_strong_member(d.partner_id)
    union all
    select d.id, 3, 'renew', null from delegation d join link l on l.id = d.id
    where d.status = 'active' and l.auto_renew_days > 0 and d.ends_at > statement_timestamp() and d.ends_at <= statement_timestamp() + interval '1 day'
      and (l.review_due_at is null or l.review_due_at > statement_timestamp())
      and not exists (select from link_role_template t where t.role = l.access_role and t.version > l.role_version)
    union all
    select d.id, 2, 'suspend', null from delegation d
    where d.kind = 'link' and d.status = 'active' and d.review_stops_at <= statement_timestamp()
    union all
    select o.id, 0, 'handover', null from link_handover h join delegation o on o.id = h.old_link_id and o.tenant_id = h.tenant_id
    where o.status in ('active', 'suspended') and o.ends_at <= statement_timestamp() and private.is_handed_over(o)
    union all
    select l.id, 5, 'review_due', null from link l join delegation d on d.id = l.id
    where d.status in ('approved', 'active', 'suspended') and l.review_due_at <= statement_timestamp() + interval '14 days' and d.review_stops_at > statement_timestamp()
      and not exists (select from link_reminder r where r.link_id = l.id and r.what = 'review_due' and r.about = l.review_due_at)
    union all
    select l.id, 6, 'role_version', t.version from link l join delegation d on d.id = l.id
    cross join lateral (select max(n.version) as version from link_role_template n where n.role = l.access_role) t
    where d.status in ('approved', 'active', 'suspended') and t.version > l.role_version
      and not exists (select from link_reminder r where r.link_id = l.id and r.what = 'role_version' and r.about = to_timestamp(t.version))
    union all
    select d.id, 4, 'second_factor', null from delegation d
    where d.kind = 'link' and d.status = 'approved' and d.starts_at <= statement_timestamp() and not access.has_strong_member(d.partner_id)
      and not exists (select from link_reminder r where r.link_id = d.id and r.what = 'second_factor')
    union all
    select d.id, 4, 'notice', step.days from delegation d
    cross join lateral (select min(days) as days from unnest(array[1, 7, 30, 60]) as days where d.ends_at - statement_timestamp() <= make_interval(days => days)) step
    where d.kind = 'link' and d.status = 'active' and d.ends_at > statement_timestamp()
      and d.ends_at - coalesce(d.approved_at, d.created_at) > make_interval(days => step.days)
      and not exists (select from link_notice n where n.link_id = d.id and n.ends_at = d.ends_at and n.days <= step.days)
  ) due
  where due.id <> all ($2::uuid[])
    and (due.task in ('expire', 'lapse', 'handover') or exists (
      select from delegation d join partner p on p.id = d.partner_id join tenant t on t.id = d.tenant_id
      where d.id = due.id and t.status <> 'closed' and (p.status = 'active' or p.status = 'suspended' and due.task not in ('activate', 'second_factor'))))
  order by due.id, due.rank
  limit $1`

/** The states in which each task makes sense; the row may have moved on since the query found it. */
const STATES: Readonly<Record<ClockTask, readonly KnownLink['status'][]>> = {
  expire: ['approved', 'active', 'suspended'],
  lapse: ['requested'],
  activate: ['approved'],
  suspend: ['active'],
  handover: ['active', 'suspended'],
  renew: ['active'],
  notice: ['active'],
  review_due: ['approved', 'active', 'suspended'],
  role_version: ['approved', 'active', 'suspended'],
  second_factor: ['approved'],
}

interface DueRow {
  readonly id: string
  readonly task: ClockTask
  readonly days: number | null
}

/** The links that time has to do with now, but for some. */
export async function findDueLinks(
  mandate: Mandate<'system'>,
  limit: number,
  except: readonly string[],
): Promise<DueLink[]> {
  const [result] = await runStatements(mandate, [{ text: DUE, values: [limit, except] }])
  // The columns are those of the query above.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const due = (result?.rows ?? []) as unknown as DueRow[]
  if (due.length === 0) return []
  const rows = await tables<LinkTables>(mandate)
    .selectFrom('link_overview')
    .selectAll()
    .where(
      'id',
      'in',
      due.map(({ id }) => id),
    )
    .execute()
  return due.flatMap(({ id, task, days }) => {
    const link = rows.find((row) => row.id === id)
    return link && isKnown(link) && STATES[task].includes(link.stored_status) ? [{ task, days, link }] : []
  })
}

/** Remembers that a notice was sent. False when another run sent it. */
export async function rememberNotice(
  mandate: Mandate<'system'>,
  link: KnownLink,
  days: number,
): Promise<boolean> {
  // The end is copied in the database: a Date would lose its microseconds and name another end.
  const [result] = await runStatements(mandate, [
    {
      text: `insert into link_notice (link_id, ends_at, days) select id, ends_at, $2 from delegation where id = $1 on conflict do nothing`,
      values: [link.id, days],
    },
  ])
  return (result?.rowCount ?? 0) > 0
}

/** What the clock says once about a link and one date. */
export type Reminder = 'review_due' | 'role_version' | 'first_use' | 'unused' | 'second_factor'

/** Remembers that something was said about a date, or a version. False when another run said it. */
export async function rememberSaying(
  mandate: Mandate<'system'>,
  linkId: string,
  said: { readonly what: Reminder; readonly about: Date | number },
): Promise<boolean> {
  // The date of a review is copied in the database: a Date would lose its microseconds and name another one.
  const about =
    said.what === 'review_due'
      ? 'select id, $2, review_due_at from link where id = $1 and $3::timestamptz is not null'
      : 'select id, $2, $3::timestamptz from link where id = $1'
  const value = typeof said.about === 'number' ? new Date(said.about * 1000) : said.about
  const [result] = await runStatements(mandate, [
    {
      text: `insert into link_reminder (link_id, what, about) ${about} on conflict do nothing`,
      values: [linkId, said.what, value],
    },
  ])
  return (result?.rowCount ?? 0) > 0
}

/** Lets change requests lapse that nobody decided in time; returns the links they were for. */
export function lapseChanges(mandate: Mandate<'system'>) {
  return tables<LinkTables>(mandate)
    .updateTable('link_change_request')
    .set({ status: 'lapsed', decided_at: mandate.origin.now })
    .where('status', '=', 'waiting')
    .where('expires_at', '<=', mandate.origin.now)
    .returning(['id', 'link_id', 'tenant_id', 'partner_id', 'begun_by'])
    .execute()
}

/** How many days a tenant's rules let an access last. */
export async function longestDaysOf(mandate: Mandate<'system'>, tenantId: string): Promise<number> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.longest_days($1) as days', values: [tenantId] },
  ])
  return Number(result?.rows[0]?.['days'])
}
