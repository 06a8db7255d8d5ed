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
  TICKET_NOT_WITHDRAWABLE: {
    status: 409,
    title: 'Ticket cannot be withdrawn',
    cause:
      'Only whoever opened a ticket withdraws it, within a minute, and before anything else happened to it; `details.reason` says which of these is not so.',
    remedy: 'Close it, and say in a comment that it was opened by mistake.',
  },
  SLA_NOT_BREACHED: {
    status: 409,
    title: 'Promise not missed',
    cause: 'Only a promised time that was missed can be explained.',
    remedy: 'Read the ticket; `clocks` says which promises were missed.',
  },
  SLA_ALREADY_JUSTIFIED: {
    status: 409,
    title: 'Already explained',
    cause: 'Why a promise was missed is said once and does not change.',
    remedy: 'Add what else there is to say as a comment.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(SUPPORT_PROBLEMS)
