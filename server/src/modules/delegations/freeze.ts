import { idFromUuid } from '@liaison/access'
import type { FreezeId } from '@liaison/access'
import { z } from 'zod'
import {
  countsNoMore,
  expectedOutcome,
  firstCounts,
  requireOutcome,
  stillDecides,
  whoStillDecides,
} from '#platform/first-approver.ts'
import type { InCharge } from '#platform/first-approver.ts'
import { enqueue, recordEvent } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText, publicId, truth } from '#platform/route-input.ts'
import { askLift, findFrozenLinks, getFreeze, holdFreeze, insertFreeze, liftFreeze } from './freeze-store.ts'
import type { FreezeMandate, FreezeRow, FreezeTarget } from './freeze-store.ts'

/** A freeze as its side reads it. */
export const FreezeBody = z.strictObject({
  freeze_id: z.string(),
  scope: z.enum(['platform', 'partner', 'tenant', 'delegation', 'person']),
  partner_id: z.string().nullable(),
  partner_name: z.string().nullable(),
  tenant_id: z.string().nullable(),
  tenant_name: z.string().nullable(),
  link_id: z.string().nullable(),
  person_id: z.string().nullable(),
  person_name: z.string().nullable(),
  reason: z.string().nullable(),
  in_force: z.boolean(),
  set_by_name: z.string(),
  set_by_side: z.enum(['partner', 'tenant', 'provider']),
  created_at: z.string(),
  lift_asked_at: z.string().nullable(),
  lift_asked_by_you: z.boolean(),
  lift_request_counts: z.boolean().nullable().meta({
    description:
      'False where whoever asked is not among those of your side who decide now: it is void, and whoever asks next is the first. Null while nobody asks.',
  }),
  takes_two_people: z
    .boolean()
    .meta({ description: 'Whether one person asks to lift it and another confirms.' }),
  lifted_at: z.string().nullable(),
  lift_reason: z.string().nullable(),
})

/** Who asked to lift a freeze that holds. */
const lifterOf = (row: FreezeRow) => (row.lifted_at === null ? row.lift_asked_by : null)

function toFreeze(row: FreezeRow, mandate: FreezeMandate, inCharge: InCharge): z.output<typeof FreezeBody> {
  return {
    freeze_id: publicIdOf('freeze', row.id),
    scope: row.scope,
    partner_id: row.partner_id && publicIdOf('partner', row.partner_id),
    partner_name: row.partner_name,
    tenant_id: row.tenant_id && publicIdOf('tenant', row.tenant_id),
    tenant_name: row.tenant_name,
    link_id: row.delegation_id && publicIdOf('link', row.delegation_id),
    person_id: row.person_id && publicIdOf('person', row.person_id),
    person_name: row.person_name,
    reason: row.reason,
    in_force: row.lifted_at === null,
    set_by_name: row.set_by_name,
    set_by_side: row.set_by_side,
    created_at: row.created_at.toISOString(),
    lift_asked_at: row.lift_asked_at?.toISOString() ?? null,
    lift_asked_by_you: row.lift_asked_by === mandate.actor.id,
    lift_request_counts: firstCounts(inCharge, lifterOf(row)),
    takes_two_people: takesTwo(row),
    lifted_at: row.lifted_at?.toISOString() ?? null,
    lift_reason: row.lift_reason,
  }
}

/** The public form of freezes. */
export async function toFreezes(
  mandate: FreezeMandate,
  rows: readonly FreezeRow[],
): Promise<z.output<typeof FreezeBody>[]> {
  const inCharge = await whoStillDecides(mandate, rows.map(lifterOf))
  return rows.map((row) => toFreeze(row, mandate, inCharge))
}

async function answer(mandate: FreezeMandate, row: FreezeRow): Promise<z.output<typeof FreezeBody>> {
  return toFreeze(row, mandate, await whoStillDecides(mandate, [lifterOf(row)]))
}

