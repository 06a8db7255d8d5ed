import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { recordEvent } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { makeAndRecordKey } from './create-key.ts'
import { listKeys, revokeKey } from './key-store.ts'
import type { IngestKeyRow } from './key-store.ts'

const IngestKey = z.strictObject({
  key_id: z.string(),
  name: z.string(),
  source: z.string(),
  hint: z.string(),
  status: z.enum(['active', 'expired', 'revoked']),
  created_at: z.string(),
  ends_at: z.string(),
  revoked_at: z.string().nullable(),
  last_used_at: z.string().nullable(),
  makes_dashboard_tokens: z.boolean().meta({
    description: 'Whether it makes tokens that show the figures of a partner, and does nothing else.',
  }),
})

const NewIngestKey = IngestKey.extend({
  key: z.string().meta({ description: 'The key itself. It is shown this once.' }),
})

/** The source that a key belongs to: what `external_id`s are unique within. */
export const sourceName = () =>
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be lower-case letters, digits, hyphens and underscores')

function statusOf(row: IngestKeyRow, now: Date): 'active' | 'expired' | 'revoked' {
  if (row.revoked_at) return 'revoked'
  return row.ends_at > now ? 'active' : 'expired'
}

function toBody(row: IngestKeyRow, now: Date): z.input<typeof IngestKey> {
  return {
    key_id: publicIdOf('ingest_key', row.id),
    name: row.name,
    source: row.source,
    hint: row.key_hint,
    status: statusOf(row, now),
    created_at: row.created_at.toISOString(),
    ends_at: row.ends_at.toISOString(),
    revoked_at: row.revoked_at?.toISOString() ?? null,
    last_used_at: row.last_used_at?.toISOString() ?? null,
    makes_dashboard_tokens: row.makes_dashboard_tokens,
  }
}

const list = route({
  method: 'GET',
  path: '/api/v1/admin/ingest-keys',
  summary: 'List the keys of the systems that hand records in',
  input: { query: z.strictObject(pageQuery) },
  access: { permission: 'platform.ingest_keys.manage' },
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(IngestKey)) },
  async handle({ mandate, query }) {
    const { rows, total } = await listKeys(mandate, query)
    return toPage(
      rows.map((row) => toBody(row, mandate.origin.now)),
      query,
      total,
    )
  },
})

const create = route({
  method: 'POST',
  path: '/api/v1/admin/ingest-keys',
  summary: 'Make a key with which a system of the provider hands records in',
  input: {
    body: z.strictObject({
      name: plainText(1, 100),
      source: sourceName(),
      valid_days: z.int().min(1).max(730).default(365),
      makes_dashboard_tokens: z.boolean().default(false),
    }),
  },
  access: { permission: 'platform.ingest_keys.manage' },
  limit: 'write',
  responses: { 201: NewIngestKey },
  showsSecret: true,
  async handle({ mandate, body }) {
    const wanted = {
      name: body.name,
      source: body.source,
      days: body.valid_days,
      createdBy: mandate.actor.id,
      makesDashboardTokens: body.makes_dashboard_tokens,
    }
    const { row, key } = await makeAndRecordKey(mandate, wanted)
    return { ...toBody(row, mandate.origin.now), key }
  },
})

const revoke = route({
  method: 'POST',
  path: '/api/v1/admin/ingest-keys/:key_id/revoke',
  summary: 'End an ingest key at once',
  input: {
    params: z.strictObject({ key_id: publicId('ingest_key') }),
    body: z.strictObject({ reason: plainText(1, 500).optional() }).optional(),
  },
  access: { permission: 'platform.ingest_keys.manage' },
  limit: 'write',
  responses: { 200: IngestKey },
  problems: ['INGEST_KEY_NOT_FOUND'],
  async handle({ mandate, params, body }) {
    const revoked = await revokeKey(mandate, params.key_id)
    if (!revoked) throw new ProblemError(404, 'INGEST_KEY_NOT_FOUND', 'There is no ingest key with this id.')
    const { row, isNew } = revoked
    recordEvent(mandate, {
      action: 'platform.ingest_keys.revoke',
      resource: { type: 'ingest_key', id: row.id, label: `${row.name} (${row.source})` },
      ...(!isNew && { changes: { revoked_before: true } }),
      ...(body?.reason !== undefined && { reason: body.reason }),
    })
    return toBody(row, mandate.origin.now)
  },
})

export const keyRoutes: readonly Route[] = [list, create, revoke]
