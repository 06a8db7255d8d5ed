import { createHash } from 'node:crypto'
import { sent } from '#platform/route.ts'
import type { Sent } from '#platform/route.ts'
import type { Item } from './activity.ts'
import { toCsv, toJsonLines } from './rules.ts'

/** The most rows of one export; a longer time is taken in several. */
export const MAXIMUM_EXPORT_ROWS = 10_000

const COLUMNS = [
  'occurred_at',
  'sentence',
  'person_name',
  'partner_name',
  'tenant_name',
  'action',
  'outcome',
  'code',
  'role',
  'permission',
  'resource_type',
  'resource_id',
  'resource_label',
  'row_count',
  'repeats',
  'changes',
  'source',
  'ip',
  'reason',
  'request_id',
  'event_id',
  'explain_id',
  'configuration_version',
  'filters',
] as const

function toRow({ resource, ...item }: Item, said: string): Record<string, unknown> {
  return {
    ...item,
    filters: said,
    resource_type: resource?.type ?? null,
    resource_id: resource?.id ?? null,
    resource_label: resource?.label ?? null,
  }
}

const TYPES = {
  csv: 'text/csv; charset=utf-8; header=present',
  jsonl: 'application/jsonl; charset=utf-8',
} as const

/**
 * A file of the feed with its SHA-256 (RFC 9530 section 3), the number of its rows, and whether there were more than
 * fit. What was asked for stands in the last column of each row: a line before the header would be no CSV to most
 * readers, and a row keeps it when the file is sorted, cut or joined with others.
 */
export function toExport(
  items: readonly Item[],
  made: { format: 'csv' | 'jsonl'; now: Date; isTruncated: boolean; said: string },
): Sent<string> {
  const rows = items.map((item) => toRow(item, made.said))
  const body =
    made.format === 'csv'
      ? toCsv(COLUMNS, rows)
      : toJsonLines(items.map((item) => ({ ...item, filters: made.said })))
  const digest = createHash('sha256').update(body).digest('base64')
  const stamp = made.now.toISOString().replaceAll(/[-:]|\.\d+/g, '')
  return sent(body, {
    'Content-Type': TYPES[made.format],
    'Content-Disposition': `attachment; filename="activity-${stamp}.${made.format}"`,
    'Repr-Digest': `sha-256=:${digest}:`,
    'X-Export-Rows': String(items.length),
    'X-Export-Truncated': String(made.isTruncated),
  })
}
