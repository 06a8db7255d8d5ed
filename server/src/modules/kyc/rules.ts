import type { Meaning } from './vendor-states.ts'

/** The states of an identity check; those that are open are worked on. Source: registry.md section 5. */
export const CHECK_STATES = [
  'draft',
  'submitted',
  'in_review',
  'verified',
  'resubmit',
  'rejected',
  'expired',
  'revoked',
  'cancelled',
] as const
export type CheckState = (typeof CHECK_STATES)[number]

export const OPEN_STATES = ['draft', 'submitted', 'in_review', 'resubmit'] as const satisfies CheckState[]

/** Why somebody is asked again, or turned down; the applicant reads the sentence, and what to do about it. */
export const REASONS = {
  document_unreadable: {
    says: 'The document could not be read.',
    todo: 'Enter the number again, letter by letter, as it stands on the document.',
  },
  document_expired: {
    says: 'The document is no longer valid.',
    todo: 'Use a document that is valid today.',
  },
  document_type_not_accepted: {
    says: 'This kind of document is not accepted.',
    todo: 'Use a passport, an identity card, a residence permit or a driving licence.',
  },
  name_mismatch: {
    says: 'The name is not the one on the document.',
    todo: 'Enter your full name exactly as it stands on the document.',
  },
  birth_date_mismatch: {
    says: 'The date of birth is not the one on the document.',
    todo: 'Enter the date of birth that stands on the document.',
  },
  details_missing: {
    says: 'Something that is needed was missing.',
    todo: 'Fill in every field and send it again.',
  },
  under_age: {
    says: 'You are younger than this service allows.',
    todo: 'You can apply again when you are old enough.',
  },
  suspected_misuse: {
    says: 'Your identity could not be confirmed.',
    todo: 'Write to support if you think that this is wrong.',
  },
  other: {
    says: 'Your identity could not be confirmed with what was sent.',
    todo: 'Write to support to learn more.',
  },
} as const

export type ReasonCode = keyof typeof REASONS

const isReason = (code: string): code is ReasonCode => Object.hasOwn(REASONS, code)

/** The codes in the order of the documentation. */
export const REASON_CODES: readonly ReasonCode[] = Object.keys(REASONS).filter(isReason)

/** The codes among these that are known here; what a vendor calls otherwise becomes `other`. */
export function readReasons(codes: readonly string[]): ReasonCode[] {
  return [...new Set(codes.map((code) => (isReason(code) ? code : 'other')))]
}

export const DOCUMENT_KINDS = ['passport', 'identity_card', 'residence_permit', 'driving_licence'] as const
export type DocumentKind = (typeof DOCUMENT_KINDS)[number]

/** The roles that a check can lead to, the lowest first. */
export const TARGET_ROLES = ['basic', 'advanced', 'company'] as const
export type TargetRole = (typeof TARGET_ROLES)[number]

/** The role that a check of this end user leads to; null for one that is not checked. Source: registry.md section 7. */
export function targetFor(role: string): TargetRole | null {
  if (role === 'guest') return 'basic'
  return TARGET_ROLES.find((target) => target === role) ?? null
}

/** How a vendor's answer moves a check that is in this state: the moves one after the other; none when it changes nothing. */
export function movesFor(state: CheckState, meaning: Meaning): readonly CheckState[] {
  if (state === 'submitted') {
    if (meaning === 'in_review' || meaning === 'cancelled') return [meaning]
    return ['in_review', meaning]
  }
  if (state === 'in_review') return meaning === 'in_review' ? [] : [meaning]
  return state === 'resubmit' && meaning === 'cancelled' ? [meaning] : []
}

/** How an event of a vendor stands to what was applied already. */
export type Place = 'next' | 'stale'

/** An event that is older than the last one that was applied never moves a check back. */
export function placeOf(occurredAt: Date, lastAppliedAt: Date | null): Place {
  return lastAppliedAt !== null && occurredAt.getTime() < lastAppliedAt.getTime() ? 'stale' : 'next'
}
