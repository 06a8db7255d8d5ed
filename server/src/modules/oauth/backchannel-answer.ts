import { errors, Provider } from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { recordFor } from './audit-store.ts'
import { bindToGrant, useOnce } from './artifact-store.ts'
import { clientIdOf } from './basis.ts'
import { digestOf } from './digest.ts'
import { beginGrant } from './grant-begin.ts'
import { endGrant } from './grant-store.ts'
import type { OAuthParts } from './parts.ts'
import { noteParties, traceOf } from './request-notes.ts'
import { BACKCHANNEL } from './settings.ts'

type Asked = InstanceType<Provider['BackchannelAuthenticationRequest']>
type Agreed = NonNullable<NonNullable<Awaited<ReturnType<OAuthParts['backchannel']['read']>>>['delegation']>

const slowDown = (): never => {
  throw new errors.SlowDown('ask again after the interval, and five seconds more')
}

/** Begins the grant of what was agreed and puts the request under it, once for each request. */
async function grantFor(
  parts: OAuthParts,
  ctx: KoaContextWithOIDC,
  { request, agreed }: { readonly request: Asked; readonly agreed: Agreed },
): Promise<void> {
  const clientId = clientIdOf(ctx.oidc.client?.clientId)
  const asked = (request.scope ?? '').split(' ')
  const grantId = await beginGrant(parts, ctx.oidc.provider, {
    accountId: request.accountId ?? '',
    clientId,
    agreed,
    asked,
  })
  if (grantId === null) throw new errors.AccessDenied('the access has ended already')
  const more = {
    // Without the scope that the standard demands of a request: no token says who the person was.
    scope: agreed.scopes.join(' '),
    rar: [{ type: 'partner_access', actions: [...agreed.actions] }],
  }
  const bound = { id: request.jti, grantId, more }
  if (!(await bindToGrant(parts.database, 'BackchannelAuthenticationRequest', bound))) {
    await endGrant(parts.database, digestOf(grantId), 'revoked')
    return slowDown()
  }
  await recordFor(parts.database, { clientId, trace: traceOf(ctx) }, [
    {
      action: 'oauth.grant.begin',
      tenantId: agreed.tenantId,
      delegationId: agreed.id,
      resource: { type: 'api_client', id: clientId },
    },
  ])
  Object.assign(request, { ...more, grantId })
}

/** The library ends the grant of a request that comes a second time; where there is none it would go on waiting. */
function requireGranted({ grantId }: Asked): void {
  if ((grantId as string | undefined) === undefined) throw new errors.InvalidGrant('already used')
}

/** What the customer answered, put where the library looks for it. Refuses whoever asks too often. */
async function settle(parts: OAuthParts, ctx: KoaContextWithOIDC, request: Asked): Promise<void> {
  if (!(await useOnce(parts.database, `poll ${request.jti}`, BACKCHANNEL.poll))) return slowDown()
  if (request.consumed !== undefined) return requireGranted(request)
  if (request.isExpired) return
  const trace = traceOf(ctx)
  const clientId = clientIdOf(ctx.oidc.client?.clientId)
  const outcome = trace && (await parts.backchannel.read({ clientId, trace }, digestOf(request.jti)))
  if (!outcome || outcome.state === 'pending') return
  if (outcome.state === 'over') throw new errors.ExpiredToken('nobody answered in time')
  const { delegation: agreed } = outcome
  if (!agreed) {
    Object.assign(request, { error: 'access_denied', errorDescription: 'the request was not allowed' })
    return
  }
  noteParties(ctx, { tenantId: agreed.tenantId, delegationId: agreed.id })
  if ((request.grantId as string | undefined) === undefined) await grantFor(parts, ctx, { request, agreed })
}

/**
 * Lets the library find the answer with the request, at the moment in which its client asks for the token: nothing of an
 * approval is kept with the library before, so what was taken back meanwhile is not there. Another client's request stays
 * as it is, and is refused.
 */
export function useBackchannelAnswers(provider: Provider, parts: OAuthParts): void {
  const model = provider.BackchannelAuthenticationRequest
  const find = model.find.bind(model)
  Object.assign(model, {
    async find(id: string, options?: Parameters<typeof find>[1]): Promise<unknown> {
      const request: unknown = await find(id, options)
      const { ctx } = Provider
      const isOwn = request instanceof model && request.clientId === ctx?.oidc.client?.clientId
      if (isOwn && ctx) await settle(parts, ctx, request)
      return request
    },
  })
}
