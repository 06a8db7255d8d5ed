import type { ClientStatus } from './tables.ts'

/** Who can make which move. A client that was revoked stays revoked; only the side that suspended it resumes it. */
export function canMove(
  from: { readonly status: ClientStatus; readonly changedBy: string | null },
  move: 'suspend' | 'resume' | 'revoke',
  side: 'partner' | 'tenant' | 'provider',
): boolean {
  if (move === 'suspend') return from.status === 'active'
  if (move === 'revoke') return from.status !== 'revoked'
  return from.status === 'suspended' && from.changedBy === side
}
