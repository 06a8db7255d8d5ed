import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of consents. */
const CONSENT_PROBLEMS = {
  CONSENT_NOT_FOUND: {
    status: 404,
    title: 'Consent not found',
    cause: 'No consent that you can see has this id.',
    remedy: 'Check the id in the list of consents.',
  },
  CONSENT_REQUEST_NOT_FOUND: {
    status: 404,
    title: 'Request not found',
    cause: 'No request for access waits for you under this address.',
    remedy: 'Go back to the partner and begin again.',
  },
  CONSENT_NOT_APPROVED: {
    status: 404,
    title: 'Nothing was allowed',
    cause: 'This request was not approved, or not yet by both people, so there is no receipt.',
    remedy: 'Look at the request; it says what became of it.',
  },
  CONSENT_REQUEST_OVER: {
    status: 409,
    title: 'Already answered or run out',
    cause: 'Somebody answered this request, or its time is over.',
    remedy: 'Look at it again; the partner can ask anew.',
  },
  CONSENT_REQUEST_BLOCKED: {
    status: 409,
    title: 'Cannot be allowed',
    cause: 'The partner, its client, or the rules of your organisation do not permit this access.',
    remedy: 'Read the request again; it says what stands against it.',
  },
  CONSENT_REQUEST_CHANGED: {
    status: 409,
    title: 'Changed since you read it',
    cause: 'What would be allowed is no longer what you were shown.',
    remedy: 'Read it again and decide on what it says now.',
  },
  CONSENT_SECOND_PERSON: {
    status: 409,
    title: 'A second person decides',
    cause: "The organisation's rules ask for two approvers, and you were the first.",
    remedy: 'Ask another administrator of the organisation.',
  },
  CONSENT_ASK_NOT_FOUND: {
    status: 404,
    title: 'Request not found',
    cause: 'Your organisation sent no request with this id.',
    remedy: 'Check the id in the list of what was sent.',
  },
  CONSENT_ASK_PENDING: {
    status: 409,
    title: 'Asked already',
    cause: 'A request of your organisation to this code or address waits for an answer.',
    remedy: 'Wait for the answer, or take the request back.',
  },
  CONSENT_ASK_TOO_SOON: {
    status: 409,
    title: 'Too soon after a no',
    cause: 'Whoever was asked under this code or address said no less than seven days ago.',
    remedy: 'Ask again from the moment that `may_ask_from` names.',
  },
  CONSENT_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The consent is in a state from which this move is not made, or not by this side.',
    remedy: 'Read the consent; its state decides what can be done.',
  },
  CONSENT_WIDENS: {
    status: 422,
    title: 'More than was allowed',
    cause: 'A consent can be narrowed here; more of it needs a new request of the partner and an approval.',
    remedy: 'Name fewer actions, fewer accounts or an earlier end.',
  },
  REPORT_TOO_LONG: {
    status: 422,
    title: 'Time span too long',
    cause: 'A report covers at most 366 days, from an earlier to a later time.',
    remedy: 'Choose a shorter span.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(CONSENT_PROBLEMS)
