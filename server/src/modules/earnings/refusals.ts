import { databaseCodeOf } from '#platform/database.ts'
import { ProblemError } from '#platform/problem.ts'

type Known = readonly [code: string, detail: string]

/** What each of the database's own rules means to whoever asked. */
const REFUSED: Readonly<Record<string, Known>> = {
  earning_transition: ['EARNING_STATE_CONFLICT', 'This is not done in the state of the earning.'],
  earning_own_approval: ['EARNING_OWN_APPROVAL', 'You are a member of the partner that earned it.'],
  earning_second_person: [
    'EARNING_SECOND_PERSON',
    'The amount is above the limit: a second person approves it.',
  ],
  earning_has_clawbacks: [
    'EARNING_HAS_CLAWBACKS',
    'Something that was taken back of it has reached a payout.',
  ],
  earning_referral_id_partner_id_fkey: [
    'ADJUSTMENT_OTHER_REFERRAL',
    'The referral is not one of this partner.',
  ],
  earning_policy_pkey: ['EARNING_POLICY_CONFLICT', 'Somebody else changed it at the same moment.'],
}

/** Runs a change; what the database's own rules refuse becomes the problem that names it. */
export async function guarded<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    const constraint = error instanceof Error && 'constraint' in error ? String(error.constraint) : ''
    const known = REFUSED[constraint]
    if (known && databaseCodeOf(error) !== undefined)
      throw new ProblemError(409, known[0], known[1], { cause: error })
    throw error
  }
}
