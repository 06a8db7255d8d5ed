import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { conditionsOf } from './networks.ts'
import { maskOf, scopesFor } from './rules.ts'
import type { OpenScene } from './scene.ts'
import { namingConflicts, writeHistory } from './store.ts'
import type { Choice, ConsentRow, ConsentTables, ShownConsent } from './tables.ts'

const NOW = sql<Date>`statement_timestamp()`

/** Puts accounts into a consent in the order in which they were chosen; those that are in stay where they are. */
async function addAccounts(
  { mandate, request }: OpenScene,
  consentId: string,
  accounts: readonly string[],
): Promise<void> {
  await tables<ConsentTables>(mandate)
    .insertInto('delegation_account')
    .values(
      accounts.map((id, position) => ({
        delegation_id: consentId,
        tenant_id: mandate.tenant.id,
        partner_id: request.partner_id,
        account_id: id,
        position,
      })),
    )
    .onConflict((conflict) => conflict.columns(['delegation_id', 'account_id']).doNothing())
    .execute()
}

/** What the history says of a choice: both sides read it, and which networks calls may come from is the organisation's own. */
function told({ networks = [], ...rest }: Choice) {
  return { ...rest, ...(networks.length > 0 && { networks: networks.length }) }
}

/** The same of what was allowed before. */
function toldBefore({ actions, ends_at, order_limits, max_revocation_seconds, card }: ConsentRow) {
  const accounts = card.accounts.map(({ id }) => id)
  const networks = (card.networks ?? []).length
  return { actions, accounts, ends_at, order_limits, max_revocation_seconds, networks }
}

interface Given {
  readonly choice: Choice
  readonly shown: ShownConsent
  /** Whether a second approver has to follow. */
  readonly waits: boolean
}

function approvalOf({ mandate }: OpenScene, waits: boolean) {
  return waits
    ? {}
    : {
        approved_by: mandate.actor.id,
        approved_by_name: mandate.actor.name,
        approved_at: NOW,
        approval_basis: 'tenant_approval',
      }
}

async function insertDelegation(scene: OpenScene, { choice, shown, waits }: Given): Promise<string> {
  const { mandate, request } = scene
  const mask = maskOf(choice.actions, scopesFor(choice.actions, request.scopes))
  const made = await namingConflicts(
    tables<ConsentTables>(mandate)
      .insertInto('delegation')
      .values({
        tenant_id: mandate.tenant.id,
        partner_id: request.partner_id,
        kind: 'consent',
        status: waits ? 'requested' : 'active',
        status_changed_at: NOW,
        status_changed_by: mandate.actor.id,
        status_changed_by_side: 'tenant',
        role_mask: mask,
        mask,
        starts_at: NOW,
        ends_at: new Date(choice.ends_at),
        conditions: JSON.stringify(conditionsOf(choice.networks ?? [])),
        requested_by: mandate.actor.id,
        approval_snapshot: JSON.stringify(shown),
        ...approvalOf(scene, waits),
      })
      .returning('id')
      .executeTakeFirst(),
  )
  if (!made) throw new Error('Nothing was inserted.')
  return made.id
}

/** Makes a new consent: in force, or waiting for a second approver. Returns its id. */
export async function insertConsent(scene: OpenScene, given: Given): Promise<string> {
  const { mandate, request } = scene
  const { choice, waits } = given
  const id = await insertDelegation(scene, given)
  await tables<ConsentTables>(mandate)
    .insertInto('consent')
    .values({
      id,
      tenant_id: mandate.tenant.id,
      partner_id: request.partner_id,
      client_id: request.client_id,
      scopes: scopesFor(choice.actions, request.scopes),
      actions: choice.actions,
      order_limits: JSON.stringify(choice.order_limits ?? {}),
      max_revocation_seconds: choice.max_revocation_seconds ?? null,
      purpose: request.purpose,
      reference: request.reference,
      ...(waits && {
        first_approved_by: mandate.actor.id,
        first_approved_by_name: mandate.actor.name,
        first_approved_at: mandate.origin.now,
      }),
    })
    .execute()
  await addAccounts(scene, id, choice.accounts)
  const place = { id, tenant_id: mandate.tenant.id, partner_id: request.partner_id, version: 1 }
  await writeHistory(mandate, place, { event: waits ? 'first_approved' : 'approved', detail: told(choice) })
  return id
}

/** Notes who is the first of two who approve a consent that waits. */
export async function keepFirstApprover(mandate: Mandate<'tenant'>, id: string): Promise<void> {
  await namingConflicts(
    tables<ConsentTables>(mandate)
      .updateTable('consent')
      .set({
        first_approved_by: mandate.actor.id,
        first_approved_by_name: mandate.actor.name,
        first_approved_at: mandate.origin.now,
      })
      .where('id', '=', id)
      .execute(),
  )
}

/** Adds to a consent what was chosen, and keeps what its approver was shown now. */
export async function widenConsent(
  scene: OpenScene,
  row: ConsentRow,
  given: { readonly choice: Choice; readonly shown: ShownConsent },
): Promise<void> {
  const { mandate, request } = scene
  const { choice, shown } = given
  const scopes = scopesFor(choice.actions, [...row.scopes, ...request.scopes])
  const mask = maskOf(choice.actions, scopes)
  const end = new Date(choice.ends_at)
  const updated = await namingConflicts(
    tables<ConsentTables>(mandate)
      .updateTable('delegation')
      .set({
        mask,
        role_mask: mask,
        // A date that stays is not written back: what was read has lost its microseconds.
        ...(end.getTime() !== row.ends_at.getTime() && { ends_at: end }),
        conditions: JSON.stringify(conditionsOf(choice.networks ?? [])),
        approved_by: mandate.actor.id,
        approved_by_name: mandate.actor.name,
        approval_snapshot: JSON.stringify(shown),
        version: row.version + 1,
      })
      .where('id', '=', row.id)
      .where('version', '=', row.version)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The consent changed after it was read.')
  await tables<ConsentTables>(mandate)
    .updateTable('consent')
    .set({
      scopes,
      actions: choice.actions,
      order_limits: JSON.stringify(choice.order_limits ?? {}),
      max_revocation_seconds: choice.max_revocation_seconds ?? null,
      reconfirm_due_at: null,
    })
    .where('id', '=', row.id)
    .execute()
  await addAccounts(scene, row.id, choice.accounts)
  await writeHistory(
    mandate,
    { ...row, version: row.version + 1 },
    { event: 'widened', detail: { before: toldBefore(row), after: told(choice) } },
  )
}
