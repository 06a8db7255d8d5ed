import { sent } from '#platform/route.ts'
import type { Sent } from '#platform/route.ts'
import type { FeedEntry, FeedFormat, FeedSlice } from './feed.ts'
import { toOcsf } from './feed-ocsf.ts'
import { toSyslog } from './feed-syslog.ts'
import { toJsonLines } from './rules.ts'

/** Where a feed stands, for whoever receives its events. */
export interface FeedPlace {
  /** The origin of this installation. */
  readonly origin: string
  readonly path: string
}

/**
 * One event in an envelope of CloudEvents 1.0. The places in the log are texts: its integers have 32 bits, and logs are
 * longer.
 */
function toCloudEvent({ item }: FeedEntry, { origin, path }: FeedPlace): Record<string, unknown> {
  return {
    specversion: '1.0',
    id: item.event_id,
    source: `${origin}${path}`,
    type: `liaison.audit.${item.action}`,
    time: item.occurred_at,
    ...(item.resource?.id && { subject: item.resource.id }),
    leafindex: String(item.leaf_index),
    ...(item.previous_leaf_index !== null && { previousleafindex: String(item.previous_leaf_index) }),
    datacontenttype: 'application/json',
    data: item,
  }
}

interface Form {
  readonly type: string
  readonly write: (entries: readonly FeedEntry[], place: FeedPlace) => string
}

const FORMS: Readonly<Record<Exclude<FeedFormat, 'json'>, Form>> = {
  ndjson: {
    type: 'application/x-ndjson; charset=utf-8',
    write: (entries) => toJsonLines(entries.map(({ item }) => item)),
  },
  cloudevents: {
    type: 'application/cloudevents-batch+json; charset=utf-8',
    write: (entries, place) => JSON.stringify(entries.map((entry) => toCloudEvent(entry, place))),
  },
  ocsf: {
    type: 'application/x-ndjson; charset=utf-8',
    write: (entries) => toJsonLines(entries.map(toOcsf)),
  },
  syslog: {
    type: 'text/plain; charset=utf-8',
    write: (entries, { origin }) =>
      entries.map((entry) => `${toSyslog(entry, new URL(origin).hostname)}\n`).join(''),
  },
}

/** A page of a feed in one of the forms of others; where it goes on stands in header fields. */
export function toForm(
  slice: FeedSlice,
  format: Exclude<FeedFormat, 'json'>,
  place: FeedPlace,
): Sent<string> {
  const { type, write } = FORMS[format]
  return sent(write(slice.entries, place), {
    'Content-Type': type,
    'X-Feed-Has-More': String(slice.has_more),
    ...(slice.next_after !== null && { 'X-Feed-Next-After': String(slice.next_after) }),
  })
}
