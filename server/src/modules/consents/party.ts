import { z } from 'zod'
import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'
import { PROVIDER_NAME, siteLink, telephoneLink } from '#platform/pages/index.ts'
import type { Language } from '#platform/words/language.ts'
import { readableName } from '#platform/words/names.ts'
import { CONSENT_WORDS } from './words/index.ts'

/** An agreement as whoever decides about its partner is told of it: which one it is, never what it says. */
export const AgreementTold = z.strictObject({ title: z.string(), version: z.int() })
export type AgreementTold = z.output<typeof AgreementTold>

/** What the provider vouches for of a partner, besides its name, its kinds and its website. */
export interface Vouched {
  readonly legal_name: string | null
  /** Its agreement with the provider that is in force. */
  readonly agreement: AgreementTold | null
  /** Where it helps people of tenants, as the provider approved it: an e-mail address, a telephone number or a website. */
  readonly support_contact: string | null
}

/** What the provider vouches for, in words for whoever decides about the partner; each line only where it is known. */
export function vouchedFacts(
  { legal_name: legalName, agreement, support_contact: support }: Vouched,
  language: Language,
): readonly (readonly [string, Html])[] {
  const { who } = CONSENT_WORDS[language]
  return [
    ...(legalName === null
      ? []
      : [[who.legal, who.legalLine(html`<bdi>${readableName(legalName)}</bdi>`, PROVIDER_NAME)] as const]),
    ...(support === null ? [] : [[who.support, supportLink(support)] as const]),
    ...(agreement === null ? [] : [[who.agreement, html`${agreementLine(agreement, language)}`] as const]),
  ]
}

/** A support contact that its reader writes to, calls or opens. */
export function supportLink(contact: string): Html {
  if (contact.startsWith('+')) return telephoneLink(contact)
  return contact.includes('@')
    ? html`<a href="mailto:${encodeURIComponent(contact).replace('%40', '@')}"><bdi>${contact}</bdi></a>`
    : siteLink(contact)
}

/** Which agreement is in force, in words. */
export function agreementLine({ title, version }: AgreementTold, language: Language): string {
  return CONSENT_WORDS[language].who.agreementLine(title, version, PROVIDER_NAME)
}
