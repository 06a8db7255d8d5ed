import { CLIENT_DECISION_STATUS, CLIENT_REFUSAL_WORDS, encodeId } from '@liaison/access'
import type { ClientPermission, ClientRefusalCode } from '@liaison/access'
import { nameOf } from '#platform/credentials/access-token.ts'
import type { Mandate } from '#platform/mandate.ts'
import { Refusal } from '#platform/refusal.ts'
import type { RefusalRecord } from '#platform/refusal.ts'
import './problems.ts'
import { OWNER_KEYS, PAYER_KEYS } from './rules.ts'
import type { OrderRow } from './tables.ts'

/** A refusal that the decision about a call knows, too. */
const ofDecisions = (code: ClientRefusalCode) => ({
  status: CLIENT_DECISION_STATUS[code],
  ...CLIENT_REFUSAL_WORDS[code],
})

const WORDS = {
  CUSTOMER_MISMATCH: ofDecisions('CUSTOMER_MISMATCH'),
  BILLING_CHANGED: ofDecisions('BILLING_CHANGED'),
  NO_BILLING_RELATIONSHIP: ofDecisions('NO_BILLING_RELATIONSHIP'),
  BILLING_PARTY_MISMATCH: {
    status: 422,
    sentence:
      'The request names a payer; who pays follows from the commercial relationship alone. Nothing was changed.',
    next_step: 'Leave the payer out; read the account to see who pays.',
  },
  ORDER_LIMIT_REACHED: {
    status: 403,
    sentence:
      'With this, orders would cost more in this month than the customer allows. Nothing was ordered or changed.',
    next_step: 'Order less, wait for the next calendar month, or ask the customer for a higher limit.',
  },
  ORDER_PLACED_BY_ANOTHER: {
    status: 409,
    sentence:
      'Somebody else placed this order; an access that a customer gave, or a resale, changes only what its own partner ordered. Nothing was changed.',
    next_step: 'Ask whoever placed the order, or the customer, to change or cancel it.',
  },
} as const

type Code = keyof typeof WORDS

/** What an API client is refused after it was let in: what it sent contradicts its token or the records. Leaves an audit event. */
export class ClientInputRefusal extends Refusal {
  override name = 'ClientInputRefusal'
  readonly #mandate: Mandate<'api'>
  readonly #permission: ClientPermission

  constructor(code: Code, mandate: Mandate<'api'>, permission: ClientPermission) {
    const { status, sentence, next_step: nextStep } = WORDS[code]
    super(status, code, sentence, { nextStep })
    this.#mandate = mandate
    this.#permission = permission
  }

  toRecord(): RefusalRecord {
    const { client, partner, tenant, delegation, access } = this.#mandate
    const permission = this.#permission
    return {
      principal: client.id,
      event: {
        plane: access === 'own' ? 'tenant' : 'delegation',
        code: this.code,
        actor_type: 'client',
        actor_id: client.id,
        actor_name: client.name,
        partner_id: partner?.id,
        partner_name: partner?.name,
        tenant_id: tenant.id,
        tenant_name: tenant.name,
        delegation_id: delegation?.id,
        role: access,
        permission,
      },
      explanation: {
        personId: undefined,
        partnerId: partner?.id,
        tenantId: tenant.id,
        permission,
        code: this.code,
        decision: { effect: 'deny', code: this.code, status: this.status, steps: [] },
      },
    }
  }
}

/** A body or a query, parsed. */
type Part = Readonly<Record<string, unknown>>

/**
 * Refuses input that names another customer than the token (403, attack 64), or that says who pays (422, attack 57).
 * Source: A5, A7, delegation.md section 4.
 */
export function requireOwnParties(
  mandate: Mandate<'api'>,
  permission: ClientPermission,
  parts: readonly Part[],
): void {
  const { account } = mandate.token
  const own: Readonly<Record<(typeof OWNER_KEYS)[number], unknown>> = {
    customer_id: encodeId('tenant', mandate.tenant.id),
    customer_ban: nameOf(account),
    customer_ref: account.customerRef ?? null,
  }
  for (const part of parts) {
    if (OWNER_KEYS.some((key) => part[key] !== undefined && part[key] !== own[key]))
      throw new ClientInputRefusal('CUSTOMER_MISMATCH', mandate, permission)
  }
  if (parts.some((part) => PAYER_KEYS.some((key) => part[key] !== undefined)))
    throw new ClientInputRefusal('BILLING_PARTY_MISMATCH', mandate, permission)
}

/** Whether the caller may change the order at all: the customer every one of its accounts, a partner what it ordered itself. */
export function isOfCaller({ access, partner }: Mandate<'api'>, order: OrderRow): boolean {
  return access === 'own' || order.partner_id === partner?.id
}

/** Refuses to let a partner change what the customer or another partner ordered. */
export function requirePlacedByCaller(
  mandate: Mandate<'api'>,
  permission: ClientPermission,
  order: OrderRow,
): void {
  if (!isOfCaller(mandate, order))
    throw new ClientInputRefusal('ORDER_PLACED_BY_ANOTHER', mandate, permission)
}
