import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of identity checks. */
const KYC_PROBLEMS = {
  IDENTITY_CHECK_NOT_FOUND: {
    status: 404,
    title: 'Identity check not found',
    cause: 'No identity check that you can see has this id.',
    remedy: 'Check the id in the list of identity checks.',
  },
  IDENTITY_CHECK_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The identity check was decided, sent in or taken back, or its verification is over.',
    remedy: 'Read it again; its state decides what can be done.',
  },
  IDENTITY_CHECK_OPEN: {
    status: 409,
    title: 'One at a time',
    cause: 'An identity check of this user is under way.',
    remedy: 'Finish that one, or take it back.',
  },
  IDENTITY_CHECK_NOT_NEEDED: {
    status: 409,
    title: 'Nothing to check',
    cause: 'The role of this user needs no identity check, or the verification lasts for long.',
    remedy: 'A new check can begin 60 days before the verification ends.',
  },
  IDENTITY_VENDOR_UNAVAILABLE: {
    status: 409,
    title: 'No checks here',
    cause: 'The simulated vendor works in a demo installation only.',
    remedy: 'Have identities reviewed by your people, in the configuration.',
  },
  ALREADY_REVIEWED: {
    status: 409,
    title: 'Somebody else decides now',
    cause: 'Two different people approve an identity here, and you approved it already.',
    remedy: 'Ask a colleague who may review identity checks.',
  },
  VENDOR_DECIDES: {
    status: 409,
    title: 'The vendor decides',
    cause: 'This identity check is decided by the vendor, not by people.',
    remedy: 'Wait for its answer, or revoke the verification afterwards.',
  },
  SIGNATURE_REFUSED: {
    status: 401,
    title: 'Signature refused',
    cause: 'The message is not signed with a key in force, or its time is more than five minutes away.',
    remedy: 'Sign the bytes as they are sent (Standard Webhooks) with the current key, and the current time.',
  },
  EVENT_ID_REUSED: {
    status: 409,
    title: 'Event id used for another content',
    cause: 'An event with this id came before with another content.',
    remedy: 'Give each event an id of its own.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(KYC_PROBLEMS)
