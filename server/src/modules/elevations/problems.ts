import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of elevations. */
const ELEVATION_PROBLEMS = {
  ELEVATION_NOT_FOUND: {
    status: 404,
    title: 'Request for more access not found',
    cause: 'No request for more access that you can see has this id.',
    remedy: 'Check the id in the list of requests.',
  },
  ELEVATION_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause:
      'The request was answered or withdrawn, has lapsed, or the access is over; or its link or ticket is.',
    remedy: 'Read it again; its state decides what can be done.',
  },
  ELEVATION_OPEN: {
    status: 409,
    title: 'One at a time',
    cause: 'A request of yours for this tenant is waiting, or more access is running already.',
    remedy: 'Withdraw or end that one, or wait until it ends.',
  },
  SOMEBODY_ELSE_APPROVES: {
    status: 409,
    title: 'Somebody else approves',
    cause: 'Nobody approves more access for themselves.',
    remedy: 'Ask another owner of your organisation.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(ELEVATION_PROBLEMS)
