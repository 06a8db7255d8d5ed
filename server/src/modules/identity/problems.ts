import { registerProblems } from '#platform/problem.ts'

/** The codes that only sign-in and membership raise. */
const IDENTITY_PROBLEMS = {
  MEMBER_EXISTS: {
    status: 409,
    title: 'Already a member',
    cause: 'A person with this address is a member of the organisation.',
    remedy: 'Change the role of the member instead of inviting again.',
  },
  PERSON_UNKNOWN: {
    status: 404,
    title: 'Person not found',
    cause: 'No person has this id.',
    remedy: 'Find the person by name or address first.',
  },
  OWN_FACTORS: {
    status: 409,
    title: 'Your own second factors',
    cause: 'Nobody resets their own second factors here.',
    remedy: 'Use your account page, or ask another administrator.',
  },
  NO_SECOND_FACTOR: {
    status: 409,
    title: 'Nothing to reset',
    cause: 'The person has no second factor.',
    remedy: 'Let the person sign in; a second factor is asked for where it is needed.',
  },
} as const

registerProblems(IDENTITY_PROBLEMS)
