import { isAction, isScope } from '@liaison/access'
import type { Action, Scope } from '@liaison/access'
import { z } from 'zod'
import { recordEvent, runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { digestUid } from './request-store.ts'
import type { ConsentTables, GrantAction } from './tables.ts'

/** What an authorization request asks a person to allow. */
export interface ConsentRequest {
  /** The interaction that waits for the answer; only its digest is kept. */
  readonly uid: string
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly actions: readonly string[]
  readonly customerHint: string | null
  readonly accessDurationSeconds: number
  readonly purpose: string | null
  readonly reference: string | null
  readonly grantAction: GrantAction
  /** The consent to widen or to exchange; null when a new one is asked for. */
  readonly delegationId: string | null
  /** The request of the client for more, under which an administrator is asked; null under an authorization request. */
  readonly accessRequestId?: string | null
  /** The request of the client in the back channel; null for any other. */
  readonly backchannelRequestId?: string | null
  /** The request that a member of a partner sent; null for any other. */
  readonly consentAskId?: string | null
}

const MAXIMUM_SECONDS = 63_158_400

async function holdsConsent(mandate: Mandate<'identity'>, clientId: string, id: string): Promise<boolean> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.holds_consent($1, $2) as holds', values: [clientId, id] },
  ])
  return result?.rows[0]?.['holds'] === true
}

function requireSense(request: ConsentRequest): { scopes: Scope[]; actions: Action[] } {
  const scopes = request.scopes.filter(isScope)
  const actions = request.actions.filter(isAction)
  const isNew = request.grantAction === 'create'
  if (scopes.length === 0 || actions.length === 0 || isNew !== (request.delegationId === null))
    throw new ProblemError(
      409,
      'CONSENT_REQUEST_BLOCKED',
      'The request asks for nothing that could be allowed.',
    )
  return { scopes, actions }
}

/** The partner whose client asks. Throws CONSENT_REQUEST_BLOCKED when it is none, or neither client nor consent is fit. */
async function requireClient(mandate: Mandate<'identity'>, request: ConsentRequest): Promise<string> {
  const client = await tables<ConsentTables>(mandate)
    .selectFrom('api_client')
    .select(['partner_id', 'status'])
    .where('id', '=', request.clientId)
    .executeTakeFirst()
  if (!client || client.partner_id === null || client.status !== 'active')
    throw new ProblemError(409, 'CONSENT_REQUEST_BLOCKED', 'This client cannot ask for access.')
  if (request.delegationId !== null && !(await holdsConsent(mandate, request.clientId, request.delegationId)))
    throw new ProblemError(404, 'CONSENT_NOT_FOUND', 'The client holds no such consent.')
  return client.partner_id
}

async function isOpened(mandate: Mandate<'identity'>, uid: string): Promise<boolean> {
  const known = await tables<ConsentTables>(mandate)
    .selectFrom('consent_request')
    .select('id')
    .where('uid_hash', '=', digestUid(uid))
    .executeTakeFirst()
  return known !== undefined
}

/**
 * Keeps what a client asks the signed-in person to allow, and says where the pages are on which it is decided. Asking
 * again under the same interaction leads to the same request. Throws UNAUTHORIZED without a session,
 * CONSENT_NOT_FOUND for a consent that the client does not hold, CONSENT_REQUEST_BLOCKED for a request that no answer fits.
 */
export async function openConsentRequest(
  mandate: Mandate<'identity'>,
  request: ConsentRequest,
): Promise<{ path: string }> {
  const { session } = mandate
  if (!session) throw new ProblemError(401, 'UNAUTHORIZED', 'Sign in to decide about this request.')
  const path = `/consent/${request.uid}`
  // Once it was asked, what has changed since is told where it is answered.
  if (await isOpened(mandate, request.uid)) return { path }
  const { scopes, actions } = requireSense(request)
  const partnerId = await requireClient(mandate, request)
  const made = await tables<ConsentTables>(mandate)
    .insertInto('consent_request')
    .values({
      uid_hash: digestUid(request.uid),
      client_id: request.clientId,
      partner_id: partnerId,
      scopes,
      actions,
      customer_hint: request.customerHint,
      access_duration_seconds: Math.max(1, Math.min(request.accessDurationSeconds, MAXIMUM_SECONDS)),
      purpose: request.purpose,
      reference: request.reference,
      grant_action: request.grantAction,
      delegation_id: request.delegationId,
      access_request_id: request.accessRequestId ?? null,
      backchannel_request_id: request.backchannelRequestId ?? null,
      consent_ask_id: request.consentAskId ?? null,
      person_id: session.personId,
      person_name: session.personName,
    })
    .onConflict((conflict) => conflict.column('uid_hash').doNothing())
    .returning('id')
    .executeTakeFirst()
  // Whom a partner's request reached is not told to the partner before somebody allowed it.
  if (made)
    recordEvent(mandate, {
      action: 'consents.request',
      resource: { type: 'consent_request', id: made.id },
      changes: { client_id: request.clientId, scopes, actions },
    })
  return { path }
}

const Outcome = z
  .object({
    state: z.enum(['open', 'waiting', 'approved', 'denied', 'ended']),
    delegation: z
      .object({
        id: z.string(),
        tenant_id: z.string(),
        bans: z.array(z.string()),
        scopes: z.array(z.string()),
        actions: z.array(z.string()),
        ends_at: z.string().transform((text) => new Date(text)),
      })
      .nullable(),
  })
  .nullable()

/** What became of a request, and the consent that may be acted on when it was approved and is in force. */
export interface ConsentOutcome {
  readonly state: 'open' | 'waiting' | 'approved' | 'denied' | 'ended'
  readonly delegation: {
    readonly id: string
    readonly tenantId: string
    /** Account numbers, in the order in which they were chosen. */
    readonly bans: readonly string[]
    readonly scopes: readonly Scope[]
    readonly actions: readonly Action[]
    readonly endsAt: Date
  } | null
}

/** What became of the request that this person was asked under an interaction. Throws CONSENT_REQUEST_NOT_FOUND for anybody else. */
export async function readConsentOutcome(mandate: Mandate<'identity'>, uid: string): Promise<ConsentOutcome> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.consent_outcome($1) as outcome', values: [digestUid(uid)] },
  ])
  const outcome = Outcome.parse(result?.rows[0]?.['outcome'] ?? null)
  if (!outcome)
    throw new ProblemError(
      404,
      'CONSENT_REQUEST_NOT_FOUND',
      'No request for access waits for you under this address.',
    )
  const { state, delegation } = outcome
  return {
    state,
    delegation: delegation && {
      id: delegation.id,
      tenantId: delegation.tenant_id,
      bans: delegation.bans,
      scopes: delegation.scopes.filter(isScope),
      actions: delegation.actions.filter(isAction),
      endsAt: delegation.ends_at,
    },
  }
}

/**
 * Whether a client may get a further token under a consent although its approver may have left: never with the policy
 * `suspend`, for 14 days with `ask`, always with `keep`. Computed now; no job has to have run. Source: delegation.md
 * section 4, attack 40.
 */
export async function mayRefreshConsent(mandate: Mandate<'identity'>, consentId: string): Promise<boolean> {
  const [result] = await runStatements(mandate, [
    { text: `select (access.approver_standing($1) ->> 'may_refresh')::boolean as may`, values: [consentId] },
  ])
  return result?.rows[0]?.['may'] === true
}
