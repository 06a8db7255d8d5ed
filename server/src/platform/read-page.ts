import type { SelectQueryBuilder } from 'kysely'

type Place = { readonly limit: number; readonly offset: number }

/** One page of the rows that a query selects in its order, and how many it would select in all. */
export async function readPage<Tables, From extends keyof Tables, Row>(
  query: SelectQueryBuilder<Tables, From, Row>,
  page: Place,
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

/** One page of the rows that each tell how many there are in all; a page beyond the last one has no row that could, so the first is asked. */
export async function readCountedPage<Row extends { readonly total?: unknown }>(
  page: Place,
  read: (page: Place) => Promise<readonly Row[]>,
) {
  const rows = await read(page)
  const telling = rows.length === 0 && page.offset > 0 ? await read({ limit: 1, offset: 0 }) : rows
  return { rows, total: Number(telling[0]?.total ?? 0) }
}
