import { costsMoney, scopeOfAction } from '@liaison/access'
import type { ClientNeed } from '@liaison/access'
import type { RegistrationFault } from '#modules/oauth/index.ts'
import type { ClientStatus } from './tables.ts'

/**
 * Who can make which move. A client that was revoked stays revoked. Each side suspends it for itself and resumes what it
 * suspended alone; what the provider suspended stands on top of what the owner did.
 */
export function canMove(
  from: {
    readonly status: ClientStatus
    readonly changedBy: string | null
    /** Whether the owner has it suspended, too, while the provider has. */
    readonly isOwnToo: boolean
  },
  move: 'suspend' | 'resume' | 'revoke',
  side: 'partner' | 'tenant' | 'provider',
): boolean {
  if (move === 'revoke') return from.status !== 'revoked'
  const isByProvider = from.changedBy === 'provider'
  const holds =
    from.status === 'suspended' &&
    (from.changedBy === side || (isByProvider && side !== 'provider' && from.isOwnToo))
  return move === 'resume' ? holds : from.status !== 'revoked' && !holds
}

/** Everything that is wrong with what a client says it needs: pointers into its settings. */
export function findNeedFaults(needs: readonly ClientNeed[], scopes: readonly string[]): RegistrationFault[] {
  return needs.flatMap(({ action, is_needed: isNeeded }, index) => {
    const fault = (field: string, code: string, detail: string) => ({
      pointer: `/needs/${index}/${field}`,
      code,
      detail,
    })
    return [
      ...(scopes.includes(scopeOfAction(action))
        ? []
        : [fault('action', 'NOT_ASKED_FOR', `none of the scopes has ${action}`)]),
      ...(needs.findIndex((other) => other.action === action) === index
        ? []
        : [fault('action', 'SAID_TWICE', `${action} is there already`)]),
      ...(isNeeded && costsMoney(action)
        ? [fault('is_needed', 'COSTS_MONEY', 'a customer decides about each action that costs money')]
        : []),
    ]
  })
}

/** What of it still has a meaning for these scopes. */
export function needsWithin(needs: readonly ClientNeed[], scopes: readonly string[]): readonly ClientNeed[] {
  return needs.filter(({ action }) => scopes.includes(scopeOfAction(action)))
}
