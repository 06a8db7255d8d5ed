import { areaTitle, describeMask, ROLE_TITLES } from '@liaison/access'
import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'

type ByName = Readonly<Record<string, string>>

/** The permissions that an approval page is about, with their areas. */
const AREAS = describeMask(0n)

/** Titles of the areas of permissions. */
const areas: ByName = Object.fromEntries(AREAS.map(({ area }) => [area, areaTitle(area)]))

/** The sentence of each permission. */
const permissions: ByName = Object.fromEntries(
  AREAS.flatMap(({ cannot }) => cannot.map(({ name, sentence }) => [name, sentence])),
)

/** What the pages of links say in English; the other languages say the same under the same names. */
export const EN = {
  roles: ROLE_TITLES,
  areas,
  permissions,
  /** The screens that permissions open, by their address. */
  screens: {
    summary: 'Overview of the organisation',
    tickets: 'Tickets',
    'tickets/new': 'Open a ticket',
    billing: 'Invoices',
    reports: 'Service-level reports',
    subscribers: 'Subscribers',
    activity: 'Activity',
  },
  nameless: 'This partner',
  payer: {
    tenant: (_partner: string, tenant: string) => `What they order goes on the bill of ${tenant}.`,
    partner: (partner: string, _tenant: string) => `${partner} pays. Nothing goes on your bill.`,
    split: (partner: string, tenant: string) =>
      `${partner} and ${tenant} share the cost as agreed between them.`,
  },
  /** Who pays, where not everything is the partner's cost. */
  pays: {
    orders: (partner: string) => `${partner} pays for what it orders.`,
    used: {
      tenant: (what: string, _partner: string, tenant: string) => `${tenant} pays for their ${what}.`,
      partner: (what: string, partner: string, _tenant: string) => `${partner} pays for its ${what}.`,
      split: (what: string, partner: string, tenant: string) => `${partner} and ${tenant} share: ${what}.`,
    },
    api_calls: 'API calls',
    seats: 'seats',
    exports: 'exports',
  },
  until: (end: string) => `Until ${end}. Then it stops by itself.`,
  endless: 'Without an end, until you stop it.',
  subscribers: { one: 'subscriber', other: 'subscribers' },
  openInvoices: { one: 'open invoice', other: 'open invoices' },
  openTickets: { one: 'open ticket', other: 'open tickets' },
  people: { one: 'person', other: 'people' },
  hours: { one: 'hour', other: 'hours' },
  minutes: { one: 'minute', other: 'minutes' },
  seconds: { one: 'second', other: 'seconds' },
  keep: {
    factor: (age: string) => `A second sign-in step within the last ${age}`,
    noted: (ranges: string) => `From any network; addresses outside ${ranges} are noted`,
    hours: (windows: string, zone: string) => `Only at these hours: ${windows} (${zone})`,
    elevation: 'Downloads, orders and the like only with more access for a while',
    elevationOwn: 'More access for a while only after one of you allowed it',
  },
  title: (partner: string, tenant: string) => `Let ${partner} work on ${tenant}'s account?`,
  asked: {
    who: 'Who',
    works: (partner: Html, role: string, assigns: string) =>
      html`${partner}, working as ${role}. Only people whom ${assigns} assigns, each by name.`,
    partner: 'Partner',
    verified: (provider: string, since: string) => html`Verified partner of ${provider} since ${since}.`,
    people: 'Who comes in',
    nobody: (partner: string) => `Nobody yet. ${partner} names each person, and you see the names.`,
    assigned: (count: string, names: Html) => html`${count} so far: ${names}.`,
    invitation: 'Invited by code',
    invitationLine: (code: string, maker: string, day: string) =>
      `They asked with the invitation code ${code} that ${maker} made on ${day}.`,
    through: 'Through',
    throughLine: (partner: string) =>
      `${partner}. It sees the name, the state and the totals of this access, and opens nothing.`,
    long: 'How long',
    pays: 'Who pays',
    offers: 'What they offer to keep to',
    promise: 'What they promise',
    answerWithin: (hours: string) => `First answer within ${hours}.`,
    noPromise: 'No response time is promised.',
    why: 'Why, in their words',
    quoted: (text: string) => html`“${text}”`,
    noReason: 'They gave no reason.',
  },
  choose: {
    role: 'Role',
    roleAsAsked: (role: string) => `${role}, as asked`,
    without: (lost: string) => `Without: ${lost}`,
    withoutMore: (lost: string, more: number) => `Without: ${lost}, and ${more} more`,
    can: 'What they can do',
    opens: (counts: string) =>
      `${counts === '' ? '' : `Today this opens ${counts}. `}Take away what they do not need.`,
    costs: 'Costs money',
    screens: (titles: string) => `On screen they would see: ${titles}.`,
    auditor: (sentence: string) => `As your auditor they can also: ${sentence}.`,
    history: 'See who else has access, and who had it on any date',
    lastDay: 'Last day',
    lastDayHint: 'You can choose an earlier day than asked.',
    conditions: 'Ask more of them',
    reason: 'A reason each time they come in',
    fresh: 'A second sign-in step within the last hour',
    passkey: 'A passkey, not a code',
    networks: 'Only from these networks',
    networksHint: 'Addresses or ranges such as 192.0.2.0/24, one a line. Leave empty to allow any.',
    networksOffered: 'They offered these. Name a part of them, or leave it empty to keep them all.',
    cannot: 'What they cannot do',
    never: [
      'See or change your users, passwords or payment method',
      'Pass this access on',
      'Change what they may do',
    ],
    goOn: 'Continue',
    decline: "Don't allow",
    confirm: 'Confirm that it is you before you decide.',
    confirmButton: 'Confirm it is you',
    second: (first: string) =>
      `${first} has approved this. Your organisation asks for two people; you would be the second.`,
    firstGone: (first: string) =>
      `${first} had approved this and decides for your organisation no more, so that does not count. Two people are asked for; you would be the first.`,
  },
  faults: {
    changed: 'The request changed while you read it. Read it again.',
    unread: 'Write the last day as a date, for example 2027-03-31',
    past: 'Choose a last day that lies ahead',
    late: 'The last day can be earlier than asked, not later',
    ranges: (ranges: string) => `Not a network range: ${ranges}`,
    outside: (ranges: string) =>
      `They offered these networks: ${ranges}. Name a part of them, or leave it empty to keep them all`,
    nothingLeft: 'Leave at least one thing they can do, or do not allow it',
    altered: 'The form was altered; nothing was changed.',
    stale: 'This changed since you read it; nothing was approved.',
    ownSecond: 'You approved this already; another admin has to approve it too.',
    ownRequest: 'You asked for this yourself; somebody else decides about it.',
  },
  check: {
    title: 'Check before you allow',
    can: (partner: string) => `${partner} can`,
    cannot: (partner: string) => `${partner} cannot`,
    sees: 'Who sees it',
    seesAll: (partner: string) => `You see everything that ${partner} does here, by person.`,
    stop: 'You can stop this any time: Home, then Partner access.',
    change: 'Change',
    allow: (partner: string) => `Allow ${partner}`,
  },
  done: {
    titles: {
      requested: () => 'Waiting for a second person',
      approved: (partner: string) => `${partner} will have access`,
      active: (partner: string) => `${partner} now has access`,
      suspended: (partner: string) => `The access of ${partner} is suspended`,
      expired: (partner: string) => `The access of ${partner} has run out`,
      revoked: (partner: string) => `The access of ${partner} was stopped`,
      declined: (partner: string) => `${partner} has no access`,
      withdrawn: (partner: string) => `The request of ${partner} was withdrawn`,
      lapsed: (partner: string) => `The request of ${partner} ran out`,
    },
    what: 'What',
    begins: 'Begins',
    secondFactor: (partner: string) =>
      `By itself, as soon as somebody of ${partner} has set up a second sign-in step. Nobody has yet.`,
    long: 'How long',
    by: 'Decided by',
    reference: 'Reference',
    mailed: 'Print or save this page. A mail with the same goes to both sides.',
    waiting: (tenant: string, until: string) => `Another administrator of ${tenant} decides, until ${until}.`,
    nothing: (reference: Html) => html`Nothing is shared. Reference ${reference}.`,
    see: 'See it in Partner access',
  },
}

export type LinkWords = typeof EN
