import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of a tenant's own members. */
const TENANT_PROBLEMS = {
  TENANT_MEMBER_NOT_FOUND: {
    status: 404,
    title: 'Member not found',
    cause: 'No member of the organisation has this id.',
    remedy: 'Open the list of members.',
  },
  TENANT_LAST_ADMIN: {
    status: 409,
    title: 'The last administrator',
    cause: 'An organisation keeps one active administrator at least.',
    remedy: 'Make somebody else an administrator first.',
  },
  TENANT_MEMBER_INACTIVE: {
    status: 409,
    title: 'Not a member any more',
    cause: 'The membership has ended; it is kept as history.',
    remedy: 'Invite the person again.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(TENANT_PROBLEMS)
