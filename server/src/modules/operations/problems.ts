import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of operations on many links. */
const OPERATION_PROBLEMS = {
  OPERATION_NOT_FOUND: {
    status: 404,
    title: 'Operation not found',
    cause: 'Your organisation has ordered no operation with this id.',
    remedy: 'Check the id that the order was answered with.',
  },
  OPERATION_FINISHED: {
    status: 409,
    title: 'Operation finished',
    cause: 'Every item of the operation has its outcome, so that nothing is left to stop.',
    remedy: 'Read the operation for what became of each item, and undo what should not have been done.',
  },
  OPERATION_SESSION_ENDED: {
    status: 403,
    title: 'Session ended',
    cause:
      'The session in which the operation was ordered was ended: by its owner from elsewhere, with a new password, or with a reset of the second factor.',
    remedy: 'Order again what still is to be done, after signing in.',
  },
  TOO_MANY_OPERATIONS: {
    status: 409,
    title: 'Too many operations',
    cause: 'Your organisation has 20 operations on many links that are not through.',
    remedy: 'Wait until one of them is through, or stop one, and order again.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(OPERATION_PROBLEMS)
