import { registerProblems } from '#platform/problem.ts'

/** The codes that only sign-in and membership raise. */
const IDENTITY_PROBLEMS = {
  MEMBER_EXISTS: {
    status: 409,
    title: 'Already a member',
    cause: 'A person with this address is a member of the organisation.',
    remedy: 'Change the role of the member instead of inviting again.',
  },
} as const

registerProblems(IDENTITY_PROBLEMS)
