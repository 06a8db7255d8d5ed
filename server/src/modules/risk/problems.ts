import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of warnings about referrals and payouts. */
const RISK_PROBLEMS = {
  RISK_CASE_NOT_FOUND: {
    status: 404,
    title: 'Case not found',
    cause: 'No case has this id.',
    remedy: 'Open it from the list of cases.',
  },
  RISK_CASE_DECIDED: {
    status: 409,
    title: 'Decided already',
    cause: 'A case is decided once; somebody has done so.',
    remedy: 'Read it: it says who decided and why.',
  },
  RISK_CASE_OPEN: {
    status: 409,
    title: 'Looked into already',
    cause: 'A case about this partner and this organisation is open.',
    remedy: 'Decide that one first.',
  },
  RISK_OWN_PARTNER: {
    status: 409,
    title: 'Your own partner',
    cause: 'Nobody decides a case about a partner of which they are a member.',
    remedy: 'Let somebody else of the provider decide.',
  },
  RISK_REFERRAL_NOT_FOUND: {
    status: 404,
    title: 'Referral not found',
    cause: 'No referral has this id.',
    remedy: 'Open it from the list of referrals.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(RISK_PROBLEMS)
