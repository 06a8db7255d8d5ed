import type { PartnerProfile } from '@liaison/client'

import { t } from '../../platform/words.ts'

/** What a partner types of its entry, and customers see once the provider has approved it. */
export const approvedFields = ['website', 'support_contact'] as const

export type ApprovedField = (typeof approvedFields)[number]

type Typed = Pick<PartnerProfile, ApprovedField | `approved_${ApprovedField}`>

/** What was typed and what customers see, as words. */
export function typedNames(entry: Typed, field: ApprovedField): { typed: string; shown: string } {
  const none = t('entry.nothing')
  return { typed: entry[field] ?? none, shown: entry[`approved_${field}`] ?? none }
}

/** Whether what the partner typed waits for the provider. */
export const isWaiting = (entry: Typed, field: ApprovedField): boolean =>
  entry[field] !== entry[`approved_${field}`]

/** The field as customers see it; that another one waits, and what they see meanwhile, where the provider has not approved it. */
export function typedText(entry: Typed, field: ApprovedField): string | null {
  return isWaiting(entry, field) ? t('entry.waits', typedNames(entry, field)) : entry[field]
}
