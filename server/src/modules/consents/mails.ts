import { PROVIDER_NAME } from '#platform/pages/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { writeInstant } from '#platform/words/instant-words.ts'
import type { Language } from '#platform/words/language.ts'
import { writeLetters } from '#platform/words/letters.ts'
import type { Letter, Letters } from '#platform/words/letters.ts'
import type { Services } from '#platform/services.ts'
import { readableName } from '#platform/words/names.ts'
import { currenciesOf, limitSentences } from './order-limits.ts'
import { networksSentence } from './networks.ts'
import { agreementLine } from './party.ts'
import { quotable } from './quoted.ts'
import { boundSentence } from './revocation-bound.ts'
import { payerSentence, sentencesOf } from './rules.ts'
import { mailSecurityContact, mailSide } from './store.ts'
import type { ConsentMandate } from './store.ts'
import type { ConsentRow } from './tables.ts'
import { CONSENT_WORDS, MAIL_WORDS } from './words/index.ts'
import type { ConsentMailWords, MailParties } from './words/index.ts'

/** What happened to a consent that people are told. */
export type ConsentNews = keyof ConsentMailWords['subjects']

/** The first sentence of each mail to the partner, which is its subject too; what is missing here does not concern that side. Partners read English. */
const TO_PARTNER: Readonly<Partial<Record<ConsentNews, (parties: MailParties) => string>>> = {
  granted: ({ client, tenant }) => `${tenant} allows ${client} access to its accounts`,
  narrowed: ({ tenant, client }) => `What ${client} can do for ${tenant} was narrowed`,
  suspended: ({ tenant, client }) => `The access of ${client} to ${tenant} is suspended`,
  resumed: ({ tenant, client }) => `The access of ${client} to ${tenant} works again`,
  stopped: ({ tenant, client }) => `The access of ${client} to ${tenant} was stopped`,
  expiring: ({ tenant, client, until }) => `The access of ${client} to ${tenant} ends soon: ${until}`,
  expired: ({ tenant, client }) => `The access of ${client} to ${tenant} has ended`,
}

/** The reason for which the clock suspends a consent; told in the language of whoever reads it. */
export const APPROVER_LEFT = MAIL_WORDS.en.approverLeft

/** The reason of a consent that its own client ended; told in the language of whoever reads it. */
const GIVEN_BACK = MAIL_WORDS.en.givenBack

/** What the provider's mails about consents tell of itself. */
export interface Letterhead {
  /** The origin that browsers see; without it the mail names no page. */
  readonly origin?: string | undefined
  /** The telephone number at which the provider helps; without it receipts name none. */
  readonly phone?: string | undefined
}

/** What a server's mails tell of the provider. */
export function letterheadOf({ publicOrigin, help }: Pick<Services, 'publicOrigin' | 'help'>): Letterhead {
  return { origin: publicOrigin(), phone: help.phone }
}

export interface NewsDetail extends Letterhead {
  readonly reason?: string | null | undefined
  /** The request that waits for a second approver. */
  readonly requestId?: string
}

/** The mails that say all of what a consent allows. */
const RECEIPTS: ReadonlySet<ConsentNews> = new Set([
  'granted',
  'waiting',
  'narrowed',
  'expiring',
  'still',
  'unused',
])

/** What lets an API client in, ends it, or changes what it may do: the security contact is told of it, too. */
const SECURITY_NEWS: ReadonlySet<ConsentNews> = new Set([
  'granted',
  'narrowed',
  'suspended',
  'resumed',
  'stopped',
])

/** Who receives what is shared, as far as the provider vouches for it. */
function vouchedLines({ vouched }: ConsentRow['card'], language: Language): string[] {
  const words = MAIL_WORDS[language]
  if (vouched === null) return []
  const { legal_name: legal, support_contact: support, agreement } = vouched
  return [
    ...(legal === null ? [] : [words.legal(readableName(legal), PROVIDER_NAME)]),
    ...(support === null ? [] : [words.support(support)]),
    ...(agreement === null ? [] : [words.agreement(agreementLine(agreement, language))]),
  ]
}

function receiptLines(row: ConsentRow, { phone }: Letterhead, language: Language): string[] {
  const words = MAIL_WORDS[language]
  const page = CONSENT_WORDS[language]
  const { approved_by_name: by, first_approved_by_name: first } = row
  const stops = boundSentence(row.max_revocation_seconds, language)
  const networks = networksSentence(row.card.networks ?? [], language)
  const purpose = quotable(row.purpose)
  const approval = by === null ? [] : [first === null ? words.by(by) : words.byTwo(by, first)]
  return [
    ...vouchedLines(row.card, language),
    words.can,
    ...sentencesOf(row.actions, page).can.map((sentence) => `- ${sentence}`),
    ...limitSentences(row, currenciesOf(row.card.accounts), language),
    ...(stops === undefined ? [] : [stops]),
    ...(networks === undefined ? [] : [networks]),
    words.accounts,
    ...row.card.accounts.map((account) =>
      words.account(account.name ?? '', account.ban, payerSentence(account, row.tenant_id, page)),
    ),
    words.until(writeInstant(row.ends_at, language)),
    ...(purpose === null ? [] : [words.why(purpose)]),
    ...approval,
    words.change,
    ...(phone === undefined ? [] : [words.call(phone)]),
  ]
}

