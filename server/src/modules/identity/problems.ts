import { registerProblems } from '#platform/problem.ts'

/** The codes that only sign-in and membership raise. */
const IDENTITY_PROBLEMS = {
  MEMBER_EXISTS: {
    status: 409,
    title: 'Already a member',
    cause: 'A person with this address is a member of the organisation.',
    remedy: 'Change the role of the member instead of inviting again.',
  },
  SANDBOX_OF_OWN_PEOPLE: {
    status: 409,
    title: 'Only for people of the partner',
    cause: 'The organisation is the sandbox of a partner, and the person is no member of that partner.',
    remedy: 'Join the partner first; its owners open the sandbox on its page.',
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
  STAFF_UNKNOWN: {
    status: 404,
    title: 'Administrator not found',
    cause: 'Nobody who administers the platform has this id.',
    remedy: 'Read the list of those who do.',
  },
  OWN_STAFF_ROLE: {
    status: 409,
    title: 'Your own role',
    cause: 'Nobody takes themselves out of those who administer the platform, so that somebody always stays.',
    remedy: 'Ask another administrator.',
  },
  INVITATION_UNKNOWN: {
    status: 404,
    title: 'Invitation not found',
    cause: 'No invitation with this id still works: it was used, withdrawn or is over.',
    remedy: 'Read the list of open invitations.',
  },
} as const

registerProblems(IDENTITY_PROBLEMS)
