import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { Row } from '#platform/statement.ts'

/** How many came how far. */
export interface Funnel {
  readonly clicks: number
  readonly signUps: number
  readonly paying: number
}

export interface Stats {
  readonly months: readonly (Funnel & { readonly month: string })[]
  readonly codes: readonly (Funnel & {
    readonly codeId: string
    readonly code: string
    readonly label: string | null
  })[]
}

// Row security leaves the rows that whoever asks may see: owners those of the partner, staff those of their own codes.
const FACTS = `with span as (
    select s.first_month, access.program_day_begins(s.first_month::date) as since
    from (select date_trunc('month', access.program_day($1::timestamptz)::timestamp) - make_interval(months => $2 - 1) as first_month) s
  ), fact as (
    select d.code_id, date_trunc('month', d.day::timestamp) as month, d.clicks, 0 as sign_ups, 0 as paying
    from referral_click_day d, span where d.day >= span.first_month
    union all
    select r.code_id, date_trunc('month', access.program_day(r.referred_at)::timestamp), 0, 1, (r.locked_at is not null)::integer
    from referral r, span where r.voided_at is null and r.referred_at >= span.since
  )`

const SUMS = `coalesce(sum(f.clicks), 0)::integer as clicks, coalesce(sum(f.sign_ups), 0)::integer as sign_ups, coalesce(sum(f.paying), 0)::integer as paying`

const toFunnel = (row: Row): Funnel => ({
  clicks: Number(row['clicks']),
  signUps: Number(row['sign_ups']),
  paying: Number(row['paying']),
})

/**
 * Clicks of people, sign-ups and paying tenants of the last months where the program is at home, this one included, by month and by
 * code. A tenant counts in the month in which it signed up, whenever it first paid.
 */
export async function readStats(mandate: Mandate<'program'>, months: number): Promise<Stats> {
  const values = [mandate.origin.now, months]
  const [byMonth, byCode] = await runStatements(mandate, [
    {
      text: `${FACTS}
        select to_char(m.month, 'YYYY-MM') as month, ${SUMS}
        from span cross join lateral generate_series(span.first_month, span.first_month + make_interval(months => $2 - 1), interval '1 month') as m (month)
        left join fact f on f.month = m.month group by m.month order by m.month`,
      values,
    },
    {
      text: `${FACTS}
        select c.id, c.code, c.label, ${SUMS} from referral_code c join fact f on f.code_id = c.id
        group by c.id, c.code, c.label order by sum(f.sign_ups) desc, sum(f.clicks) desc, c.code limit 100`,
      values,
    },
  ])
  return {
    months: (byMonth?.rows ?? []).map((row) => ({ ...toFunnel(row), month: String(row['month']) })),
    codes: (byCode?.rows ?? []).map((row) => ({
      ...toFunnel(row),
      codeId: String(row['id']),
      code: String(row['code']),
      label: typeof row['label'] === 'string' ? row['label'] : null,
    })),
  }
}
