import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of accounts of partners. */
const ACCOUNT_PROBLEMS = {
  ACCOUNT_NOT_FOUND: {
    status: 404,
    title: 'Account not found',
    cause: 'No account of a partner that you can see has this id.',
    remedy: 'Check the id in the list of accounts.',
  },
  ACCOUNT_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The account is in a state from which this move is not made, or not by this side.',
    remedy: 'Read the account; its state decides what can be done.',
  },
  ACCOUNT_ATTACHED: {
    status: 409,
    title: 'Already an account of the partner',
    cause: 'This subscriber is an account of this partner already.',
    remedy: 'Use the existing account, or end it first.',
  },
  SUBSCRIBER_NOT_FOUND: {
    status: 404,
    title: 'Subscriber not found',
    cause: 'No subscriber of your organisation has this id.',
    remedy: 'Search for the subscriber by name.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(ACCOUNT_PROBLEMS)
