import { encodeId, idFromUuid } from '@liaison/access'
import type { PersonId } from '@liaison/access'
import { enqueue, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import { alertNotFound } from './problems.ts'
import { findAlerts, findAssignee, holdTenants, updateAlert } from './store.ts'
import type { AlertId, AlertMandate, AlertPatch, AlertRow } from './store.ts'

const LONGEST_SNOOZE_MS = 30 * 86_400_000

/** What somebody does to an alert. */
export type Act =
  | { readonly does: 'acknowledge'; readonly note: string | null }
  | { readonly does: 'resolve'; readonly note: string | null }
  | { readonly does: 'reopen'; readonly note: null }
  | { readonly does: 'snooze'; readonly until: Date | null; readonly note: string | null }
  | { readonly does: 'assign'; readonly to: PersonId | null }

function actorOf(mandate: AlertMandate) {
  return { id: mandate.actor.id, name: mandate.actor.name }
}

/** The alert as it was before the last step on it: closed ones are taken again if they were, taken ones wait again. */
function patchOfReopening(row: AlertRow): AlertPatch {
  if (row.state === 'resolved')
    return {
      state: row.acknowledged_at === null ? 'active' : 'acknowledged',
      resolved_at: null,
      resolved_by: null,
      resolved_by_name: null,
    }
  return {
    state: 'active',
    acknowledged_at: null,
    acknowledged_by: null,
    acknowledged_by_name: null,
    // Whoever took it by acknowledging it lets it go again.
    ...(row.assigned_to === row.acknowledged_by && { assigned_to: null, assigned_to_name: null }),
  }
}

function patchOf(mandate: AlertMandate, row: AlertRow, act: Exclude<Act, { does: 'assign' }>): AlertPatch {
  const actor = actorOf(mandate)
  const { now } = mandate.origin
  if (act.does === 'reopen') return patchOfReopening(row)
  const note = act.note === null ? {} : { note: act.note }
  if (act.does === 'snooze') return { ...note, snoozed_until: act.until }
  if (act.does === 'resolve')
    return {
      ...note,
      state: 'resolved',
      resolved_at: now,
      resolved_by: actor.id,
      resolved_by_name: actor.name,
      snoozed_until: null,
    }
  return {
    ...note,
    state: 'acknowledged',
    acknowledged_at: now,
    acknowledged_by: actor.id,
    acknowledged_by_name: actor.name,
    // Who acknowledges an alert takes it, unless somebody has it.
    ...(row.assigned_to === null && { assigned_to: actor.id, assigned_to_name: actor.name }),
  }
}

function refuseDealtWith(row: AlertRow): never {
  const by = row.state === 'resolved' ? row.resolved_by_name : row.acknowledged_by_name
  const who = by === 'clock' ? 'by itself' : `by ${by ?? 'somebody'}`
  throw new ProblemError(409, 'ALERT_STATE_CONFLICT', `The alert was ${row.state} ${who}.`, {
    details: { status: row.state },
  })
}

/** What nobody has taken or closed is as open as can be; what has cleared meanwhile is over. */
function checkReopening(row: AlertRow): void {
  const isOver = row.level === 0
  if (row.state !== 'active' && !isOver) return
  throw new ProblemError(
    409,
    'ALERT_STATE_CONFLICT',
    isOver ? 'The alert has cleared by itself.' : 'The alert is open.',
    { details: { status: row.state } },
  )
}

/** Refuses what makes no sense in the state of the alert. Throws ALERT_STATE_CONFLICT, VALIDATION_ERROR. */
function checkState(row: AlertRow, act: Act, now: Date): void {
  if (act.does === 'reopen') return checkReopening(row)
  if (row.state === 'resolved' || (act.does === 'acknowledge' && row.state === 'acknowledged'))
    refuseDealtWith(row)
  if (act.does !== 'snooze' || act.until === null) return
  const ms = act.until.getTime() - now.getTime()
  if (ms > 0 && ms <= LONGEST_SNOOZE_MS) return
  throw inputRefused([
    {
      pointer: '/body/until',
      code: ms > 0 ? 'TOO_LATE' : 'IN_THE_PAST',
      detail: 'An alert sleeps until an instant to come, at most 30 days ahead.',
    },
  ])
}

async function patchFor(mandate: AlertMandate, row: AlertRow, act: Act): Promise<AlertPatch> {
  if (act.does !== 'assign') return patchOf(mandate, row, act)
  if (act.to === null) return { assigned_to: null, assigned_to_name: null }
  const name = mandate.kind === 'portfolio' ? await findAssignee(mandate, row, act.to) : null
  if (name !== null) return { assigned_to: act.to, assigned_to_name: name }
  throw inputRefused([
    {
      pointer: '/body/assigned_to',
      code: 'UNKNOWN_PERSON',
      detail: 'Nobody with this id may work on this alert.',
    },
  ])
}

/** What changed, in the words of the log. */
function changesOf(row: AlertRow, patch: AlertPatch) {
  const shown = ['state', 'assigned_to_name'] as const
  const changed = shown.filter((field) => field in patch && patch[field] !== row[field])
  return {
    ...Object.fromEntries(changed.map((field) => [field, { before: row[field], after: patch[field] }])),
    ...('snoozed_until' in patch &&
      patch.state === undefined && {
        snoozed_until: {
          before: row.snoozed_until?.toISOString() ?? null,
          after: patch.snoozed_until?.toISOString() ?? null,
        },
      }),
  }
}

function recordAct(
  mandate: AlertMandate,
  row: AlertRow,
  event: { does: Act['does']; patch: AlertPatch },
): void {
  recordEvent(mandate, {
    action: `alerts.${event.does}`,
    ...(row.tenant_id !== null && { tenantId: row.tenant_id }),
    ...(row.tenant_name !== null && { tenantName: row.tenant_name }),
    ...(row.delegation_id !== null && { delegationId: row.delegation_id }),
    resource: { type: 'alert', id: row.id, label: row.title },
    changes: changesOf(row, event.patch),
    ...(typeof event.patch.note === 'string' && { reason: event.patch.note }),
  })
}

async function tellSubscribers(mandate: AlertMandate, row: AlertRow, does: Act['does']): Promise<void> {
  if (mandate.kind === 'platform' || (does !== 'acknowledge' && does !== 'resolve')) return
  // Nobody hears by webhook what became of an alert that was not told by it.
  if (!row.channels.includes('webhook')) return
  await enqueue(mandate, does === 'acknowledge' ? 'alert.acknowledged' : 'alert.resolved', {
    alert_id: row.id,
    tenant_id: row.tenant_id,
    partner_id: row.partner_id,
    link_id: row.delegation_id,
    ticket_id: row.ticket_id,
    outage_id: row.outage_id,
  })
}

/** A write to a tenant waits for what withdraws access to it, and then looks again: what it no longer reaches is not found. */
async function findHeld(mandate: AlertMandate, ids: readonly AlertId[]): Promise<AlertRow[]> {
  const seen = await findAlerts(mandate, ids)
  if (mandate.kind !== 'portfolio') return seen
  const tenantIds = [...new Set(seen.flatMap(({ tenant_id }) => (tenant_id === null ? [] : [tenant_id])))]
  await holdTenants(mandate, tenantIds)
  return findAlerts(mandate, ids)
}

async function actOn(mandate: AlertMandate, row: AlertRow | undefined, act: Act): Promise<void> {
  if (!row) throw alertNotFound()
  checkState(row, act, mandate.origin.now)
  const patch = await patchFor(mandate, row, act)
  if (!(await updateAlert(mandate, row, patch))) {
    const [now] = await findAlerts(mandate, [idFromUuid('alert', row.id)])
    if (now && now.version !== row.version) refuseDealtWith(now)
    throw alertNotFound()
  }
  recordAct(mandate, row, { does: act.does, patch })
  await tellSubscribers(mandate, row, act.does)
}

/**
 * Does something to one alert and returns it as it then is. Throws ALERT_NOT_FOUND for one that the caller may not see
 * or not work on, ALERT_STATE_CONFLICT for one that was dealt with. Source: B9.
 */
export async function workOnAlert(mandate: AlertMandate, id: AlertId, act: Act): Promise<AlertRow> {
  const [row] = await findHeld(mandate, [id])
  await actOn(mandate, row, act)
  const [after] = await findAlerts(mandate, [id])
  if (!after) throw alertNotFound()
  return after
}

/** The result of one alert of many. */
export interface BulkItem {
  readonly alert_id: string
  readonly outcome: 'done' | 'refused'
  readonly code: string | null
  readonly detail: string | null
}

/** Does the same to many alerts, each for itself: one that is refused keeps none of the others. Source: B14. */
export async function workOnAlerts(
  mandate: Mandate<'portfolio'>,
  ids: readonly AlertId[],
  act: Act,
): Promise<BulkItem[]> {
  const wanted = [...new Set(ids)]
  const rows = new Map((await findHeld(mandate, wanted)).map((row) => [row.id, row]))
  const items: BulkItem[] = []
  for (const id of wanted) {
    const alert_id = encodeId('alert', id)
    try {
      await actOn(mandate, rows.get(id), act)
      items.push({ alert_id, outcome: 'done', code: null, detail: null })
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status >= 500) throw error
      items.push({ alert_id, outcome: 'refused', code: error.code, detail: error.message })
    }
  }
  const [first] = items
  // What was tried and refused altogether leaves its trace as well.
  if (first && items.every(({ outcome }) => outcome === 'refused'))
    recordEvent(mandate, {
      action: `alerts.${act.does}`,
      outcome: 'error',
      ...(first.code !== null && { code: first.code }),
      resource: { type: 'alert' },
      rowCount: items.length,
    })
  return items
}
