import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of payouts and statements. */
const PAYOUT_PROBLEMS = {
  PAYOUT_BATCH_NOT_FOUND: {
    status: 404,
    title: 'Batch not found',
    cause: 'No payout batch has this id.',
    remedy: 'Open it from the list of payouts.',
  },
  PAYOUT_NOT_FOUND: {
    status: 404,
    title: 'Payout not found',
    cause: 'No payout that you can see has this id. Partners see payouts once they are approved.',
    remedy: 'Open it from the list of payouts.',
  },
  PAYOUT_EMPTY: {
    status: 409,
    title: 'Nobody to pay',
    cause: 'No partner has something to be paid in this currency that nothing stands against.',
    remedy: 'The preview says who is left out and why.',
  },
  PAYOUT_RAIL_UNAVAILABLE: {
    status: 409,
    title: 'Way of paying not available',
    cause:
      'The way of paying is not set up here: the simulated one exists in demo installations alone, and paying by the provider’s finance system needs its source in the payout policy.',
    remedy: 'Build the batch for another way of paying.',
  },
  PAYOUT_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The batch or the item is in a state from which this is not done.',
    remedy: 'Read it again; its state says what can be done with it.',
  },
  PAYOUT_RESULT_CONFLICT: {
    status: 409,
    title: 'Recorded otherwise',
    cause: 'What became of the payout was recorded before, and the result says something else.',
    remedy: 'What is recorded stays. Settle the difference outside, or with an adjustment.',
  },
  PAYOUT_RECEIVER_MISSING: {
    status: 409,
    title: 'No address to hand over to',
    cause: 'No address of the finance system is set, so nothing is sent to it and no secret is in force.',
    remedy: 'Set the address first, or hand over the file.',
  },
  PAYOUT_SECOND_PERSON: {
    status: 409,
    title: 'Takes a second person',
    cause: 'Whoever built or submitted a batch does not approve it.',
    remedy: 'Ask another platform admin to approve it.',
  },
  PAYOUT_OWN_PARTNER: {
    status: 409,
    title: 'Pays an own partner',
    cause: 'Somebody who built, submitted or approves the batch is a member of a partner that it pays.',
    remedy: 'Have the batch built and approved by people who are members of none of its partners.',
  },
  PAYOUT_ACCOUNT_NOT_FOUND: {
    status: 404,
    title: 'No payout account',
    cause: 'The partner has given no account yet.',
    remedy: 'An owner of the partner gives one on the page of payouts.',
  },
  PAYOUT_ACCOUNT_CONFLICT: {
    status: 409,
    title: 'Not possible with this account',
    cause: 'The account is verified or held already, was replaced in between, or is your own partner’s.',
    remedy: 'Read it again.',
  },
  TAX_DOCUMENT_NOT_FOUND: {
    status: 404,
    title: 'Document not found',
    cause: 'No tax document that you can see has this id.',
    remedy: 'Open it from the list of tax documents.',
  },
  TAX_DOCUMENT_CONFLICT: {
    status: 409,
    title: 'Decided already',
    cause: 'The document was decided, or is your own partner’s.',
    remedy: 'Read it again; the partner hands in another one.',
  },
  STATEMENT_NOT_FOUND: {
    status: 404,
    title: 'Statement not found',
    cause: 'No statement that you can see has this id.',
    remedy: 'Open it from the list of statements.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(PAYOUT_PROBLEMS)
