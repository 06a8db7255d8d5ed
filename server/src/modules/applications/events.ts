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

/** What the applicant, who has no sign-in, did. */
export function noteApplicant(
  mandate: Mandate<'identity'>,
  application: Subject,
  act: 'start' | 'link' | 'save' | 'change' | 'send' | 'answer' | 'withdraw',
): void {
  recordEvent(mandate, { action: `partner_applications.${act}`, resource: resourceOf(application) })
}

/** What the provider did. */
export function noteReview(
  mandate: Mandate<'platform'>,
  application: Subject,
  act: {
    readonly name: 'ask' | 'approve' | 'decline'
    readonly partner?: { readonly id: string; readonly name: string }
    readonly changes?: Readonly<Record<string, unknown>>
    readonly reason?: string
  },
): void {
  recordEvent(mandate, {
    action: `partner_applications.${act.name}`,
    ...(act.partner && { partnerId: act.partner.id, partnerName: act.partner.name }),
    resource: resourceOf(application),
    ...(act.changes && { changes: act.changes }),
    ...(act.reason !== undefined && { reason: act.reason }),
  })
}

/** Drafts that nobody came back to were removed. */
export function noteTidying(mandate: Mandate<'system'>, rowCount: number): void {
  recordEvent(mandate, { action: 'partner_applications.remove', rowCount })
}
