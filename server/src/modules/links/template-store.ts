import { idFromUuid } from '@liaison/access'
import type { IdOf } from '@liaison/access'
import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import { databaseCodeOf } from '#platform/database.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { takeTurn } from '#platform/turn.ts'
import type { LinkTables } from './tables.ts'

export type TemplateId = IdOf<'link_template'>
export type TemplateRow = Selectable<LinkTables['link_template']>

/** What a template is kept as; its terms in the form in which a request says them. */
export interface TemplateValues {
  readonly name: string
  readonly terms: object
}

/** How many templates a partner keeps. */
const MAXIMUM_TEMPLATES = 100

const templates = (mandate: Mandate<'program'>) =>
  tables<LinkTables>(mandate)
    .selectFrom('link_template')
    .selectAll()
    .where('partner_id', '=', mandate.partner.id)

/** The templates of the partner, by name. */
export function listTemplates(mandate: Mandate<'program'>): Promise<TemplateRow[]> {
  return templates(mandate)
    .orderBy(sql`lower(name)`)
    .execute()
}

/** One template of the partner. Throws TEMPLATE_NOT_FOUND. */
export async function getTemplate(mandate: Mandate<'program'>, id: TemplateId): Promise<TemplateRow> {
  const row = await templates(mandate).where('id', '=', id).executeTakeFirst()
  if (!row)
    throw new ProblemError(404, 'TEMPLATE_NOT_FOUND', 'Your organisation keeps no template with this id.')
  return row
}

async function namingConflict<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    if (databaseCodeOf(error) !== '23505') throw error
    throw new ProblemError(409, 'TEMPLATE_NAME_TAKEN', 'Your organisation has a template with this name.', {
      cause: error,
    })
  }
}

/** Keeps a template. Throws TEMPLATE_NAME_TAKEN, and VALIDATION_ERROR for one more than a partner may keep. */
export async function insertTemplate(
  mandate: Mandate<'program'>,
  { name, terms }: TemplateValues,
): Promise<TemplateId> {
  await takeTurn(mandate, 'link templates', mandate.partner.id)
  if ((await listTemplates(mandate)).length >= MAXIMUM_TEMPLATES)
    throw new ProblemError(
      422,
      'VALIDATION_ERROR',
      `An organisation keeps at most ${MAXIMUM_TEMPLATES} templates.`,
    )
  const row = await namingConflict(
    tables<LinkTables>(mandate)
      .insertInto('link_template')
      .values({
        partner_id: mandate.partner.id,
        name,
        terms: JSON.stringify(terms),
        created_by_name: mandate.actor.name,
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  )
  return idFromUuid('link_template', row.id)
}

/** Changes a template that was read in this version. Throws TEMPLATE_NAME_TAKEN, PRECONDITION_FAILED. */
export async function updateTemplate(
  mandate: Mandate<'program'>,
  read: { readonly id: TemplateId; readonly version: number },
  { name, terms }: TemplateValues,
): Promise<void> {
  const updated = await namingConflict(
    tables<LinkTables>(mandate)
      .updateTable('link_template')
      .set({ name, terms: JSON.stringify(terms), version: read.version + 1 })
      .where('id', '=', read.id)
      .where('version', '=', read.version)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The template changed after it was read.')
}

/** Deletes a template of the partner. */
export async function deleteTemplate(mandate: Mandate<'program'>, id: TemplateId): Promise<void> {
  await tables<LinkTables>(mandate).deleteFrom('link_template').where('id', '=', id).execute()
}

/** How many requests the partner has sent within the last day, whether or not they reached anybody. */
export async function countRequestsOfDay(mandate: Mandate<'program'>): Promise<number> {
  const row = await tables<LinkTables>(mandate)
    .selectFrom('link_request_sent')
    .select(sql<number>`count(*)::integer`.as('count'))
    .where('partner_id', '=', mandate.partner.id)
    .where('requested_at', '>', new Date(mandate.origin.now.getTime() - 86_400_000))
    .executeTakeFirst()
  return row?.count ?? 0
}
