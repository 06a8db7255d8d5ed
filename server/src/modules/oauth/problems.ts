import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of the authorization server's own routes; its OAuth endpoints answer in OAuth's form. */
const OAUTH_PROBLEMS = {
  SIGNING_KEYS_MISSING: {
    status: 409,
    title: 'No signing keys yet',
    cause: 'Keys are made when the first token is asked for.',
    remedy: 'Nothing needs to be rotated yet.',
  },
  SIGNING_KEYS_FRESH: {
    status: 409,
    title: 'Next key too young',
    cause:
      'The next signing key was published less than a minute ago, so that some resource servers do not know it yet.',
    remedy: 'Try again in a minute, or send `at_once: true` when the key that signs now is no longer safe.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(OAUTH_PROBLEMS)