/** Records a step of a freeze for everybody whom it covers. */
function recordFreeze(
  mandate: FreezeMandate,
  row: FreezeRow,
  step: { action: 'freezes.set' | 'freezes.request_lift' | 'freezes.lift'; reason: string | null },
): void {
  recordEvent(mandate, {
    action: step.action,
    ...(row.partner_id !== null && { partnerId: row.partner_id }),
    ...(row.partner_name !== null && { partnerName: row.partner_name }),
    ...(row.tenant_id !== null && { tenantId: row.tenant_id }),
    ...(row.tenant_name !== null && { tenantName: row.tenant_name }),
    ...(row.delegation_id !== null && { delegationId: row.delegation_id }),
    resource: {
      type: 'freeze',
      id: row.id,
      label: row.person_name ?? row.partner_name ?? row.tenant_name ?? row.scope,
    },
    changes: { scope: row.scope },
    ...(step.reason !== null && { reason: step.reason }),
  })
}

/** A freeze and its end are alerts at once, not when the clock next comes round. Source: B9, "freeze immediate". */
const askForAlerts = (mandate: FreezeMandate) => enqueue(mandate, 'alerts.evaluate', { area: 'access' })

/** Sets a freeze and records it for everybody whom it covers. It holds from the commit on. */
export async function setFreeze(mandate: FreezeMandate, target: FreezeTarget, reason: string | null) {
  const id = await insertFreeze(mandate, target, reason)
  const row = await getFreeze(mandate, idFromUuid('freeze', id))
  recordFreeze(mandate, row, { action: 'freezes.set', reason })
  for (const link of await findFrozenLinks(mandate, row)) await enqueue(mandate, 'access.frozen', link)
  await askForAlerts(mandate)
  return answer(mandate, row)
}

/** A freeze over everything, and a tenant's over all partners, is lifted by two people. Source: B11. */
function takesTwo(row: Pick<FreezeRow, 'scope' | 'set_by_side'>): boolean {
  return row.scope === 'platform' || (row.scope === 'tenant' && row.set_by_side === 'tenant')
}

export const LiftInput = z.strictObject({ reason: plainText(1, 500), outcome: expectedOutcome('lifted') })

/**
 * Lifts a freeze; one that takes two people in two steps. Throws FREEZE_LIFTED, SECOND_PERSON_NEEDED, and
 * OUTCOME_CHANGED where it would come to another step than the caller expects.
 */
export async function lift(
  mandate: FreezeMandate,
  id: FreezeId,
  { reason, outcome }: z.output<typeof LiftInput>,
) {
  const row = await holdFreeze(mandate, id)
  if (row.lifted_at !== null) throw new ProblemError(409, 'FREEZE_LIFTED', 'This freeze is lifted already.')
  const isVoid = row.lift_asked_by !== null && !(await stillDecides(mandate, row.lift_asked_by))
  const asks = takesTwo(row) && (row.lift_asked_by === null || isVoid)
  if (takesTwo(row) && !asks && row.lift_asked_by === mandate.actor.id)
    throw new ProblemError(
      409,
      'SECOND_PERSON_NEEDED',
      'You asked to lift this freeze; another admin of your side confirms it.',
    )
  requireOutcome(outcome, asks ? 'asked' : 'lifted')
  if (asks) {
    await askLift(mandate, row.id)
    recordFreeze(mandate, row, {
      action: 'freezes.request_lift',
      reason: isVoid ? `${reason} (${countsNoMore(null)})` : reason,
    })
  } else {
    await liftFreeze(mandate, row.id, reason)
    recordFreeze(mandate, row, { action: 'freezes.lift', reason })
    await askForAlerts(mandate)
  }
  return answer(mandate, await getFreeze(mandate, id))
}

export const Reason = plainText(1, 500)
export const FreezeList = z.strictObject({ items: z.array(FreezeBody) })
export const ListQuery = z.strictObject({ in_force: truth().default(false) })
export const FreezeParams = z.strictObject({ freeze_id: publicId('freeze') })

/** A target that names nothing yet. */
export const NOTHING = { partnerId: null, tenantId: null, delegationId: null, personId: null }
