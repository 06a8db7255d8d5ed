import { decodeId, maskOfActions, maskOfScopes } from '@liaison/access'
import { GuardError } from '@liaison/guard'
import type { AccessContext } from '@liaison/guard'
import type { AccessToken, AccountName } from './access-token.ts'

/** What the token says of a member who acts begins so; what follows is the member's public id. */
const MEMBER = 'member:'

function need<T>(value: T | null, name: string): T {
  if (value === null)
    throw new GuardError('UNAUTHORIZED', `The token names no ${name} of this server.`, {
      error: 'invalid_token',
    })
  return value
}

/** A token that has both names is one whose number somebody told besides; what its caller says is the reference. */
function toName({ ban, ref }: { readonly ban: string | null; readonly ref: string | null }): AccountName {
  return ref === null ? { ban: need(ban, 'account') } : { customerRef: ref }
}

/** A verified context in the words of the server. Throws 401 for ids that are not of this server. */
export function toAccessToken(context: AccessContext): AccessToken {
  const { billing, delegationId, details } = context
  const delegation =
    delegationId === null ? null : (decodeId('consent', delegationId) ?? decodeId('resale', delegationId))
  if (delegationId !== null) need(delegation, 'delegation')
  const actor = context.actor?.subject ?? null
  return {
    tokenId: context.tokenId,
    clientId: need(decodeId('api_client', context.clientId), 'client'),
    tenantId: need(decodeId('tenant', context.customerId), 'customer'),
    account: toName({ ban: context.customerBan, ref: context.customerRef }),
    access: context.access,
    delegationId: delegation,
    delegationVersion: context.delegationVersion,
    scopes: maskOfScopes(context.scopes),
    actions: details && maskOfActions(details.flatMap(({ actions }) => actions)),
    billing: billing && {
      payerTenantId: need(decodeId('tenant', billing.party), 'payer'),
      payer: toName(billing),
    },
    endsAt: context.expiresAt,
    actor,
    actingMember: actor?.startsWith(MEMBER)
      ? need(decodeId('member', actor.slice(MEMBER.length)), 'member')
      : null,
  }
}
