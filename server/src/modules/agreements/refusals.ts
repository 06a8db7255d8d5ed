import { databaseCodeOf } from '#platform/database.ts'
import { ProblemError } from '#platform/problem.ts'

type Known = readonly [status: number, code: string, detail: string]

const CONFLICT: Known = [409, 'AGREEMENT_STATE_CONFLICT', 'This is not done in the state of the agreement.']

/** What each of the database's own rules means to whoever asked. */
const REFUSED: Readonly<Record<string, Known>> = {
  agreement_transition: CONFLICT,
  agreement_frozen: [409, 'AGREEMENT_STATE_CONFLICT', 'What was offered never changes; make a new version.'],
  agreement_signature_once: [409, 'AGREEMENT_STATE_CONFLICT', 'It is signed already.'],
  agreement_approval_once: [409, 'AGREEMENT_STATE_CONFLICT', 'It is approved already.'],
  agreement_notice: [409, 'AGREEMENT_STATE_CONFLICT', 'Notice is given once, of the agreement in force.'],
  agreement_one_open: [409, 'AGREEMENT_OPEN', 'Another version of this partner is under way.'],
  agreement_expired: [409, 'AGREEMENT_EXPIRED', 'The offer has run out.'],
  agreement_hash: [409, 'AGREEMENT_CHANGED', 'The agreement is not the one that was shown.'],
  agreement_owner: [403, 'AGREEMENT_SIGNER_REQUIRED', 'Only an active owner answers for the partner.'],
  agreement_approver: [409, 'AGREEMENT_APPROVER_REFUSED', 'You cannot approve for both sides.'],
  agreement_four_eyes: [409, 'AGREEMENT_FOUR_EYES', 'You drafted it; a second person does this.'],
  agreement_partner: [409, 'AGREEMENT_PARTNER_INACTIVE', 'The partner is not active.'],
}

/** A signature follows a second factor within five minutes; the challenge of RFC 9470 asks for it. */
function stepUpRequired(cause: unknown): ProblemError {
  return new ProblemError(401, 'STEP_UP_REQUIRED', 'Confirm again that it is you, then sign.', {
    cause,
    headers: {
      'WWW-Authenticate':
        'Session error="insufficient_user_authentication", error_description="A second factor within five minutes is required", max_age="300"',
    },
  })
}

/** Runs a change; what the database's own rules refuse becomes the problem that names it. */
export async function guarded<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    const constraint = error instanceof Error && 'constraint' in error ? String(error.constraint) : ''
    if (constraint === 'agreement_step_up') throw stepUpRequired(error)
    const known = REFUSED[constraint]
    if (known && databaseCodeOf(error) !== undefined)
      throw new ProblemError(known[0], known[1], known[2], { cause: error })
    throw error
  }
}
