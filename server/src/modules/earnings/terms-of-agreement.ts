import { AgreementTerms } from '#modules/agreements/index.ts'

/** The terms of an agreement as they are kept. Throws for what are none. */
export function parseTerms(kept: unknown): AgreementTerms {
  return AgreementTerms.parse(kept)
}
