import { idFromUuid } from '@liaison/access'
import { Provider } from 'oidc-provider'
import type { Database } from '#platform/database.ts'
import { recordFor } from './audit-store.ts'
import { readDelegatedBasis } from './facts-store.ts'
import { endGrant } from './grant-store.ts'
import type { GrantEnd } from './grant-store.ts'
import { noteParties, traceOf } from './request-notes.ts'

const ACTIONS: Readonly<Record<GrantEnd, string>> = {
  // Somebody used what somebody else had used: an alert, and both sides read it.
  reuse: 'oauth.grant.replay',
  revoked: 'oauth.grant.end',
  deleted: 'oauth.grant.end',
}

/** Ends a grant and tells both sides, once, whoever notices it; the delegation stays (A, decisions). */
export async function endGrantAndTell(
  database: Database,
  grantHash: Buffer,
  reason: GrantEnd,
): Promise<void> {
  const ended = await endGrant(database, grantHash, reason)
  if (!ended) return
  const clientId = idFromUuid('api_client', ended.clientId)
  const { delegationId } = ended
  const basis = await readDelegatedBasis(database, { clientId, delegationId, ban: null })
  const { ctx } = Provider
  if (basis && ctx) noteParties(ctx, { tenantId: basis.tenantId, delegationId })
  await recordFor(database, { clientId, trace: ctx ? traceOf(ctx) : null }, [
    {
      action: ACTIONS[reason],
      ...(reason === 'reuse' && { code: 'REPLAY' }),
      delegationId,
      ...(basis && { tenantId: basis.tenantId, tenantName: basis.tenantName }),
      resource: { type: 'api_client', id: clientId },
    },
  ])
}
