import { recordEvent, runStatements } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { writeInstant } from '#platform/words/instant-words.ts'
import type { Language } from '#platform/words/language.ts'
import { writeLetters } from '#platform/words/letters.ts'
import type { Letter } from '#platform/words/letters.ts'
import type { HomeMandate, HomeRow } from './store.ts'
import { HOME_WORDS, TO_PARTNER } from './words/index.ts'
import type { HomeNews, Told } from './words/index.ts'

/** The stable names of what is done about which organisation a partner is. */
type HomeAction =
  | 'homes.ask'
  | 'homes.confirm_first'
  | 'homes.confirm'
  | 'homes.withdraw'
  | 'homes.accept'
  | 'homes.decline'
  | 'homes.end'

/** Records what happened: for both sides, but nothing for the partner while the organisation has not decided. */
export function recordHome(
  mandate: HomeMandate,
  row: HomeRow,
  event: { readonly action: HomeAction; readonly before: string | null; readonly note?: string | undefined },
): void {
  recordEvent(mandate, {
    action: event.action,
    tenantId: row.tenant_id,
    tenantName: row.tenant_name,
    ...(row.offered_at !== null && { partnerId: row.partner_id, partnerName: row.partner_name }),
    resource: { type: 'partner_home', id: row.id, label: row.partner_name },
    changes: { status: { before: event.before, after: row.state } },
    ...(event.note !== undefined && { reason: event.note }),
  })
}

function toldOf(mandate: HomeMandate, row: HomeRow, language: Language): Told {
  return {
    person: mandate.actor.name,
    tenant: row.tenant_name,
    partner: row.partner_name,
    answerBy: writeInstant(row.answer_by, language),
  }
}

/** Tells those who decide on both sides, but whoever did it; the partner only of what the organisation has decided. */
export async function announceHome(
  mandate: HomeMandate,
  row: HomeRow,
  told: { readonly news: HomeNews; readonly origin: string },
): Promise<void> {
  const tenantPage = `${told.origin}/org/${publicIdOf('tenant', row.tenant_id)}/access/home`
  const partnerPage = `${told.origin}/partner/${publicIdOf('partner', row.partner_id)}/profile`
  const reason = row.end_reason
  const toAdmins = writeLetters((language): Letter => {
    const words = HOME_WORDS[language]
    const { subject, sentence } = words.news[told.news](toldOf(mandate, row, language))
    return {
      subject,
      text: [sentence, ...(reason === null ? [] : [words.reason(reason)]), tenantPage].join('\n\n'),
    }
  })
  const { subject, sentence } = TO_PARTNER[told.news](toldOf(mandate, row, 'en'))
  const toOwners = {
    en: {
      subject,
      text: [sentence, ...(reason === null ? [] : [HOME_WORDS.en.reason(reason)]), partnerPage].join('\n\n'),
    },
  }
  const letters = {
    tenant: toAdmins,
    // What lets somebody in is told the security contact, too.
    ...(told.news === 'accepted' && { security: toAdmins }),
    ...(row.offered_at !== null && { partner: toOwners }),
  }
  await runStatements(
    mandate,
    Object.entries(letters).map(([audience, mail]) => ({
      text: 'select access.mail_home($1, $2, $3)',
      values: [row.id, audience, mail],
    })),
  )
}
