import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of support's access. */
const ASSISTANCE_PROBLEMS = {
  SUPPORT_ACCESS_NOT_FOUND: {
    status: 404,
    title: 'Support access not found',
    cause: 'No support access that you can see, or that you asked for yourself, has this id.',
    remedy: 'Check the id in the list.',
  },
  SUPPORT_ACCESS_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The request was answered or withdrawn, has lapsed, or the access is over.',
    remedy: 'Read it again; its state decides what can be done.',
  },
  SUPPORT_ACCESS_OPEN: {
    status: 409,
    title: 'One at a time',
    cause: 'You have asked this tenant already, or are let in.',
    remedy: 'Use that one, or end it first.',
  },
  SUPPORT_ACCESS_REFUSED: {
    status: 403,
    title: 'The tenant lets support ask for nothing',
    cause: 'The tenant set that support may not ask to look at its data.',
    remedy: 'Ask its administrators in another way; they can change the rule.',
  },
  SUPPORT_ACCESS_NOT_ALLOWED: {
    status: 403,
    title: 'The tenant has not allowed it',
    cause: 'The tenant has not answered, said no, or the request was taken back or lapsed.',
    remedy: 'Wait for the answer of the tenant, or ask again.',
  },
  SUPPORT_ACCESS_ENDED: {
    status: 403,
    title: 'The support access has ended',
    cause: 'Its time is over, or the tenant or somebody of the provider ended it.',
    remedy: 'Ask the tenant again if the case still needs it.',
  },
  SUPPORT_ACCESS_SOMEBODY_ELSE: {
    status: 409,
    title: 'Somebody else allows it',
    cause: 'Nobody allows support access for themselves, or twice where two people have to.',
    remedy: 'Ask another administrator of your organisation.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(ASSISTANCE_PROBLEMS)
