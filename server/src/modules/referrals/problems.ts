import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of codes and referrals. */
const REFERRAL_PROBLEMS = {
  REFERRAL_CODE_NOT_FOUND: {
    status: 404,
    title: 'Code not found',
    cause: 'No code that you can see has this id.',
    remedy: 'Check the id in the list of codes.',
  },
  REFERRAL_CODE_TAKEN: {
    status: 409,
    title: 'Code taken',
    cause: 'There is a code that reads the same, or the word is kept back.',
    remedy: 'Choose another one, or leave it out to get one made.',
  },
  REFERRAL_HOST_NOT_ALLOWED: {
    status: 409,
    title: 'Links may not lead there',
    cause: 'The address is on a host that the provider has not named for links of partners.',
    remedy: 'Choose a page of one of the named hosts, or ask the provider to name this one.',
  },
  REFERRAL_CODE_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The code is on already, or off already.',
    remedy: 'Read it again; its state decides what can be done.',
  },
  REFERRAL_NOT_FOUND: {
    status: 404,
    title: 'Referral not found',
    cause: 'No referral that you can see has this id.',
    remedy: 'Check the id in the list of referrals.',
  },
  REFERRAL_LOCKED: {
    status: 409,
    title: 'The referral is locked',
    cause:
      'The tenant has paid; from then on nothing about its referral changes. The attempt was written down.',
    remedy: 'Block the referral, so that it earns nothing further.',
  },
  REFERRAL_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The referral is void, or blocked already.',
    remedy: 'Read it again; its state decides what can be done.',
  },
  TENANT_ALREADY_REFERRED: {
    status: 409,
    title: 'Referred already',
    cause: 'Each tenant has one referral that counts.',
    remedy: 'Void that one first, while nothing has been paid.',
  },
  TENANT_NOT_NEW: {
    status: 409,
    title: 'The tenant is not new',
    cause: 'The tenant had paid before, so nobody brought it; that holds by hand as for a sign-up.',
    remedy: 'Nothing is to be done; what a partner is owed otherwise is an adjustment of its earnings.',
  },
  REFERRAL_PARTNER_INACTIVE: {
    status: 409,
    title: 'The partner cannot be given referrals',
    cause: 'The partner is not active, or has no agreement in force.',
    remedy: 'Have an agreement in force first.',
  },
  REFERRAL_INPUT_UNKNOWN: {
    status: 409,
    title: 'Unknown partner, tenant or code',
    cause: 'The input names a partner, a tenant or a code of that partner that does not exist.',
    remedy: 'Check the ids.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(REFERRAL_PROBLEMS)
