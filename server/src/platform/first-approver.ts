import { z } from 'zod'
import { runStatements } from './mandate.ts'
import type { Mandate } from './mandate.ts'
import { ProblemError } from './problem.ts'

type Deciding = Mandate<'tenant' | 'program' | 'platform'>

function sideOf(mandate: Deciding): readonly [side: string, organisation: string | null] {
  if (mandate.kind === 'tenant') return ['tenant', mandate.tenant.id]
  return mandate.kind === 'program' ? ['partner', mandate.partner.id] : ['provider', null]
}

/** People who gave a first approval and may give it still. */
export type InCharge = ReadonlySet<string>

/**
 * Of those who gave a first of two approvals of the mandate's own organisation, whoever may give it still, for a whole
 * page at once. Whoever left, was stopped or lost the role decides no more, so the next approval is the first one. The
 * database looks again, and holds the answer, when the second approval is written.
 */
export async function whoStillDecides(
  mandate: Deciding,
  personIds: readonly (string | null)[],
): Promise<InCharge> {
  const asked = [...new Set(personIds.filter((id) => id !== null))]
  if (asked.length === 0) return new Set()
  const [result] = await runStatements(mandate, [
    {
      text: 'select person from unnest($3::uuid[]) person where access.still_decides($1, $2, person)',
      values: [...sideOf(mandate), asked],
    },
  ])
  return new Set(result?.rows.map(({ person }) => String(person)))
}

/** Whether whoever gave a first of two approvals of the mandate's own organisation may give it still. */
export const stillDecides = async (mandate: Deciding, personId: string | null): Promise<boolean> =>
  personId !== null && (await whoStillDecides(mandate, [personId])).has(personId)

const SAYS =
  'False where whoever gave it does not decide any more: it is void, and the next approval is the first one.'

/** Whether a first approval counts, beside who gave it. */
export const FirstCounts = z.boolean().meta({ description: SAYS })

/** The same in a record that may have none. */
export const FirstCountsOrNone = z
  .boolean()
  .nullable()
  .meta({ description: `${SAYS} Null while none waits.` })

/** What a record says of a first approval that waits, by whoever gave it; null when none does. */
export const firstCounts = (inCharge: InCharge, personId: string | null): boolean | null =>
  personId === null ? null : inCharge.has(personId)

/** What the log says of an approval that counts no more. */
export const countsNoMore = (name: string | null): string =>
  `The first approval, by ${name ?? 'somebody'}, counts no more: whoever gave it does not decide any more.`

/**
 * What a caller expects of a call that asks a second person or decides, by what stands when it comes: `asked`, or what the
 * second word does. Optional, for whoever wants either.
 */
export const expectedOutcome = (done: 'confirmed' | 'lifted') =>
  z
    .enum(['asked', done])
    .optional()
    .meta({
      description: `What is expected of this call, as it was read: that a second person is asked (\`asked\`) or that it is \`${done}\`. Where it would come to the other, nothing changes (OUTCOME_CHANGED).`,
    })

/** Nobody's first word becomes the second, nor the other way round, without their knowing it. Throws OUTCOME_CHANGED. */
export function requireOutcome(expected: string | undefined, outcome: string): void {
  if (expected === undefined || expected === outcome) return
  throw new ProblemError(
    409,
    'OUTCOME_CHANGED',
    outcome === 'asked'
      ? 'A second person would now be asked: somebody else acted after this was read.'
      : `It would now be ${outcome} at once, without a further person: somebody else acted after this was read.`,
  )
}
