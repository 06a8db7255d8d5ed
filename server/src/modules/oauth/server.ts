import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ClientId } from '@liaison/access'
import { Provider } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { epochSecondsOf } from '#platform/instant.ts'
import { useOnce } from './artifact-store.ts'
import { findAssertionFault } from './assertion-fault.ts'
import type { AssertionFault } from './assertion-fault.ts'
import { recordRefused } from './audit-store.ts'
import { clientIdOf } from './basis.ts'
import { useBackchannelAnswers } from './backchannel-answer.ts'
import { listRegistered } from './client-store.ts'
import { makeEndpoints } from './endpoints.ts'
import type { KeySet } from './keys.ts'
import { knownClientOf } from './known-client.ts'
import type { OAuthParts } from './parts.ts'
import { makeConfiguration } from './profile.ts'
import { registerTokenExchange } from './exchange.ts'
import { isProven, noteFailure, noteFault, noteTelling, partiesOf, traceOf } from './request-notes.ts'
import { requireProfile } from './self-check.ts'
import { issuerOf, PROOF_AHEAD_SECONDS } from './settings.ts'
import { makeFailureThrottle } from './throttle.ts'
import type { FailureThrottle } from './throttle.ts'

/** The library with the keys of this moment. */
export interface Running {
  readonly provider: Provider
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}

/** The authorization server of one process. */
export interface AuthorizationServer {
  /** The library as it runs now; it is rebuilt when the keys have rotated, while what runs goes on. */
  running(): Promise<Running>
  /** Throws when a setting or a registered client is weaker than the profile. */
  check(): Promise<void>
}

const REFUSED_ACTIONS = {
  'grant.error': 'oauth.token.refused',
  'pushed_authorization_request.error': 'oauth.request.refused',
  'authorization.error': 'oauth.request.refused',
  'backchannel_authentication.error': 'oauth.request.refused',
  'introspection.error': 'oauth.introspection.refused',
  'revocation.error': 'oauth.revocation.refused',
} as const

/** The library's own words for what went wrong, without what was sent. */
function reasonOf(error: Error): string | undefined {
  const detail: unknown = 'error_detail' in error ? error.error_detail : undefined
  const description: unknown = 'error_description' in error ? error.error_description : undefined
  const words = typeof detail === 'string' ? detail : description
  return typeof words === 'string' ? words.slice(0, 300) : undefined
}

/** The client in whose own log an assertion of it that was refused is told of. */
function ownerOf({ oidc: { client } }: KoaContextWithOIDC, fault: AssertionFault | null): ClientId | null {
  return fault?.isOwn === true ? clientIdOf(client?.clientId) : null
}

/** Errors that the library answers with are told to the log of both sides before the answer leaves. */
function listen(provider: Provider, parts: OAuthParts): void {
  const tell = async (action: string, ctx: KoaContextWithOIDC, error: Error) => {
    const trace = traceOf(ctx)
    const code = error.message
    // The library leaves signed tokens to us, which is no refusal: what becomes of the request is told where it is answered.
    if (code === 'unsupported_token_type' && isProven(ctx)) return
    const fault = code === 'invalid_client' ? await findAssertionFault(parts, ctx) : null
    if (fault) noteFault(ctx, fault.words)
    const reason = fault?.words ?? reasonOf(error)
    const clientId = code === 'invalid_client' ? ownerOf(ctx, fault) : knownClientOf(ctx)
    if (clientId === null) return parts.strangers.record({ action, code, reason }, trace)
    const known = partiesOf(ctx)
    const refused = {
      action,
      code,
      reason,
      tenantId: known?.tenantId,
      delegationId: known?.delegationId,
    }
    await recordRefused(parts.database, { clientId, trace }, refused)
  }
  const follow = (name: keyof typeof REFUSED_ACTIONS) => {
    const on: NodeJS.EventEmitter = provider
    on.on(name, (ctx: KoaContextWithOIDC, error: Error) => {
      noteFailure(ctx, error)
      noteTelling(ctx, tell(REFUSED_ACTIONS[name], ctx, error).catch(parts.onError))
    })
  }
  follow('grant.error')
  follow('pushed_authorization_request.error')
  follow('authorization.error')
  follow('backchannel_authentication.error')
  follow('introspection.error')
  follow('revocation.error')
  provider.on('server_error', (ctx, error) => {
    noteFailure(ctx, error)
    parts.onError(error)
  })
  const failing: NodeJS.EventEmitter = provider
  failing.on('error', (error: Error) => parts.onError(error))
}

/** Replaces the library's look-then-write by one insert, which is the check (delegation.md section 2, trap 2). */
function useAtomicReplay(provider: Provider, { database, clock }: OAuthParts): void {
  Object.assign(provider.ReplayDetection, {
    unique: (issuer: string, id: string, endsAt: number) => {
      const left = endsAt - epochSecondsOf(clock())
      // A proof may lie ahead, so it is remembered for that much longer than the library thinks.
      return useOnce(database, `used ${issuer} ${id}`, Math.max(left, 1) + 2 * PROOF_AHEAD_SECONDS)
    },
  })
}

function build(parts: OAuthParts, keys: KeySet, throttle: FailureThrottle): Running {
  const settings = makeConfiguration(parts, keys)
  requireProfile(settings, [])
  const provider = new Provider(issuerOf(parts.places), settings)
  // The mount pins host and scheme to the issuer's before the library sees a request; nothing a caller sends gets here.
  provider.proxy = true
  useAtomicReplay(provider, parts)
  registerTokenExchange(provider, parts)
  useBackchannelAnswers(provider, parts)
  listen(provider, parts)
  provider.use(makeEndpoints(parts, throttle))
  return { provider, handle: provider.callback() }
}

/** Makes the authorization server; it is built when the first request comes. */
export function makeAuthorizationServer(parts: OAuthParts): AuthorizationServer {
  let current: { readonly name: string; readonly running: Running } | null = null
  const throttle = makeFailureThrottle(parts.limiter)
  async function running(): Promise<Running> {
    const keys = await parts.keys.read()
    const name = `${issuerOf(parts.places)} ${keys.version}`
    if (current?.name !== name) current = { name, running: build(parts, keys, throttle) }
    return current.running
  }
  return {
    running,
    async check() {
      const keys = await parts.keys.read()
      requireProfile(makeConfiguration(parts, keys), await listRegistered(parts.database))
    },
  }
}
