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
  PARTNER_MEMBER_NOT_FOUND: {
    status: 404,
    title: 'Member not found',
    cause: 'No member of the partner has this id.',
    remedy: 'Open the list of members.',
  },
  PARTNER_LAST_OWNER: {
    status: 409,
    title: 'The last owner',
    cause: 'A partner keeps one active owner at least.',
    remedy: 'Make somebody else an owner first.',
  },
  PARTNER_MEMBER_INACTIVE: {
    status: 409,
    title: 'Not a member any more',
    cause: 'The membership has ended; it is kept as history.',
    remedy: 'Invite the person again.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(PARTNER_PROBLEMS)
