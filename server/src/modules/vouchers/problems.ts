import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of vouchers. */
const VOUCHER_PROBLEMS = {
  VOUCHER_NOT_FOUND: {
    status: 404,
    title: 'Voucher not found',
    cause: 'No voucher that you can see has this code or id. A mistyped code is answered the same.',
    remedy: 'Read the code again, character by character.',
  },
  VOUCHER_TYPE_NOT_FOUND: {
    status: 404,
    title: 'Type of voucher not found',
    cause: 'Your organisation has no such type of voucher.',
    remedy: 'Choose a type from the list.',
  },
  VOUCHER_TYPE_TAKEN: {
    status: 409,
    title: 'Code already used',
    cause: 'Your organisation has a type of voucher with this code already.',
    remedy: 'Choose another code, or change the existing type.',
  },
  VOUCHER_TYPE_NOT_ALLOWED: {
    status: 403,
    title: 'Type not on offer',
    cause: 'Vouchers of this type are not issued here, or not any more.',
    remedy: 'Choose another type.',
  },
  DUPLICATE_VOUCHER: {
    status: 409,
    title: 'This person has a voucher already',
    cause: 'A voucher of this type was issued for the same person within the time that its type sets.',
    remedy: 'Use the existing voucher; `details` names its code.',
  },
  ALREADY_REDEEMED: {
    status: 409,
    title: 'Already redeemed',
    cause: 'The voucher was redeemed before, with another receipt; `details` says when and where.',
    remedy:
      'Do not hand out anything for it again. If it was a mistake, an administrator can take it back today.',
  },
  VOUCHER_EXPIRED: {
    status: 409,
    title: 'Expired',
    cause: 'The last day of the voucher is over.',
    remedy: 'Issue a new voucher if the person may have one.',
  },
  VOUCHER_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The voucher is in a state from which this move is not made.',
    remedy: 'Read the voucher; its state decides what can be done.',
  },
  VOUCHER_REVERSAL_LATE: {
    status: 409,
    title: 'Too late to take back',
    cause: 'A redemption is taken back on the day it was made, in the time zone of your organisation.',
    remedy: 'Issue a new voucher instead.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(VOUCHER_PROBLEMS)
