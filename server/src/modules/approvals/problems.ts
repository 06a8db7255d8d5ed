import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of what takes a second person of the provider. */
const APPROVAL_PROBLEMS = {
  SECOND_PERSON_NOT_FOUND: {
    status: 404,
    title: 'Request not found',
    cause: 'Nothing of this kind that waited for a second person has this id.',
    remedy: 'Open the list of what waits for a second person.',
  },
  SECOND_PERSON_WAITING: {
    status: 409,
    title: 'Asked for already',
    cause: 'Somebody asked for this before, and it waits for a second person.',
    remedy: 'Answer that request, or let whoever asked take it back.',
  },
  SECOND_PERSON_ANSWERED: {
    status: 409,
    title: 'Not waiting any more',
    cause: 'The request was answered, taken back, or ran out after seven days.',
    remedy: 'Read the request; ask again where it is still wanted.',
  },
  SECOND_PERSON_REFUSED: {
    status: 409,
    title: 'Not by you',
    cause: 'Whoever asked can only take it back, and nobody else can do that.',
    remedy: 'Let another admin of the provider confirm or decline it.',
  },
  SECOND_PERSON_OUTDATED: {
    status: 409,
    title: 'Changed since',
    cause: 'What the request is about was changed after somebody asked.',
    remedy: 'Decline the request and ask again from what holds now.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(APPROVAL_PROBLEMS)
