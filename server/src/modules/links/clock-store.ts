import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { isKnown } from './store.ts'
import type { KnownLink } from './store.ts'
import type { LinkTables } from './tables.ts'

/** What time does to a link. */
export type ClockTask = 'expire' | 'lapse' | 'activate' | 'renew' | 'notice'

/** A link that is due for something; `days` is the step of a notice. */
export interface DueLink {
  readonly task: ClockTask
  readonly days: number | null
  readonly link: KnownLink
}

// One link appears once: what ends it comes first.
const DUE = `
  select distinct on (due.id) due.id, due.task, due.days
  from (
    select d.id, 1 as rank, 'expire' as task, null::integer as days from delegation d
    where d.kind = 'link' and d.status in ('active', 'suspended') and d.ends_at <= statement_timestamp()
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
    union all
    select d.id, 4, 'notice', step.days from delegation d
    cross join lateral (select min(days) as days from unnest(array[1, 7, 30, 60]) as days where d.ends_at - statement_timestamp() <= make_interval(days => days)) step
    where d.kind = 'link' and d.status = 'active' and d.ends_at > statement_timestamp()
      and d.ends_at - coalesce(d.approved_at, d.created_at) > make_interval(days => step.days)
      and not exists (select from link_notice n where n.link_id = d.id and n.ends_at = d.ends_at and n.days <= step.days)
  ) due
  where due.id <> all ($2::uuid[])
  order by due.id, due.rank
  limit $1`

/** The states in which each task makes sense; the row may have moved on since the query found it. */
const STATES: Readonly<Record<ClockTask, readonly KnownLink['status'][]>> = {
  expire: ['active', 'suspended'],
  lapse: ['requested'],
  activate: ['approved'],
  renew: ['active'],
  notice: ['active'],
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

/** Lets change requests lapse that nobody decided in time; returns the links they were for. */
export function lapseChanges(mandate: Mandate<'system'>) {
  return tables<LinkTables>(mandate)
    .updateTable('link_change_request')
    .set({ status: 'lapsed', decided_at: mandate.origin.now })
    .where('status', '=', 'waiting')
    .where('expires_at', '<=', mandate.origin.now)
    .returning(['id', 'link_id', 'tenant_id', 'partner_id'])
    .execute()
}
