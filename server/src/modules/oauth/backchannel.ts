/**
 * Asking a customer to approve something now, without a browser (OpenID Connect Client-Initiated Backchannel
 * Authentication 1.0, poll mode). A client asks only under a consent that it holds; whoever it names otherwise is never
 * found, and the request waits and expires like any that nobody answers. What it may then do is a consent of its own,
 * which an administrator allows on the pages of consents. Source: A16, decision 035.
 */

import { randomUUID } from 'node:crypto'
import { decodeId, idFromUuid, scopeOfAction } from '@liaison/access'
import type { ConsentId } from '@liaison/access'
import { decodeJwt } from 'jose'
import { errors } from 'oidc-provider'
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import { findLineFault } from '#modules/consents/index.ts'
import type { AskingClient, WantedNow } from '#modules/consents/index.ts'
import { toParties } from './account-words.ts'
import { recordRefused } from './audit-store.ts'
import { clientIdOf, refuse, registeredScopes } from './basis.ts'
import { actionsOutside, orderScopes, parseRequested, secondsOfDuration } from './details.ts'
import type { RequestedDetail } from './details.ts'
import { digestOf } from './digest.ts'
import { readDelegatedBasis } from './facts-store.ts'
import type { TokenBasis } from './facts-store.ts'
import type { OAuthParts } from './parts.ts'
import { validateRequest } from './request-rules.ts'
import { traceOf } from './request-notes.ts'
import { BACKCHANNEL } from './settings.ts'
import { apiAudiencesOf, verifySignature } from './token-reader.ts'

type Ciba = Extract<NonNullable<NonNullable<Configuration['features']>['ciba']>, { enabled: boolean }>

const LONGEST_MESSAGE = 120

/** What is wrong with a binding message; null when nothing is. It is shown to people who decide, so it leads nowhere. */
function findMessageFault(message: string | undefined): string | null {
  if (message === undefined) return 'binding_message is needed: what is the approval for'
  const fault = findLineFault(message, LONGEST_MESSAGE)
  if (fault === 'unreadable') return 'binding_message must be 1 to 120 readable characters on one line'
  return fault === null ? null : 'binding_message must not hold an address'
}

/** Seconds that a request waits: as many as the client asks for, within bounds. */
export function waitingSeconds(requested: unknown): number {
  const { shortest, usual, longest } = BACKCHANNEL
  const wanted = requested === undefined ? usual : Number(requested)
  return Number.isFinite(wanted) ? Math.min(Math.max(Math.floor(wanted), shortest), longest) : usual
}

function detailOf(ctx: KoaContextWithOIDC): RequestedDetail {
  const details: unknown = JSON.parse(String(ctx.oidc.params?.['authorization_details']))
  const parsed = parseRequested(Array.isArray(details) ? details[0] : null)
  if ('fault' in parsed) throw new errors.InvalidAuthorizationDetails(parsed.fault)
  return parsed.detail
}

/** What the detail of such a request must be, besides what is asked of every detail. */
function requireShortDetail(ctx: KoaContextWithOIDC): void {
  const { actions, purpose, access_duration: duration } = detailOf(ctx)
  const outside = actionsOutside(actions, new Set(registeredScopes(ctx.oidc.client)))
  const seconds = duration === undefined ? BACKCHANNEL.usualAccess : secondsOfDuration(duration)
  const faults = [
    ...(outside.length > 0
      ? [`actions: the client is not registered for what ${outside.join(', ')} needs`]
      : []),
    ...(purpose === undefined ? [] : ['purpose: binding_message says what it is for']),
    ...(seconds !== null && seconds <= BACKCHANNEL.longestAccess
      ? []
      : ['access_duration: what is approved like this lasts one day at most']),
  ]
  if (faults.length > 0) throw new errors.InvalidAuthorizationDetails(faults.join('; '))
}

const UNKNOWN_PARAMETERS = ['grant_id', 'grant_management_action', 'request_context', 'user_code'] as const

function requireForm(ctx: KoaContextWithOIDC): void {
  const odd = UNKNOWN_PARAMETERS.filter((name) => ctx.oidc.params?.[name] !== undefined)
  if (odd.length > 0) throw new errors.InvalidRequest(`${odd.join(', ')} has no place in this request`)
  validateRequest(ctx)
  requireShortDetail(ctx)
}

/** The consent that a token of the client names, whether or not it still runs: our own signature is what counts. */
async function consentOfToken(parts: OAuthParts, ctx: KoaContextWithOIDC, token: string) {
  try {
    const { iat } = decodeJwt(token)
    const then = { ...parts, clock: () => new Date((iat ?? 0) * 1000) }
    const claims = await verifySignature(then, token, apiAudiencesOf(parts))
    const { client_id: holder, delegation_id: consent } = claims ?? {}
    return holder === ctx.oidc.client?.clientId && typeof consent === 'string' ? consent : null
  } catch {
    return null
  }
}

