import { guardedBy } from '#platform/guarded.ts'

/** Runs a change; what the database's own rules refuse becomes the problem that names it. */
export const guarded = guardedBy({
  earning_transition: ['EARNING_STATE_CONFLICT', 'This is not done in the state of the earning.'],
  earning_waits_with_original: [
    'EARNING_STATE_CONFLICT',
    'It is approved together with the earning that it takes back.',
  ],
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
})
