import { recordEvent, runStatements } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { Statement } from '#platform/statement.ts'
import { writeInstant } from '#platform/words/instant-words.ts'
import type { Language } from '#platform/words/language.ts'
import { writeLetters } from '#platform/words/letters.ts'
import type { Letter } from '#platform/words/letters.ts'
import type { AccessRow, AssistanceMandate } from './store.ts'
import { ASSISTANCE_WORDS, TO_PARTNER, TO_PROVIDER } from './words/index.ts'
import type { AssistanceNews, Told } from './words/index.ts'

/** The stable names of what is done to support's access. */
type AssistanceAction =
  | 'assistance.request'
  | 'assistance.start'
  | 'assistance.approve_first'
  | 'assistance.approve'
  | 'assistance.decline'
  | 'assistance.withdraw'
  | 'assistance.end'
  | 'assistance.lapse'

/** Records what happened to support's access, for the tenant, the provider, and the partner that it is about. */
export function recordAccess(
  mandate: AssistanceMandate,
  row: AccessRow,
  event: {
    readonly action: AssistanceAction
    readonly changes: Readonly<Record<string, unknown>>
    readonly note?: string | undefined
  },
): void {
  recordEvent(mandate, {
    action: event.action,
    tenantId: row.tenant_id,
    ...(row.tenant_name !== null && { tenantName: row.tenant_name }),
    ...(row.partner_id !== null && { partnerId: row.partner_id }),
    ...(row.partner_name !== null && { partnerName: row.partner_name }),
    delegationId: row.id,
    role: 'assisted',
    resource: { type: 'support access', id: row.id, label: row.case_number },
    changes: {
      person: { after: row.person_name },
      minutes: { after: row.duration_minutes },
      ...event.changes,
    },
    ...(event.note !== undefined && { reason: event.note }),
  })
}

function toldOf(row: AccessRow, language: Language): Told {
  return {
    person: row.person_name,
    tenant: row.tenant_name ?? '',
    caseNumber: row.case_number,
    minutes: String(row.duration_minutes),
    until: row.ends_at ? writeInstant(row.ends_at, language) : '',
    answerBy: writeInstant(row.answer_by, language),
  }
}

const referenceOf = (row: AccessRow): string => publicIdOf('assisted', row.id)

interface Telling {
  readonly news: AssistanceNews
  /** The origin of the portal; the clock, which has none at hand, tells without the page. */
  readonly origin?: string
}

/** The page on which each audience reads of it, on a line of its own. */
function placesOf(row: AccessRow, origin: string | undefined) {
  if (origin === undefined) return { tenant: [], partner: [], provider: [] }
  const tenant = publicIdOf('tenant', row.tenant_id)
  const partner = row.partner_id && publicIdOf('partner', row.partner_id)
  return {
    tenant: [`${origin}/org/${tenant}/access/support`],
    partner: partner === null ? [] : [`${origin}/partner/${partner}/notices`],
    provider: [`${origin}/platform/support-access/${referenceOf(row)}`],
  }
}

function toTenant(row: AccessRow, { news, origin }: Telling, language: Language): Letter {
  const words = ASSISTANCE_WORDS[language]
  const { subject, sentence } = words.news[news](toldOf(row, language))
  const parts = [sentence, words.reason(row.reason)]
  if (row.end_reason !== null) parts.push(words.endReason(row.end_reason))
  return {
    subject,
    text: [...parts, words.limits, ...placesOf(row, origin).tenant, words.reference(referenceOf(row))].join(
      '\n\n',
    ),
  }
}

/** Tells those whom it concerns by mail: the tenant, the partner that the case is about, and whoever else answers for the provider. */
export async function announceAccess(
  mandate: AssistanceMandate,
  row: AccessRow,
  told: Telling,
): Promise<void> {
  const letterOf = ({ subject, sentence }: { subject: string; sentence: string }, further: string[]) => ({
    en: { subject, text: [sentence, ...further, `Reference ${referenceOf(row)}.`].join('\n\n') },
  })
  const about = toldOf(row, 'en')
  const places = placesOf(row, told.origin)
  const toAdmins = writeLetters((language) => toTenant(row, told, language))
  const letters = {
    tenant: toAdmins,
    // What lets somebody in is told there, too; what was asked, refused or is over is the administrators' matter.
    ...(told.news === 'started' && { security: toAdmins }),
    partner: letterOf(TO_PARTNER[told.news](about), places.partner),
    provider: letterOf(TO_PROVIDER[told.news](about), [`Reason given: "${row.reason}"`, ...places.provider]),
  }
  const statements: Statement[] = Object.entries(letters).map(([audience, mail]) => ({
    text: 'select access.mail_assisted($1, $2, $3)',
    values: [row.id, audience, mail],
  }))
  await runStatements(mandate, statements)
}