async function consentOfHint(parts: OAuthParts, ctx: KoaContextWithOIDC): Promise<ConsentId | null> {
  const { login_hint: hint, login_hint_token: token } = ctx.oidc.params ?? {}
  const named = typeof token === 'string' ? await consentOfToken(parts, ctx, token) : hint
  return typeof named === 'string' ? decodeId('consent', named) : null
}

async function basisOfHint(parts: OAuthParts, ctx: KoaContextWithOIDC): Promise<TokenBasis | null> {
  const delegationId = await consentOfHint(parts, ctx)
  if (delegationId === null) return null
  const clientId = clientIdOf(ctx.oidc.client?.clientId)
  const basis = await readDelegatedBasis(parts.database, { clientId, delegationId, ban: null })
  return basis?.terms?.kind === 'consent' ? basis : null
}

const REFUSALS = {
  not_wanted: 'The customer takes no requests of this partner.',
  pending: 'A request under this grant waits for the customer; there is one at a time.',
  denied: 'The customer denied a request under this grant less than 15 minutes ago.',
  often: 'There were twenty requests under this grant within a day.',
} as const

async function requireRate(parts: OAuthParts, clientId: string): Promise<void> {
  const verdict = await parts.limiter.take([{ name: 'write', key: `backchannel ${clientId}` }])
  if (!verdict.admitted) refuse('temporarily_unavailable', 'The limit of this client is used up.')
}

/** What is asked for, under which consent. */
function wantedOf(
  ctx: KoaContextWithOIDC,
  { authReqId, consentId }: { readonly authReqId: string; readonly consentId: ConsentId },
): WantedNow {
  const { actions, access_duration: duration, customer_hint: hint, reference } = detailOf(ctx)
  const { binding_message: message, requested_expiry: expiry } = ctx.oidc.params ?? {}
  const seconds = duration === undefined ? null : secondsOfDuration(duration)
  return {
    authReqHash: digestOf(authReqId),
    consentId,
    actions,
    scopes: orderScopes(actions.map(scopeOfAction)),
    customerHint: hint ?? null,
    bindingMessage: String(message),
    reference: reference ?? null,
    accessDurationSeconds: seconds ?? BACKCHANNEL.usualAccess,
    // Whoever decides at the last moment leaves the client the time to ask once more.
    seconds: waitingSeconds(expiry) - BACKCHANNEL.lastPoll,
  }
}

/** Tells the partner alone, in its log, that nobody is asked. */
function recordNobody({ database }: OAuthParts, asking: AskingClient): Promise<void> {
  return recordRefused(database, asking, {
    action: 'oauth.request.refused',
    code: 'unknown_user_id',
    reason: 'The hint names no consent that the client holds now.',
    tenantId: undefined,
    delegationId: undefined,
  })
}

/** Asks the customer behind the hint. Whoever has nobody there is told so in its own log alone. */
async function ask(parts: OAuthParts, ctx: KoaContextWithOIDC, authReqId: string): Promise<void> {
  const clientId = clientIdOf(ctx.oidc.client?.clientId)
  const trace = traceOf(ctx)
  if (!trace) throw new Error('A request without a trace reached the authorization server.')
  await requireRate(parts, clientId)
  const asking = { clientId, trace }
  const basis = await basisOfHint(parts, ctx)
  if (!basis?.terms) return recordNobody(parts, asking)
  const wanted = wantedOf(ctx, { authReqId, consentId: idFromUuid('consent', basis.terms.id) })
  const asked = await parts.backchannel.ask(asking, wanted, toParties(basis))
  if (asked === null) return recordNobody(parts, asking)
  if ('refused' in asked) throw new errors.AccessDenied(REFUSALS[asked.refused])
}

/** Nobody in particular: whom a request is about is no matter of the library, and the same for every hint. */
const nobody = (): string => `asked_${randomUUID()}`

/** What the library asks of us at its endpoint. */
export function backchannelFeature(parts: OAuthParts): Ciba {
  return {
    enabled: parts.asksWithoutBrowser,
    deliveryModes: ['poll'],
    processLoginHint: nobody,
    processLoginHintToken: nobody,
    verifyUserCode: () => undefined,
    validateRequestContext: requireForm,
    validateBindingMessage(_ctx, message) {
      const fault = findMessageFault(message)
      if (fault !== null) throw new errors.InvalidBindingMessage(fault)
    },
    triggerAuthenticationDevice: (ctx, request) => ask(parts, ctx, request.jti),
  }
}
