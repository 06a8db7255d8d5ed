import { guardedBy } from '#platform/guarded.ts'
import { ProblemError } from '#platform/problem.ts'

const CONFLICT = ['AGREEMENT_STATE_CONFLICT', 'This is not done in the state of the agreement.'] as const

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
export const guarded = guardedBy({
  agreement_transition: CONFLICT,
  agreement_frozen: ['AGREEMENT_STATE_CONFLICT', 'What was offered never changes; make a new version.'],
  agreement_signature_once: ['AGREEMENT_STATE_CONFLICT', 'It is signed already.'],
  agreement_approval_once: ['AGREEMENT_STATE_CONFLICT', 'It is approved already.'],
  agreement_notice: ['AGREEMENT_STATE_CONFLICT', 'Notice is given once, of the agreement in force.'],
  agreement_one_open: ['AGREEMENT_OPEN', 'Another version of this partner is under way.'],
  agreement_expired: ['AGREEMENT_EXPIRED', 'The offer has run out.'],
  agreement_hash: ['AGREEMENT_CHANGED', 'The agreement is not the one that was shown.'],
  agreement_owner: ['AGREEMENT_SIGNER_REQUIRED', 'Only an active owner answers for the partner.', 403],
  agreement_approver: ['AGREEMENT_APPROVER_REFUSED', 'You cannot approve for both sides.'],
  agreement_four_eyes: ['AGREEMENT_FOUR_EYES', 'You drafted it; a second person does this.'],
  agreement_attribution: [
    'AGREEMENT_ATTRIBUTION_DIFFERS',
    'Of several partners the program counts another one than these terms say.',
  ],
  program_setting_time_zone: ['TIME_ZONE_UNKNOWN', 'No time zone has this name.'],
  agreement_partner: ['AGREEMENT_PARTNER_INACTIVE', 'The partner is not active.'],
  agreement_step_up: stepUpRequired,
})
