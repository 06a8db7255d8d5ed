import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of the limits of end users. */
const USAGE_PROBLEMS = {
  USAGE_LIMIT_REACHED: {
    status: 429,
    title: 'Limit of operations used up',
    cause:
      'The operations of a day, of seven days or of a minute are used up; `details` says which limit, what follows and until when.',
    remedy: 'Wait until `details.resets_at`, or ask whom `details.who_can_change` names.',
  },
  END_USER_NOT_FOUND: {
    status: 404,
    title: 'User not found',
    cause: 'No user of your own user base has this id.',
    remedy: 'Check the id in the list of users.',
  },
  LIMIT_FIXED: {
    status: 409,
    title: 'Limit is the same for everybody',
    cause: 'The platform fixes this limit for the role of the user.',
    remedy: 'Leave it as it is; another role has other limits.',
  },
  LIMIT_BEYOND_PLATFORM: {
    status: 409,
    title: 'Beyond the limit of the platform',
    cause: 'No user may have more than the platform allows for its role.',
    remedy: 'Choose a value up to `details.maximum`.',
  },
  LIMIT_NOT_SET: {
    status: 404,
    title: 'No own limit',
    cause: 'Nothing is set for this user under this name.',
    remedy: 'Read the limits of the user again.',
  },
  USAGE_REVIEW_NOT_FOUND: {
    status: 404,
    title: 'Nothing to look through',
    cause: 'There is no such case in your user base, or somebody has looked through it already.',
    remedy: 'Read the list of cases again.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(USAGE_PROBLEMS)
