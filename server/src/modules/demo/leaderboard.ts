import type { RunSql } from '#platform/admin.ts'

/** Who else brought tenants, by the slug of the partner. */
const BROUGHT: Readonly<Record<string, readonly string[]>> = {
  'helios-group': ['kanto-link', 'elbe-netz'],
  'ledger-and-pine': ['iberia-rural'],
}

/** Partners with an agreement of their own, so that what they brought counts. */
export const ALSO_REFER: readonly string[] = Object.keys(BROUGHT)

const REFER = `insert into referral (partner_id, program_id, tenant_id, agreement_id, method, referred_at, created_by, created_by_name, reason, created_at)
  select g.partner_id, g.program_id, t.id, g.id, 'manual', at, $3, $4, 'They brought the tenant at a meeting in person.', at
  from partner p join agreement g on g.partner_id = p.id and g.state = 'active', tenant t, (select now() - interval '40 days' as at) d
  where p.slug = $1 and t.slug = $2`

const COUNT = `insert into leaderboard_entry (partner_id, measure, period, currency, score)
  select c.partner_id, 'sign_ups', coalesce(c.month, 'all_time'), '', count(*)
  from (select partner_id, to_char(referred_at at time zone 'UTC', 'YYYY-MM') as month from referral where voided_at is null) c
  group by grouping sets ((c.partner_id), (c.partner_id, c.month))
  having c.month is null or c.month = any (access.leaderboard_months())`

/** Shows partners how they rank by sign-ups, as last night counted them; one of them agreed to be named. A product of the provider may show their figures. */
export async function addDemoLeaderboard(
  run: RunSql,
  admin: { readonly id: string; readonly name: string },
): Promise<void> {
  for (const [partner, tenants] of Object.entries(BROUGHT))
    for (const tenant of tenants) await run(REFER, [partner, tenant, admin.id, admin.name])
  await run(
    `insert into program_setting (version, live_needs_agreement, contact_kept_days, set_by_name, shows_sign_up_ranks, embeds_dashboard, dashboard_origins)
     select s.version + 1, s.live_needs_agreement, s.contact_kept_days, $1, true, true, array['https://app.provider.example'] from program_setting s order by s.version desc limit 1`,
    [admin.name],
  )
  await run(
    `insert into leaderboard_choice (partner_id, is_named) select id, true from partner where slug = 'helios-group'`,
    [],
  )
  await run(COUNT, [])
}
