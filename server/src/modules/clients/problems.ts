import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of API clients. */
const CLIENT_PROBLEMS = {
  CLIENT_NOT_FOUND: {
    status: 404,
    title: 'API client not found',
    cause: 'No API client that you can see has this id.',
    remedy: 'Check the id in the list of API clients.',
  },
  CLIENT_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The API client is in a state from which this move is not made.',
    remedy: 'Read the API client; its state decides what can be done.',
  },
  AGREEMENT_NOT_IN_FORCE: {
    status: 409,
    title: 'No agreement in force',
    cause:
      'The provider lets API clients work for real customers only while the partner has an agreement in force.',
    remedy:
      'An owner of the partner signs the agreement that the provider offered, and the provider approves it.',
  },
  LOGO_NOT_USABLE: {
    status: 422,
    title: 'Logo not usable',
    cause:
      'The file is no PNG, JPEG or WebP image, is larger than 64 KiB, is not square, or is too large or too small in pixels.',
    remedy:
      'Hand in a square PNG, JPEG or WebP image of at most 64 KiB, between 64 and 1024 pixels on each side.',
  },
  LOGO_NOT_FOUND: {
    status: 404,
    title: 'Logo not found',
    cause: 'The API client has no such logo: it was never handed in, was decided about, or was taken away.',
    remedy: 'Read the API client; it names the logo that is in use and the one that waits.',
  },
  CLIENT_LIMIT_REACHED: {
    status: 409,
    title: 'Too many API clients',
    cause: 'An organisation has at most 50 API clients that are not revoked.',
    remedy: 'Revoke one that is not used.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(CLIENT_PROBLEMS)
