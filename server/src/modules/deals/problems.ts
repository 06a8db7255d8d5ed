import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of registered deals. */
const DEAL_PROBLEMS = {
  DEAL_NOT_FOUND: {
    status: 404,
    title: 'Deal not found',
    cause: 'No registered deal that you can see has this id.',
    remedy: 'Check the id in the list of deals.',
  },
  DEAL_REGISTERED_ALREADY: {
    status: 409,
    title: 'Registered already',
    cause: 'Your organisation has a registration of this prospect that waits or is protected.',
    remedy: 'Use that one, or withdraw it first.',
  },
  DEAL_DOMAIN_SHARED: {
    status: 409,
    title: 'A domain of many',
    cause: 'Anybody can have a mailbox at this domain, so it names no prospect.',
    remedy: 'Name the domain of the company, or leave it out and name the address of the contact.',
  },
  DEAL_TOO_MANY: {
    status: 409,
    title: 'Too many registrations wait',
    cause: 'A hundred registrations of your organisation wait for the provider.',
    remedy: 'Wait until some are decided, or withdraw those that came to nothing.',
  },
  DEAL_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The registration is decided already, or over.',
    remedy: 'Read it again; its state decides what can be done.',
  },
  DEAL_PROTECTED: {
    status: 409,
    title: 'The prospect is protected',
    cause: 'The registration of another partner for the same prospect is approved and in its time.',
    remedy: 'Reject this one, or end the other one first, with a reason.',
  },
  DEAL_OF_OWN_PARTNER: {
    status: 409,
    title: 'Your own deal',
    cause: 'You are a member of the partner that registered it.',
    remedy: 'Leave the decision to somebody of the provider who is not.',
  },
  DEAL_PARTNER_INACTIVE: {
    status: 409,
    title: 'The partner does not work at present',
    cause: 'A deal is approved for an active partner only.',
    remedy: 'Reject it, or let the partner work again first.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(DEAL_PROBLEMS)
