import type { SelectQueryBuilder } from 'kysely'

/** One page of the rows that a query selects in its order, and how many it would select in all. */
export async function readPage<Tables, From extends keyof Tables, Row>(
  query: SelectQueryBuilder<Tables, From, Row>,
  page: { readonly limit: number; readonly offset: number },
) {
  const rows = await query.limit(page.limit).offset(page.offset).execute()
  const { total } = await query
    .clearSelect()
    .clearOrderBy()
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .$castTo<{ total: number }>()
    .executeTakeFirstOrThrow()
  return { rows, total }
}
