import { z } from 'zod'
import { tellExporter } from '#platform/exporter.ts'
import type { Mandate } from '#platform/mandate.ts'
import { wholeNumber } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { ActivityPage, EXPORT_QUERIES, QUERIES, readActivity, readActivityPage } from './activity.ts'
import type { ReadingMandate } from './activity.ts'
import { noteActivityExport, noteActivityRead, noteCheckpointsRead } from './events.ts'
import { MAXIMUM_EXPORT_ROWS, toExport } from './export.ts'
import { describeFile, describeSlice } from './rules.ts'
import type { ActivityFilters } from './rules.ts'
import { checkpointRoutes } from './routes-checkpoint.ts'
import { makeClientCallsRoute } from './routes-client-calls.ts'
import { completenessRoutes } from './routes-completeness.ts'
import { makeFeedRoutes } from './routes-feed.ts'
import { proofRoutes } from './routes-proof.ts'
import { readCheckpoints } from './store.ts'

type PageQuery = ActivityFilters & { cursor?: string | undefined; limit: number }
type ExportQuery = ActivityFilters & { format: 'csv' | 'jsonl' }

async function answerPage(services: Services, mandate: ReadingMandate, query: PageQuery) {
  const page = await readActivityPage(mandate, query, services.cursors)
  noteActivityRead(mandate, page.items.length)
  return page
}

async function answerExport(mandate: ReadingMandate, query: ExportQuery) {
  const { format, ...filters } = query
  const { items, window, next } = await readActivity(mandate, filters, {
    after: null,
    limit: MAXIMUM_EXPORT_ROWS,
  })
  noteActivityExport(mandate, items.length)
  const isTruncated = next !== null
  const said = describeFile(describeSlice(filters, window), {
    most: isTruncated ? MAXIMUM_EXPORT_ROWS : null,
    by: tellExporter(mandate, mandate.actor.name),
  })
  return toExport(items, { format, now: mandate.origin.now, isTruncated, said })
}

const File = z.string().meta({
  description:
    'CSV (RFC 4180) or JSON Lines, at most 10,000 rows, newest first. The last column, `filters`, says in each row what was asked for.',
})

/** What the page of every feed has in common; a feed adds its path, its words, its filters and who may read it. */
const makePage = (services: Services) =>
  ({
    method: 'GET',
    limit: 'list',
    responses: { 200: ActivityPage },
    problems: ['CURSOR_INVALID'],
    handle: ({ mandate, query }: { mandate: ReadingMandate; query: PageQuery }) =>
      answerPage(services, mandate, query),
  }) as const

/** And what the file of every feed has. */
const FILE = {
  method: 'GET',
  summary: 'The same as a file',
  limit: 'export',
  responses: { 200: File },
  handle: ({ mandate, query }: { mandate: ReadingMandate; query: ExportQuery }) =>
    answerExport(mandate, query),
} as const

function makePartnerFeeds(services: Services): Route[] {
  const PAGE = makePage(services)
  return [
    route({
      ...PAGE,
      path: '/api/v1/partner/audit',
      summary: "What the partner's own people did, in every tenant, and what was done about the partner",
      input: { query: QUERIES.partner },
      access: { permission: 'partner_org.audit.read' },
    }),
    route({
      ...FILE,
      path: '/api/v1/partner/audit/export',
      input: { query: EXPORT_QUERIES.partner },
      access: { permission: 'partner_org.audit.read' },
    }),
    route({
      ...PAGE,
      path: '/api/v1/partner/activity',
      summary: "What the partner's own people did in the tenant that is acted in",
      input: { query: QUERIES.acting },
      access: { permission: 'partner.audit.read', tenant: 'header' },
    }),
    route({
      ...FILE,
      path: '/api/v1/partner/activity/export',
      input: { query: EXPORT_QUERIES.acting },
      access: { permission: 'partner.audit.read', tenant: 'header' },
    }),
  ]
}

function makeOtherFeeds(services: Services): Route[] {
  const PAGE = makePage(services)
  return [
    route({
      ...PAGE,
      path: '/api/v1/tenant/partner-access/activity',
      summary: 'What was done in this organisation, by partners and by its own people',
      input: { query: QUERIES.tenant },
      access: { permission: 'tenant.partner_access.audit.read' },
    }),
    route({
      ...PAGE,
      path: '/api/v1/admin/audit',
      summary: 'The whole audit log',
      input: { query: QUERIES.platform },
      access: { permission: 'platform.audit.read' },
    }),
    route({
      ...FILE,
      path: '/api/v1/admin/audit/export',
      input: { query: EXPORT_QUERIES.platform },
      access: { permission: 'platform.audit.read' },
    }),
  ]
}

const Checkpoints = z.strictObject({
  items: z.array(
    z.strictObject({
      size: z.int(),
      note: z.string().meta({ description: 'The signed checkpoint (C2SP tlog-checkpoint and signed-note).' }),
      sealed_at: z.string(),
      published_at: z.string().nullable().meta({ description: 'When it left the database.' }),
    }),
  ),
  next_before: z.int().nullable().meta({ description: 'Send as `before` for older ones.' }),
  limit: z.int(),
})

async function answerCheckpoints(
  mandate: Mandate<'platform'>,
  query: { before?: number | undefined; limit: number },
): Promise<z.output<typeof Checkpoints>> {
  const found = await readCheckpoints(mandate, query.before ?? null, query.limit)
  const rows = found.slice(0, query.limit)
  noteCheckpointsRead(mandate, rows.length)
  return {
    items: rows.map(({ size, note, sealed_at: sealedAt, published_at: publishedAt }) => ({
      size,
      note,
      sealed_at: sealedAt.toISOString(),
      published_at: publishedAt?.toISOString() ?? null,
    })),
    next_before: found.length > query.limit ? (rows.at(-1)?.size ?? null) : null,
    limit: query.limit,
  }
}

const checkpointsRoute = route({
  method: 'GET',
  path: '/api/v1/admin/audit/checkpoints',
  summary: 'The signed checkpoints of the audit log, newest first',
  input: {
    query: z.strictObject({
      before: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional(),
      limit: wholeNumber(1, 100).default(50),
    }),
  },
  access: { permission: 'platform.audit.read' },
  limit: 'list',
  responses: { 200: Checkpoints },
  handle: ({ mandate, query }) => answerCheckpoints(mandate, query),
})

/** The audit log as its four readers see it. */
export function makeAuditRoutes(services: Services): readonly Route[] {
  return [
    ...makePartnerFeeds(services),
    makeClientCallsRoute(services),
    ...makeOtherFeeds(services),
    ...completenessRoutes,
    ...checkpointRoutes,
    ...proofRoutes,
    ...makeFeedRoutes(services),
    checkpointsRoute,
  ]
}
