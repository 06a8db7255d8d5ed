import { decideAssisted, REFUSAL_WORDS } from '@liaison/access'
import type { AssistedFacts, AssistedRefusalCode, IdOf } from '@liaison/access'
import { z } from 'zod'
import { noteRead, runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { Refusal } from '#platform/refusal.ts'
import type { RefusalRecord } from '#platform/refusal.ts'

/** An access that was decided, and on what. Only `requireLook` makes one. */
export interface Look {
  readonly id: IdOf<'assisted'>
  readonly tenantId: string
  readonly tenantName: string
  readonly caseNumber: string
  readonly epoch: number
}

const Instant = z.coerce.date()
const FactsRow = z.object({
  now: Instant,
  status: z.string(),
  starts_at: Instant,
  ends_at: Instant.nullable(),
  epoch: z.int(),
  tenant_id: z.string(),
  tenant_name: z.string(),
  tenant_status: z.string(),
  case_number: z.string(),
  freezes: z.array(z.object({ scope: z.enum(['platform', 'partner', 'tenant', 'delegation', 'person']) })),
})
type Known = z.output<typeof FactsRow> | null

const WORDS: Readonly<Record<AssistedRefusalCode, readonly [status: number, sentence: string]>> = {
  SUPPORT_ACCESS_NOT_FOUND: [404, 'You asked for no support access with this id.'],
  SUPPORT_ACCESS_READ_ONLY: [403, 'Support only looks.'],
  SUPPORT_ACCESS_NOT_ALLOWED: [403, 'The tenant has not allowed this support access.'],
  SUPPORT_ACCESS_ENDED: [403, 'This support access has ended.'],
  TENANT_INACTIVE: [403, REFUSAL_WORDS.TENANT_INACTIVE.sentence],
  ACCESS_FROZEN: [403, REFUSAL_WORDS.ACCESS_FROZEN.sentence],
}

/** The refusal of somebody of support. The tenant reads it once it was ever let in or asked. */
class AssistedRefusal extends Refusal {
  override name = 'AssistedRefusal'
  readonly #event: RefusalRecord['event']
  readonly #personId: string
  readonly #tenantId: string | null

  constructor(
    code: AssistedRefusalCode,
    about: { actor: { id: string; name: string }; known: Known; id: string },
  ) {
    const [status, sentence] = WORDS[code]
    super(status, code, sentence)
    const { actor, known, id } = about
    this.#personId = actor.id
    this.#tenantId = known?.tenant_id ?? null
    this.#event = {
      plane: 'platform',
      code,
      actor_type: 'person',
      actor_id: actor.id,
      actor_name: actor.name,
      role: 'assisted',
      permission: 'platform.assistance.use',
      ...(known && {
        tenant_id: known.tenant_id,
        tenant_name: known.tenant_name,
        delegation_id: id,
        resource_type: 'support access',
        resource_id: id,
      }),
    }
  }

  toRecord(): RefusalRecord {
    return {
      principal: this.#personId,
      event: this.#event,
      explanation: {
        personId: this.#personId,
        partnerId: undefined,
        tenantId: this.#tenantId,
        permission: 'platform.assistance.use',
        code: this.code,
        decision: { effect: 'deny', code: this.code },
      },
    }
  }
}

const toFacts = (known: NonNullable<Known>): AssistedFacts => ({
  now: known.now,
  delegation: known,
  tenant: { status: known.tenant_status },
  freezes: known.freezes,
})

const nobody = (now: Date): AssistedFacts => ({ now, delegation: null, tenant: null, freezes: [] })

/**
 * Decides whether the person may look at a tenant's data under this very access now. The views that the reads then use ask
 * the same of the database once more, at each statement. Throws SUPPORT_ACCESS_NOT_FOUND, also for the access of a
 * colleague, and what else refuses it.
 */
export async function requireLook(mandate: Mandate<'platform'>, id: IdOf<'assisted'>): Promise<Look> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.assisted_facts($1) as facts', values: [id] },
  ])
  const known = FactsRow.nullable().parse(result?.rows[0]?.['facts'] ?? null)
  const decision = decideAssisted(known === null ? nobody(mandate.origin.now) : toFacts(known), 'read')
  if (decision.effect === 'deny')
    throw new AssistedRefusal(decision.code, { actor: mandate.actor, known, id })
  if (known === null) throw new Error('An access that nobody asked for is never allowed.')
  return {
    id,
    tenantId: known.tenant_id,
    tenantName: known.tenant_name,
    caseNumber: known.case_number,
    epoch: known.epoch,
  }
}

/** What every event of support says: whom it is about, and that it was assisted access. */
const underAccess = (look: Look) => ({
  tenantId: look.tenantId,
  tenantName: look.tenantName,
  delegationId: look.id,
  delegationEpoch: look.epoch,
  role: 'assisted',
})

/** Records what support looked at, for the tenant and the provider. */
export function noteLook(
  mandate: Mandate<'platform'>,
  look: Look,
  read: { readonly what: 'invoices' | 'payments' | 'tickets' | 'orders'; readonly rowCount: number },
): void {
  noteRead(mandate, {
    ...underAccess(look),
    action: `assistance.${read.what}.read`,
    resource: { type: 'support access', id: look.id, label: look.caseNumber },
    rowCount: read.rowCount,
  })
}

/** Records which ticket support opened, and for which case: each is an event of its own, so that the tenant learns of all. */
export function noteTicketLook(
  mandate: Mandate<'platform'>,
  look: Look,
  ticket: { readonly id: string; readonly number: string },
): void {
  noteRead(mandate, {
    ...underAccess(look),
    action: 'assistance.ticket.read',
    resource: { type: 'ticket', id: ticket.id, label: ticket.number },
    changes: { support_case: { after: look.caseNumber } },
    rowCount: 1,
  })
}
