import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of the way of a new partner. */
const ONBOARDING_PROBLEMS = {
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
