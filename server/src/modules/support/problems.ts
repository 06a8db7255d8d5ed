import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

const SUPPORT_PROBLEMS = {
  TICKET_NOT_FOUND: {
    status: 404,
    title: 'Ticket not found',
    cause: 'No ticket that this caller may see has this id in this tenant.',
    remedy: 'Open it from the list of tickets.',
  },
  TICKET_STATE_CONFLICT: {
    status: 409,
    title: 'Ticket cannot move so',
    cause: 'The ticket has no such move from its state; `details.allowed_transitions` names those it has.',
    remedy: 'Choose one of the allowed moves; a closed ticket stays closed, so open a new one.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(SUPPORT_PROBLEMS)
