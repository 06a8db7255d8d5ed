import { setTimeout as delay } from 'node:timers/promises'
import { decodeId } from '@liaison/access'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { z } from 'zod'
import { isUnavailable } from '#platform/database.ts'
import { networkOf } from '#platform/networks.ts'
import { ProblemError } from '#platform/problem.ts'
import { grantOfRequest } from './issue.ts'
import { introspectSigned, isLeftToUs, revokeSigned, tellRefreshToken } from './jwt-endpoints.ts'
import { describeServer } from './metadata.ts'
import type { OAuthParts } from './parts.ts'
import { failureOf, faultOf, isProven, tellingOf, traceOf } from './request-notes.ts'
import { CIBA, PROOF_AHEAD_SECONDS } from './settings.ts'
import { signAnswer, SIGNED_ANSWER, wantsSigned } from './signed-answer.ts'
import type { FailureThrottle } from './throttle.ts'

type Middleware = Parameters<Provider['use']>[0]
type Context = Parameters<Middleware>[0]

const Body = z.looseObject({})

function fail(ctx: Context, status: number, error: { error: string; error_description: string }): void {
  ctx.status = status
  ctx.set('Cache-Control', 'no-store')
  ctx.body = error
}

/** A proof without a server nonce that claims to be from the future would outlive the memory of used proofs. */
function isProofFromFuture(proof: string, nowSeconds: number): boolean {
  try {
    if (decodeProtectedHeader(proof).typ !== 'dpop+jwt') return false
    const { iat, nonce } = decodeJwt(proof)
    return nonce === undefined && typeof iat === 'number' && iat > nowSeconds + PROOF_AHEAD_SECONDS
  } catch {
    // The library says what is wrong with it.
    return false
  }
}

/** Whether a script of our own portal asks, which tries a client out, where the authorization server has a host of its own. */
function isFromPortal({ places, portalOrigin }: OAuthParts, ctx: Context): boolean {
  const portal = portalOrigin()
  return portal !== places.authOrigin() && ctx.get('Origin') === portal
}

/** Other cross-origin scripts have no business here, and the library's own session is not kept (delegation.md section 2, traps 3 and 7). */
function dropHeaders(parts: OAuthParts, ctx: Context): void {
  const keepsCors = isFromPortal(parts, ctx)
  for (const name of Object.keys(ctx.response.headers))
    if (!keepsCors && name.toLowerCase().startsWith('access-control-')) ctx.remove(name)
  const set: unknown = ctx.response.get('set-cookie')
  const cookies = Array.isArray(set) ? set.map(String) : typeof set === 'string' && set !== '' ? [set] : []
  const kept = cookies.filter((cookie) => !cookie.startsWith('liaison_authorization'))
  if (kept.length === cookies.length) return
  ctx.remove('set-cookie')
  if (kept.length > 0) ctx.set('set-cookie', kept)
}

/** The public id that somebody claims to be; whatever cannot be one is counted as one. */
function claimedClient(ctx: KoaContextWithOIDC): string {
  const { client_id: clientId, client_assertion: assertion } = ctx.oidc.params ?? {}
  try {
    const claimed = typeof clientId === 'string' ? clientId : decodeJwt(String(assertion)).sub
    return claimed !== undefined && decodeId('api_client', claimed) !== null ? claimed : ''
  } catch {
    return ''
  }
}

function isOidc(ctx: Context): ctx is Context & KoaContextWithOIDC {
  return ctx['oidc'] !== undefined
}

function tooMany(ctx: Context, seconds: number): void {
  ctx.set('Retry-After', String(seconds))
  fail(ctx, 429, {
    error: 'temporarily_unavailable',
    error_description: 'Too many failed client authentications; wait before the next try.',
  })
}

const POSTS = new Set([
  'token',
  'pushed_authorization_request',
  'backchannel_authentication',
  'introspection',
  'revocation',
])

/** Whether somebody was refused who did not prove to be a client: the library has several words for that. */
function isUnproven(ctx: Context & KoaContextWithOIDC): boolean {
  if (!POSTS.has(ctx.oidc.route)) return false
  return ctx.status === 401 || (ctx.status === 400 && !isProven(ctx))
}

const UNBOUND = {
  error: 'invalid_dpop_proof',
  error_description: 'every token is bound to a key: send its proof in a DPoP header',
}

/** What is wrong with a proof, or that there is none, in the words of RFC 9449 section 5; to the library it is an invalid grant. */
const LACKS: Readonly<Record<string, { readonly error: string; readonly error_description: string }>> = {
  'DPoP proof JWT Replay detected': {
    error: 'invalid_dpop_proof',
    error_description: 'the proof was used before',
  },
  'DPoP proof JWT not provided': UNBOUND,
  'missing DPoP proof JWT': UNBOUND,
}

function renameLack(ctx: KoaContextWithOIDC): void {
  const failure = failureOf(ctx)
  const lack = failure && 'error_detail' in failure ? LACKS[String(failure.error_detail)] : undefined
  if (lack) fail(ctx, 400, lack)
}

/** What is wrong with its assertion is told to the client that signed it, which nobody else learns. */
function tellFault(ctx: KoaContextWithOIDC): void {
  const words = faultOf(ctx)
  if (words !== null)
    fail(ctx, 401, {
      error: 'invalid_client',
      error_description: `client authentication failed: ${words}`,
    })
}

