import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

interface Subject {
  readonly id?: string
  readonly reference: string
}

const resourceOf = ({ id, reference }: Subject) => ({
  type: 'partner_application',
  ...(id !== undefined && { id }),
  label: reference,
})

/** An application was begun or sent by somebody without a sign-in. */
export function noteApplication(
  mandate: Mandate<'identity'>,
  application: Subject,
  step: 'start' | 'send',
): void {
  recordEvent(mandate, { action: `partner_applications.${step}`, resource: resourceOf(application) })
}

/** The provider decided. */
export function noteDecision(
  mandate: Mandate<'platform'>,
  application: Subject & { readonly organisation: string },
  decision:
    | { readonly name: 'approve'; readonly partnerId: string }
    | { readonly name: 'decline'; readonly reason: string },
): void {
  recordEvent(mandate, {
    action: `partner_applications.${decision.name}`,
    ...(decision.name === 'approve'
      ? { partnerId: decision.partnerId, partnerName: application.organisation }
      : { reason: decision.reason }),
    resource: resourceOf(application),
  })
}

/** Applications that nobody confirmed were removed. */
export function noteTidying(mandate: Mandate<'system'>, rowCount: number): void {
  recordEvent(mandate, { action: 'partner_applications.remove', rowCount })
}

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
