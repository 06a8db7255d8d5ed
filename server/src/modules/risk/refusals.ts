import { guardedBy } from '#platform/guarded.ts'

/** Runs a change; what the database's own rules refuse becomes the problem that names it. */
export const guarded = guardedBy({
  risk_case_transition: ['RISK_CASE_DECIDED', 'The case was decided already.'],
  risk_case_own_partner: ['RISK_OWN_PARTNER', 'Nobody decides a case about their own partner.'],
  risk_case_one_open: ['RISK_CASE_OPEN', 'A case about this sign-up is open.'],
  risk_rule_pkey: ['PRECONDITION_FAILED', 'The rule was changed after it was read.', 412],
})
