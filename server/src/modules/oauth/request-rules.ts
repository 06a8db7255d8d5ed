import { decodeId, isScope } from '@liaison/access'
import type { ConsentId, Scope } from '@liaison/access'
import { errors } from 'oidc-provider'
import type { AuthorizationDetail, KoaContextWithOIDC } from 'oidc-provider'
import { z } from 'zod'
import { actionsOutside, ChosenDetail, parseRequested, secondsOfDuration } from './details.ts'
import type { RequestedDetail } from './details.ts'
import { LONGEST_DELEGATION_SECONDS } from './settings.ts'

const refuseDetails = (fault: string): never => {
  throw new errors.InvalidAuthorizationDetails(fault)
}

function scopesOf(ctx: KoaContextWithOIDC): Set<string> {
  const scope = ctx.oidc.params?.['scope']
  return new Set(typeof scope === 'string' ? scope.split(' ') : [])
}

function requireDetail(detail: RequestedDetail, scopes: ReadonlySet<string>, apiResource: string): void {
  const outside = actionsOutside(detail.actions, scopes)
  if (outside.length > 0) refuseDetails(`actions: ${outside.join(', ')} need a scope that is not asked for`)
  if (detail.locations?.some((location) => location !== apiResource) === true)
    refuseDetails(`locations: the only location is ${apiResource}`)
  if (detail.access_duration === undefined) return
  const seconds = secondsOfDuration(detail.access_duration)
  if (seconds === null || seconds < 3600 || seconds > LONGEST_DELEGATION_SECONDS)
    refuseDetails('access_duration: must be between one hour and two years')
}

/** Checks one detail of a request, at whichever endpoint it comes; the library calls it for each. */
export function validateDetail(
  ctx: KoaContextWithOIDC,
  value: AuthorizationDetail,
  apiResource: string,
): void {
  if (ctx.oidc.route === 'token') {
    // What is chosen is compared with what was granted when the token is made.
    const parsed = z.looseObject(ChosenDetail.shape).safeParse(value)
    if (!parsed.success) refuseDetails('the detail does not have the documented form')
    return
  }
  const parsed = parseRequested(value)
  if ('fault' in parsed) return refuseDetails(parsed.fault)
  requireDetail(parsed.detail, scopesOf(ctx), apiResource)
}

function requireOneDetail(ctx: KoaContextWithOIDC): void {
  const text = ctx.oidc.params?.['authorization_details']
  const details: unknown = typeof text === 'string' ? JSON.parse(text) : null
  if (!Array.isArray(details) || details.length !== 1)
    refuseDetails('one authorization detail of the type partner_access is needed')
}

/** A SHA-256 thumbprint of a key (RFC 7638 section 3.1, RFC 9449 section 10). */
const THUMBPRINT = /^[\w-]{43}$/

/** Parameters that are JSON, which may be laid out on several lines. */
const JSON_PARAMETERS = new Set(['authorization_details', 'claims'])
const BREAKS = /[\t\n\r]/g
/** Has a stricter rule of its own, and an error of its own (CIBA section 13). */
const RULED_ELSEWHERE = 'binding_message'

/** What a request says is kept and shown later, where neither the database nor a page could do anything with such text. */
function requirePlainText(params: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(params))
    for (const text of [value].flat()) {
      if (typeof text !== 'string' || name === RULED_ELSEWHERE) continue
      const line = JSON_PARAMETERS.has(name) ? text.replaceAll(BREAKS, ' ') : text
      if (/\p{Cc}/u.test(line) || !line.isWellFormed())
        throw new errors.InvalidRequest(`${name} must be text without control characters`)
    }
}

/** What the profile asks of an authorization request beyond what the library checks itself (FAPI 2.0, A1, A4). */
export function validateRequest(ctx: KoaContextWithOIDC): void {
  const params = ctx.oidc.params ?? {}
  requirePlainText(params)
  if (params['response_mode'] !== undefined && params['response_mode'] !== 'query')
    throw new errors.InvalidRequest('the response mode is query')
  if (![...scopesOf(ctx)].some(isScope))
    throw new errors.InvalidScope('name at least one scope of this API', [...scopesOf(ctx)].join(' '))
  requireOneDetail(ctx)
  const thumbprint = params['dpop_jkt']
  if (typeof thumbprint === 'string' && !THUMBPRINT.test(thumbprint))
    throw new errors.InvalidRequest('dpop_jkt must be the SHA-256 thumbprint of a key')
}

const GRANT_ACTIONS = ['create', 'merge', 'replace'] as const

/** What is to become of an earlier grant (based on Grant Management for OAuth 2.0, draft 03). */
export function readGrantAction(params: Readonly<Record<string, unknown>>): {
  readonly action: (typeof GRANT_ACTIONS)[number]
  readonly consentId: ConsentId | null
} {
  const wanted = params['grant_management_action'] ?? 'create'
  const action = GRANT_ACTIONS.find((name) => name === wanted)
  if (!action) throw new errors.InvalidRequest('grant_management_action must be create, merge or replace')
  const grantId = params['grant_id']
  if (action === 'create') {
    if (grantId !== undefined) throw new errors.InvalidRequest('grant_id has no place in a new grant')
    return { action, consentId: null }
  }
  const consentId = typeof grantId === 'string' ? decodeId('consent', grantId) : null
  // The same answer for one that never was and for another client's; that the client owns it is checked with it.
  if (consentId === null)
    throw new errors.CustomOIDCProviderError('invalid_grant_id', 'there is no such grant')
  return { action, consentId }
}

/** The scopes of a request that are scopes of our API and that the client is registered for. */
export function askedScopes(
  params: Readonly<Record<string, unknown>>,
  registered: readonly string[],
): Scope[] {
  const scope = params['scope']
  return (typeof scope === 'string' ? scope.split(' ') : [])
    .filter(isScope)
    .filter((name) => registered.includes(name))
}
