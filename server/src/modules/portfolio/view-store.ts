import { idFromUuid } from '@liaison/access'
import type { IdOf, TenantId } from '@liaison/access'
import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import { databaseCodeOf } from '#platform/database.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { takeTurn } from '#platform/turn.ts'
import type { PortfolioTables, Screen, ViewSettings } from './tables.ts'

export type ViewId = IdOf<'saved_view'>
export type ViewRow = Selectable<PortfolioTables['saved_view']>

/** What a view is saved as. */
export interface ViewTerms {
  readonly name: string
  readonly settings: ViewSettings
  readonly isDefault: boolean
}

/** How many views one person may keep of one screen. */
const MAXIMUM_VIEWS = 50

function ownViews(mandate: Mandate<'program'>) {
  return tables<PortfolioTables>(mandate)
    .selectFrom('saved_view')
    .selectAll()
    .where('partner_id', '=', mandate.partner.id)
    .where('person_id', '=', mandate.actor.id)
}

/** The views that the person has saved, of one screen or of all, by name. */
export function listViews(mandate: Mandate<'program'>, screen: Screen | undefined): Promise<ViewRow[]> {
  const views = ownViews(mandate)
  return (screen === undefined ? views : views.where('screen', '=', screen))
    .orderBy('screen')
    .orderBy(sql`lower(name)`)
    .execute()
}

/** One view of the person. Throws VIEW_NOT_FOUND. */
export async function getView(mandate: Mandate<'program'>, id: ViewId): Promise<ViewRow> {
  const row = await ownViews(mandate).where('id', '=', id).executeTakeFirst()
  if (!row) throw new ProblemError(404, 'VIEW_NOT_FOUND', 'You have saved no view with this id.')
  return row
}

async function namingConflict<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    if (databaseCodeOf(error) !== '23505') throw error
    throw new ProblemError(409, 'VIEW_NAME_TAKEN', 'You have a view of this screen with this name already.', {
      cause: error,
    })
  }
}

/** There is one default view of a screen at most. */
async function clearDefault(mandate: Mandate<'program'>, screen: Screen): Promise<void> {
  await tables<PortfolioTables>(mandate)
    .updateTable('saved_view')
    .set({ is_default: false })
    .where('partner_id', '=', mandate.partner.id)
    .where('person_id', '=', mandate.actor.id)
    .where('screen', '=', screen)
    .where('is_default', '=', true)
    .execute()
}

/** Saves a view. Throws VIEW_NAME_TAKEN, and VALIDATION_ERROR for one more than a person may keep. */
export async function insertView(
  mandate: Mandate<'program'>,
  screen: Screen,
  terms: ViewTerms,
): Promise<ViewId> {
  await takeTurn(mandate, 'saved views', mandate.actor.id)
  if ((await listViews(mandate, screen)).length >= MAXIMUM_VIEWS)
    throw new ProblemError(
      422,
      'VALIDATION_ERROR',
      `A person keeps at most ${MAXIMUM_VIEWS} views of a screen.`,
    )
  if (terms.isDefault) await clearDefault(mandate, screen)
  const row = await namingConflict(
    tables<PortfolioTables>(mandate)
      .insertInto('saved_view')
      .values({
        partner_id: mandate.partner.id,
        person_id: mandate.actor.id,
        screen,
        name: terms.name,
        settings: JSON.stringify(terms.settings),
        is_default: terms.isDefault,
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  )
  return idFromUuid('saved_view', row.id)
}

/** Changes a view that was read in this version. Throws VIEW_NOT_FOUND, VIEW_NAME_TAKEN, PRECONDITION_FAILED. */
export async function updateView(
  mandate: Mandate<'program'>,
  read: { readonly id: ViewId; readonly version: number },
  terms: ViewTerms,
): Promise<void> {
  await takeTurn(mandate, 'saved views', mandate.actor.id)
  const { screen } = await getView(mandate, read.id)
  if (terms.isDefault) await clearDefault(mandate, screen)
  const updated = await namingConflict(
    tables<PortfolioTables>(mandate)
      .updateTable('saved_view')
      .set({
        name: terms.name,
        settings: JSON.stringify(terms.settings),
        is_default: terms.isDefault,
        version: read.version + 1,
      })
      .where('id', '=', read.id)
      .where('version', '=', read.version)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The view changed after it was read.')
}

/** Deletes a view of the person. */
export async function deleteView(mandate: Mandate<'program'>, id: ViewId): Promise<void> {
  await tables<PortfolioTables>(mandate).deleteFrom('saved_view').where('id', '=', id).execute()
}

/** A tenant that the partner is linked with, by name. Throws TENANT_NOT_FOUND, the same for one that does not exist. */
export async function getLinkedTenant(
  mandate: Mandate<'program'>,
  id: TenantId,
): Promise<{ readonly id: string; readonly name: string }> {
  const row = await tables<PortfolioTables>(mandate)
    .selectFrom('tenant')
    .select(['id', 'name'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw new ProblemError(404, 'TENANT_NOT_FOUND', 'No organisation that you can see has this id.')
  return row
}

/** Keeps a tenant at the top of the person's switcher. */
export async function pinTenant(mandate: Mandate<'program'>, id: TenantId): Promise<void> {
  await tables<PortfolioTables>(mandate)
    .insertInto('tenant_pin')
    .values({ person_id: mandate.actor.id, partner_id: mandate.partner.id, tenant_id: id })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Takes a tenant from the top of the person's switcher. */
export async function unpinTenant(mandate: Mandate<'program'>, id: TenantId): Promise<void> {
  await tables<PortfolioTables>(mandate)
    .deleteFrom('tenant_pin')
    .where('person_id', '=', mandate.actor.id)
    .where('partner_id', '=', mandate.partner.id)
    .where('tenant_id', '=', id)
    .execute()
}
