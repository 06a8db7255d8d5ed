import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { findConsent } from './store.ts'
import type { ConsentRow, ConsentTables } from './tables.ts'

/** What time does to a consent. */
export type ConsentTask = 'expire' | 'lapse' | 'suspend' | 'ask' | 'back' | 'notice'

export interface DueConsent {
  readonly task: ConsentTask
  /** The step of a notice. */
  readonly days: number | null
  readonly consent: ConsentRow
}

// One consent appears once: what ends it comes first. Of a partner whose work has ended for good, and of a closed organisation, nobody is reminded or
// asked.
const DUE = `
  select distinct on (due.id) due.id, due.task, due.days
  from (
    select d.id, 1 as rank, 'expire' as task, null::integer as days from delegation d
    where d.kind = 'consent' and d.status in ('active', 'suspended') and d.ends_at <= statement_timestamp()
    union all
    select d.id, 1, 'lapse', null from delegation d
    join consent_request r on r.result_id = d.id
    where d.kind = 'consent' and d.status = 'requested' and r.status in ('waiting', 'ended') and r.ends_at <= statement_timestamp()
    union all
    select d.id, 2, case when (s.standing ->> 'may_refresh')::boolean then 'ask' else 'suspend' end, null from delegation d
    join consent c on c.id = d.id
    cross join lateral (select access.approver_standing(d.id) as standing) s
    where d.kind = 'consent' and d.status = 'active' and d.ends_at > statement_timestamp() and c.approver_leaves <> 'keep'
      and not (s.standing ->> 'is_here')::boolean
      and (c.reconfirm_due_at is null or not (s.standing ->> 'may_refresh')::boolean)
    union all
    select d.id, 2, 'back', null from delegation d
    join consent c on c.id = d.id
    where d.kind = 'consent' and d.status = 'active' and d.ends_at > statement_timestamp() and c.reconfirm_due_at is not null
      and (access.approver_standing(d.id) ->> 'is_here')::boolean
    union all
    select d.id, 3, 'notice', step.days from delegation d
    cross join lateral (select min(days) as days from unnest(array[1, 7, 30]) as days where d.ends_at - statement_timestamp() <= make_interval(days => days)) step
    where d.kind = 'consent' and d.status = 'active' and d.ends_at > statement_timestamp() and d.ends_at - d.approved_at > make_interval(days => step.days)
      and not exists (select from consent_notice n where n.consent_id = d.id and n.ends_at = d.ends_at and n.days <= step.days)
  ) due
  where due.id <> all ($2::uuid[])
    and (due.task not in ('ask', 'notice') or not exists (
      select from delegation d left join partner p on p.id = d.partner_id join tenant t on t.id = d.tenant_id
      where d.id = due.id and (p.status = 'terminated' or t.status = 'closed')))
  order by due.id, due.rank
  limit $1`

const STATES: Readonly<Record<ConsentTask, readonly ConsentRow['stored_status'][]>> = {
  expire: ['active', 'suspended'],
  lapse: ['requested'],
  suspend: ['active'],
  ask: ['active'],
  back: ['active'],
  notice: ['active'],
}

interface DueRow {
  readonly id: string
  readonly task: ConsentTask
  readonly days: number | null
}

/** The consents that time has to do with now, but for some. */
export async function findDueConsents(
  mandate: Mandate<'system'>,
  limit: number,
  except: readonly string[],
): Promise<DueConsent[]> {
  const [result] = await runStatements(mandate, [{ text: DUE, values: [limit, except] }])
  // The columns are those of the query above.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const due = (result?.rows ?? []) as unknown as DueRow[]
  const found: DueConsent[] = []
  for (const { id, task, days } of due) {
    const consent = await findConsent(mandate, id)
    if (consent && STATES[task].includes(consent.stored_status)) found.push({ task, days, consent })
  }
  return found
}

/** Notes until when another administrator must confirm a consent whose approver left. */
export async function noteDue(mandate: Mandate<'system'>, id: string): Promise<void> {
  await runStatements(mandate, [
    {
      text: `update consent set reconfirm_due_at = (access.approver_standing(id) ->> 'due_at')::timestamptz where id = $1`,
      values: [id],
    },
  ])
}

/**
 * Notes that nobody has to confirm a consent any more, so that whoever allowed it has the whole time when leaving again.
 * False when that is noted, or the person left once more.
 */
export async function dropDue(mandate: Mandate<'system'>, id: string): Promise<boolean> {
  const [result] = await runStatements(mandate, [
    {
      text: `update consent set reconfirm_due_at = null
        where id = $1 and reconfirm_due_at is not null and (access.approver_standing(id) ->> 'is_here')::boolean`,
      values: [id],
    },
  ])
  return (result?.rowCount ?? 0) > 0
}

/** Remembers that a notice was sent. False when another run sent it. */
export async function rememberNotice(mandate: Mandate<'system'>, id: string, days: number): Promise<boolean> {
  // The end is copied in the database: a Date would lose its microseconds and name another end.
  const [result] = await runStatements(mandate, [
    {
      text: `insert into consent_notice (consent_id, ends_at, days) select id, ends_at, $2 from delegation where id = $1 on conflict do nothing`,
      values: [id, days],
    },
  ])
  return (result?.rowCount ?? 0) > 0
}

/** Ends the requests whose time is over; returns how many. */
export async function endRequests(mandate: Mandate<'system'>): Promise<number> {
  const rows = await tables<ConsentTables>(mandate)
    .updateTable('consent_request')
    .set({ status: 'ended', decided_at: mandate.origin.now })
    .where('status', 'in', ['open', 'waiting'])
    .where('ends_at', '<=', mandate.origin.now)
    .returning('id')
    .execute()
  return rows.length
}
