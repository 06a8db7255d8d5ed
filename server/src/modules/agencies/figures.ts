import { z } from 'zod'
import { runStatements } from '#platform/mandate.ts'
import type { AgencyRow, TenantMandate } from './agency-store.ts'

/** What an agency did in the last 30 days. */
export const FiguresBody = z.strictObject({
  forms: z.int(),
  issued_30_days: z.int(),
  refused_30_days: z.int(),
  last_used_at: z.string().nullable(),
})

type Figures = z.output<typeof FiguresBody>

const NONE: Figures = { forms: 0, issued_30_days: 0, refused_30_days: 0, last_used_at: null }

const Row = z.object({
  agency_id: z.string(),
  forms: z.coerce.number(),
  issued: z.coerce.number(),
  refused: z.coerce.number(),
  last_used_at: z.date().nullable(),
})

/** The figures of these agencies, by id. */
export async function figuresOf(
  mandate: TenantMandate,
  rows: readonly AgencyRow[],
): Promise<(agencyId: string) => Figures> {
  const [result] = await runStatements(mandate, [
    { text: 'select * from access.agency_figures($1)', values: [rows.map(({ id }) => id)] },
  ])
  const found = new Map(
    z
      .array(Row)
      .parse(result?.rows ?? [])
      .map((row): [string, Figures] => [
        row.agency_id,
        {
          forms: row.forms,
          issued_30_days: row.issued,
          refused_30_days: row.refused,
          last_used_at: row.last_used_at?.toISOString() ?? null,
        },
      ]),
  )
  return (agencyId) => found.get(agencyId) ?? NONE
}