/** The library's name for the endpoint at which clients ask without a browser. */
const ASKING = 'backchannel_authentication'

/** The errors of asking without a browser as its standard has them (CIBA section 13); the library knows them by other names. */
function renameRefusal(ctx: KoaContextWithOIDC): void {
  const failure = failureOf(ctx)
  if (failure?.message === 'access_denied') ctx.status = 403
  const words = failure && 'error_description' in failure ? String(failure.error_description) : ''
  if (words.endsWith(`${CIBA} is not allowed for this client`))
    fail(ctx, 400, {
      error: 'unauthorized_client',
      error_description: 'this client asks nobody without a browser',
    })
}

/** Some times longer than what it takes to find and check a client, which takes longer for one that exists. */
const FAILURE_STEP_MS = 25

/** Longer than it takes to tell a customer's administrators, which only a hint that names somebody leads to. */
const ASKING_STEP_MS = 150

/** Waits until a whole number of steps has gone since the request came, so that a clock tells nobody who exists. */
async function waitForStep(startedMs: number, stepMs = FAILURE_STEP_MS): Promise<void> {
  const goneMs = performance.now() - startedMs
  const dueMs = startedMs + Math.ceil(goneMs / stepMs) * stepMs
  // A timer may end a millisecond early, which would put the answer into the step before.
  for (let leftMs = dueMs - performance.now(); leftMs > 0; leftMs = dueMs - performance.now())
    await delay(Math.ceil(leftMs))
}

/** Whether a hint named somebody is told by no clock. */
async function concealWhoWasAsked(
  { oidc, status }: Context & KoaContextWithOIDC,
  startedMs: number,
): Promise<void> {
  if (oidc.route === ASKING && status === 200) await waitForStep(startedMs, ASKING_STEP_MS)
}

/** The answer with the id under which the client reads and gives back what it was granted (Grant Management for OAuth 2.0, draft 03, section 6.2). */
function withGrantId(ctx: Context): unknown {
  const grantId = grantOfRequest(ctx)
  return grantId === undefined ? ctx.body : { ...Body.parse(ctx.body), grant_id: grantId }
}

function isOutage(failure: Error): boolean {
  return failure instanceof ProblemError ? failure.status === 503 : isUnavailable(failure)
}

/** Tells a client of its token, signed where it asks for that. */
async function introspect(parts: OAuthParts, ctx: Context & KoaContextWithOIDC): Promise<void> {
  await (isLeftToUs(ctx) ? introspectSigned(parts, ctx) : tellRefreshToken(parts, ctx))
  const { client } = ctx.oidc
  if (ctx.status !== 200 || !client || !wantsSigned(ctx.get('Accept'))) return
  ctx.body = await signAnswer(parts, client.clientId, Body.parse(ctx.body))
  ctx.type = SIGNED_ANSWER
}

/** What of an answer is ours to say. */
async function complete(parts: OAuthParts, ctx: Context & KoaContextWithOIDC): Promise<void> {
  const { route } = ctx.oidc
  if (route === 'introspection') await introspect(parts, ctx)
  if (route === 'revocation' && isLeftToUs(ctx)) await revokeSigned(parts, ctx)
  if (ctx.status !== 200) return
  if (route === 'token') ctx.body = withGrantId(ctx)
  if (route === 'discovery') ctx.body = describeServer(parts.places, ctx.body)
}

async function finish(parts: OAuthParts, ctx: Context & KoaContextWithOIDC): Promise<void> {
  const { route } = ctx.oidc
  await complete(parts, ctx)
  if (ctx.status === 400) (route === ASKING ? renameRefusal : renameLack)(ctx)
  if (ctx.status === 401) tellFault(ctx)
  const failure = failureOf(ctx)
  if (ctx.status >= 500 && failure && isOutage(failure)) {
    ctx.set('Retry-After', '1')
    fail(ctx, 503, {
      error: 'temporarily_unavailable',
      error_description: 'The server cannot be reached right now.',
    })
  }
}

/**
 * What stands around the library: it refuses what the library would take, answers what the library leaves to us, and
 * takes away what nobody is to see.
 */
export function makeEndpoints(parts: OAuthParts, throttle: FailureThrottle): Middleware {
  return async (ctx, next) => {
    const startedMs = performance.now()
    const network = networkOf(traceOf(ctx)?.ip ?? '')
    const wait = ctx.method === 'POST' ? throttle.waitOf(network) : 0
    if (wait > 0) return tooMany(ctx, wait)
    const proof = ctx.get('DPoP')
    if (proof !== '' && isProofFromFuture(proof, parts.clock().getTime() / 1000))
      return fail(ctx, 400, {
        error: 'invalid_dpop_proof',
        error_description: 'the proof is from the future',
      })
    await next()
    await tellingOf(ctx)
    dropHeaders(parts, ctx)
    if (!isOidc(ctx)) {
      if (ctx.status === 404)
        fail(ctx, 404, {
          error: 'invalid_request',
          error_description: 'There is no such endpoint, or not with this method.',
        })
      return
    }
    await finish(parts, ctx)
    await concealWhoWasAsked(ctx, startedMs)
    if (isUnproven(ctx)) {
      const seconds = await throttle.fail(network, claimedClient(ctx))
      if (seconds > 0) tooMany(ctx, seconds)
      await waitForStep(startedMs)
    }
  }
}
