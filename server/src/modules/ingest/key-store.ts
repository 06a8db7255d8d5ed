import { sql } from 'kysely'
import type { Generated } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

interface IngestKeyTable {
  id: Generated<string>
  name: string
  source: string
  key_hash: Buffer
  key_hint: string
  created_by: string | null
  created_at: Generated<Date>
  ends_at: Generated<Date>
  revoked_at: Date | null
  last_used_at: Date | null
  makes_dashboard_tokens: Generated<boolean>
}

interface KeyTables {
  ingest_key: IngestKeyTable
}

type ProviderSide = Mandate<'platform'> | Mandate<'system'>

const SHOWN = [
  'id',
  'name',
  'source',
  'key_hint',
  'created_at',
  'ends_at',
  'revoked_at',
  'last_used_at',
  'makes_dashboard_tokens',
] as const

const keys = (mandate: ProviderSide) => tables<KeyTables>(mandate).selectFrom('ingest_key').select(SHOWN)

/** An ingest key as it may be shown. */
export type IngestKeyRow = Awaited<ReturnType<ReturnType<typeof keys>['execute']>>[number]

/** All ingest keys, newest first. */
export async function listKeys(
  mandate: ProviderSide,
  page: { limit: number; offset: number },
): Promise<{ rows: IngestKeyRow[]; total: number }> {
  const rows = await keys(mandate)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const counted = await tables<KeyTables>(mandate)
    .selectFrom('ingest_key')
    .select(({ fn }) => fn.count<number>('id').as('total'))
    .executeTakeFirst()
  return { rows, total: counted?.total ?? 0 }
}

/** Keeps the digest of a new key. */
export async function addKey(
  mandate: ProviderSide,
  key: {
    name: string
    source: string
    digest: string
    hint: string
    createdBy: string | null
    days: number
    makesDashboardTokens?: boolean
  },
): Promise<IngestKeyRow> {
  return tables<KeyTables>(mandate)
    .insertInto('ingest_key')
    .values({
      name: key.name,
      source: key.source,
      key_hash: Buffer.from(key.digest, 'hex'),
      key_hint: key.hint,
      created_by: key.createdBy,
      makes_dashboard_tokens: key.makesDashboardTokens ?? false,
      ends_at: sql<Date>`now() + make_interval(days => ${key.days})`,
    })
    .returning(SHOWN)
    .executeTakeFirstOrThrow()
}

/** Ends a key; null when there is none with this id. `isNew` tells whether it was this call that ended it. */
export async function revokeKey(
  mandate: ProviderSide,
  id: string,
): Promise<{ row: IngestKeyRow; isNew: boolean } | null> {
  const revoked = await tables<KeyTables>(mandate)
    .updateTable('ingest_key')
    .set({ revoked_at: sql<Date>`statement_timestamp()` })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returning(SHOWN)
    .executeTakeFirst()
  if (revoked) return { row: revoked, isNew: true }
  const known = await keys(mandate).where('id', '=', id).executeTakeFirst()
  return known ? { row: known, isNew: false } : null
}
