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
} as const satisfies Record<string, ProblemEntry>

registerProblems(OPERATION_PROBLEMS)
