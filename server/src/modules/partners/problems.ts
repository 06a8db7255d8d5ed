import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of the registry of partners. */
const PARTNER_PROBLEMS = {
  PARTNER_UNKNOWN: {
    status: 404,
    title: 'Partner not found',
    cause: 'No partner has this id.',
    remedy: 'Check the id in the list of partners.',
  },
  PARTNER_SLUG_TAKEN: {
    status: 409,
    title: 'Code taken',
    cause: 'Another partner has this code.',
    remedy: 'Choose another code.',
  },
  PARTNER_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The partner is in a state from which this move is not made.',
    remedy: 'Read the partner; its state decides what can be done.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(PARTNER_PROBLEMS)
