import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The codes that forms and servers of agencies are told, with words that are true for any of their people (E7). */
export const EMBED_PROBLEMS = {
  MALFORMED: {
    status: 400,
    title: 'Request not readable',
    cause: 'The body is not JSON.',
    remedy: 'Send well-formed JSON in UTF-8.',
  },
  IDEMPOTENCY_KEY_MISSING: {
    status: 400,
    title: 'Idempotency-Key missing',
    cause: 'A voucher is issued under an Idempotency-Key, so that sending twice issues once.',
    remedy: 'Send an Idempotency-Key that is new for each voucher.',
  },
  PARTNER_TOKEN_INVALID: {
    status: 401,
    title: 'This form is not working',
    cause: 'The token is missing or does not count here.',
    remedy: 'Tell whoever runs this website that its form needs a new code.',
  },
  ORIGIN_NOT_ALLOWED: {
    status: 403,
    title: 'Not on this website',
    cause: 'The form may not be used from this website.',
    remedy: 'Open the form on the website of the agency.',
  },
  CHALLENGE_REQUIRED: {
    status: 403,
    title: 'One more check',
    cause: 'The form asks for a check that this request does not carry.',
    remedy: 'Send it again; the form makes the check by itself.',
  },
  TICKET_EXPIRED: {
    status: 403,
    title: 'The form was open for too long',
    cause: 'The ticket of the page has ended or was used.',
    remedy: 'Send it again; the form gets a new ticket by itself.',
  },
  ACCESS_CODE_REQUIRED: {
    status: 403,
    title: 'Access code needed',
    cause: 'This form asks for the access code of the agency, and the code is missing or wrong.',
    remedy: 'Enter the access code. Your agency knows it.',
  },
  PARTNER_TOKEN_SCOPE: {
    status: 403,
    title: 'Not with this token',
    cause: 'A form token and a server key open the two operations of forms and nothing else.',
    remedy: 'Use the operations that the form was made for.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    title: 'Too much at once',
    cause: 'The body is larger than 8 KiB.',
    remedy: 'Send less.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'Method not allowed',
    cause: 'This address takes POST alone.',
    remedy: 'Send a POST.',
  },
  VALIDATION_FAILED: {
    status: 422,
    title: 'Something is not right yet',
    cause: 'Parts of the input do not have the documented form; `errors` lists every one.',
    remedy: 'Correct what is marked and send again.',
  },
  CONTEXT_OVERRIDE: {
    status: 422,
    title: 'The token says for whom',
    cause: 'The body names an organisation or an agency. Both come from the token alone.',
    remedy: 'Leave these fields out.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    title: 'Key used for another request',
    cause: 'The same Idempotency-Key came with another body within 24 hours.',
    remedy: 'Use a new key for a new voucher.',
  },
  RATE_LIMITED: {
    status: 429,
    title: 'Too many requests',
    cause: 'More was asked for than the form allows.',
    remedy: 'Wait for the number of seconds in Retry-After; nothing that you typed is lost.',
  },
  TEMPORARILY_UNAVAILABLE: {
    status: 503,
    title: 'System problem',
    cause: 'The service cannot be reached right now; nothing was issued.',
    remedy: 'Try again in a moment.',
  },
  SYSTEM_PROBLEM: {
    status: 500,
    title: 'System problem',
    cause: 'Something broke on our side; nothing was issued.',
    remedy: 'Try again. If it happens again, tell the organisation the reference.',
  },
} as const satisfies Record<string, ProblemEntry>

export type EmbedReason = keyof typeof EMBED_PROBLEMS

registerProblems(EMBED_PROBLEMS)
