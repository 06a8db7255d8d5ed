import { z } from 'zod'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

const Look = z.object({
  policies: z.object({ subscription_confirmation: z.enum(['automatic', 'manual']) }).partial(),
})

/** What the realm's partner has decided about subscriptions; what is not known is left to its people. */
export async function readPolicies(
  mandate: Mandate<'realm'>,
): Promise<{ readonly confirmsByItself: boolean }> {
  const [result] = await runStatements(mandate, [{ text: 'select access.realm_look() as look', values: [] }])
  const look = Look.safeParse(result?.rows[0]?.['look'])
  return { confirmsByItself: look.data?.policies.subscription_confirmation === 'automatic' }
}
