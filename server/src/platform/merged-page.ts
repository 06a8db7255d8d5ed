/** The wanted part of a list. */
interface PageWindow {
  readonly offset: number
  readonly limit: number
}

/** What one look at the sources of a merged list found. */
export interface Looked<Row> {
  readonly rows: Row[]
  /** Whether every row stands where it would stand if all sources had been read to their ends. */
  readonly isSure: boolean
}

// Pages this near are read whole at once: a second look would cost more than it spares.
const NEAR_ROWS = 100
/** How much more than its even share is read of each source. */
const SLACK = 1.25
/** How much more of each source the next look reads. */
const GROWTH = 4

/**
 * One page of a list that is merged from many ordered sources, such as one for each tenant. A far page of a list over
 * fifty tenants needs about a fiftieth of its offset from each, so a look reads little more than that; rows that come
 * before every row that was left unread are surely in their place. When the sources are uneven, the next look reads
 * more. `look` reads at most `depth` rows of each source.
 */
export async function readMerged<Row>(
  window: PageWindow,
  sources: number,
  look: (depth: number) => Promise<Looked<Row>>,
): Promise<Row[]> {
  const needed = window.offset + window.limit
  let depth = Math.min(needed, NEAR_ROWS + Math.ceil((SLACK * needed) / Math.max(1, sources)))
  for (;;) {
    const { rows, isSure } = await look(depth)
    if (depth >= needed || (isSure && rows.length === window.limit)) return rows
    depth = Math.min(needed, depth * GROWTH)
  }
}
