import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of freezes and explanations. */
const DELEGATION_PROBLEMS = {
  FREEZE_NOT_FOUND: {
    status: 404,
    title: 'Freeze not found',
    cause: 'No freeze that you can see has this id.',
    remedy: 'Check the id in the list of freezes.',
  },
  FREEZE_LIFTED: {
    status: 409,
    title: 'Freeze already lifted',
    cause: 'A freeze is lifted once.',
    remedy: 'Read the list of freezes.',
  },
  SECOND_PERSON_NEEDED: {
    status: 409,
    title: 'A second person lifts it',
    cause:
      'A freeze over everything, and a tenant’s over all partners, is lifted by two people: one asks, another confirms.',
    remedy: 'Ask another admin of your side to confirm.',
  },
  FREEZE_TARGET_NOT_FOUND: {
    status: 404,
    title: 'Nothing to freeze',
    cause: 'What the freeze names does not exist, or is not yours.',
    remedy: 'Check the id.',
  },
  FREEZE_LAST_OWNER: {
    status: 409,
    title: 'No other owner could lift it',
    cause:
      'Whoever is frozen does not lift the freeze, and no other owner of the partner is active and not frozen.',
    remedy: 'Make somebody else an owner first. To lock out a lost device, end its sessions.',
  },
  EXPLANATION_NOT_FOUND: {
    status: 404,
    title: 'Explanation not found',
    cause: 'No decision that you may read has this id, or its 30 days are over.',
    remedy: 'Ask again for an explanation of the access as it is now.',
  },
  PERSON_NOT_FOUND: {
    status: 404,
    title: 'Person not found',
    cause: 'Nobody that you may ask about has this id.',
    remedy: 'Check the id.',
  },
  AUDITORS_ONLY: {
    status: 403,
    title: 'For auditors only',
    cause: 'Who else has access to a tenant is shown to those alone whom it let in as auditors of all of it.',
    remedy: 'Ask the tenant: its admins see it, and can let you in with the role of an auditor.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(DELEGATION_PROBLEMS)
