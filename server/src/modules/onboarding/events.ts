import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

/** An owner accepted the API terms for the partner. */
export function noteAcceptance(
  mandate: Mandate<'program'>,
  terms: { readonly version: number; readonly sha256: string },
): void {
  recordEvent(mandate, {
    action: 'api_terms.accept',
    resource: { type: 'api_terms', label: `version ${terms.version}` },
    changes: { version: terms.version, text_sha256: terms.sha256 },
  })
}