/** What a reminder says of the last use, and what to do with what lies idle. */
function useLines(row: ConsentRow, news: ConsentNews, language: Language): string[] {
  if (news !== 'still' && news !== 'unused') return []
  const words = MAIL_WORDS[language]
  const { last_used_at: at } = row.card
  const used = at === null ? words.notUsed : words.lastUsed(writeInstant(new Date(at), language))
  return news === 'unused' ? [used, words.stopIt] : [used]
}

/** The consent and its parties, as every mail names them. */
type Named = Pick<
  ConsentRow,
  'id' | 'tenant_id' | 'tenant_name' | 'partner_id' | 'partner_name' | 'ends_at'
> & {
  readonly card: { readonly client: { readonly name: string } }
}

function placeOf(row: Named, side: 'partner' | 'tenant', detail: NewsDetail): string[] {
  if (detail.origin === undefined) return []
  const tenant = publicIdOf('tenant', row.tenant_id)
  if (side === 'partner') return [`${detail.origin}/partner/${publicIdOf('partner', row.partner_id)}/granted`]
  return detail.requestId === undefined
    ? [`${detail.origin}/org/${tenant}/access`]
    : [`${detail.origin}/consent/${publicIdOf('consent_request', detail.requestId)}/review?org=${tenant}`]
}

function partiesOf(row: Named, language: Language): MailParties {
  return {
    partner: readableName(row.partner_name ?? '', CONSENT_WORDS[language].namelessPartner),
    client: readableName(row.card.client.name, CONSENT_WORDS[language].namelessApp),
    tenant: row.tenant_name ?? MAIL_WORDS[language].yourOrganisation,
    until: writeInstant(row.ends_at, language),
  }
}

type Told = NewsDetail & { readonly news: ConsentNews }

/** The parts of a letter that stand in every one: first what happened, last where to look. */
function frameOf(side: 'partner' | 'tenant', row: Named, told: Told) {
  const { news, reason } = told
  return (language: Language) => {
    const words = MAIL_WORDS[language]
    const subjectOf = (side === 'tenant' ? undefined : TO_PARTNER[news]) ?? words.subjects[news]
    const reasons: Readonly<Record<string, string>> = {
      [APPROVER_LEFT]: words.approverLeft,
      [GIVEN_BACK]: words.givenBack,
    }
    return {
      subject: subjectOf(partiesOf(row, language)),
      end: [
        ...(reason ? [words.reason(reasons[reason] ?? reason)] : []),
        ...placeOf(row, side, told),
        words.reference(publicIdOf('consent', row.id)),
      ],
    }
  }
}

/** A letter to one side: what happened, why, where to look. */
function letterTo(side: 'partner' | 'tenant', row: ConsentRow, told: Told): (language: Language) => Letter {
  const { news } = told
  const frame = frameOf(side, row, told)
  return (language) => {
    const { subject, end } = frame(language)
    const isReceipt = side === 'tenant' && RECEIPTS.has(news)
    const text = [
      `${subject}.`,
      ...(side === 'tenant' ? useLines(row, news, language) : []),
      ...(isReceipt ? receiptLines(row, told, language) : []),
      ...end,
    ].join('\n\n')
    return { subject, text }
  }
}

/** A consent that its client gave back, with the names of both sides. */
export interface GivenBackConsent {
  readonly delegationId: string
  readonly endsAt: Date
  readonly tenantId: string
  readonly tenant: string
  readonly partnerId: string
  readonly partner: string
  readonly client: string
}

/** What the customer and the partner are written of a consent that its client gave back: the same as of one that a person ends. */
export function lettersOfGivenBack(
  given: GivenBackConsent,
  origin: string,
): { readonly tenant: Letters; readonly partner: Letters } {
  const row: Named = {
    id: given.delegationId,
    tenant_id: given.tenantId,
    tenant_name: given.tenant,
    partner_id: given.partnerId,
    partner_name: given.partner,
    ends_at: given.endsAt,
    card: { client: { name: given.client } },
  }
  const letter = (side: 'partner' | 'tenant') => (language: Language) => {
    const { subject, end } = frameOf(side, row, { news: 'stopped', reason: GIVEN_BACK, origin })(language)
    return { subject, text: [`${subject}.`, ...end].join('\n\n') }
  }
  return { tenant: writeLetters(letter('tenant')), partner: { en: letter('partner')('en') } }
}

/**
 * Tells both sides what happened to a consent: a mail to each that it concerns. The approval's mail is the receipt. Each
 * administrator of the customer reads it in the language that they chose, else in that of the approval.
 */
export async function tellConsent(mandate: ConsentMandate, row: ConsentRow, told: Told): Promise<void> {
  const toTenant = writeLetters(letterTo('tenant', row, told))
  await mailSide(mandate, row.id, { side: 'tenant', letters: toTenant })
  if (SECURITY_NEWS.has(told.news)) await mailSecurityContact(mandate, row.id, toTenant)
  if (TO_PARTNER[told.news] === undefined) return
  const letters: Letters = { en: letterTo('partner', row, told)('en') }
  await mailSide(mandate, row.id, { side: 'partner', letters })
}
