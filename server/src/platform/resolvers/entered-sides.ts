import { decide, idFromUuid } from '@liaison/access'
import type { Facts, Permission } from '@liaison/access'
import type { EnteredFacts } from './facts.ts'
import type { Actor, PartnerSide, RequestOrigin } from '../mandate.ts'
import { RefusalError } from '../refusal.ts'

function namesOf(entered: EnteredFacts): { actor?: string; partner?: string; tenant?: string } {
  return {
    ...(entered.actor && { actor: entered.actor.name }),
    ...(entered.partner && { partner: entered.partner.name }),
    ...(entered.tenant && { tenant: entered.tenant.name }),
  }
}

/** Refuses as the kernel explains it. Always throws. */
export function refuse(facts: Facts, permission: Permission, entered: EnteredFacts): never {
  throw new RefusalError(decide(facts, { permission }, { trace: true }), {
    facts,
    permission,
    names: namesOf(entered),
  })
}

/** The person of a decided request. */
export function actorOf(entered: EnteredFacts): Actor {
  const { actor } = entered
  if (!actor?.session_id) throw new Error('A decided request has an actor.')
  return {
    id: idFromUuid('person', actor.person_id),
    name: actor.name,
    sessionId: idFromUuid('session', actor.session_id),
  }
}

/** The partner of a decided request, and the person's place in it. */
export function partnerOf(entered: EnteredFacts): PartnerSide {
  const { partner, partner_member: member } = entered
  if (!partner || !member) throw new Error('A decided request of a partner has a member.')
  return {
    id: idFromUuid('partner', partner.id),
    name: partner.name,
    memberId: idFromUuid('member', member.id),
    role: member.role,
  }
}

/** Where the request came from, and when. */
export function originOf(
  trace: { readonly requestId: string; readonly ip: string | null },
  entered: EnteredFacts,
): RequestOrigin {
  // The database's clock: every process then agrees on what is overdue, due and ended.
  return { requestId: trace.requestId, now: entered.now, ip: trace.ip }
}
