import type { FormAction } from '@liaison/access'
import type { FastifyRequest } from 'fastify'
import { AgencyRefusal } from '#platform/agency-door.ts'
import type { ProblemError } from '#platform/problem.ts'
import type { EnteredForm } from '#platform/resolvers/resolver-of-form.ts'
import type { RequestTrace } from '#platform/request-trace.ts'
import { prefixOf } from '#platform/networks.ts'
import type { TalliedRefusal } from './tally.ts'

/** What is known of a request while it goes through the door. */
export interface RefusedRequest {
  readonly request: FastifyRequest
  readonly action: FormAction
  readonly kind: 'form_token' | 'agency_key'
  entered: EnteredForm | null
  /** The origin of the page, once it is known. */
  origin: string | null
  /** The origin that may read the answer. */
  corsOrigin: string | null
  /** What every answer says of the limits, once they were taken. */
  limitHeaders: Readonly<Record<string, string>>
}

/** Faults of the input, and of ours: the log tells them, the audit log need not. */
const UNRECORDED: ReadonlySet<string> = new Set([
  'MALFORMED',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'METHOD_NOT_ALLOWED',
  'VALIDATION_FAILED',
])

function actionOf(reason: string, isKnown: boolean): string {
  if (reason === 'RATE_LIMITED') return 'embed.rate_limited'
  if (reason === 'ORIGIN_NOT_ALLOWED') return 'embed.origin_refused'
  return reason === 'PARTNER_TOKEN_INVALID' && !isKnown ? 'embed.token_unknown' : 'embed.refused'
}

/** Everything of an event that the request alone says: the address as its network, and nothing that could hold a token. */
function traceOfRefusal(trace: RequestTrace): Record<string, unknown> {
  return { ...trace.toAudit(), ip: prefixOf(trace.ip), source: 'form' }
}

function partiesOf({ token, tenant, agency, form, delegation }: EnteredForm): Record<string, unknown> {
  return {
    actor_type: 'agency_token',
    actor_id: token?.id,
    actor_name: [agency?.name, form ? `form ${form.name}` : 'server key'].join(', '),
    tenant_id: tenant?.id,
    tenant_name: tenant?.name,
    delegation_id: delegation?.id,
    resource_type: form ? 'form' : 'agency',
    resource_id: form?.id ?? agency?.id,
  }
}

/**
 * The audit event of a refusal, and whom it is counted under; null for what is not recorded. A credential that is known
 * tells its tenant; of a stranger only the network is kept (E10).
 */
export function describeRefusal(told: {
  readonly problem: ProblemError
  readonly reason: string
  readonly trace: RequestTrace
  readonly state: RefusedRequest | null
}): TalliedRefusal | null {
  const { problem, reason, trace, state } = told
  if (problem.status >= 500 || UNRECORDED.has(reason)) return null
  const internal = problem instanceof AgencyRefusal ? problem.internal : null
  const event = {
    ...traceOfRefusal(trace),
    plane: 'delegation',
    code: reason,
    ...(internal !== null && { reason: internal }),
  }
  const known = state?.entered
  if (!known?.token)
    return {
      principal: `network ${prefixOf(trace.ip)}`,
      isStranger: true,
      event: { ...event, action: actionOf(reason, false), actor_type: 'stranger' },
    }
  const place = reason === 'ORIGIN_NOT_ALLOWED' ? ` ${internal}` : ''
  return {
    principal: `token ${known.token.id}${place}`,
    isStranger: false,
    event: { ...event, action: actionOf(reason, true), ...partiesOf(known) },
  }
}
