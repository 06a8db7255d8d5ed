import type pg from 'pg'

const ID = (kind: string, number: string) => `md5('${kind} ' || ${number})::uuid`

/** How much of the service of each tenant is on record. */
export interface ServicePlan {
  readonly tenants: number
  readonly days: number
  /** Unplanned outages in a month. */
  readonly outagesPerMonth: number
  /** Tickets with both promises, spread over the days. */
  readonly tickets: number
}

/** Usage of every day, outages, watched time, subscribers and promises; the sums are kept by the tables' triggers. */
export async function seedService(client: pg.Client, plan: ServicePlan): Promise<void> {
  const { tenants, days, outagesPerMonth, tickets } = plan
  for (const [table, trigger] of [
    ['usage_day', 'sum_inserted'],
    ['subscriber', 'count_inserted'],
    ['ticket_sla_clock', 'count_inserted'],
  ] as const)
    await client.query(`alter table ${table} enable always trigger ${trigger}`)
  await client.query(
    `insert into usage_day (tenant_id, day, active_subscribers, data_gb, peak_mbps, average_mbps)
     select ${ID('tenant', 't')}, current_date - d::integer, 400 + d % 50, 4000 + (t * 31 + d * 17) % 900, 9000 + d % 700, 2000 + d % 300
     from generate_series(0, $1::bigint - 1) t, generate_series(1, $2::bigint) d`,
    [tenants, days],
  )
  await client.query(
    `insert into subscriber (tenant_id, name, status, activated_on, closed_on)
     select ${ID('tenant', 't')}, 'Subscriber ' || n, case when n % 9 = 0 then 'closed' else 'active' end, current_date - (n % $2::bigint)::integer - 30, case when n % 9 = 0 then current_date - (n % 30)::integer end
     from generate_series(0, $1::bigint - 1) t, generate_series(1, 500) n`,
    [tenants, days],
  )
  await client.query(
    `insert into outage (tenant_id, service, started_at, ended_at, is_planned)
     select ${ID('tenant', 't')}, 'access', started, started + make_interval(mins => (5 + (t * 7 + n * 13) % 90)::integer), n % 6 = 0
     from generate_series(0, $1::bigint - 1) t, generate_series(1, $2::bigint * $3::bigint / 30) n,
       lateral (select now() - make_interval(mins => (n * 43200 / $3::bigint + t * 11)::integer) as started) s`,
    [tenants, days, outagesPerMonth],
  )
  await client.query(
    `insert into monitoring_period (tenant_id, started_at) select ${ID('tenant', 't')}, now() - make_interval(days => $2::integer) from generate_series(0, $1::bigint - 1) t`,
    [tenants, days],
  )
  await client.query(
    `insert into ticket (tenant_id, id, number, subject, status, created_at, updated_at, resolved_at)
     select ${ID('tenant', 't')}, ${ID('promised', "(t || ' ' || n)")}, 'P-' || n, 'Line ' || n || ' is slow', 'closed', opened, opened, opened + interval '1 day'
     from generate_series(0, $1::bigint - 1) t, generate_series(1, $3::bigint) n,
       lateral (select now() - make_interval(mins => (n * 1440 * $2::bigint / $3::bigint)::integer) as opened) s`,
    [tenants, days, tickets],
  )
  await client.query(
    `insert into ticket_sla_clock (tenant_id, ticket_id, metric, target_minutes, started_at, due_at, met_at)
     select k.tenant_id, k.id, m.metric, m.target, k.created_at, k.created_at + make_interval(mins => m.target), k.created_at + make_interval(mins => (abs(hashtext(k.number || m.metric)) % (m.target * 11 / 10))::integer)
     from ticket k, (values ('first_response', 240), ('resolution', 1440)) m (metric, target) where k.number like 'P-%'`,
  )
}
