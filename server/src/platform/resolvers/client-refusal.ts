import { ACTION_NAMES, ACTIONS, CLIENT_REFUSAL_WORDS, has, scopeOfPermission } from '@liaison/access'
import type { ClientDecision, ClientFacts, ClientPermission, ClientRefusalCode } from '@liaison/access'
import { Refusal } from '../refusal.ts'
import type { RefusalRecord } from '../refusal.ts'
import { publicIdOf } from '../public-id.ts'

/** What the refusal of an API client was decided on. */
export interface ClientRefusalGrounds {
  readonly facts: ClientFacts
  readonly permission: ClientPermission
  /** The UUID of the delegation that the token names and the client holds. */
  readonly delegationId: string | null
  /** The account of the token, as the token names it. */
  readonly accountName: string
  readonly names: { readonly client?: string; readonly partner?: string; readonly tenant?: string }
  readonly headers: Readonly<Record<string, string>>
}

/** The error of RFC 6750 section 3.1 for a refusal; null where no other token would help. */
export function oauthErrorOf(code: ClientRefusalCode): string | null {
  if (code === 'INSUFFICIENT_SCOPE') return 'insufficient_scope'
  return code === 'UNAUTHORIZED' || code === 'DELEGATION_REVOKED' || code === 'TOKEN_STALE'
    ? 'invalid_token'
    : null
}

/** The scope that would help, which the challenge and the details name (RFC 6750 section 3.1); null for any other refusal. */
export function missingScope(code: ClientDecision['code'], permission: ClientPermission): string | null {
  return code === 'INSUFFICIENT_SCOPE' ? scopeOfPermission(permission) : null
}

/** A tenant reads only of clients that it once let in, and of its own. */
function isReadByTenant({ facts, delegationId }: ClientRefusalGrounds): boolean {
  return delegationId !== null || facts.token.access === 'own'
}

function describe(code: string, grounds: ClientRefusalGrounds): RefusalRecord['event'] {
  const { facts, permission, delegationId, names } = grounds
  return {
    plane: facts.token.access === 'own' ? 'tenant' : 'delegation',
    code,
    actor_type: facts.client ? 'client' : 'stranger',
    actor_id: facts.client?.id,
    actor_name: names.client,
    partner_id: facts.partner?.id,
    partner_name: names.partner,
    ...(isReadByTenant(grounds) && { tenant_id: facts.tenant?.id, tenant_name: names.tenant }),
    delegation_id: delegationId ?? undefined,
    role: facts.token.access,
    permission,
  }
}

const NARROW = new Set<ClientRefusalCode>(['INSUFFICIENT_SCOPE', 'INSUFFICIENT_AUTHORIZATION_DETAILS'])

/**
 * What the client can ask the customer for, when it is the consent that does not open this and the client could have it:
 * the body of its access request (A16). Undefined for any other refusal, which no answer of the customer would lift.
 */
function whatToAsk(
  code: ClientRefusalCode,
  { facts: { client, delegation, token }, permission, delegationId, accountName }: ClientRefusalGrounds,
): Record<string, unknown> | undefined {
  const isNarrow = NARROW.has(code) && token.access === 'delegated' && delegation?.kind === 'consent'
  if (!isNarrow || delegationId === null || !client || !has(client.mask, permission)) return undefined
  const actions = ACTION_NAMES.filter((action) => ACTIONS[action] === permission)
  if (has(delegation.mask, permission) || actions.length === 0) return undefined
  const detail = { type: 'partner_access', actions, customer_hint: accountName }
  const grantId = publicIdOf('consent', delegationId)
  return { access_request: { grant_id: grantId, authorization_details: [detail] } }
}

/** The refusal of an API client. */
export class ClientRefusalError extends Refusal {
  override name = 'ClientRefusalError'
  readonly decision: ClientDecision
  readonly grounds: ClientRefusalGrounds

  constructor(decision: ClientDecision, grounds: ClientRefusalGrounds) {
    if (decision.code === 'ALLOWED') throw new Error('An allowance is no refusal.')
    const words = CLIENT_REFUSAL_WORDS[decision.code]
    const scope = missingScope(decision.code, grounds.permission)
    const details = { ...(scope !== null && { scope }), ...whatToAsk(decision.code, grounds) }
    super(decision.status, decision.code, words.sentence, {
      nextStep: words.next_step,
      headers: grounds.headers,
      ...(Object.keys(details).length > 0 && { details }),
    })
    this.decision = decision
    this.grounds = grounds
  }

  toRecord(): RefusalRecord {
    const { facts } = this.grounds
    return {
      principal: facts.client?.id ?? null,
      event: describe(this.code, this.grounds),
      explanation: {
        personId: undefined,
        partnerId: facts.partner?.id,
        tenantId: isReadByTenant(this.grounds) ? facts.tenant?.id : null,
        permission: this.grounds.permission,
        code: this.code,
        decision: this.decision,
      },
    }
  }
}
