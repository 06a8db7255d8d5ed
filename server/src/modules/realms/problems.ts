import { registerProblems } from '#platform/problem.ts'

/** The codes that only the user base of a partner raises. */
const REALM_PROBLEMS = {
  END_USER_UNKNOWN: {
    status: 404,
    title: 'User not found',
    cause: 'No user of this realm has this id.',
    remedy: 'Find the user in the list of the realm.',
  },
  END_USER_ROLE_REFUSED: {
    status: 409,
    title: 'Role not possible',
    cause: 'The user cannot have this role now; a guest becomes more by an identity check alone.',
    remedy: 'Have the identity checked, or choose another role.',
  },
  END_USER_STATE_REFUSED: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The user is in a state from which this does not lead.',
    remedy: 'Read the user again and decide anew.',
  },
  OWN_END_USER: {
    status: 409,
    title: 'Your own account',
    cause: 'Nobody changes the own role or state.',
    remedy: 'Ask another admin of the realm.',
  },
  REALM_API_NOT_IN_PLAN: {
    status: 403,
    title: 'No access by API in this plan',
    cause: 'The plan of the user says that it gives no access by API (`api.access_level` is `none`).',
    remedy: 'Take a plan that gives access by API.',
  },
  REALM_STATE_REFUSED: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The user base is open or closed already, or the provider closed it and opens it again.',
    remedy: 'Read the user base again; ask the provider when it closed it.',
  },
  REALM_KEY_FRESH: {
    status: 409,
    title: 'The last change of key is too fresh',
    cause: 'The signing key was changed a moment ago, and tokens under the key before still count.',
    remedy: 'Wait until the time that the user base shows for its key before, then change it again.',
  },
  REALM_MISSING: {
    status: 404,
    title: 'No user base',
    cause: 'The partner has no user base of its own.',
    remedy: 'The provider gives the partner the kind “white label” first.',
  },
} as const

registerProblems(REALM_PROBLEMS)
