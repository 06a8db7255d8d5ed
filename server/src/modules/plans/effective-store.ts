import { z } from 'zod'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

const Effective = z.object({
  allowed: z.boolean(),
  code: z.string(),
  status: z.enum(['active', 'inactive', 'idle', 'signing']),
  sub_status: z.enum(['absent', 'signed', 'unsigned', 'suspended']),
  subscription_id: z.string().nullable(),
  plan_id: z.string().nullable(),
  holds: z.array(z.string()),
})

export type Effective = z.output<typeof Effective>

/**
 * What an end user may use now and its two statuses, computed by the database from rows as they are at this statement;
 * null for an end user of another partner, or another end user. Source: C7.
 */
export async function readEffective(
  mandate: Mandate<'platform' | 'program' | 'realm'>,
  endUserId: string,
  featuresOff: ReadonlySet<string>,
): Promise<Effective | null> {
  const [result] = await runStatements(mandate, [
    {
      text: 'select access.effective_subscription($1, $2::text[]) as answer',
      values: [endUserId, [...featuresOff]],
    },
  ])
  const answer: unknown = result?.rows[0]?.['answer'] ?? null
  return answer === null ? null : Effective.parse(answer)
}
