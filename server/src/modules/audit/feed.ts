import { z } from 'zod'
import { ProblemError } from '#platform/problem.ts'
import { wholeNumber } from '#platform/route-input.ts'
import { ActivityItem, toItem } from './activity.ts'
import { readEventsOf, readLeaves } from './feed-store.ts'
import type { FeedScope, FollowingMandate } from './feed-store.ts'
import type { Viewer } from './rules.ts'
import { readOwnDetails } from './store.ts'

/** The forms in which the log is handed to a collector of logs. */
export const FEED_FORMATS = ['json', 'ndjson', 'cloudevents', 'ocsf', 'syslog'] as const

export type FeedFormat = (typeof FEED_FORMATS)[number]

/** What a feed can be asked. It takes no filters: a consumer that sees a gap must know that something is missing. */
export const FeedQuery = z.strictObject({
  after: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional().meta({
    description:
      'The leaf index of the last event that you stored, or the `next_after` of the last answer; from the beginning of the log without it.',
  }),
  limit: wholeNumber(1, 500).default(100),
  format: z.enum(FEED_FORMATS).default('json').meta({
    description:
      'A page of JSON, JSON Lines, a batch of CloudEvents 1.0, OCSF 1.9 as JSON Lines, or lines of syslog (RFC 5424).',
  }),
})

const FeedItem = ActivityItem.extend({
  leaf_index: z.int().min(0).meta({ description: 'Where the event stands in the signed log.' }),
  previous_leaf_index: z.int().min(0).nullable().meta({
    description:
      'The leaf index of the event before it in this feed; null for the first. Compare it with what you stored: another one means that something is missing.',
  }),
}).meta({ id: 'AuditFeedItem' })

/** One page of a feed. */
export const FeedPage = z
  .strictObject({
    items: z.array(FeedItem).max(500),
    next_after: z.int().nullable().meta({
      description:
        'Send as `after` for what follows. It can lie behind the last event of the page, as the log also holds events of others. Null while the log is empty.',
    }),
    has_more: z.boolean().meta({
      description: 'Whether the log goes on: then ask again at once, also when this page holds nothing.',
    }),
    limit: z.int(),
  })
  .meta({ id: 'AuditFeedPage' })

/** One event of a feed, and of what kind is whoever acted, which a page says in its sentence. */
export interface FeedEntry {
  readonly item: z.output<typeof FeedItem>
  readonly actorType: string
}

/** What was read of a feed. */
export interface FeedSlice {
  readonly entries: readonly FeedEntry[]
  readonly next_after: number | null
  readonly has_more: boolean
}

const sideOfFeed = (mandate: FollowingMandate): { readonly scope: FeedScope; readonly viewer: Viewer } => {
  if (mandate.kind === 'platform') return { scope: null, viewer: 'platform' }
  if (mandate.kind === 'program')
    return { scope: { kind: 'partner', id: mandate.partner.id }, viewer: 'partner' }
  return { scope: { kind: 'tenant', id: mandate.tenant.id }, viewer: 'tenant' }
}

function ahead(after: number, size: number): ProblemError {
  return new ProblemError(
    409,
    'AUDIT_FEED_AHEAD',
    `The log has ${size} sealed events, so none of them has the leaf index ${after}.`,
  )
}

/** The sealed events of the reader's own log behind a leaf, in the order of the log. */
export async function readFeed(
  mandate: FollowingMandate,
  { after, limit }: { readonly after?: number | undefined; readonly limit: number },
): Promise<FeedSlice> {
  const found = await readLeaves(mandate, after ?? -1, limit)
  if (!found) return { entries: [], next_after: after ?? null, has_more: false }
  if (after !== undefined && after >= found.size) throw ahead(after, found.size)
  const { scope, viewer } = sideOfFeed(mandate)
  const rows = await readEventsOf(mandate, scope, found)
  const details = await readOwnDetails(mandate, found.events)
  const entries = found.events.flatMap((id, place) => {
    const row = rows.get(id)
    const told = details.get(id)
    if (!row || !told) return []
    // What is not sealed is not told: repeats that are still being counted come as an event of their own.
    const item = toItem(row, { ...told, countedRepeats: 0, countedRows: 0 }, viewer)
    const stands = {
      leaf_index: found.leaves[place] ?? 0,
      previous_leaf_index: place === 0 ? found.previous : (found.leaves[place - 1] ?? null),
    }
    return [{ item: { ...item, ...stands }, actorType: row.actor_type }]
  })
  return {
    entries,
    next_after: found.looked_upto < 0 ? null : found.looked_upto,
    has_more: found.looked_upto < found.size - 1,
  }
}
