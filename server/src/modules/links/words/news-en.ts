/** What the sentences of a mail about a link name. */
export interface Parties {
  readonly partner: string
  readonly tenant: string
  readonly role: string
  /** "until …", or that there is no end. */
  readonly until: string
  /** The end, or that the link renews itself then. */
  readonly ending: string
  /** Who, what or when; what it stands for depends on the news. */
  readonly about: string
}

/** What customers are written about links, in English; the other languages say the same under the same names. */
export const NEWS_EN = {
  partner: 'A partner',
  yourOrganisation: 'your organisation',
  until: (end: string) => `until ${end}`,
  endless: 'without an end',
  endsOn: (end: string) => `ends on ${end}`,
  renewsOn: (end: string) => `will renew automatically on ${end}`,
  neverEnds: 'has no end',
  version: (version: number) => `version ${version}`,
  versionAdds: (version: number, added: string) => `version ${version} adds ${added}`,
  /** Who did it, and when. */
  by: (who: string, at: string) => `Done by ${who} on ${at}.`,
  provider: 'the provider',
  added: (sentences: string) => `Allowed from now on: ${sentences}.`,
  removed: (sentences: string) => `No longer allowed: ${sentences}.`,
  lasts: (until: string) => `The access lasts ${until}.`,
  takeBack: 'You can take it back at any time: allow less, or stop the access, under Partner access.',
  keeps: (partner: string) =>
    `Nothing opens with it any more. ${partner} keeps what it downloaded before: check with ${partner} what it keeps and what for.`,
  reason: (reason: string) => `Reason given: "${reason}"`,
  unknown: (page: string) => `You don't know them? Tell us: ${page}`,
  reference: (id: string) => `This mail gives no access by itself. Reference ${id}.`,
  /** Subject and first sentence of each mail to the customer. */
  sentences: {
    requested: ({ partner, tenant, role, until, about }: Parties) =>
      `${partner} asks for access to ${tenant} as ${role}, ${until}. Nothing is shared until you decide. The request waits until ${about}, then it lapses.`,
    withdrawn: ({ partner }: Parties) => `The request of ${partner} was withdrawn. Nothing is shared.`,
    approved: ({ partner, role, until }: Parties) => `${partner} has access as ${role}, ${until}.`,
    approved_ahead: ({ partner, role, until }: Parties) =>
      `${partner} will have access as ${role}, ${until}. It has not begun; you are told when it does.`,
    second_factor: ({ partner }: Parties) =>
      `The access of ${partner} has not begun: nobody of ${partner} has set up a second sign-in step yet. It begins by itself as soon as somebody has.`,
    declined: ({ partner }: Parties) => `The request of ${partner} was declined. Nothing is shared.`,
    activated: ({ partner, role, until }: Parties) =>
      `The access of ${partner} as ${role} has started, ${until}.`,
    suspended: ({ partner }: Parties) => `The access of ${partner} is suspended.`,
    resumed: ({ partner, until }: Parties) => `The access of ${partner} works again, ${until}.`,
    renewed: ({ partner, until }: Parties) => `The access of ${partner} was extended, ${until}.`,
    changed: ({ partner }: Parties) => `What ${partner} can do was changed.`,
    change_asked: ({ partner }: Parties) =>
      `${partner} asks to change its access. It keeps what it has until you decide.`,
    second_needed: ({ partner, tenant, about }: Parties) =>
      `${about} agreed to open more of ${tenant} to ${partner}. It waits for a second person; until then nothing changes.`,
    expiring: ({ partner, ending }: Parties) => `The access of ${partner} ${ending}.`,
    expired: ({ partner }: Parties) => `The access of ${partner} has ended. It can be renewed for 30 days.`,
    lapsed: ({ partner }: Parties) => `The request of ${partner} ran out unanswered. Nothing is shared.`,
    revoked: ({ partner }: Parties) => `The access of ${partner} was stopped.`,
    review_due: ({ partner, about }: Parties) =>
      `Is the access of ${partner} still right? Confirm it by ${about}, or make it less.`,
    review_overdue: ({ partner }: Parties) =>
      `The access of ${partner} is suspended, because nobody confirmed that it is still right.`,
    reviewed: ({ partner, about }: Parties) =>
      `The access of ${partner} was confirmed. The next review is due ${about}.`,
    first_used: ({ partner, about }: Parties) =>
      `${about} of ${partner} has used the access for the first time.`,
    auto_renew_on: ({ partner, ending }: Parties) =>
      `The access of ${partner} renews itself from now on: it ${ending}.`,
    auto_renew_off: ({ partner, until }: Parties) =>
      `The access of ${partner} no longer renews itself, it lasts ${until}.`,
    role_version: ({ partner, role, about }: Parties) =>
      `There is a new version of the role ${role}. ${partner} keeps the old one until you take the new one: ${about}.`,
    role_updated: ({ partner, role }: Parties) =>
      `${partner} now works with the newest version of the role ${role}.`,
    handed_over: ({ partner, about }: Parties) => `The work of ${partner} goes to ${about}.`,
    attested: ({ partner, role, about }: Parties) =>
      `The provider recorded that ${partner} has access as ${role}, under a contract. If that is wrong, object by ${about}.`,
    unused: ({ partner, about }: Parties) => `Nobody of ${partner} can use the access yet: ${about}.`,
    invitation_declined: ({ partner }: Parties) => `${partner} declined your invitation. Nothing is shared.`,
  },
}

export type LinkNewsWords = typeof NEWS_EN

/** What happened to a link that its customer is told. */
export type TenantNews = keyof LinkNewsWords['sentences']
