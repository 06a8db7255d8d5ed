import { decide } from '@liaison/access'
import type { PersonId } from '@liaison/access'
import type { DoneRead } from './admission-statement.ts'
import { LIMITS } from './limit-policies.ts'
import type { LimitPolicy } from './limit-policies.ts'
import { limitHeaders } from './limits.ts'
import type { Limiter, LimitVerdict } from './limits.ts'
import { factsOf } from '../mandate.ts'
import type { Mandate } from '../mandate.ts'
import { networkOf } from '../networks.ts'
import { ProblemError } from '../problem.ts'
import { RefusalError } from '../refusal.ts'
import type { RequestTrace } from '../request-trace.ts'
import { permissionOf } from '../route.ts'
import type { Route } from '../route.ts'

/** A decided request that asks to be admitted. */
interface Applicant {
  readonly route: Route
  readonly trace: RequestTrace
  readonly mandate: Mandate
}

/** Under what somebody is counted of whom nothing is known but the network. */
export const keyOfNetwork = (ip: string): string => `network ${networkOf(ip)}`

/** The person of a side that has several; null for what acts by itself, such as an API client. */
const personOf = (mandate: Mandate): PersonId | null =>
  mandate.kind === 'acting' ||
  mandate.kind === 'portfolio' ||
  mandate.kind === 'program' ||
  mandate.kind === 'tenant'
    ? mandate.actor.id
    : null

function principalOf(applicant: Applicant): string {
  const { route, mandate } = applicant
  const policy: LimitPolicy = LIMITS[route.limit]
  const side = sideOf(applicant)
  const person = personOf(mandate)
  return policy.per === 'person' && person !== null ? `${side} person ${person}` : side
}

function sideOf({ mandate, trace }: Applicant): string {
  if (mandate.kind === 'acting' || mandate.kind === 'portfolio' || mandate.kind === 'program')
    return `partner ${mandate.partner.id}`
  if (mandate.kind === 'tenant') return `tenant ${mandate.tenant.id}`
  if (mandate.kind === 'api')
    return mandate.partner ? `partner ${mandate.partner.id}` : `tenant ${mandate.tenant.id}`
  if (mandate.kind === 'platform') return `person ${mandate.actor.id}`
  if (mandate.kind === 'realm') return `end user ${mandate.user.id}`
  if (mandate.kind === 'realm_door') return `realm ${mandate.partner.id} network ${networkOf(trace.ip)}`
  return mandate.kind === 'ingest' ? `key ${mandate.keyId}` : keyOfNetwork(trace.ip)
}

/** The partner whose own configuration bounds the calls of a principal. */
function boundOf(mandate: Mandate): Parameters<Limiter['take']>[0][0]['bound'] {
  if (mandate.kind === 'acting' || mandate.kind === 'portfolio' || mandate.kind === 'program')
    return { partnerId: mandate.partner.id, by: 'staff' }
  return mandate.kind === 'api' && mandate.partner
    ? { partnerId: mandate.partner.id, by: 'clients' }
    : undefined
}

/** The admissions of a request: one of its principal, and while acting one of the tenant. */
function listAsked(applicant: Applicant): Parameters<Limiter['take']>[0] {
  const { mandate } = applicant
  const bound = boundOf(mandate)
  const own = { name: applicant.route.limit, key: principalOf(applicant), ...(bound && { bound }) }
  const isDelegated = mandate.kind === 'acting' || (mandate.kind === 'api' && mandate.delegation !== null)
  if (!isDelegated || !mandate.partner) return [own]
  const key = `partner ${mandate.partner.id} tenant ${mandate.tenant.id}`
  return [own, { name: 'tenant', key }]
}

/** Asks for the admissions of a request. */
export const takeLimits = (limiter: Limiter, applicant: Applicant): LimitVerdict | Promise<LimitVerdict> =>
  limiter.take(listAsked(applicant))

/** The refusal that this process remembers of a request's admissions. */
export const recallRefusal = (limiter: Limiter, applicant: Applicant): LimitVerdict | null =>
  limiter.recall(listAsked(applicant))

/** Asks for the admissions of a read that was done, and has it recorded if they are given. */
export const takeLimitsForRead = (
  limiter: Limiter,
  applicant: Applicant,
  read: DoneRead,
): Promise<LimitVerdict> => limiter.takeForRead(listAsked(applicant), read)

/** Refuses what was not admitted. Throws RATE_LIMIT_EXCEEDED, with an explanation for a person. */
export function refuseLimited({ route, mandate }: Applicant, verdict: LimitVerdict): never {
  const headers = limitHeaders(verdict)
  const permission = permissionOf(route.access)
  // An API client's limit needs no explanation: the header fields say all of it.
  if (!permission || mandate.kind === 'api' || mandate.kind === 'realm')
    throw new ProblemError(429, 'RATE_LIMIT_EXCEEDED', 'The limit of this operation is used up.', { headers })
  const facts = { ...factsOf(mandate), rate: { limited: true } }
  const decision = decide(facts, { permission: permission.name }, { trace: true })
  const limited = {
    ...decision,
    effect: 'deny' as const,
    code: 'RATE_LIMIT_EXCEEDED' as const,
    status: 429 as const,
  }
  throw new RefusalError(limited, { facts, permission: permission.name, names: {}, headers })
}
