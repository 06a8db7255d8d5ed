import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of API clients. */
const CLIENT_PROBLEMS = {
  CLIENT_NOT_FOUND: {
    status: 404,
    title: 'API client not found',
    cause: 'No API client that you can see has this id.',
    remedy: 'Check the id in the list of API clients.',
  },
  CLIENT_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The API client is in a state from which this move is not made.',
    remedy: 'Read the API client; its state decides what can be done.',
  },
  AGREEMENT_NOT_IN_FORCE: {
    status: 409,
    title: 'No agreement in force',
    cause:
      'The provider lets API clients work for real customers only while the partner has an agreement in force.',
    remedy:
      'An owner of the partner signs the agreement that the provider offered, and the provider approves it.',
  },
  CLIENT_LIMIT_REACHED: {
    status: 409,
    title: 'Too many API clients',
    cause: 'An organisation has at most 50 API clients that are not revoked.',
    remedy: 'Revoke one that is not used.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(CLIENT_PROBLEMS)
