import { randomBytes } from 'node:crypto'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { digestIngestKey, makeIngestKey } from './key.ts'
import { addKey } from './key-store.ts'
import type { IngestKeyRow } from './key-store.ts'

interface WantedKey {
  readonly name: string
  readonly source: string
  readonly days: number
  readonly createdBy: string | null
  readonly makesDashboardTokens?: boolean
}

/** Makes a key and records that; the key itself is in the answer and nowhere else. */
export async function makeAndRecordKey(
  mandate: Mandate<'platform'> | Mandate<'system'>,
  wanted: WantedKey,
): Promise<{ row: IngestKeyRow; key: string }> {
  const { text, hint } = makeIngestKey(randomBytes(32))
  const row = await addKey(mandate, { ...wanted, digest: digestIngestKey(text), hint })
  recordEvent(mandate, {
    action: 'platform.ingest_keys.create',
    resource: { type: 'ingest_key', id: row.id, label: `${row.name} (${row.source})` },
    ...(row.makes_dashboard_tokens && { changes: { makes_dashboard_tokens: { after: true } } }),
  })
  return { row, key: text }
}

/** Makes a key for the operator at the machine. */
export async function createIngestKey(
  mandate: Mandate<'system'>,
  wanted: WantedKey & { readonly createdBy: null },
) {
  const { row, key } = await makeAndRecordKey(mandate, wanted)
  return {
    key_id: publicIdOf('ingest_key', row.id),
    name: row.name,
    source: row.source,
    ends_at: row.ends_at.toISOString(),
    key,
  }
}
