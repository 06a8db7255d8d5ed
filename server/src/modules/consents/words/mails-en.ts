/** Who and what a mail about access names. */
export interface MailParties {
  readonly partner: string
  readonly client: string
  readonly tenant: string
  readonly until: string
}

/** What customers are written about the access of applications, in English; the other languages say the same under the same names. */
export const MAILS_EN = {
  minutes: { one: 'minute', other: 'minutes' },
  yourOrganisation: 'your organisation',
  /** The first sentence of each mail, without its full stop; it is the subject, too. */
  subjects: {
    granted: ({ partner, client, tenant }: MailParties) =>
      `${partner} has access to accounts of ${tenant} with ${client}`,
    waiting: ({ partner, tenant }: MailParties) =>
      `A second person must decide about the access of ${partner} to ${tenant}`,
    declined: ({ partner, tenant }: MailParties) =>
      `${partner} gets no access to ${tenant}: it was not allowed`,
    narrowed: ({ partner, client }: MailParties) => `What ${partner} can do with ${client} was narrowed`,
    suspended: ({ partner, client }: MailParties) => `The access of ${partner} with ${client} is suspended`,
    resumed: ({ partner, client }: MailParties) => `The access of ${partner} with ${client} works again`,
    stopped: ({ partner, client }: MailParties) => `The access of ${partner} with ${client} was stopped`,
    confirmed: ({ partner, client }: MailParties) =>
      `The access of ${partner} with ${client} was confirmed again`,
    approver_left: ({ partner }: MailParties) =>
      `Whoever allowed the access of ${partner} has left: confirm it within 14 days`,
    expiring: ({ partner, client, until }: MailParties) =>
      `The access of ${partner} with ${client} ends soon: ${until}`,
    still: ({ partner, client, tenant }: MailParties) =>
      `${partner} still has access to accounts of ${tenant} with ${client}`,
    unused: ({ partner, client, tenant }: MailParties) =>
      `${partner} has not used its access to ${tenant} with ${client} for 60 days`,
    expired: ({ partner, client }: MailParties) => `The access of ${partner} with ${client} has ended`,
    lapsed: ({ partner, tenant }: MailParties) =>
      `Nobody decided as the second person about the access of ${partner} to ${tenant}`,
  },
  legal: (name: string, provider: string) => `Its legal name, verified by ${provider}: ${name}.`,
  support: (contact: string) => `Its support: ${contact}.`,
  agreement: (line: string) => `Its agreement: ${line}`,
  can: 'What it can do:',
  accounts: 'On which accounts, and who pays:',
  account: (name: string, ban: string, pays: string) => `- ${name} ${ban}: ${pays}`,
  until: (end: string) => `Until ${end}; then it stops by itself.`,
  lastUsed: (at: string) => `Last used ${at}.`,
  notUsed: 'It was not used in the last 90 days.',
  stopIt: 'If nobody needs it any more, stop it: nothing of what is yours changes.',
  why: (purpose: string) => `Why, in its own words: "${purpose}"`,
  by: (name: string) => `Allowed by ${name}.`,
  byTwo: (second: string, first: string) => `Allowed by ${second} and ${first}.`,
  change:
    'You can change or stop this at any time under Partner access; it takes effect on the next call. Check with the partner what it does with what it already read.',
  call: (phone: string) => `You can also stop it by telephone: ${phone}.`,
  reason: (reason: string) => `Reason given: "${reason}"`,
  approverLeft: 'Whoever allowed it has left, and nobody confirmed it.',
  givenBack: 'The application itself gave it back.',
  reference: (id: string) => `This mail gives no access by itself. Reference ${id}.`,
  more: {
    subject: ({ partner, client, tenant }: Omit<MailParties, 'until'>) =>
      `${partner} asks ${tenant} for more access with ${client}`,
    asksFor: 'What it asks for:',
    account: (hint: string) => `On billing account ${hint}, as it says.`,
    decide: (page: string) => `Decide within seven days: ${page}`,
    nothing: 'Nothing is shared until you allow it. This mail gives no access by itself.',
  },
  ask: {
    subject: (partner: string, client: string) => `${partner} asks you for access with ${client}`,
    lead: (partner: string, client: string) =>
      `${partner} asks to work on accounts of your organisation that you choose, with ${client}. What it could then do:`,
    long: (days: string) => `At most ${days}; then it stops by itself.`,
    decide: (until: string, page: string) => `Decide until ${until}: ${page}`,
    nothing: 'Nothing is shared until you allow it. This mail gives no access by itself.',
    unknown: (page: string) => `You don't know them? Tell us: ${page}`,
  },
  now: {
    subject: ({ partner, tenant }: Omit<MailParties, 'until'>) =>
      `${partner} asks ${tenant} to approve something now`,
    lead: ({ partner, client, tenant }: Omit<MailParties, 'until'>) =>
      `${partner} asks ${tenant} to approve something now, with ${client}.`,
    decide: (minutes: string, page: string) =>
      `What it is for stands on this page. Decide within ${minutes}: ${page}`,
    nothing:
      'If you do not expect this, do nothing: nothing is shared until you allow it. This mail gives no access by itself.',
  },
}

export type ConsentMailWords = typeof MAILS_EN
