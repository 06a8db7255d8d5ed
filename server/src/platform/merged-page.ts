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

/** A page that ends here is near: so few rows that it is worth finding first where they end. */
export const NEAR_PAGE_ROWS = 200

/** A place in a merged list, and how many rows come up to it and with it. */
export interface Skipped<Place> {
  readonly place: Place
  readonly rows: number
}

// A step costs a look into every source, so it must pass over more than a few rows of each.
const LEAST_STEP = 12

/**
 * Passes over most of what comes before a far page of a merged list without reading it row by row. `step` finds of each
 * source the row at a depth, takes the first of those in the order of the list, and counts the rows up to it: no source
 * has more of them than the depth, so a step of an even share never goes too far. Keys are found and rows counted within
 * an index, which costs a small part of gathering and sorting them. Where sources are uneven, steps get short and end.
 */
export async function skipMerged<Place, Window extends PageWindow & { readonly after: Place | null }>(
  window: Window,
  sources: number,
  step: (depth: number, window: Window) => Promise<Skipped<Place> | undefined>,
): Promise<Window> {
  const { offset, limit } = window
  const depth = Math.floor(offset / Math.max(1, sources))
  if (offset + limit <= NEAR_PAGE_ROWS || depth < LEAST_STEP) return window
  const skipped = await step(depth, window)
  if (!skipped) return window
  const reached = { ...window, after: skipped.place, offset: offset - skipped.rows }
  return 2 * skipped.rows < offset ? reached : skipMerged(reached, sources, step)
}

// What is read of each source beyond its even share, which chance alone makes uneven.
const SPARE_ROWS = 12
/** How many times the usual spread of a share is read besides. */
const SPREADS = 4
/** How much more of each source the next look reads. */
const GROWTH = 4

function firstDepth(needed: number, sources: number): number {
  const share = needed / Math.max(1, sources)
  return Math.min(needed, Math.ceil(share + SPREADS * Math.sqrt(share)) + SPARE_ROWS)
}

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
  let depth = firstDepth(needed, sources)
  for (;;) {
    const { rows, isSure } = await look(depth)
    if (depth >= needed || (isSure && rows.length === window.limit)) return rows
    depth = Math.min(needed, depth * GROWTH)
  }
}
