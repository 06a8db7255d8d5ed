import type { IdOf } from '@liaison/access'
import { requireAlso, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import { announceChange, recordConsentEvent } from './events.ts'
import type { ConsentAction } from './events.ts'
import { tellConsent } from './mails.ts'
import type { Letterhead } from './mails.ts'
import type { ConsentNews } from './mails.ts'
import { conditionsOf } from './networks.ts'
import { findWidening, maskOf, scopesFor } from './rules.ts'
import type { Narrowing } from './rules.ts'
import { changeConsent, dropAccounts, findConsent } from './store.ts'
import type { ConsentMandate } from './store.ts'
import type { ApproverLeaves, ConsentRow, ConsentTables } from './tables.ts'

/** One move of a consent by one of its sides. */
export interface Move {
  readonly from: readonly ConsentRow['status'][]
  readonly to: ConsentRow['status']
  readonly action: ConsentAction
  readonly news: ConsentNews
}

/** The moves that several sides make alike. */
export const MOVES = {
  suspend: { from: ['active'], to: 'suspended', action: 'consents.suspend', news: 'suspended' },
  resume: { from: ['suspended'], to: 'active', action: 'consents.resume', news: 'resumed' },
  revoke: { from: ['active', 'suspended'], to: 'revoked', action: 'consents.revoke', news: 'stopped' },
  end: { from: ['active', 'suspended'], to: 'revoked', action: 'consents.terminate', news: 'stopped' },
} as const satisfies Record<string, Move>

/** Refuses a move from another state. */
function requireStatus(row: ConsentRow, allowed: readonly ConsentRow['status'][]): void {
  if (!allowed.includes(row.status))
    throw new ProblemError(409, 'CONSENT_STATE_CONFLICT', `The consent is ${row.status}.`)
}

interface MoveDetail extends Letterhead {
  readonly reason?: string | undefined
  /** What the move writes besides. */
  readonly set?: Readonly<Record<string, unknown>>
}

async function reread(mandate: ConsentMandate, row: ConsentRow): Promise<ConsentRow> {
  const after = await findConsent(mandate, row.id)
  if (!after) throw new Error('A consent that was just changed can be read.')
  return after
}

/** Moves a consent, writes it down for both sides and tells them; it holds for the next call. Throws CONSENT_STATE_CONFLICT. */
export async function moveConsent(
  mandate: ConsentMandate,
  row: ConsentRow,
  { move, detail }: { readonly move: Move; readonly detail: MoveDetail },
): Promise<ConsentRow> {
  const { reason, origin, phone, set } = detail
  requireStatus(row, move.from)
  await changeConsent(mandate, row, {
    to: move.to,
    reason: reason ?? null,
    event: move.news,
    detail: { reason: reason ?? null },
    ...(set && { set }),
  })
  recordConsentEvent(mandate, row, {
    action: move.action,
    reason,
    changes: { status: { before: row.status, after: move.to } },
  })
  await announceChange(mandate, move.to === 'revoked' ? 'consent.ended' : 'consent.changed', row)
  await tellConsent(mandate, row, { news: move.news, reason, origin, phone })
  return reread(mandate, row)
}

/** Resuming is allowing it again: whoever resumes answers for it from then on. */
export async function resumeConsent(
  mandate: Mandate<'tenant'>,
  row: ConsentRow,
  detail: MoveDetail,
): Promise<ConsentRow> {
  const set = { approved_by: mandate.actor.id, approved_by_name: mandate.actor.name }
  await clearDue(mandate, row)
  return moveConsent(mandate, row, { move: MOVES.resume, detail: { ...detail, set } })
}

async function clearDue(mandate: Mandate<'tenant'>, row: ConsentRow): Promise<void> {
  await tables<ConsentTables>(mandate)
    .updateTable('consent')
    .set({ reconfirm_due_at: null })
    .where('id', '=', row.id)
    .execute()
}

/** Takes the place of an approver who left: the consent goes on under the name of whoever confirms it. */
export async function confirmConsent(
  mandate: Mandate<'tenant'>,
  row: ConsentRow,
  letterhead: Letterhead,
): Promise<ConsentRow> {
  requireStatus(row, ['active'])
  await changeConsent(mandate, row, {
    event: 'confirmed',
    detail: { before: row.approved_by_name },
    set: { approved_by: mandate.actor.id, approved_by_name: mandate.actor.name },
  })
  await clearDue(mandate, row)
  recordConsentEvent(mandate, row, {
    action: 'consents.confirm',
    changes: { approved_by_name: { before: row.approved_by_name, after: mandate.actor.name } },
  })
  await tellConsent(mandate, row, { news: 'confirmed', ...letterhead })
  return reread(mandate, row)
}

/** What the tenant changes of a consent; what is left out stays. */
export interface ConsentEdit extends Narrowing {
  readonly accounts?: readonly IdOf<'billing_account'>[] | undefined
  readonly approverLeaves?: ApproverLeaves | undefined
}

function requireNarrower(row: ConsentRow, edit: ConsentEdit, now: Date): void {
  const errors = findWidening(row, edit)
  if (errors.length > 0)
    throw new ProblemError(
      422,
      'CONSENT_WIDENS',
      'A consent can be narrowed here; for more of it the partner asks anew and you allow it.',
      { errors },
    )
  if (edit.endsAt !== undefined && edit.endsAt <= now)
    throw inputRefused([
      {
        pointer: '/body/ends_at',
        code: 'OUT_OF_RANGE',
        detail: 'must lie ahead; to end it now, stop it',
      },
    ])
}

/** Leaving people may stop access or may not: only whoever may allow access makes that rule milder. */
function requireRight(mandate: Mandate<'tenant'>, row: ConsentRow, to: ApproverLeaves | undefined): void {
  const strictness = ['keep', 'ask', 'suspend'] as const
  if (to !== undefined && strictness.indexOf(to) < strictness.indexOf(row.approver_leaves))
    requireAlso(mandate, 'tenant.partner_access.approve')
}

/** What changes of how soon a stop counts; nothing where that stays. */
function boundChange(row: ConsentRow, { maxRevocationSeconds: after }: ConsentEdit) {
  return after === undefined ? {} : { max_revocation_seconds: { before: row.max_revocation_seconds, after } }
}

function boundSet({ maxRevocationSeconds: seconds }: ConsentEdit) {
  return seconds === undefined ? {} : { max_revocation_seconds: seconds }
}

/** How many networks calls may come from before and after: both sides read it, and which those are is the organisation's own. */
function networksChange(row: ConsentRow, { networks }: ConsentEdit) {
  return networks === undefined
    ? {}
    : { networks: { before: row.card.networks?.length ?? 0, after: networks.length } }
}

function networksSet({ networks }: ConsentEdit) {
  return networks === undefined ? {} : { conditions: JSON.stringify(conditionsOf(networks)) }
}

const DAY_MS = 86_400_000
/** As long as is asked for a confirmation of what somebody allowed who left. */
const CONFIRM_DAYS = 14

/** Whether a confirmation is asked for from now on: under the rule until now nobody was asked when whoever allowed it left. */
const isAskedNow = (row: ConsentRow, to: ApproverLeaves | undefined): boolean =>
  row.approver_leaves === 'keep' && to === 'ask' && row.card.approver_is_here === false

function ruleSet(row: ConsentRow, { approverLeaves: to }: ConsentEdit, now: Date) {
  if (to === undefined) return {}
  const due = new Date(now.getTime() + CONFIRM_DAYS * DAY_MS)
  return { approver_leaves: to, ...(isAskedNow(row, to) && { reconfirm_due_at: due }) }
}

/** What happens when whoever allowed it leaves opens neither more nor less today. */
const editAction = (changes: object) =>
  Object.keys(changes).some((name) => name !== 'approver_leaves') ? 'consents.narrow' : 'consents.change'

/** Narrows a consent at once. Throws CONSENT_WIDENS with every place that would give more, CONSENT_STATE_CONFLICT, PRECONDITION_FAILED. */
export async function narrowConsent(
  mandate: Mandate<'tenant'>,
  row: ConsentRow,
  { edit, letterhead }: { readonly edit: ConsentEdit; readonly letterhead: Letterhead },
): Promise<ConsentRow> {
  requireStatus(row, ['active', 'suspended'])
  requireNarrower(row, edit, mandate.origin.now)
  requireRight(mandate, row, edit.approverLeaves)
  const actions = row.actions.filter((name) => edit.actions?.includes(name) ?? true)
  const scopes = scopesFor(actions, row.scopes)
  const mask = maskOf(actions, scopes)
  const accounts = edit.accounts ?? row.card.accounts.map(({ id }) => id)
  const endsAt = edit.endsAt ?? row.ends_at
  const changes = {
    ...(edit.actions && { actions: { before: row.actions, after: actions } }),
    ...(edit.accounts && { accounts: { before: row.card.accounts.length, after: accounts.length } }),
    ...(edit.endsAt && { ends_at: { before: row.ends_at, after: endsAt } }),
    ...(edit.orderLimits && { order_limits: { before: row.order_limits, after: edit.orderLimits } }),
    ...boundChange(row, edit),
    ...networksChange(row, edit),
    ...(edit.approverLeaves && {
      approver_leaves: { before: row.approver_leaves, after: edit.approverLeaves },
    }),
  }
  await changeConsent(mandate, row, {
    event: 'narrowed',
    detail: changes,
    set: { mask, role_mask: mask, ...(edit.endsAt && { ends_at: endsAt }), ...networksSet(edit) },
  })
  await tables<ConsentTables>(mandate)
    .updateTable('consent')
    .set({
      actions,
      scopes,
      ...(edit.orderLimits && { order_limits: JSON.stringify(edit.orderLimits) }),
      ...boundSet(edit),
      ...ruleSet(row, edit, mandate.origin.now),
    })
    .where('id', '=', row.id)
    .execute()
  if (edit.accounts) await dropAccounts(mandate, row.id, edit.accounts)
  const after = await reread(mandate, row)
  recordConsentEvent(mandate, row, { action: editAction(changes), changes })
  await announceChange(mandate, 'consent.changed', row)
  await tellConsent(mandate, after, { news: 'narrowed', ...letterhead })
  if (isAskedNow(row, edit.approverLeaves))
    await tellConsent(mandate, after, { news: 'approver_left', ...letterhead })
  return after
}
