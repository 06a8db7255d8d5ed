import type { FreezeId } from '@liaison/access'
import { databaseCodeOf } from '#platform/database.ts'
import { constraintOf } from '#platform/guarded.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { DelegationTables, FreezeScope } from './tables.ts'

export type FreezeMandate = Mandate<'tenant' | 'platform' | 'program'>

/** What a freeze covers; ids that its scope does not use are null. */
export interface FreezeTarget {
  readonly scope: FreezeScope
  readonly partnerId: string | null
  readonly tenantId: string | null
  readonly delegationId: string | null
  readonly personId: string | null
}

const SIDES = { tenant: 'tenant', platform: 'provider', program: 'partner' } as const

function freezes(mandate: FreezeMandate) {
  return tables<DelegationTables>(mandate)
    .selectFrom('access_freeze as f')
    .leftJoin('partner as p', 'p.id', 'f.partner_id')
    .leftJoin('tenant as t', 't.id', 'f.tenant_id')
    .leftJoin('person as h', 'h.id', 'f.person_id')
    .select([
      'f.id',
      'f.scope',
      'f.partner_id',
      'f.tenant_id',
      'f.delegation_id',
      'f.person_id',
      'f.set_by',
      'f.set_by_name',
      'f.set_by_side',
      'f.reason',
      'f.created_at',
      'f.lift_asked_by',
      'f.lift_asked_at',
      'f.lifted_at',
      'f.lift_reason',
      'p.name as partner_name',
      't.name as tenant_name',
      'h.name as person_name',
    ])
}

export type FreezeRow = Awaited<ReturnType<ReturnType<typeof freezes>['execute']>>[number]

/** The freezes that the mandate's side set, in force first. */
export function listFreezes(mandate: FreezeMandate, onlyInForce: boolean): Promise<FreezeRow[]> {
  let query = freezes(mandate)
  if (mandate.kind !== 'platform') query = query.where('f.set_by_side', '=', SIDES[mandate.kind])
  if (onlyInForce) query = query.where('f.lifted_at', 'is', null)
  return query
    .orderBy('f.lifted_at', (order) => order.desc().nullsFirst())
    .orderBy('f.created_at', 'desc')
    .limit(200)
    .execute()
}

/** Whether a freeze that the mandate's own organisation set stops a partner there now. */
export async function findStopped(mandate: Mandate<'tenant'>): Promise<(partnerId: string) => boolean> {
  const standing = await tables<DelegationTables>(mandate)
    .selectFrom('access_freeze')
    .select(['scope', 'partner_id'])
    .where('set_by_side', '=', SIDES.tenant)
    .where('lifted_at', 'is', null)
    .execute()
  return (id) => standing.some(({ scope, partner_id: partner }) => scope === 'tenant' || partner === id)
}

/** One freeze. Throws FREEZE_NOT_FOUND. */
export async function getFreeze(mandate: FreezeMandate, id: FreezeId): Promise<FreezeRow> {
  let query = freezes(mandate).where('f.id', '=', id)
  if (mandate.kind !== 'platform') query = query.where('f.set_by_side', '=', SIDES[mandate.kind])
  const row = await query.executeTakeFirst()
  if (!row) throw new ProblemError(404, 'FREEZE_NOT_FOUND', 'No freeze that you can see has this id.')
  return row
}

/**
 * One freeze, held until the transaction ends: of two who lift it at the same moment the second one sees what the first
 * one did. Throws FREEZE_NOT_FOUND.
 */
export async function holdFreeze(mandate: FreezeMandate, id: FreezeId): Promise<FreezeRow> {
  await tables<DelegationTables>(mandate)
    .selectFrom('access_freeze')
    .select('id')
    .where('id', '=', id)
    .forUpdate()
    .execute()
  return getFreeze(mandate, id)
}

