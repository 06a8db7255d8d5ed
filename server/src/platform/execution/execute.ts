import { decodeId } from '@liaison/access'
import type { PartnerId, PermissionEntry, TenantId } from '@liaison/access'
import type { FastifyRequest } from 'fastify'
import { stateOfReason } from './access-reason.ts'
import type { TokenVerifier } from '#platform/credentials/access-token.ts'
import { isAgencyAccess } from '../agency-door.ts'
import type { AgencyCall, AgencyDoor } from '../agency-door.ts'
import { authorizationsOf } from './authorizations.ts'
import { sentMethodOf } from '#platform/http/head-requests.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../database.ts'
import type { Guard } from './guard.ts'
import type { LookedUpKey } from './idempotency.ts'
import type { Limiter } from '#platform/limits/limits.ts'
import { endMandate } from '../mandate.ts'
import type { Mandate, Signal } from '../mandate.ts'
import { openForClient } from '#platform/resolvers/resolver-of-client.ts'
import type { RealmTokens } from '#platform/credentials/realm-token.ts'
import { openInRealm } from '#platform/resolvers/open-in-realm.ts'
import { openForIdentity, openForIngest } from '#platform/resolvers/resolver-without-person.ts'
import { openForPerson } from '#platform/resolvers/resolver.ts'
import type { SessionUse } from '#platform/resolvers/kept-decisions.ts'
import type { PersonRequest, Proof } from '#platform/resolvers/resolver.ts'
import { ProblemError } from '../problem.ts'
import { Refusal } from '../refusal.ts'
import type { RequestTrace } from '../request-trace.ts'
import { permissionOf } from '../route.ts'
import type { Route } from '../route.ts'
import type { Inputs, Schemas } from '../route-input.ts'
import type { ServiceMeter } from '#platform/telemetry/service-meter.ts'
import type { Durability, Transaction } from '../transaction.ts'

/** What every request is executed with. */
export interface Engine {
  readonly database: Database
  readonly limiter: Limiter
  readonly guard: Guard
  readonly tokens: TokenVerifier
  /** The issuers of the realms of white-label partners. */
  readonly realmTokens: RealmTokens
  /** Counts what end users do against their limits. */
  readonly meter: ServiceMeter
  readonly clock: Clock
  readonly requestDeadlineMs: number
  readonly observer: Observer
  /** The door of form tokens and server keys of agencies. */
  readonly agencyDoor: AgencyDoor
  /** `durable`: even an ordinary read is answered only when its audit row is on disk. */
  readonly readDurability?: Durability
}

/** Told of what the engine decides, for the metrics. */
export interface Observer {
  decided(outcome: 'allowed' | 'denied', reason: string): void
  limited(bucket: string): void
  /** How long it took to open and decide a request, whatever came of it. */
  opened(seconds: number): void
  /** A request of a partner that went into tenants; `scope` is how many a portfolio request reached. */
  crossed(partnerId: PartnerId, route: string, scope: number | null): void
  /** The commit that carries the audit events of a request failed; the request failed with it. */
  auditFailed(): void
  /** Something was committed that whoever runs the installation is to look at. */
  signalled(name: Signal): void
  /** A request with a form token or a server key was answered; `reason` is one of a fixed list. */
  formAnswered(outcome: 'success' | 'refusal' | 'error', reason: string): void
  /** The content security policy of a page stopped something in somebody's browser. */
  stopped(directive: string): void
}

/** One request, parsed. */
export interface Call {
  readonly route: Route
  readonly request: FastifyRequest
  readonly inputs: Inputs<Schemas>
  readonly trace: RequestTrace
  readonly sessionToken: string | null
  readonly counted: Counted
}

/** What is known of a call's limits once it was counted: a refusal that comes later tells it, too. */
export interface Counted {
  limits: Readonly<Record<string, string>>
}

/** What goes back. */
export interface Answer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: unknown
}

/** A request that was opened: its mandate, and the transaction in which it holds. */
export interface Opened {
  readonly mandate: Mandate
  readonly transaction: Transaction
  /** Set where the door itself took the limits: what the answer says of them. */
  readonly limitHeaders?: Readonly<Record<string, string>>
  /** Set where opening looked up the key of the request. */
  readonly lookedUp?: LookedUpKey | null
  /** The use of the session that was opened with, where there is one. */
  readonly use?: SessionUse
  /** Set for a read that stands on a decision that is kept, and has begun no transaction. */
  readonly proof?: Proof
}

