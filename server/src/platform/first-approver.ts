import { runStatements } from './mandate.ts'
import type { Mandate } from './mandate.ts'

/**
 * Whether whoever gave the first of two approvals of the mandate's own organisation may give it still. Whoever left, was
 * stopped or lost the role decides no more, so the next approval is the first one. The database looks again, and holds
 * the answer, when the second approval is written.
 */
export async function stillDecides(
  mandate: Mandate<'tenant' | 'program' | 'platform'>,
  personId: string | null,
): Promise<boolean> {
  if (personId === null) return false
  const [side, organisation] =
    mandate.kind === 'tenant'
      ? ['tenant', mandate.tenant.id]
      : mandate.kind === 'program'
        ? ['partner', mandate.partner.id]
        : ['provider', null]
  const [result] = await runStatements(mandate, [
    { text: 'select access.still_decides($1, $2, $3) as still', values: [side, organisation, personId] },
  ])
  return result?.rows[0]?.['still'] === true
}

/** What the log says of an approval that counts no more. */
export const countsNoMore = (name: string | null): string =>
  `The first approval, by ${name ?? 'somebody'}, counts no more: whoever gave it does not decide any more.`
