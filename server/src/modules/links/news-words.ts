import type { Change } from '@liaison/access'
import type { KnownLink } from './store.ts'
import type { Parties, TenantNews } from './words/index.ts'

/** What happened to a link, as the webhooks of the source contract name it. */
export type LinkNews = TenantNews | 'invited' | 'uninvited' | 'change_declined' | 'unassigned'

/** What a message must know of a link. */
export type ToldLink = Pick<
  KnownLink,
  'id' | 'tenant_name' | 'tenant_slug' | 'partner_id' | 'partner_name' | 'access_role' | 'ends_at'
> & { readonly tenant_id: string | null; readonly auto_renew_days?: number }

/**
 * Subject and first sentence of each mail to the partner, in English; nothing where that side needs none: a partner that
 * asked hears only of answers, since silence must not tell whether anybody was asked. What the customer is written stands
 * in the catalogue of words, in each language.
 */
export const TO_PARTNER: Readonly<Partial<Record<LinkNews, (parties: Parties) => string>>> = {
  invited: ({ partner, tenant, role, until }) =>
    `${tenant} invites ${partner} to work in its account as ${role}, ${until}.`,
  uninvited: ({ tenant }) => `${tenant} took its invitation back.`,
  approved: ({ tenant, role, until }) => `${tenant} allows access as ${role}, ${until}.`,
  approved_ahead: ({ tenant, role, until }) =>
    `${tenant} allows access as ${role}, ${until}. It has not begun; you are told when it does.`,
  second_factor: ({ tenant }) =>
    `The access to ${tenant} has not begun: nobody of you has set up a second sign-in step yet. It begins by itself as soon as somebody has.`,
  declined: ({ tenant }) => `The request for access to ${tenant} was declined.`,
  activated: ({ tenant, role, until }) => `The access to ${tenant} as ${role} has started, ${until}.`,
  suspended: ({ tenant }) => `The access to ${tenant} is suspended.`,
  resumed: ({ tenant, until }) => `The access to ${tenant} works again, ${until}.`,
  renewed: ({ tenant, until }) => `The access to ${tenant} was extended, ${until}.`,
  changed: ({ tenant }) => `What can be done in ${tenant} was changed.`,
  change_declined: ({ tenant }) => `${tenant} left the access as it is.`,
  expiring: ({ tenant, ending }) => `The access to ${tenant} ${ending}.`,
  expired: ({ tenant }) => `The access to ${tenant} has ended. ${tenant} can renew it for 30 days.`,
  revoked: ({ tenant }) => `The access to ${tenant} was stopped.`,
  review_due: ({ tenant, about }) => `${tenant} is asked to confirm your access by ${about}.`,
  review_overdue: ({ tenant }) =>
    `The access to ${tenant} is suspended, because ${tenant} has not confirmed that it is still right.`,
  reviewed: ({ tenant, about }) => `${tenant} confirmed your access. The next review is due ${about}.`,
  auto_renew_on: ({ tenant, ending }) => `The access to ${tenant} renews itself from now on: it ${ending}.`,
  auto_renew_off: ({ tenant, until }) =>
    `The access to ${tenant} no longer renews itself, it lasts ${until}.`,
  role_version: ({ tenant, role, about }) =>
    `There is a new version of the role ${role}. It holds in ${tenant} once ${tenant} takes it: ${about}.`,
  role_updated: ({ tenant, role }) => `${tenant} took the newest version of the role ${role}.`,
  handed_over: ({ tenant, until }) =>
    `${tenant} hands your work over to another partner. Your access ends as soon as that partner accepts; while nobody accepts, it lasts ${until}.`,
  attested: ({ tenant, role }) => `The provider recorded your access to ${tenant} as ${role}.`,
  unused: ({ tenant, about }) => `Nobody of you can use the access to ${tenant} yet: ${about}.`,
  invitation_declined: ({ tenant }) => `The invitation of ${tenant} was declined.`,
  unassigned: ({ tenant }) => `Say who may work in ${tenant}: nobody is assigned, so nobody gets in yet.`,
}

/** The event that subscribers of webhooks hear of a piece of news; news that is missing here is told by mail alone. */
export const TOPIC_OF: Readonly<Partial<Record<LinkNews, string>>> = {
  requested: 'link.requested',
  invited: 'link.requested',
  approved: 'link.approved',
  approved_ahead: 'link.approved',
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

/** What both sides are told of a change: each switch of the automatic renewal by itself. */
export function newsOfChange(change: Change, renewDays: number): LinkNews[] {
  const renewal = change.rows.find(({ field }) => field === 'auto_renew_days')
  const others = change.rows.filter((row) => row !== renewal)
  const news: LinkNews[] = []
  if (renewal) news.push(renewDays > 0 ? 'auto_renew_on' : 'auto_renew_off')
  return others.length > 0 || !renewal ? [...news, 'changed'] : news
}
