import { decodeId } from '@liaison/access'
import type { AccessContext } from '@liaison/guard'
import type { ProblemExtras } from '#platform/problem.ts'
import { Refusal } from '#platform/refusal.ts'
import type { RefusalRecord } from '#platform/refusal.ts'

export interface CallRefusalExtras extends ProblemExtras {
  /** Who called, when a token that holds said so. */
  readonly context?: AccessContext
}

/** What a call is refused under before it is known which permission it needs. */
const ANY_PERMISSION = 'api'

function describeCaller(context: AccessContext | undefined): Record<string, unknown> {
  if (!context) return { plane: 'delegation', actor_type: 'stranger' }
  const delegation = context.delegationId ?? ''
  return {
    plane: context.access === 'own' ? 'tenant' : 'delegation',
    actor_type: 'client',
    actor_id: decodeId('api_client', context.clientId) ?? undefined,
    partner_id: decodeId('partner', context.partnerId ?? '') ?? undefined,
    tenant_id: decodeId('tenant', context.customerId) ?? undefined,
    delegation_id: decodeId('consent', delegation) ?? decodeId('resale', delegation) ?? undefined,
    role: context.access,
  }
}

/** A call through a gateway that is refused before the records of a client were looked at. */
export class CallRefusal extends Refusal {
  override name = 'CallRefusal'
  readonly context: AccessContext | undefined

  // Four words say a problem whole, as in ProblemError.
  // oxlint-disable-next-line max-params
  constructor(status: number, code: string, detail: string, extras: CallRefusalExtras = {}) {
    const { context, ...rest } = extras
    super(status, code, detail, rest)
    this.context = context
  }

  toRecord(): RefusalRecord {
    const caller = describeCaller(this.context)
    const { code, status } = this
    return {
      principal: this.context?.clientId ?? null,
      event: { ...caller, code, permission: ANY_PERMISSION, reason: this.message },
      explanation: {
        personId: undefined,
        partnerId: decodeId('partner', this.context?.partnerId ?? '') ?? undefined,
        tenantId: null,
        permission: ANY_PERMISSION,
        code,
        decision: { effect: 'deny', code, status, steps: [] },
      },
    }
  }
}
