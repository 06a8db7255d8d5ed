import { z } from 'zod'
import type { ReasonCode } from './rules.ts'
import { readReasons } from './rules.ts'
import { meaningOf } from './vendor-states.ts'
import type { Meaning } from './vendor-states.ts'
import type { Provider, Vendor } from './tables.ts'

/** What a vendor is asked to check. */
export interface CheckRequest {
  readonly caseId: string
  readonly attempt: number
  readonly legalName: string
}

/** What a vendor says about one of its references; `meaning` is null for what changes nothing. */
export interface VendorNews {
  readonly reference: string
  readonly occurredAt: Date
  readonly meaning: Meaning | null
  readonly reasons: readonly ReasonCode[]
}

/**
 * What stands between us and whoever decides. Only `verified`, said in a signed event or fetched from the vendor itself,
 * ever verifies anybody; what an adapter does not understand changes nothing.
 */
export interface IdentityAdapter {
  readonly name: Provider
  /** Who decides: people of the partner in the queue, or a vendor by its events. */
  readonly decidedBy: 'people' | 'vendor'
  /** What the vendor will call this check from now on; null where no vendor is told. */
  readonly makeReference: (request: CheckRequest) => string | null
  /** Understands the content of a signed event; null when it is not in the vendor's form. */
  readonly readEvent: (content: unknown) => VendorNews | null
  /** Asks the vendor how a check went, in case its events were lost; null when it has not decided. */
  readonly fetchResult: (
    request: CheckRequest & { readonly reference: string; readonly now: Date },
  ) => VendorNews | null
}

/** Reviewed by people of the partner. */
export const manualAdapter: IdentityAdapter = {
  name: 'manual',
  decidedBy: 'people',
  makeReference: () => null,
  readEvent: () => null,
  fetchResult: () => null,
}

const SimulatedEvent = z.strictObject({
  type: z.literal('identity_check.updated'),
  timestamp: z.iso.datetime({ offset: true }),
  data: z.strictObject({
    reference: z.string().min(1).max(200),
    state: z.string().min(1).max(60),
    reasons: z.array(z.string().max(60)).max(20).default([]),
  }),
})

/** How the simulated vendor decides: by the name that was given, so that every path can be walked on purpose. */
export interface SimulatedDecision {
  readonly state: 'approved' | 'retry' | 'declined' | 'reviewing'
  readonly reasons: readonly ReasonCode[]
}

/** "Reject Me" is declined, "Retry Me" is asked again the first time, "Wait For Me" is left waiting, everybody else is approved. */
export function decideByName({
  legalName,
  attempt,
}: Pick<CheckRequest, 'legalName' | 'attempt'>): SimulatedDecision {
  if (/\breject\b/i.test(legalName)) return { state: 'declined', reasons: ['suspected_misuse'] }
  if (/\bwait\b/i.test(legalName)) return { state: 'reviewing', reasons: [] }
  if (/\bretry\b/i.test(legalName) && attempt === 1)
    return { state: 'retry', reasons: ['document_unreadable'] }
  return { state: 'approved', reasons: [] }
}

/** A vendor that exists for development and demonstrations alone, and is named so. */
export const simulatedAdapter: IdentityAdapter = {
  name: 'simulated',
  decidedBy: 'vendor',
  makeReference: ({ caseId }) => `sim_${caseId.replaceAll('-', '')}`,
  readEvent(content) {
    const parsed = SimulatedEvent.safeParse(content)
    if (!parsed.success) return null
    const { timestamp, data } = parsed.data
    return {
      reference: data.reference,
      occurredAt: new Date(timestamp),
      meaning: meaningOf('simulated', data.state),
      reasons: readReasons(data.reasons),
    }
  },
  fetchResult(request) {
    const { state, reasons } = decideByName(request)
    if (state === 'reviewing') return null
    return {
      reference: request.reference,
      occurredAt: request.now,
      meaning: meaningOf('simulated', state),
      reasons,
    }
  },
}

const ADAPTERS: Readonly<Record<Provider, IdentityAdapter>> = {
  manual: manualAdapter,
  simulated: simulatedAdapter,
}

export const adapterOf = (provider: Provider): IdentityAdapter => ADAPTERS[provider]

/** The vendor with this name; null when there is none. */
export function findVendor(name: string): Vendor | null {
  return name === 'simulated' ? name : null
}
