import type { LinkId } from '@liaison/access'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { Language } from '#platform/words/language.ts'
import { writeLetters } from '#platform/words/letters.ts'
import type { Letter } from '#platform/words/letters.ts'
import type { AccountRow } from './store.ts'

type Asked = Pick<AccountRow, 'partner_name' | 'tenant_name' | 'asked_for' | 'message'>

interface Words {
  readonly subject: (asked: Asked) => string
  readonly sentence: (asked: Asked) => string
  readonly message: (text: string) => string
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    subject: ({ partner_name: partner, tenant_name: tenant }) =>
      `${partner} asks for an account of ${tenant}`,
    sentence: ({ partner_name: partner, tenant_name: tenant, asked_for: whom }) =>
      `${partner} asks that a subscriber of ${tenant} becomes its account: "${whom}". You say which one that is, or decline. Nothing is open by the request.`,
    message: (text) => `Message: "${text}"`,
  },
  es: {
    subject: ({ partner_name: partner, tenant_name: tenant }) => `${partner} pide una cuenta de ${tenant}`,
    sentence: ({ partner_name: partner, tenant_name: tenant, asked_for: whom }) =>
      `${partner} pide que un abonado de ${tenant} sea cuenta suya: «${whom}». Usted dice cuál es, o lo rechaza. La solicitud no abre nada.`,
    message: (text) => `Mensaje: «${text}»`,
  },
  fr: {
    subject: ({ partner_name: partner, tenant_name: tenant }) => `${partner} demande un compte de ${tenant}`,
    sentence: ({ partner_name: partner, tenant_name: tenant, asked_for: whom }) =>
      `${partner} demande qu’un abonné de ${tenant} devienne son compte : « ${whom} ». Vous dites lequel c’est, ou vous refusez. La demande n’ouvre rien.`,
    message: (text) => `Message : « ${text} »`,
  },
}

/** Tells the administrators of the organisation that a partner asked for an account under a link, each in a language of their own. */
export async function mailAsked(
  mandate: Mandate<'program'>,
  row: AccountRow,
  under: { readonly linkId: LinkId; readonly origin: string },
): Promise<void> {
  const tenant = publicIdOf('tenant', row.tenant_id)
  const letters = writeLetters((language): Letter => {
    const words = WORDS[language]
    const text = [
      words.sentence(row),
      ...(row.message === null ? [] : [words.message(row.message)]),
      `${under.origin}/org/${tenant}/access/accounts`,
    ]
    return { subject: words.subject(row), text: text.join('\n\n') }
  })
  await runStatements(mandate, [
    { text: 'select access.mail_side($1, $2, $3)', values: [under.linkId, 'tenant', letters] },
  ])
}
