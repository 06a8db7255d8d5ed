import { guardedBy } from '#platform/guarded.ts'

/** Runs a change; what the database's own rules refuse becomes the problem that names it. */
export const guarded = guardedBy({
  deal_registration_own_open: [
    'DEAL_REGISTERED_ALREADY',
    'Your organisation has registered this prospect already.',
  ],
  deal_registration_domain: ['DEAL_DOMAIN_SHARED', 'Anybody can have a mailbox at this domain.'],
  deal_registration_many: ['DEAL_TOO_MANY', 'Too many registrations wait for the provider.'],
  deal_registration_transition: ['DEAL_STATE_CONFLICT', 'The registration is decided already, or over.'],
  deal_registration_protected: [
    'DEAL_PROTECTED',
    "Another partner's registration of this prospect is approved.",
  ],
  deal_registration_decider: ['DEAL_OF_OWN_PARTNER', 'Nobody decides about a deal of the own partner.'],
  deal_registration_partner: ['DEAL_PARTNER_INACTIVE', 'The partner does not work at present.'],
})
