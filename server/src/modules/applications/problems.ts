import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of partner applications. */
const APPLICATION_PROBLEMS = {
  APPLICATION_NOT_FOUND: {
    status: 404,
    title: 'Application not found',
    cause: 'No partner application that was sent has this reference.',
    remedy: 'Check the reference in the list of applications.',
  },
  APPLICATION_DECIDED: {
    status: 409,
    title: 'Already decided',
    cause: 'The partner application was approved, declined or withdrawn before.',
    remedy: 'Read the application; the decision stands.',
  },
  APPLICATION_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The applicant was asked a question that is not answered yet.',
    remedy: 'Wait for the answer, or decline the application.',
  },
  APPLICATION_CHECKS_FAILED: {
    status: 409,
    title: 'A check failed',
    cause: 'A check of the application failed, and nobody wrote down why it is approved all the same.',
    remedy: 'Look at the checks. Send `despite_checks` with the reason, or decline.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(APPLICATION_PROBLEMS)
