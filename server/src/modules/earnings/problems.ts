import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of earnings. */
const EARNING_PROBLEMS = {
  EARNING_NOT_FOUND: {
    status: 404,
    title: 'Earning not found',
    cause: 'No earning that you can see has this id.',
    remedy: 'Open it from the list of earnings.',
  },
  EARNING_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The earning is in a state from which this is not done. What is paid or void stays so.',
    remedy: 'Read it again; its state says what can be done with it.',
  },
  EARNING_OWN_APPROVAL: {
    status: 409,
    title: 'Somebody else approves this',
    cause: 'You are a member of the partner that earned it.',
    remedy: 'Ask a colleague who is not.',
  },
  EARNING_SECOND_PERSON: {
    status: 409,
    title: 'Waits for a second person',
    cause: 'The amount is above the limit, and you approved it first.',
    remedy: 'Ask a colleague to approve it too.',
  },
  EARNING_HAS_CLAWBACKS: {
    status: 409,
    title: 'Something of it was paid or is being paid',
    cause: 'An amount was taken back of this earning, and that has reached a payout already.',
    remedy: 'Leave the earning; the next payout balances it.',
  },
  ADJUSTMENT_WITHOUT_AGREEMENT: {
    status: 409,
    title: 'No agreement to adjust under',
    cause: 'The partner has never had an agreement in force, so nothing can be owed to it.',
    remedy: 'Offer an agreement first.',
  },
  ADJUSTMENT_OTHER_REFERRAL: {
    status: 409,
    title: 'Not a referral of this partner',
    cause: 'The referral that was named is not one of the partner.',
    remedy: 'Name a referral of the partner, or none.',
  },
  EARNING_POLICY_CONFLICT: {
    status: 409,
    title: 'Changed in between',
    cause: 'Somebody else changed how earnings are approved at the same moment.',
    remedy: 'Read it again and decide anew.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(EARNING_PROBLEMS)
