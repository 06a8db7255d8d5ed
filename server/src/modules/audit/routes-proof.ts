import { z } from 'zod'
import { publicId, wholeNumber } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { noteConsistencyProved, noteEventProved } from './events.ts'
import { ConsistencyProof, EventProof, proveConsistency, proveEvent } from './own-proof.ts'
import type { ProvingMandate } from './own-proof-store.ts'

const sizeOf = (description: string) => wholeNumber(1, Number.MAX_SAFE_INTEGER).meta({ description })

const eventInput = {
  params: z.strictObject({ event_id: publicId('audit_event') }),
  query: z.strictObject({
    size: sizeOf(
      'The size of the checkpoint to prove under, such as one that you kept; the first that covers the event without it.',
    ).optional(),
  }),
}

const PROOF = {
  method: 'GET',
  summary: 'The proof that one event of the own log stands in the signed log, to be checked offline',
  limit: 'detail',
  problems: ['AUDIT_EVENT_NOT_FOUND', 'AUDIT_CHECKPOINT_NOT_FOUND', 'AUDIT_PROOF_NOT_READY'],
  responses: { 200: EventProof },
} as const

const consistencyInput = {
  query: z.strictObject({
    from: sizeOf('The size of the older checkpoint.'),
    to: sizeOf('The size of the newer one; the newest without it.').optional(),
  }),
}

const CONSISTENCY = {
  method: 'GET',
  summary: 'The proof that nothing under one checkpoint was changed until another',
  limit: 'detail',
  problems: ['AUDIT_CHECKPOINT_NOT_FOUND', 'AUDIT_PROOF_NOT_READY'],
  responses: { 200: ConsistencyProof },
} as const

type EventAsked = { readonly event_id: string }

async function answerEvent(
  mandate: ProvingMandate,
  { event_id: eventId }: EventAsked,
  size: number | undefined,
) {
  const proof = await proveEvent(mandate, eventId, size)
  noteEventProved(mandate, eventId)
  return proof
}

async function answerConsistency(
  mandate: ProvingMandate,
  query: { readonly from: number; readonly to?: number | undefined },
) {
  const proof = await proveConsistency(mandate, query)
  noteConsistencyProved(mandate)
  return proof
}

/** What partners and tenants can prove of the log to anybody, each from its own part of it. Source: reliability.md section 1. */
export const proofRoutes: readonly Route[] = [
  route({
    ...PROOF,
    path: '/api/v1/partner/audit/events/:event_id/proof',
    input: eventInput,
    access: { permission: 'partner_org.audit.read' },
    handle: ({ mandate, params, query }) => answerEvent(mandate, params, query.size),
  }),
  route({
    ...PROOF,
    path: '/api/v1/tenant/partner-access/activity/events/:event_id/proof',
    input: eventInput,
    access: { permission: 'tenant.partner_access.audit.read' },
    handle: ({ mandate, params, query }) => answerEvent(mandate, params, query.size),
  }),
  route({
    ...CONSISTENCY,
    path: '/api/v1/partner/audit/consistency',
    input: consistencyInput,
    access: { permission: 'partner_org.audit.read' },
    handle: ({ mandate, query }) => answerConsistency(mandate, query),
  }),
  route({
    ...CONSISTENCY,
    path: '/api/v1/tenant/partner-access/activity/consistency',
    input: consistencyInput,
    access: { permission: 'tenant.partner_access.audit.read' },
    handle: ({ mandate, query }) => answerConsistency(mandate, query),
  }),
]
