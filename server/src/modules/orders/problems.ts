import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of commercial relationships, resales, orders and services. */
const ORDER_PROBLEMS = {
  ORDER_NOT_FOUND: {
    status: 404,
    title: 'Order not found',
    cause: 'No order that this caller may see has this id.',
    remedy: 'Open it from the list of orders of the same billing account.',
  },
  ORDER_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The order is in a state from which this move is not made, or not by this side.',
    remedy: 'Read the order; `moves` says what can be done with it now.',
  },
  ORDER_PLACED_BY_ANOTHER: {
    status: 409,
    title: 'Somebody else placed the order',
    cause:
      'The customer itself or another partner placed the order. Under a consent or a resale, an API client changes and cancels only what its own partner ordered; it reads the others.',
    remedy:
      'Ask whoever placed the order, or the customer, to change or cancel it. `moves` of the order is empty.',
  },
  ORDER_PAYER_CHANGED: {
    status: 409,
    title: 'Somebody else pays now',
    cause: 'Who pays for the billing account changed after it was shown. Nothing was ordered.',
    remedy: 'Read again who pays, and order if that is still wanted.',
  },
  ORDER_PAYER_NOT_AGREED: {
    status: 409,
    title: 'Somebody else would pay than was agreed',
    cause:
      'The link says that the partner pays for the services that it orders, but the commercial relationship of the billing account names somebody else. Nothing was ordered.',
    remedy:
      'Ask the provider to record that the partner pays for the account, or change with the customer who pays under the link.',
  },
  ORDER_PRICE_CHANGED: {
    status: 412,
    title: 'It costs something else now',
    cause:
      'A price changed after it was read. Nothing was ordered or changed; `details.total` says what it costs now, except when the price changed at this very moment.',
    remedy: 'Read the prices again, and order or change if that is still wanted.',
  },
  ORDER_PAYER_MISSING: {
    status: 409,
    title: 'Nobody pays for this account',
    cause: 'No commercial relationship says who pays for the billing account. Nothing was ordered.',
    remedy: 'Ask the provider to record who pays for it.',
  },
  ORDER_LIMIT_REACHED: {
    status: 403,
    title: 'More than the customer allows in a month',
    cause:
      'The orders of this calendar month (UTC) would cost more than the limit of the consent: what each costs once and for its first month counts. Nothing was ordered or changed.',
    remedy: 'Order less, wait for the next month, or ask the customer for a higher limit.',
  },
  SERVICE_NOT_FOUND: {
    status: 404,
    title: 'Service not found',
    cause: 'No service that this caller may see has this id.',
    remedy: 'Open it from the list of services of the same billing account.',
  },
  SERVICE_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The service has ended; nothing becomes of it any more.',
    remedy: 'Read the service; order it again where it is wanted.',
  },
  BILLING_PARTY_MISMATCH: {
    status: 422,
    title: 'A request does not say who pays',
    cause:
      'The request names a payer. Who pays follows from the commercial relationship of the billing account alone.',
    remedy: 'Leave the payer out; read the account to see who pays.',
  },
  RELATIONSHIP_NOT_FOUND: {
    status: 404,
    title: 'Commercial relationship not found',
    cause: 'No commercial relationship has this id.',
    remedy: 'Check the id in the list.',
  },
  RELATIONSHIP_EXISTS: {
    status: 409,
    title: 'Somebody pays for this account already',
    cause: 'A billing account has one active commercial relationship at a time.',
    remedy: 'End or suspend the other one first.',
  },
  RELATIONSHIP_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause:
      'A commercial relationship that ended stays as it is, and one that began does not change its parties.',
    remedy: 'Read it; set up another one where other parties are meant.',
  },
  RESALE_NOT_FOUND: {
    status: 404,
    title: 'Resale not found',
    cause: 'No resale that you can see has this id.',
    remedy: 'Check the id in the list of resales.',
  },
  RESALE_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The resale is in a state from which this move is not made, or not by this side.',
    remedy: 'Read the resale; whoever suspended it resumes it.',
  },
  RESALE_EXISTS: {
    status: 409,
    title: 'Resale exists',
    cause: 'The wholesaler already manages one of these billing accounts.',
    remedy: 'Use the existing resale, or revoke it first.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(ORDER_PROBLEMS)
