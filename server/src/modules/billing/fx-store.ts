import { sql } from 'kysely'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { Rate } from './rules-fx.ts'
import type { BillingTables } from './tables.ts'

/** How old a rate may be before it says nothing of a day any more. */
const LONGEST_DAYS = 31

/** The newest rate into a currency of each of the others, of a day or at most 31 days earlier. */
export async function findRates(
  mandate: Mandate,
  from: readonly string[],
  { to, day }: { readonly to: string; readonly day: string },
): Promise<Map<string, Rate>> {
  if (from.length === 0) return new Map()
  const { rows } = await sql<Rate>`
    select distinct on (r.from_currency) r.from_currency as "from", trim_scale(r.rate)::text as rate, r.day::text as day
    from fx_rate r
    where r.from_currency = any (${[...from]}::text[]) and r.to_currency = ${to} and r.day <= ${day}::date and r.day >= ${day}::date - ${LONGEST_DAYS}::integer
    order by r.from_currency, r.day desc`.execute(tables<BillingTables>(mandate))
  return new Map(rows.map((row) => [row.from, row]))
}

/** One rate as it is handed in. */
export interface NewRate {
  readonly from_currency: string
  readonly to_currency: string
  readonly day: string
  readonly rate: string
}

/** Keeps rates; one that is there already for its day takes the new value. Returns how many were written. */
export async function keepRates(mandate: Mandate<'ingest'>, rates: readonly NewRate[]): Promise<number> {
  const [result] = await runStatements(mandate, [
    {
      text: `insert into fx_rate as r (from_currency, to_currency, day, rate, source)
        select x.from_currency, x.to_currency, x.day, x.rate, $2 from jsonb_to_recordset($1::jsonb) x (from_currency text, to_currency text, day date, rate numeric)
        order by 1, 2, 3
        on conflict (from_currency, to_currency, day) do update set rate = excluded.rate, source = excluded.source, updated_at = statement_timestamp()
        where r.rate <> excluded.rate or r.source <> excluded.source`,
      values: [JSON.stringify(rates), mandate.source],
    },
  ])
  return result?.rowCount ?? 0
}
