import type { KoaContextWithOIDC } from 'oidc-provider'
import { useProofOnce } from './artifact-store.ts'
import { recordRefused } from './audit-store.ts'
import { clientIdOf } from './basis.ts'
import { digestOf } from './digest.ts'
import type { OAuthParts } from './parts.ts'
import { traceOf } from './request-notes.ts'

const ONCE_SECONDS = 300

const ACTIONS = {
  introspection: 'oauth.introspection.refused',
  revocation: 'oauth.revocation.refused',
} as const

async function tell(parts: OAuthParts, ctx: KoaContextWithOIDC, action: string): Promise<void> {
  const clientId = clientIdOf(ctx.oidc.client?.clientId)
  const trace = traceOf(ctx)
  const token = digestOf(String(ctx.oidc.params?.['token'])).toString('base64url')
  if (!(await useProofOnce(parts.database, `foreign ${action} ${clientId} ${token}`, ONCE_SECONDS))) return
  await recordRefused(
    parts.database,
    { clientId, trace },
    {
      action,
      code: 'not_its_token',
      reason: 'The token is of another client.',
      tenantId: undefined,
      delegationId: undefined,
    },
  )
}

/**
 * Tells the partner of a client that asked about, or gave back, a token of another one: once for each token in a while. The
 * answer is that for a token that never was and does not wait for this, so that no clock tells them apart (attacks 78 and 79).
 */
export function tellForeign(parts: OAuthParts, ctx: KoaContextWithOIDC, what: keyof typeof ACTIONS): void {
  tell(parts, ctx, ACTIONS[what]).catch(parts.onError)
}
