import type { IdKind } from '@liaison/access'
import { z } from 'zod'
import { publicIdOf } from '#platform/public-id.ts'
import { CREDENTIAL_CHANGE, SESSION_REVOKED, timestampOf, TOKEN_CLAIMS_CHANGE } from './events.ts'

/** A change that stops or narrows access, as the database puts it into the outbox. */
export const Change = z.object({
  about: z.enum(['platform', 'partner', 'tenant', 'delegation', 'client']),
  change: z.enum(['ended', 'narrowed', 'key']),
  delegation_id: z.string().optional(),
  tenant_id: z.string().optional(),
  partner_id: z.string().optional(),
  client_id: z.string().optional(),
  state: z.string().optional(),
  side: z.string().optional(),
  epoch: z.int().optional(),
  mask: z.string().optional(),
  /** Of a client whose registration was narrowed: what it may still ask for. */
  scopes: z.array(z.string()).optional(),
  credential: z.literal('x509').optional(),
})
export type Change = z.output<typeof Change>

/** What the database knows besides, and who may hear of it. */
export const Audience = z.object({
  client_id: z.string().nullable(),
  kind: z.string().nullable(),
  scopes: z.array(z.string()).nullable(),
  streams: z.array(
    z.object({ id: z.string(), partner_id: z.string().nullable(), events: z.array(z.string()) }),
  ),
})
export type Audience = z.output<typeof Audience>

type Member = Readonly<Record<string, string>>

function member(kind: IdKind, uuid: string | null | undefined): Member | null {
  return uuid ? { format: 'opaque', id: publicIdOf(kind, uuid) } : null
}

/**
 * Whom a change is about, in the ids that access tokens carry: a token is meant when all members match it. `session` is
 * the `delegation_id`, `tenant` the `customer_id`, `application` the `client_id`, `partner` the `partner_id`. All
 * tokens of the issuer are meant by its address alone. Source: OpenID Shared Signals Framework 1.0 section 3, RFC 9493.
 */
export function subjectOf(
  change: Change,
  about: Pick<Audience, 'client_id' | 'kind'> & {
    readonly streamPartnerId: string | null
    readonly tokenIssuer: string
  },
): Record<string, unknown> {
  if (change.about === 'platform') return { format: 'uri', uri: about.tokenIssuer }
  const members = {
    session: member(about.kind === 'resale' ? 'resale' : 'consent', change.delegation_id),
    tenant: member('tenant', change.tenant_id),
    application: member('api_client', change.client_id ?? about.client_id),
    // What concerns a customer as a whole is told to a partner about its own tokens alone.
    partner: member('partner', change.partner_id ?? about.streamPartnerId),
  }
  const named = Object.entries(members).filter(([, value]) => value !== null)
  return { format: 'complex', ...Object.fromEntries(named) }
}

const BY: Readonly<Record<string, string>> = {
  tenant: 'the customer',
  partner: 'the partner',
  provider: 'the provider',
  clock: 'its end',
}

function reasonOf({ about, change, credential, state = '', side = '' }: Change, kind: string | null): string {
  const what =
    change === 'narrowed'
      ? 'narrowed'
      : change === 'key'
        ? `has other ${credential === 'x509' ? 'certificates' : 'keys'}`
        : state
  const by = BY[side]
  return `${kind ?? about} ${what}${by === undefined ? '' : ` by ${by}`}`
}

/** The event of a change with its claims (CAEP 1.0 sections 2 and 3). Reasons of people are not told. */
export function eventOf(
  change: Change,
  about: Pick<Audience, 'kind' | 'scopes'> & { readonly occurredAt: Date },
): { readonly type: string; readonly claims: Record<string, unknown> } {
  const common = {
    event_timestamp: timestampOf(about.occurredAt),
    initiating_entity: change.side === undefined ? 'system' : change.side === 'clock' ? 'policy' : 'admin',
    reason_admin: { en: reasonOf(change, about.kind) },
  }
  switch (change.change) {
    case 'ended':
      return { type: SESSION_REVOKED, claims: common }
    case 'narrowed': {
      const scope = (change.scopes ?? about.scopes ?? []).join(' ')
      const claims = { ...(change.epoch !== undefined && { delegation_ver: change.epoch }), scope }
      return { type: TOKEN_CLAIMS_CHANGE, claims: { ...common, claims } }
    }
    case 'key': {
      const credential =
        change.credential === 'x509'
          ? { credential_type: 'x509', change_type: 'revoke' }
          : { credential_type: 'client_key', change_type: 'update' }
      return { type: CREDENTIAL_CHANGE, claims: { ...common, ...credential } }
    }
  }
}

const SECOND_MS = 1000
/** How long to wait after each failed push; the last one repeats. Shorter than those of webhooks: a token lives five minutes. */
const DELAYS_MS: readonly number[] = [1, 5, 15, 60, 300, 900, 3600].map((seconds) => seconds * SECOND_MS)
/** Delays are up to a fifth longer, so that what failed together does not come back together. */
const JITTER = 0.2
const LONGEST_WAIT_MS = 3_600_000

/**
 * Longer than any event waits for its next push. A failure that none followed for so long says nothing about one now:
 * nothing waited, or nobody pushed.
 */
export const REST_MS = 3 * LONGEST_WAIT_MS

/** Milliseconds until the next push after `attempt` of them failed; `random` is in [0, 1). */
export function delayAfter(
  attempt: number,
  { random, retryAfterMs }: { readonly random: number; readonly retryAfterMs: number | null },
): number {
  const delay = DELAYS_MS[Math.min(attempt, DELAYS_MS.length) - 1] ?? SECOND_MS
  return Math.max(Math.round(delay * (1 + JITTER * random)), Math.min(retryAfterMs ?? 0, LONGEST_WAIT_MS))
}

/** Errors of a receiver that another attempt cannot mend; the others are of its keys and credentials (RFC 8935 section 2.4). */
const FINAL = new Set(['invalid_request', 'invalid_issuer', 'invalid_audience'])

/** Why a receiver will never take an event, as its answer to a push says; null when it may take it later. */
export function refusalIn(answer: { readonly code: number | null; readonly excerpt: string | null }) {
  if (answer.code !== 400) return null
  const error = /"err"\s*:\s*"([a-z_]{1,60})"/.exec(answer.excerpt ?? '')?.[1]
  return error !== undefined && FINAL.has(error) ? error : null
}
