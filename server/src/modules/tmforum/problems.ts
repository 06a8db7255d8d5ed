import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of the views of the TM Forum. */
const TM_FORUM_PROBLEMS = {
  PERMISSION_NOT_FOUND: {
    status: 404,
    title: 'Permission not found',
    cause: 'No granted permission that you can see has this id.',
    remedy: 'Check the id in the list of permissions.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(TM_FORUM_PROBLEMS)
