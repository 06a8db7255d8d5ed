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

/** The first rows of a list, and whether there are more of them. */
export type Bounded<Row> = { rows: Row[]; isCut: boolean }

/** The first rows of a list that goes on by the server's cursor; no more parts are asked for once there are so many. */
export async function readUpToByCursor<Row>(
  most: number,
  read: (cursor: { cursor?: string }) => Promise<CursorPart<Row>>,
): Promise<Bounded<Row>> {
  const rows: Row[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    if (rows.length >= most) return { rows, isCut: true }
    const part: CursorPart<Row> = await read(cursor === '' ? {} : { cursor })
    rows.push(...part.items)
    cursor = part.next_cursor
  }
  return { rows, isCut: false }
}

/** The first rows of a list that is cut by numbers; no more parts are asked for once there are so many. */
export async function readUpToByOffset<Row>(
  most: number,
  read: (place: { offset: number }) => Promise<OffsetPart<Row>>,
): Promise<Bounded<Row>> {
  const rows: Row[] = []
  for (let isMore = true; isMore;) {
    if (rows.length >= most) return { rows, isCut: true }
    const part = await read({ offset: rows.length })
    rows.push(...part.items)
    isMore = part.has_more && part.items.length > 0
  }
  return { rows, isCut: false }
}
