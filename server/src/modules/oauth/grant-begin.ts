import { encodeId, isScope } from '@liaison/access'
import type { ClientId } from '@liaison/access'
import type { Provider } from 'oidc-provider'
import { keepGrant } from './grant-store.ts'
import type { OAuthParts } from './parts.ts'

/** What a customer agreed to, for which client. */
export interface Agreement {
  /** Whom the library takes for the one who agreed. */
  readonly accountId: string
  readonly clientId: ClientId
  readonly agreed: {
    readonly id: string
    readonly scopes: readonly string[]
    readonly actions: readonly string[]
    readonly endsAt: Date
  }
  /** The scopes that were asked for. */
  readonly asked: readonly string[]
}

/** Begins a grant on a delegation that a customer made, until that ends; null when it has ended already. */
export async function beginGrant(
  { database, places, clock }: Pick<OAuthParts, 'database' | 'places' | 'clock'>,
  provider: Provider,
  { accountId, clientId, agreed, asked }: Agreement,
): Promise<string | null> {
  const seconds = Math.floor((agreed.endsAt.getTime() - clock().getTime()) / 1000)
  if (seconds < 1) return null
  const grant = new provider.Grant({ accountId, clientId: encodeId('api_client', clientId) })
  Object.assign(grant, { expiresIn: seconds })
  grant.addResourceScope(places.apiResource(), agreed.scopes.join(' '))
  // Scopes that were asked for and not allowed are noted, so that nothing asks for them again.
  const left = asked.filter((scope) => isScope(scope) && !agreed.scopes.includes(scope))
  if (left.length > 0) grant.rejectResourceScope(places.apiResource(), left.join(' '))
  grant.addRar({ type: 'partner_access', actions: [...agreed.actions] })
  const grantId = await grant.save()
  await keepGrant(database, { grantId, clientId, delegationId: agreed.id })
  return grantId
}
