type CursorPart<Row> = { items: readonly Row[]; next_cursor: string | null }
type OffsetPart<Row> = { items: readonly Row[]; has_more: boolean }

/** Every row of a list that goes on by the server's cursor; for what must not be shown in part. */
export async function readAllByCursor<Row>(
  read: (cursor: { cursor?: string }) => Promise<CursorPart<Row>>,
): Promise<Row[]> {
  const rows: Row[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const part: CursorPart<Row> = await read(cursor === '' ? {} : { cursor })
    rows.push(...part.items)
    cursor = part.next_cursor
  }
  return rows
}

/** Every row of a list that is cut by numbers; for what must not be shown in part. */
export async function readAllByOffset<Row>(
  read: (place: { offset: number }) => Promise<OffsetPart<Row>>,
): Promise<Row[]> {
  const rows: Row[] = []
  for (let isMore = true; isMore;) {
    const part = await read({ offset: rows.length })
    rows.push(...part.items)
    isMore = part.has_more && part.items.length > 0
  }
  return rows
}
