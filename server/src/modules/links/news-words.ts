import type { KnownLink } from './store.ts'

/** The words in which both sides of a link are told what happened to it. */

/** What happened to a link, as the webhooks of the source contract name it. */
export type LinkNews =
  | 'requested'
  | 'invited'
  | 'withdrawn'
  | 'uninvited'
  | 'approved'
  | 'declined'
  | 'activated'
  | 'suspended'
  | 'resumed'
  | 'renewed'
  | 'changed'
  | 'change_asked'
  | 'change_declined'
  | 'expiring'
  | 'expired'
  | 'lapsed'
  | 'revoked'
  | 'review_due'
  | 'review_overdue'
  | 'reviewed'
  | 'first_used'
  | 'auto_renew_on'
  | 'auto_renew_off'
  | 'role_version'
  | 'role_updated'
  | 'handed_over'
  | 'attested'
  | 'unused'
  | 'unassigned'
  | 'invitation_declined'

/** What a message must know of a link. */
export type ToldLink = Pick<
  KnownLink,
  'id' | 'tenant_name' | 'tenant_slug' | 'partner_id' | 'partner_name' | 'access_role' | 'ends_at'
> & { readonly tenant_id: string | null; readonly auto_renew_days?: number }

/** What the sentences name. */
export interface Parties {
  readonly partner: string
  readonly tenant: string
  readonly role: string
  readonly until: string
  /** The end, or that the link renews itself then. */
  readonly ending: string
  /** Who, what or when; what it stands for depends on the news. */
  readonly about: string
}

type Words = (parties: Parties) => string

/** Subject and first sentence of each mail: to the tenant, and to the partner; null where that side needs none. */
export const WORDS: Readonly<
  Record<LinkNews, { readonly tenant: Words | null; readonly partner: Words | null }>
