import { z } from 'zod'
import { JsonInstant } from '#platform/database-json.ts'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { REFERRAL_METHODS, TOLD_STATUSES } from './tables.ts'

const OwnReferral = z.object({
  referral_id: z.string(),
  partner_id: z.string(),
  partner_name: z.string(),
  referred_at: JsonInstant,
  method: z.enum(REFERRAL_METHODS),
  code: z.string().nullable(),
  is_locked: z.boolean(),
  locked_at: JsonInstant.nullable(),
  shown: z.object({
    tenant_id: z.string(),
    name: z.string(),
    slug: z.string(),
    status: z.enum(TOLD_STATUSES),
    signed_up_at: JsonInstant,
    subscription_tier: z.string(),
    monthly_revenue: z.array(
      z.object({ month: z.string(), amount: z.object({ amount_minor: z.int(), currency: z.string() }) }),
    ),
  }),
})

/** How the tenant of the mandate was referred, with what its partner sees of it; null when nobody referred it. */
export async function readOwnReferral(
  mandate: Mandate<'tenant'>,
): Promise<z.output<typeof OwnReferral> | null> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.own_referral() as referral', values: [] },
  ])
  return OwnReferral.nullable().parse(result?.rows[0]?.['referral'] ?? null)
}
