import {
  ACTIONS,
  decideClient,
  decodeId,
  findPermission,
  idFromUuid,
  isAction,
  maskOfActions,
  maskOfScopes,
  ACTION_NAMES,
  SCOPE_NAMES,
} from '@liaison/access'
import type { Action, ClientId, TenantId } from '@liaison/access'
import type { AccessToken } from '#platform/credentials/access-token.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { toClientFacts } from '#platform/resolvers/client-facts.ts'
import type { EnteredClient } from '#platform/resolvers/client-facts.ts'
import type { Database } from '#platform/database.ts'
import { readFacts } from './store.ts'

/** A client and an account that a trusted enforcement point names without a token. */
export interface Named {
  readonly clientId: ClientId
  readonly tenantId: TenantId
  /** The account by its number, or by the reference of the client's partner. */
  readonly accountName: string
  readonly delegationId: string | null
}

/** The UUID of the delegation behind a public id; null for none, undefined for a text that is no id of one. */
export function readDelegationId(text: string | null): string | null | undefined {
  if (text === null) return null
  return decodeId('consent', text) ?? decodeId('resale', text) ?? undefined
}

/** The public id of a delegation. */
export function encodeDelegation(id: string, kind: 'consent' | 'resale'): string {
  return kind === 'consent' ? publicIdOf('consent', id) : publicIdOf('resale', id)
}

function accessOf({ delegation }: EnteredClient): AccessToken['access'] {
  if (!delegation) return 'own'
  return delegation.kind === 'resale' ? 'resale' : 'delegated'
}

/** The token that the client would be given now for all that it may: what is asked is what it may do at most. */
function standingToken(named: Named, entered: EnteredClient): AccessToken {
  const { billing, delegation } = entered
  return {
    tokenId: `asked ${entered.now.getTime()}`,
    clientId: named.clientId,
    tenantId: named.tenantId,
    account: { ban: entered.account?.ban ?? named.accountName },
    access: accessOf(entered),
    delegationId: named.delegationId,
    delegationVersion: delegation?.epoch ?? null,
    scopes: maskOfScopes(SCOPE_NAMES),
    actions: maskOfActions(ACTION_NAMES),
    billing: billing && {
      payerTenantId: idFromUuid('tenant', billing.payer_tenant_id),
      payer: { ban: billing.payer_ban },
    },
    endsAt: entered.now,
    actor: null,
    actingMember: null,
  }
}

/** Reads what is so now about a client and an account. Null when the delegation that is named is not the client's. */
export async function readStanding(
  database: Database,
  named: Named,
): Promise<{ entered: EnteredClient; token: AccessToken } | null> {
  const entered = await readFacts(database, named)
  if (named.delegationId !== null && !entered.delegation) return null
  return { entered, token: standingToken(named, entered) }
}

/** The actions that would be allowed now, from this address. */
export function allowedActions(
  { entered, token }: { readonly entered: EnteredClient; readonly token: AccessToken },
  ip: string | null,
): Action[] {
  const facts = toClientFacts(entered, token, ip)
  return ACTION_NAMES.filter((action) => {
    const permission = ACTIONS[action]
    const writes = findPermission(permission)?.spends ?? false
    return decideClient(facts, { permission, writes }).effect === 'allow'
  })
}

/** The action of a name; null for a name that is none. */
export function readAction(name: string): Action | null {
  return isAction(name) ? name : null
}
