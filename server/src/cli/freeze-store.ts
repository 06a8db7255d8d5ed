import { enqueue, runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { Operator } from '#platform/operator.ts'
import type { Target } from './targets.ts'

export const FREEZE_SCOPES = ['platform', 'partner', 'tenant', 'delegation', 'person'] as const
export type FreezeScope = (typeof FREEZE_SCOPES)[number]

/** What a freeze stops; the platform needs no target. */
export interface Frozen {
  readonly scope: FreezeScope
  readonly target: Target | null
}

/** A freeze of the provider that is in force. */
export interface FreezeRow {
  readonly id: string
  readonly setByName: string
  readonly createdAt: Date
  readonly liftAskedBy: string | null
  /** Whether whoever asked to lift it may ask still; an operator may always. */
  readonly askedCounts: boolean
}

/** The ids of partner, tenant, delegation and person, in this order. */
function columnsOf({ scope, target }: Frozen): readonly (string | null)[] {
  if (!target) return [null, null, null, null]
  const { id, partnerId = null, tenantId = null } = target
  const columns = {
    platform: [null, null, null, null],
    partner: [id, null, null, null],
    tenant: [null, id, null, null],
    delegation: [partnerId, tenantId, id, null],
    person: [null, null, null, id],
  }
  return columns[scope]
}

/** The freeze that the provider has set on exactly this, if one is in force. */
export async function findFreeze(mandate: Mandate<'system'>, frozen: Frozen): Promise<FreezeRow | null> {
  const [result] = await runStatements(mandate, [
    {
      text: `select id, set_by_name, created_at, lift_asked_by, access.still_decides('provider', null, lift_asked_by) as asked_counts from access_freeze
        where lifted_at is null and set_by_side = 'provider' and scope = $1 and partner_id is not distinct from $2 and tenant_id is not distinct from $3
          and delegation_id is not distinct from $4 and person_id is not distinct from $5
        order by created_at limit 1 for update`,
      values: [frozen.scope, ...columnsOf(frozen)],
    },
  ])
  const row = result?.rows[0]
  if (!row || !(row['created_at'] instanceof Date)) return null
  return {
    id: String(row['id']),
    setByName: String(row['set_by_name']),
    createdAt: row['created_at'],
    liftAskedBy: typeof row['lift_asked_by'] === 'string' ? row['lift_asked_by'] : null,
    askedCounts: row['asked_counts'] === true,
  }
}

/** Sets a freeze; it holds from the commit on, and waits for writes that are under way. Returns its id. */
export async function addFreeze(
  mandate: Mandate<'system'>,
  frozen: Frozen,
  by: { operator: Operator; reason: string | null },
): Promise<string> {
  const [result] = await runStatements(mandate, [
    {
      text: `insert into access_freeze (scope, partner_id, tenant_id, delegation_id, person_id, set_by, set_by_name, set_by_side, reason)
        values ($1, $2, $3, $4, $5, $6, $7, 'provider', $8) returning id`,
      values: [frozen.scope, ...columnsOf(frozen), by.operator.id, by.operator.name, by.reason],
    },
  ])
  return String(result?.rows[0]?.['id'])
}

/** Tells what a freeze stops to those who subscribed, and has its alert raised, as for one that is set on the screen. */
export async function tellFreeze(mandate: Mandate<'system'>, { scope, target }: Frozen): Promise<void> {
  await enqueue(mandate, 'alerts.evaluate', { area: 'access' })
  if (target?.tenantId === undefined) return
  await runStatements(mandate, [
    {
      text: `insert into outbox (topic, payload)
        select 'access.frozen', jsonb_build_object('link_id', d.id, 'tenant_id', d.tenant_id, 'partner_id', d.partner_id)
        from delegation d where d.tenant_id = $1 and ($2::uuid is null or d.id = $2) and d.kind = 'link' and d.status in ('active', 'suspended') limit 200`,
      values: [target.tenantId, scope === 'delegation' ? target.id : null],
    },
  ])
}

/** Lifts a freeze. */
export async function liftFreeze(
  mandate: Mandate<'system'>,
  id: string,
  by: { operator: Operator; reason: string },
): Promise<void> {
  await runStatements(mandate, [
    {
      text: 'update access_freeze set lifted_by = $2, lifted_at = statement_timestamp(), lift_reason = $3 where id = $1 and lifted_at is null',
      values: [id, by.operator.id, by.reason],
    },
  ])
}

/** Notes that this operator wants a platform-wide freeze lifted; somebody else must confirm. */
export async function askToLift(mandate: Mandate<'system'>, id: string, operator: Operator): Promise<void> {
  await runStatements(mandate, [
    {
      text: 'update access_freeze set lift_asked_by = $2, lift_asked_at = statement_timestamp() where id = $1',
      values: [id, operator.id],
    },
  ])
}
