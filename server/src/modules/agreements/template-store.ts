import { idFromUuid } from '@liaison/access'
import type { IdOf } from '@liaison/access'
import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { AgreementTables } from './tables.ts'
import type { AgreementTerms } from './terms.ts'

function selectAll(mandate: Mandate<'platform'>) {
  return tables<AgreementTables>(mandate).selectFrom('agreement_template').selectAll()
}

/** Every template in its latest number, by title. */
export function listTemplates(mandate: Mandate<'platform'>) {
  return selectAll(mandate)
    .where((eb) =>
      eb(
        'number',
        '=',
        eb
          .selectFrom('agreement_template as later')
          .select((later) => later.fn.max('later.number').as('latest'))
          .whereRef('later.code', '=', 'agreement_template.code'),
      ),
    )
    .orderBy('title')
    .orderBy('code')
    .limit(200)
    .execute()
}

export type TemplateRow = Awaited<ReturnType<typeof listTemplates>>[number]

/** One number of a template. Throws AGREEMENT_TEMPLATE_NOT_FOUND. */
export async function getTemplate(
  mandate: Mandate<'platform'>,
  id: IdOf<'agreement_template'>,
): Promise<TemplateRow> {
  const row = await selectAll(mandate).where('id', '=', id).executeTakeFirst()
  if (!row) throw new ProblemError(404, 'AGREEMENT_TEMPLATE_NOT_FOUND', 'No template has this id.')
  return row
}

/** What a template says. */
export interface TemplateContent {
  readonly code: string
  readonly title: string
  readonly source: string
  readonly terms: AgreementTerms
}

/** Adds the next number of a template, or its first. What was made from earlier numbers stays as it is. */
export async function insertTemplate(
  mandate: Mandate<'platform'>,
  { code, title, source, terms }: TemplateContent,
): Promise<IdOf<'agreement_template'>> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`agreement template ${code}`}, 0))`.execute(
    tables<AgreementTables>(mandate),
  )
  const latest = await selectAll(mandate)
    .where('code', '=', code)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  const { id } = await tables<AgreementTables>(mandate)
    .insertInto('agreement_template')
    .values({
      code,
      title,
      source,
      terms,
      number: (latest?.number ?? 0) + 1,
      created_by_name: mandate.actor.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return idFromUuid('agreement_template', id)
}
