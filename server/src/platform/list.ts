import { z } from 'zod'
import { wholeNumber } from './route-input.ts'

const DEFAULT_LIMIT = 50
const MAXIMUM_LIMIT = 100

/** `limit` and `offset` of a list (access.md section 7). */
export const pageQuery = {
  limit: wholeNumber(1, MAXIMUM_LIMIT).default(DEFAULT_LIMIT),
  offset: wholeNumber(0, 10_000).default(0),
}

/** The shape of a page of a list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return {
    items: z.array(item).max(MAXIMUM_LIMIT),
    total: z.int(),
    limit: z.int(),
    offset: z.int(),
    has_more: z.boolean(),
  }
}

/** The shape of a page of a list that goes on behind a cursor. */
export function cursorPageOf<Item extends z.ZodType>(item: Item) {
  return {
    items: z.array(item).max(MAXIMUM_LIMIT),
    has_more: z.boolean(),
    next_cursor: z.string().nullable(),
  }
}

/** Where a list goes on; `null` where it ends. */
export function toNext(cursor: string | null) {
  return { has_more: cursor !== null, next_cursor: cursor }
}

/** The figures that go with a page of rows. */
export function toPage<Item>(items: Item[], query: { limit: number; offset: number }, total: number) {
  return {
    items,
    total,
    limit: query.limit,
    offset: query.offset,
    has_more: query.offset + items.length < total,
  }
}

/** `%text%` for ILIKE, with the text's own wildcards taken literally. */
export function containsPattern(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, (letter) => `\\${letter}`)}%`
}
