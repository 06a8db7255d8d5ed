import { enqueue, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

/** What is told of a change of a feature. */
export interface FeatureNews {
  readonly action: string
  readonly changes?: Readonly<Record<string, unknown>>
  readonly reason?: string
  /** The partner that it is about, which then reads of it, too. */
  readonly partner?: { readonly id: string; readonly name: string }
}

/** Records a change of a feature. */
export function recordFeature(
  mandate: Mandate,
  feature: { readonly id: string; readonly name: string },
  { action, changes, reason, partner }: FeatureNews,
): void {
  recordEvent(mandate, {
    action,
    resource: { type: 'feature', id: feature.id, label: feature.name },
    ...(partner && { partnerId: partner.id, partnerName: partner.name }),
    ...(changes && { changes }),
    ...(reason !== undefined && { reason }),
  })
}

/** Tells a partner's own endpoints that something else is set about a feature for it: on, off, in, out, or nothing. */
export const tellFeature = (mandate: Mandate, partnerId: string, set: string | null): Promise<void> =>
  enqueue(mandate, 'feature.changed', { partner_id: partnerId, state: set ?? 'unset' })