/** The tenant that a request names, or null. Throws TENANT_CONTEXT_MISMATCH when it names two. */
export function namedTenant(call: Call, access: Route['access']): TenantId | null {
  if ('identity' in access && access.tenant === undefined) return null
  const header = call.request.headers['x-active-tenant-id']
  let named: TenantId | null = null
  if (header !== undefined) {
    named = typeof header === 'string' ? decodeId('tenant', header) : null
    if (named === null)
      throw new ProblemError(
        400,
        'TENANT_CONTEXT_MISMATCH',
        'X-Active-Tenant-Id must be the id of one tenant.',
      )
  }
  if ('tenant' in access && typeof access.tenant === 'function') {
    // The function was written for the inputs of this very route.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const fromInput = (access.tenant as (input: unknown) => TenantId | undefined)(call.inputs)
    if (fromInput === undefined) return named
    if (named !== null && named !== fromInput)
      throw new ProblemError(
        400,
        'TENANT_CONTEXT_MISMATCH',
        'The request and X-Active-Tenant-Id name different tenants.',
      )
    return fromInput
  }
  return named
}

function toPersonRequest(call: Call, permission: PermissionEntry): PersonRequest {
  const { access, method } = call.route
  const tenantId = namedTenant(call, access)
  if (permission.plane === 'realm') throw new Error('No realm route is mounted.')
  if (tenantId !== null && (permission.plane === 'program' || permission.plane === 'platform')) {
    throw new ProblemError(
      400,
      'TENANT_CONTEXT_MISMATCH',
      'This operation belongs to the organisation itself; X-Active-Tenant-Id has no place here.',
    )
  }
  return {
    permission: permission.name,
    plane: permission.plane,
    sessionToken: call.sessionToken,
    tenantId,
    isPortfolio: 'permission' in access && access.tenant === 'portfolio',
    writes: method !== 'GET',
    accessReason: stateOfReason(call.route, call.request.headers['x-access-reason']),
    trace: call.trace,
  }
}

/**
 * The request of a person. Where the input names the tenant and cannot be read, nobody learns so without a session. Throws
 * UNAUTHORIZED, VALIDATION_ERROR and TENANT_CONTEXT_MISMATCH.
 */
async function readPersonRequest(
  { database }: Engine,
  call: Call,
  permission: PermissionEntry,
): Promise<PersonRequest> {
  try {
    return toPersonRequest(call, permission)
  } catch (fault) {
    const { mandate, transaction } = await openForIdentity(database, call.trace, call.sessionToken)
    const isSignedIn = mandate.session !== null
    endMandate(mandate)
    await transaction.rollback()
    throw isSignedIn ? fault : new ProblemError(401, 'UNAUTHORIZED', 'Nobody is signed in.')
  }
}

async function openForToken(
  engine: Engine,
  call: Call,
  access: Extract<Route['access'], { api: unknown }>,
): Promise<Opened> {
  const { url, raw } = call.request
  const headers = { ...call.request.headers, authorization: authorizationsOf(call.request) }
  const token = await engine.tokens.verify({
    method: sentMethodOf(raw),
    path: url,
    headers,
    message: raw,
  })
  return openForClient(engine.database, {
    token,
    permission: access.api,
    // The function was written for the inputs of this very route.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    accountName: (access.account as (input: unknown) => string)(call.inputs),
    writes: call.route.method !== 'GET',
    trace: call.trace,
    challenge: engine.tokens.challenge,
  })
}

async function openForAgency(
  engine: Engine,
  { request, trace }: Call,
  access: AgencyCall['access'],
): Promise<Opened> {
  const authorization = authorizationsOf(request)
  const { mandate, transaction, headers, lookedUp } = await engine.agencyDoor.open({
    access,
    request,
    trace,
    authorization,
  })
  return { mandate, transaction, limitHeaders: headers, lookedUp }
}

/** Opens the transaction of a request and decides it; whoever opens ends the mandate and the transaction. */
export async function open(engine: Engine, call: Call, mayDefer = false): Promise<Opened> {
  const { access } = call.route
  if ('identity' in access) return openForIdentity(engine.database, call.trace, call.sessionToken)
  if ('ingest' in access)
    return openForIngest(engine.database, call.trace, {
      authorization: call.request.headers.authorization,
      keyFor: access.keyFor,
    })
  if ('api' in access) return openForToken(engine, call, access)
  if ('realm' in access || 'realmDoor' in access)
    return openInRealm(engine, access, {
      request: call.request,
      trace: call.trace,
      authorization: authorizationsOf(call.request),
    })
  if (isAgencyAccess(access)) return openForAgency(engine, call, access)
  const permission = permissionOf(access)
  if (!permission) throw new Error(`${call.route.path} has no permission to open`)
  const request = { ...(await readPersonRequest(engine, call, permission)), mayDefer }
  const opened = await openForPerson(engine.database, request).catch((error: unknown) => {
    if (error instanceof Refusal) error.askedTenantId = request.tenantId
    throw error
  })
  const { mandate, transaction, use, proof } = opened
  return { mandate, transaction, use, ...(proof && { proof }) }
}
