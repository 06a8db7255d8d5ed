import { guardedBy } from '#platform/guarded.ts'

const STATE = 'IDENTITY_CHECK_STATE_CONFLICT'

/** Runs a change; what the database's own rules refuse becomes the problem that names it. */
export const refusing = guardedBy({
  kyc_case_one_open: ['IDENTITY_CHECK_OPEN', 'An identity check of yours is under way.'],
  kyc_case_attempt_check: [STATE, 'It was sent in five times. Take it back and begin a new one.'],
  identity_check_begin: [STATE, 'Who decides, or what there is to check, changed in between. Begin again.'],
  kyc_review_once: ['ALREADY_REVIEWED', 'You decided about this before; somebody else decides now.'],
  identity_check_four_eyes: ['ALREADY_REVIEWED', 'Two people approve an identity here.'],
  identity_check_transition: [STATE, 'That is not possible in its state.'],
  identity_check_redacted: [STATE, 'What was redacted never changes.'],
  identity_check_open: [STATE, 'Only a check that was decided is redacted.'],
  identity_check_facts: [STATE, 'What is being checked cannot be changed.'],
  identity_check_incomplete: [STATE, 'Everything that is checked is stated first.'],
  identity_check_vendor: ['VENDOR_DECIDES', 'The vendor decides this identity check.'],
})
