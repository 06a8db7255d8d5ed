import { ACTION_NAMES, ACTIONS, CLIENT_PERMISSIONS } from '@liaison/access'
import type { Action } from '@liaison/access'
import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'
import { NAME_WORDS } from '#platform/words/name-words.ts'

function sentenceOf(action: Action): string {
  const entry = CLIENT_PERMISSIONS.find(({ name }) => name === ACTIONS[action])
  if (!entry) throw new Error(`The action ${action} has no permission.`)
  return entry.sentence
}

/** The sentences of the catalogue of permissions, by action. */
function sentences(): Readonly<Record<Action, string>> {
  const found = ACTION_NAMES.map((action) => [action, sentenceOf(action)])
  // Every action is among the names.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(found) as Record<Action, string>
}

/** What the pages of consents say in English; the other languages say the same under the same names. */
export const EN = {
  actions: sentences(),
  groups: {
    read: 'See',
    change: 'Change',
    spend: 'Spend money',
    spendHint: 'Each order appears on the bill of whoever pays for its account.',
  },
  /** What no consent ever allows. */
  never: [
    'See or change your users, passwords or payment method',
    'See or use any other account',
    'Pass this access on to anybody else',
    'Decide who pays, or change what it may do',
  ],
  hours: { one: 'hour', other: 'hours' },
  days: { one: 'day', other: 'days' },
  and: (one: string, other: string) => `${one} and ${other}`,
  quoted: (text: Html) => html`“${text}”`,
  namelessPartner: NAME_WORDS.en.nameless,
  namelessApp: NAME_WORDS.en.namelessApp,
  payer: {
    nobody: 'Nobody is set to pay for this account: orders will be refused.',
    other: (name: string, ban: string) => `${name} pays, on its account ${ban}. Nothing goes on your bill.`,
    you: 'You pay: orders go on the bill of this account.',
    yourOther: (ban: string) => `You pay: orders go on the bill of account ${ban}.`,
  },
  kinds: {
    referral: 'referral partner',
    reseller: 'reseller',
    wholesaler: 'wholesaler',
    msp: 'managed service provider',
    enterprise_hq: 'enterprise headquarters',
    auditor: 'auditor',
    white_label: 'white-label partner',
    agency: 'agency',
  },
  who: {
    title: 'Who',
    verified: (partnerOfKinds: Html, provider: string, since: string) =>
      html`${partnerOfKinds}, verified partner of ${provider} since ${since}.`,
    legal: 'Legal name',
    legalLine: (name: Html, provider: string) => html`${name}, verified by ${provider}.`,
    support: 'Their support',
    agreement: 'Agreement',
    agreementLine: (title: string, version: number, provider: string) =>
      `${title}, version ${version}, in force with ${provider}.`,
    app: 'With which app',
    appSays: (client: Html, description: Html) => html`${client}: “${description}”`,
    sandbox: 'Sandbox: for trying things out',
    why: 'Why, in their words',
    noReason: 'They gave no reason.',
    goBack: 'You go back to',
  },
  faults: NAME_WORDS.en.faults,
  accounts: {
    title: 'On which accounts',
    hint: 'Nothing is chosen until you choose it.',
    all: (count: number, tenant: string) => `All ${count} accounts of ${tenant}`,
    allHint: 'Those that are there now. Accounts that come later are not shared.',
    find: 'Find accounts by name or number',
    findButton: 'Find',
    showAll: 'Show all accounts',
    found: (count: number, text: string) =>
      `${count === 1 ? '1 account matches' : `${count} accounts match`} “${text}”. Those that you chose stay chosen.`,
    foundNone: (text: string) => `No account matches “${text}”. Those that you chose stay chosen.`,
    cut: (count: number) => `The first ${count} accounts are shown; find the others by name or number.`,
    tooMany: (most: number) => `Choose at most ${most} accounts`,
    tooManyTogether: (most: number, held: number) =>
      `Choose fewer accounts: with those that are shared already (${held}), one access holds at most ${most}`,
    ban: (ban: string) => `Billing account ${ban}.`,
    suggested: (partner: string) => `${partner} suggests this one.`,
    shared: 'Shared with it already.',
    closed: 'This account is closed.',
    shut: (name: string, ban: string, why: string) =>
      `${name} (billing account ${ban}) cannot be shared: ${why}`,
    moreShut: (count: number) =>
      `${count === 1 ? '1 more account' : `${count} more accounts`} cannot be shared either.`,
    line: (name: Html, ban: Html, pays: string) => html`${name}, billing account ${ban}. ${pays}`,
    choose: 'Choose at least one account',
    cannotShare: (ban: string) => `Account ${ban} cannot be shared`,
    ownOnly: (tenant: string) => `Choose among the accounts of ${tenant}`,
  },
  what: {
    title: 'What it can do',
    lead: 'Nothing is chosen until you choose it. What you leave out stays closed.',
    choose: 'Choose at least one thing that it can do, or do not allow it',
    needed: 'Needed',
    neededLead: (client: Html) =>
      html`What is marked “Needed” comes with every access of ${client}, which does not work without it.
      Nothing else is chosen until you choose it.`,
  },
  orders: {
    label: (currency: string) => `Most that orders may cost in a month, in ${currency}`,
    hint: 'What an order costs at once and for its first month counts. Left empty, there is no limit.',
    coming:
      'It can place orders already. This is about accounts in a currency that it has no account in yet.',
    unread: (currency: string) =>
      `Write the most that orders may cost as an amount of ${currency}, for example 5000`,
    upTo: (amount: string) => `Orders may cost up to ${amount} in a calendar month.`,
    unlimited: 'There is no limit to what orders may cost.',
    unlimitedIn: (currency: string) => `There is no limit to what orders in ${currency} may cost.`,
  },
  bound: {
    title: 'How soon a stop counts',
    label: 'Seconds until a stop counts everywhere',
    hint: 'Left empty, a stop counts on the next call; the few systems that check access by themselves notice it after five minutes at most. A number from 1 to 299 closes those systems to this access: every call is then decided anew.',
    unread: (most: number) =>
      `Write how soon a stop counts, in whole seconds from 1 to ${most}, or leave it empty`,
    kept: (seconds: number) =>
      `A stop counts within ${seconds} ${seconds === 1 ? 'second' : 'seconds'} everywhere: every call is decided anew.`,
  },
  networks: {
    title: 'Where calls come from',
    label: 'Only from these networks',
    hint: 'Addresses or ranges such as 192.0.2.0/24, one a line; ask the partner for its own. Left empty, calls may come from anywhere.',
    unread: (networks: string) => `Not an address or a range: ${networks}`,
    tooMany: (most: number) => `Name ${most} networks at most`,
    kept: (networks: string) => `It works only from ${networks}: every call is decided anew.`,
  },
  until: {
    title: 'Until when',
    label: 'Last day',
    hint: (day: string) => `It begins when you allow it. At latest ${day}; you can choose an earlier day.`,
    unread: 'Write the last day as a date, for example 2027-03-31',
    past: 'Choose a last day that lies ahead',
    late: 'The last day can be earlier than asked, not later',
    span: (end: string, long: string) => `From now until ${end} (${long}). Then it stops by itself.`,
  },
  rules: {
    two: 'Two people approve: after you, another administrator.',
    from: (ranges: string) => `It works only from ${ranges}.`,
    hours: 'It works only within the hours that your rules for partner access name.',
  },
  limits: {
    title: 'What it can’t do, whatever you choose',
    titleNow: 'What this doesn’t allow, whatever you choose',
    leave: (tenant: string) => `If you leave ${tenant}, another administrator has 14 days to confirm it.`,
    stop: 'You can stop or narrow this at any time: Home, then Partner access. It takes effect on the next call.',
  },
  titles: {
    create: (partner: string, tenant: string) => `Let ${partner} work on accounts of ${tenant}?`,
    merge: (partner: string) => `Let ${partner} do more than now?`,
    replace: (partner: string) => `Exchange the access of ${partner} for another one?`,
    now: (partner: string) => `Approve this for ${partner}?`,
  },
  now: {
    orders:
      'The words are its own, and nobody compares them with what it orders: until this ends it could place other orders, too.',
    acts: 'The words are its own, and nobody compares them with what it does.',
    stays: (partner: string) => `What ${partner} was allowed before stays as it is.`,
  },
  before: {
    title: 'What it has now',
    can: 'It can now',
    on: 'On',
    until: 'Until',
    merge: 'What you choose below is added to what it has. Not allowing it leaves everything as it is.',
    replace: 'What you choose below takes the place of what it has, which ends at the same moment.',
  },
  review: {
    lead: (partner: string, tenant: string) =>
      `${partner} never gets your password. This concerns ${tenant} only.`,
    confirm: 'Confirm that it is you before you decide.',
    confirmButton: 'Confirm it is you',
    stale: 'The request changed while you read it. Read it again.',
  },
  buttons: {
    decline: "Don't allow",
    goOn: 'Continue',
    back: 'Go back',
    backTo: (client: string) => `Go back to ${client}`,
    allow: (partner: string) => `Allow ${partner}`,
    change: 'Change what you chose',
    see: 'See it in Partner access',
    decide: 'Read it and decide',
    print: 'Print or save',
  },
  check: {
    title: 'Check before you allow',
    second: (first: string, until: string) =>
      `${first} has approved this. Your organisation asks for two people; you would be the second. It waits until ${until}.`,
    firstGone: (first: string, until: string) =>
      `${first} had approved this and decides for your organisation no more, so that does not count. Two people are asked for; you would be the first. It waits until ${until}.`,
    can: (partner: string) => `${partner} can`,
    canNow: (partner: string) => `With this ${partner} can`,
    cannot: (partner: string) => `${partner} can’t`,
    cannotNow: (partner: string) => `With this ${partner} can’t`,
    accounts: 'On these accounts',
    long: 'How long',
    whom: 'For whom',
    whomOnly: (tenant: string) => `For ${tenant} only. It cannot be passed on.`,
    sees: 'Who sees it',
    seesAll: 'You see everything that is done with it, under Partner access.',
    rules: 'Your rules',
  },
  done: {
    open: (partner: string) => `${partner} waits for your answer`,
    waiting: () => 'Waiting for a second person',
    approved: (partner: string) => `${partner} now has access`,
    denied: (partner: string) => `${partner} has no access`,
    ended: () => 'This request ran out',
    waitingLead: (tenant: string, until: string) =>
      `Nothing is shared yet. Another administrator of ${tenant} was told and decides until ${until}.`,
    mailed: 'A mail with the same goes to all administrators.',
    nothing: 'Nothing is shared.',
    beginAgain: 'Begin again where you came from.',
    declined: 'You did not allow it',
  },
  receipt: {
    who: 'Who',
    with: (partner: Html, client: Html) => html`${partner}, with ${client}`,
    can: 'It can',
    orders: 'Orders',
    on: 'On',
    until: 'Until',
    by: 'Decided by',
    reference: 'Reference',
  },
  blocked: (partner: string) => `${partner} cannot be given access now`,
  blocks: {
    partner: (partner: string, provider: string) =>
      `${partner} is not active with ${provider} at present. It was active when it asked.`,
    client: (client: string) => `The app ${client} was stopped.`,
    referral: (partner: string) => `${partner} only refers customers; it cannot hold access to any account.`,
    lookAlike: (provider: string) =>
      `A name here looks like the one of ${provider}, and ${provider} has not verified it.`,
    tenantSandbox: (tenant: string) =>
      `${tenant} is a sandbox; a live app works with real organisations only.`,
    clientSandbox: (client: string) =>
      `${client} is a sandbox app; it works with sandbox organisations only.`,
    nobodyAsks: (tenant: string) => `The rules of ${tenant} let no partner ask for access.`,
    listedAsk: (tenant: string, partner: string) =>
      `The rules of ${tenant} let only listed partners ask for access; ${partner} is not listed.`,
    unlistedAsk: (tenant: string, partner: string) =>
      `The rules of ${tenant} keep some partners from asking for access; ${partner} is one of them.`,
    ranOut: 'The request ran out ten minutes after it was made. Begin again where you came from.',
    noSecond: (until: string) => `Nobody approved it as the second person until ${until}.`,
    gone: (tenant: string) => `The access that is to be changed is not one of ${tenant}, or it has ended.`,
    nothingAsked: 'The app asks for nothing that it is registered for.',
    noAccount: (tenant: string) => `${tenant} has no billing account that could be shared.`,
    answered: 'Somebody else has answered this already.',
    undecided: (until: string) => `Nobody decided about this until ${until}.`,
    notHeld: 'The access under which this was asked has ended or is paused.',
    late: (until: string) => `This could be answered until ${until}. Nothing is shared.`,
    takenBack: (partner: string) => `${partner} has taken this request back.`,
  },
  choose: {
    title: 'For which organisation?',
    lead: (partner: Html, client: Html) =>
      html`${partner} asks for access with ${client}. It never gets your password.`,
    adminsOnly: (tenant: string) => `${tenant}: only its administrators can allow access.`,
    askThem: 'Ask one of them',
    isSandbox: (tenant: string) => `${tenant}: a sandbox, and this app is live.`,
    isReal: (tenant: string) => `${tenant}: this app is a sandbox app and works with sandboxes only.`,
    none: 'You belong to no organisation that could allow it.',
    notYou: 'You cannot allow it yourself. Nothing is shared until somebody who can has decided.',
    one: 'The answer holds for the organisation that you choose.',
    many: 'You can decide for more than one organisation. The answer holds for the one that you choose.',
  },
  asked: {
    more: (partner: string) => `${partner} asks for more access`,
    now: (partner: string) => `${partner} asks you to approve something`,
    ask: (partner: string) => `${partner} asks for access`,
    moreLead: (partner: Html, tenant: string, client: Html) =>
      html`${partner} has access to accounts of ${tenant} with ${client} already. Nothing more is shared until
      you allow it.`,
    nowLead: (partner: Html, tenant: string, client: Html) =>
      html`${partner} has access to accounts of ${tenant} with ${client} already. This would be allowed
      besides, and only if you say so.`,
    askLead: (partner: Html, client: Html) =>
      html`${partner} asks to work on accounts of your organisation with ${client}. You choose on which, and
      nothing is shared until you allow it. ${partner} never gets your password.`,
    asksFor: 'It asks for',
    on: 'On billing account, as it says',
    why: 'Why, in their words',
    message: 'What it says this is for',
    couldDo: 'What it could then do',
    long: 'For how long',
    atMost: (hours: string) => `At most ${hours}; then it stops by itself.`,
    compare: (partner: string, until: string) =>
      `Compare this with what ${partner} shows or tells you. If you did not expect it, do not allow it. You can answer until ${until}.`,
    allowed: 'It was allowed.',
    notAllowed: 'It was not allowed; nothing changed.',
    notAllowedNow: 'It was not allowed; nothing was shared.',
    waits: 'One person allowed it; a second one decides under Partner access.',
    lapsed: (until: string) => `Nobody decided until ${until}; nothing changed.`,
    lapsedNow: (until: string) => `This could be answered until ${until}. Nothing was shared.`,
  },
  problems: {
    altered: 'The form asks for more than was requested; nothing was changed.',
    changed: 'This changed since you read it; nothing was allowed.',
    over: 'Somebody answered this request already.',
    second: 'You approved this already; another administrator has to approve it too.',
  },
}

export type ConsentWords = typeof EN
