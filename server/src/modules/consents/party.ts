import { html } from '#platform/html.ts'
import type { Html } from '#platform/html.ts'
import { PROVIDER_NAME } from '#platform/pages/index.ts'
import type { Language } from '#platform/words/language.ts'
import { readableName } from '#platform/words/names.ts'
import { CONSENT_WORDS } from './words/index.ts'

/** What the provider vouches for of a partner, besides its name, its kinds and its website. */
export interface Vouched {
  readonly legal_name: string | null
}

/** What the provider vouches for, in words for whoever decides about the partner; each line only where it is known. */
export function vouchedFacts(
  { legal_name: legalName }: Vouched,
  language: Language,
): readonly (readonly [string, Html])[] {
  const { who } = CONSENT_WORDS[language]
  return legalName === null
    ? []
    : [[who.legal, who.legalLine(html`<bdi>${readableName(legalName)}</bdi>`, PROVIDER_NAME)]]
}
