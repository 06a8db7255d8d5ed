import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of which organisation a partner is itself. */
const HOME_PROBLEMS = {
  HOME_NOT_FOUND: {
    status: 404,
    title: 'Not found',
    cause: 'Nothing that you can see, of a partner and an organisation that are one, has this id.',
    remedy: 'Check the id in the list.',
  },
  HOME_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'It was answered or taken back, nobody answered in time, or it is over.',
    remedy: 'Read it again; its state decides what can be done.',
  },
  HOME_OPEN: {
    status: 409,
    title: 'One partner at a time',
    cause: 'Your organisation has said already which partner it is, and that is not over.',
    remedy: 'Take that back, or end it, first.',
  },
  HOME_TAKEN: {
    status: 409,
    title: 'One organisation, one partner',
    cause:
      'The partner is another organisation already, or the organisation another partner, or one of them is closed.',
    remedy: 'End what is so now first, if it is wrong.',
  },
  HOME_HAS_LINK: {
    status: 409,
    title: 'A link stands between the two',
    cause: 'A partner has no link with the organisation that it is itself.',
    remedy: 'End the link, or take the request for it back, and try again.',
  },
  HOME_SECOND_PERSON: {
    status: 409,
    title: 'Somebody else confirms it',
    cause: 'Your organisation asks for two people, and you were the first.',
    remedy: 'Ask another administrator of your organisation.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(HOME_PROBLEMS)