/** Sets a freeze; it holds from the commit on, and no write under what it covers commits later. */
export async function insertFreeze(
  mandate: FreezeMandate,
  target: FreezeTarget,
  reason: string | null,
): Promise<string> {
  try {
    const row = await tables<DelegationTables>(mandate)
      .insertInto('access_freeze')
      .values({
        scope: target.scope,
        partner_id: target.partnerId,
        tenant_id: target.tenantId,
        delegation_id: target.delegationId,
        person_id: target.personId,
        set_by: mandate.actor.id,
        set_by_name: mandate.actor.name,
        set_by_side: SIDES[mandate.kind],
        reason,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    return row.id
  } catch (error) {
    if (databaseCodeOf(error) === '23503')
      throw new ProblemError(404, 'FREEZE_TARGET_NOT_FOUND', 'What the freeze names does not exist.', {
        cause: error,
      })
    if (constraintOf(error) === 'freeze_last_owner')
      throw new ProblemError(
        409,
        'FREEZE_LAST_OWNER',
        'No other owner of your organisation could lift this freeze.',
        { cause: error },
      )
    throw error
  }
}

/** Notes that somebody asks to lift the freeze over everything. */
export async function askLift(mandate: FreezeMandate, id: string): Promise<void> {
  await tables<DelegationTables>(mandate)
    .updateTable('access_freeze')
    .set({ lift_asked_by: mandate.actor.id, lift_asked_at: mandate.origin.now })
    .where('id', '=', id)
    .where('lifted_at', 'is', null)
    .execute()
}

/** Lifts a freeze. Throws FREEZE_LIFTED when somebody did before, and CONFLICT where another side lifts it. */
export async function liftFreeze(mandate: FreezeMandate, id: string, reason: string): Promise<void> {
  const updated = await tables<DelegationTables>(mandate)
    .updateTable('access_freeze')
    .set({ lifted_by: mandate.actor.id, lifted_at: mandate.origin.now, lift_reason: reason })
    .where('id', '=', id)
    .where('lifted_at', 'is', null)
    .executeTakeFirst()
    .catch((error: unknown) => {
      if (constraintOf(error) !== 'freeze_actor') throw error
      throw new ProblemError(
        409,
        'CONFLICT',
        'The partner set this freeze, and an owner of it can still lift it.',
        {
          cause: error,
        },
      )
    })
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(409, 'FREEZE_LIFTED', 'This freeze is lifted already.')
}

/** The tenant and partner of a delegation, for a freeze of it. Throws FREEZE_TARGET_NOT_FOUND. */
export async function findDelegationSides(mandate: FreezeMandate, id: string) {
  const row = await tables<DelegationTables>(mandate)
    .selectFrom('delegation')
    .select(['tenant_id', 'partner_id'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row)
    throw new ProblemError(404, 'FREEZE_TARGET_NOT_FOUND', 'No delegation that you can see has this id.')
  return row
}

/** Whether the mandate knows this partner. */
export async function knowsPartner(mandate: FreezeMandate, id: string): Promise<boolean> {
  const row = await tables<DelegationTables>(mandate)
    .selectFrom('partner')
    .select('id')
    .where('id', '=', id)
    .executeTakeFirst()
  return row !== undefined
}

/** Whether the person belongs to the mandate's partner. */
export async function isOwnPerson(mandate: Mandate<'program'>, personId: string): Promise<boolean> {
  const row = await tables<DelegationTables>(mandate)
    .selectFrom('partner_member')
    .select('id')
    .where('partner_id', '=', mandate.partner.id)
    .where('person_id', '=', personId)
    .executeTakeFirst()
  return row !== undefined
}

/** The ids of a link that a freeze stops, as subscribers of webhooks hear them. */
export interface FrozenLink {
  readonly [field: string]: string
}

/** The living links that a freeze names by its tenant; one of a whole partner or of the platform is told by the alerts alone. */
export async function findFrozenLinks(mandate: FreezeMandate, row: FreezeRow): Promise<FrozenLink[]> {
  if (row.tenant_id === null) return []
  let query = tables<DelegationTables>(mandate)
    .selectFrom('delegation')
    .select(['id as link_id', 'tenant_id', 'partner_id'])
    .where('tenant_id', '=', row.tenant_id)
    .where('kind', '=', 'link')
    .where('status', 'in', ['active', 'suspended'])
  if (row.partner_id !== null) query = query.where('partner_id', '=', row.partner_id)
  if (row.delegation_id !== null) query = query.where('id', '=', row.delegation_id)
  const links = await query.limit(200).execute()
  return links.map(({ link_id, tenant_id, partner_id }) => ({ link_id, tenant_id, partner_id }))
}
