import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of the way to become a partner. */
const ONBOARDING_PROBLEMS = {
  APPLICATION_NOT_FOUND: {
    status: 404,
    title: 'Application not found',
    cause: 'No confirmed partner application has this reference.',
    remedy: 'Check the reference in the list of applications.',
  },
  APPLICATION_DECIDED: {
    status: 409,
    title: 'Already decided',
    cause: 'The partner application was approved or declined before.',
    remedy: 'Read the application; the decision stands.',
  },
  TERMS_CHANGED: {
    status: 409,
    title: 'Other terms are in force',
    cause: 'The version or the digest that was sent is not that of the API terms in force.',
    remedy: 'Read the API terms again and accept what they say now.',
  },
  TERMS_NOT_ACCEPTED: {
    status: 409,
    title: 'API terms not accepted',
    cause: 'The partner has not accepted the API terms that are in force.',
    remedy: 'An owner of the partner accepts them on the page Get ready.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(ONBOARDING_PROBLEMS)