> = {
  requested: {
    tenant: ({ partner, tenant, role, until }) =>
      `${partner} asks for access to ${tenant} as ${role}, ${until}. Nothing is shared until you decide.`,
    partner: null,
  },
  invited: {
    tenant: null,
    partner: ({ partner, tenant, role, until }) =>
      `${tenant} invites ${partner} to work in its account as ${role}, ${until}.`,
  },
  // A partner that asked hears only of answers: silence must not tell whether anybody was asked.
  withdrawn: {
    tenant: ({ partner }) => `The request of ${partner} was withdrawn. Nothing is shared.`,
    partner: null,
  },
  uninvited: {
    tenant: null,
    partner: ({ tenant }) => `${tenant} took its invitation back.`,
  },
  approved: {
    tenant: ({ partner, role, until }) => `${partner} has access as ${role}, ${until}.`,
    partner: ({ tenant, role, until }) => `${tenant} allows access as ${role}, ${until}.`,
  },
  declined: {
    tenant: ({ partner }) => `The request of ${partner} was declined. Nothing is shared.`,
    partner: ({ tenant }) => `The request for access to ${tenant} was declined.`,
  },
  activated: {
    tenant: ({ partner, role, until }) => `The access of ${partner} as ${role} has started, ${until}.`,
    partner: ({ tenant, role, until }) => `The access to ${tenant} as ${role} has started, ${until}.`,
  },
  suspended: {
    tenant: ({ partner }) => `The access of ${partner} is suspended.`,
    partner: ({ tenant }) => `The access to ${tenant} is suspended.`,
  },
  resumed: {
    tenant: ({ partner, until }) => `The access of ${partner} works again, ${until}.`,
    partner: ({ tenant, until }) => `The access to ${tenant} works again, ${until}.`,
  },
  renewed: {
    tenant: ({ partner, until }) => `The access of ${partner} was extended, ${until}.`,
    partner: ({ tenant, until }) => `The access to ${tenant} was extended, ${until}.`,
  },
  changed: {
    tenant: ({ partner }) => `What ${partner} can do was changed.`,
    partner: ({ tenant }) => `What can be done in ${tenant} was changed.`,
  },
  change_asked: {
    tenant: ({ partner }) => `${partner} asks to change its access. It keeps what it has until you decide.`,
    partner: null,
  },
  change_declined: {
    tenant: null,
    partner: ({ tenant }) => `${tenant} left the access as it is.`,
  },
  expiring: {
    tenant: ({ partner, ending }) => `The access of ${partner} ${ending}.`,
    partner: ({ tenant, ending }) => `The access to ${tenant} ${ending}.`,
  },
  expired: {
    tenant: ({ partner }) => `The access of ${partner} has ended. It can be renewed for 30 days.`,
    partner: ({ tenant }) => `The access to ${tenant} has ended. ${tenant} can renew it for 30 days.`,
  },
  lapsed: {
    tenant: ({ partner }) => `The request of ${partner} ran out unanswered. Nothing is shared.`,
    partner: null,
  },
  revoked: {
    tenant: ({ partner }) => `The access of ${partner} was stopped.`,
    partner: ({ tenant }) => `The access to ${tenant} was stopped.`,
  },
  review_due: {
    tenant: ({ partner, about }) =>
      `Is the access of ${partner} still right? Confirm it by ${about}, or make it less.`,
    partner: ({ tenant, about }) => `${tenant} is asked to confirm your access by ${about}.`,
  },
  review_overdue: {
    tenant: ({ partner }) =>
      `The access of ${partner} is suspended, because nobody confirmed that it is still right.`,
    partner: ({ tenant }) =>
      `The access to ${tenant} is suspended, because ${tenant} has not confirmed that it is still right.`,
  },
  reviewed: {
    tenant: ({ partner, about }) =>
      `The access of ${partner} was confirmed. The next review is due ${about}.`,
    partner: ({ tenant, about }) => `${tenant} confirmed your access. The next review is due ${about}.`,
  },
  first_used: {
    tenant: ({ partner, about }) => `${about} of ${partner} has used the access for the first time.`,
    partner: null,
  },
  auto_renew_on: {
    tenant: ({ partner, ending }) => `The access of ${partner} renews itself from now on: it ${ending}.`,
    partner: ({ tenant, ending }) => `The access to ${tenant} renews itself from now on: it ${ending}.`,
  },
  auto_renew_off: {
    tenant: ({ partner, until }) => `The access of ${partner} no longer renews itself, it lasts ${until}.`,
    partner: ({ tenant, until }) => `The access to ${tenant} no longer renews itself, it lasts ${until}.`,
  },
  role_version: {
    tenant: ({ partner, role, about }) =>
      `There is a new version of the role ${role}. ${partner} keeps the old one until you take the new one: ${about}.`,
    partner: ({ tenant, role, about }) =>
      `There is a new version of the role ${role}. It holds in ${tenant} once ${tenant} takes it: ${about}.`,
  },
  role_updated: {
    tenant: ({ partner, role }) => `${partner} now works with the newest version of the role ${role}.`,
    partner: ({ tenant, role }) => `${tenant} took the newest version of the role ${role}.`,
  },
  handed_over: {
    tenant: ({ partner, about }) => `The work of ${partner} goes to ${about}.`,
    partner: ({ tenant, until }) =>
      `${tenant} hands your work over to another partner. Your access lasts ${until}.`,
  },
  attested: {
    tenant: ({ partner, role, about }) =>
      `The provider recorded that ${partner} has access as ${role}, under a contract. If that is wrong, object by ${about}.`,
    partner: ({ tenant, role }) => `The provider recorded your access to ${tenant} as ${role}.`,
  },
  unused: {
    tenant: ({ partner, about }) => `Nobody of ${partner} can use the access yet: ${about}.`,
    partner: ({ tenant, about }) => `Nobody of you can use the access to ${tenant} yet: ${about}.`,
  },
  invitation_declined: {
    tenant: ({ partner }) => `${partner} declined your invitation. Nothing is shared.`,
    partner: ({ tenant }) => `The invitation of ${tenant} was declined.`,
  },
  unassigned: {
    tenant: null,
    partner: ({ tenant }) => `Say who may work in ${tenant}: nobody is assigned, so nobody gets in yet.`,
  },
}

/** The event that subscribers of webhooks hear of a piece of news; news that is missing here is told by mail alone. */
export const TOPIC_OF: Readonly<Partial<Record<LinkNews, string>>> = {
  requested: 'link.requested',
  invited: 'link.requested',
  approved: 'link.approved',
  declined: 'link.declined',
  invitation_declined: 'link.declined',
  activated: 'link.activated',
  changed: 'link.changed',
  renewed: 'link.changed',
  reviewed: 'link.changed',
  role_updated: 'link.changed',
  auto_renew_on: 'link.changed',
  auto_renew_off: 'link.changed',
  expiring: 'link.expiring',
  expired: 'link.expired',
  suspended: 'link.suspended',
  review_overdue: 'link.suspended',
  resumed: 'link.resumed',
  revoked: 'link.revoked',
}
