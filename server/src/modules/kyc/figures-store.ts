import { z } from 'zod'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { CHECK_STATES } from './rules.ts'

const Figure = z.object({
  partner_id: z.uuid(),
  partner_name: z.string(),
  state: z.enum(CHECK_STATES),
  checks: z.coerce.number(),
  oldest_at: z.date(),
})

/** How many checks of each partner are in each state, as time has made it, by the partner's name. */
export async function readFigures(mandate: Mandate<'platform'>): Promise<z.output<typeof Figure>[]> {
  const [result] = await runStatements(mandate, [
    {
      text: 'select partner_id, partner_name, state, checks, oldest_at from access.identity_check_figures() order by partner_name, state',
      values: [],
    },
  ])
  return z.array(Figure).parse(result?.rows ?? [])
}
