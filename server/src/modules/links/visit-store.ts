import { z } from 'zod'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

/** A visit ends when its person has done nothing for this long; the next call begins another one. */
const PAUSE_MINUTES = 30

const Visit = z.object({
  person_id: z.string(),
  person_name: z.string(),
  partner_id: z.string(),
  partner_name: z.string(),
  started_at: z.date(),
  ended_at: z.date(),
  reads: z.number(),
  writes: z.number(),
  reasons: z.array(z.string()),
  tickets: z.array(z.string()),
  times: z.array(z.date()),
})

/** What one person of a partner did in a tenant without a longer pause. */
export type Visit = z.output<typeof Visit>

// A person's calls in a row, cut where somebody paused.
const VISITS = `
  with calls as (
    select e.actor_id, e.actor_name, e.partner_id, e.partner_name, s.occurred_at, e.repeats,
      e.method = 'GET' or s.row_count is not null as reads,
      audit.is_change(e.method, e.action, s.row_count) as changes, e.changes -> 'access_reason' ->> 'after' as reason,
      case when e.resource_type = 'ticket' then e.resource_label end as ticket,
      coalesce(s.occurred_at - lag(s.occurred_at) over one > make_interval(mins => $2), true) as begins
    from audit_scope s join audit_event e on e.id = s.event_id and e.occurred_at = s.occurred_at
    where s.kind = 'tenant' and s.scope_id = $1 and s.occurred_at > $3 and e.plane = 'delegation' and e.outcome = 'allowed' and e.actor_type = 'person' and e.partner_id is not null
      and ($4::uuid is null or e.partner_id = $4)
    window one as (partition by e.actor_id, e.partner_id order by s.occurred_at)),
  numbered as (select *, count(*) filter (where begins) over (partition by actor_id, partner_id order by occurred_at) as visit from calls)
  select actor_id as person_id, max(actor_name) as person_name, partner_id, max(partner_name) as partner_name, min(occurred_at) as started_at, max(occurred_at) as ended_at,
    coalesce(sum(repeats) filter (where reads), 0)::integer as reads, count(*) filter (where changes)::integer as writes,
    coalesce(array_agg(distinct reason) filter (where reason is not null), '{}') as reasons, coalesce((array_agg(distinct ticket) filter (where ticket is not null))[1:20], '{}') as tickets,
    (array_agg(occurred_at order by occurred_at))[1:200] as times
  from numbered group by actor_id, partner_id, visit
  order by max(occurred_at) desc, actor_id limit $5 offset $6`

/** The visits of partners' people to the mandate's tenant since an instant, newest first. */
export async function listVisits(
  mandate: Mandate<'tenant'>,
  filter: {
    readonly since: Date
    readonly partnerId?: string | undefined
    readonly limit: number
    readonly offset: number
  },
): Promise<Visit[]> {
  const [result] = await runStatements(mandate, [
    {
      text: VISITS,
      values: [
        mandate.tenant.id,
        PAUSE_MINUTES,
        filter.since,
        filter.partnerId ?? null,
        filter.limit,
        filter.offset,
      ],
    },
  ])
  return z.array(Visit).parse(result?.rows ?? [])
}

const Outside = z.object({
  actor_id: z.string(),
  partner_id: z.string().nullable(),
  occurred_at: z.date(),
  knows_address: z.boolean(),
})

/** A call that came from outside some networks, or from an address that is no longer kept. */
export type OutsideCall = z.output<typeof Outside>

/** The calls since an instant that came from outside the networks. The addresses stay hidden. */
export async function listCallsOutside(
  mandate: Mandate<'tenant' | 'program'>,
  networks: readonly string[],
  since: Date,
): Promise<OutsideCall[]> {
  const [result] = await runStatements(mandate, [
    { text: 'select * from access.calls_outside($1, $2)', values: [networks, since] },
  ])
  return z.array(Outside).parse(result?.rows ?? [])
}

const Evidence = z.object({
  sign_ins: z.number(),
  with_factor: z.number(),
  with_passkey: z.number(),
  asked_again: z.number(),
  last_refused_at: z.date().nullable(),
  last_refused_name: z.string().nullable(),
})

/** How strongly the people of a partner sign in; zeros when nobody of it is assigned here. */
export async function readFactorEvidence(
  mandate: Mandate<'tenant'>,
  partnerId: string,
): Promise<z.output<typeof Evidence>> {
  const [result] = await runStatements(mandate, [
    { text: 'select * from access.factor_evidence($1)', values: [partnerId] },
  ])
  return Evidence.parse(result?.rows[0])
}
