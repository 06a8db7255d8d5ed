/** What an answer of a vendor means for an identity check; null: it says nothing that we act on. */
export const MEANINGS = ['in_review', 'verified', 'resubmit', 'rejected', 'cancelled'] as const
export type Meaning = (typeof MEANINGS)[number]

type States = Readonly<Record<string, Meaning | null>>

/**
 * The states of vendors as their documentation names them, and what each means here. Sumsub's answer and whether it is
 * final stand behind its state. Whatever is not listed means nothing: no unknown state verifies anybody. Source: registry.md
 * section 5.
 */
export const VENDOR_STATES = {
  sumsub: {
    init: null,
    pending: 'in_review',
    queued: 'in_review',
    prechecked: 'in_review',
    onHold: 'in_review',
    awaitingService: 'in_review',
    'completed GREEN': 'verified',
    'completed RED RETRY': 'resubmit',
    'completed RED FINAL': 'rejected',
  },
  persona: {
    created: null,
    pending: null,
    completed: 'in_review',
    needs_review: 'in_review',
    approved: 'verified',
    declined: 'rejected',
    // All attempts that the vendor allows were used up; nobody declined the person.
    failed: 'resubmit',
    expired: 'cancelled',
  },
  stripe_identity: {
    requires_input: 'resubmit',
    processing: 'in_review',
    verified: 'verified',
    canceled: 'cancelled',
    redacted: null,
  },
  veriff: {
    started: null,
    submitted: 'in_review',
    review: 'in_review',
    approved: 'verified',
    declined: 'rejected',
    resubmissionRequested: 'resubmit',
    expired: 'cancelled',
    abandoned: 'cancelled',
  },
  simulated: {
    received: null,
    reviewing: 'in_review',
    approved: 'verified',
    retry: 'resubmit',
    declined: 'rejected',
    withdrawn: 'cancelled',
  },
} as const satisfies Readonly<Record<string, States>>

export type VendorName = keyof typeof VENDOR_STATES

/** What a vendor's state means; null for one that changes nothing, and for one that is not known. */
export function meaningOf(vendor: VendorName, state: string): Meaning | null {
  const states: States = VENDOR_STATES[vendor]
  return Object.hasOwn(states, state) ? (states[state] ?? null) : null
}
