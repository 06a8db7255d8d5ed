import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { listNews, markRead } from './news-store.ts'

const NewsBody = z.strictObject({
  link_id: z.string(),
  news: z.string(),
  sentence: z.string(),
  created_at: z.string(),
  is_new: z.boolean(),
})

const Page = z.strictObject({ ...pageOf(NewsBody), unread: z.int() })
const Query = z.strictObject(pageQuery)
const Seen = z.strictObject({ unread: z.literal(0) })
const OWN_MARK = 'It notes only what its own person has seen.'

async function read(mandate: Mandate<'program' | 'tenant'>, query: z.output<typeof Query>) {
  const { rows, readUntil, total, unread } = await listNews(mandate, query)
  const items = rows.map((row) => ({
    link_id: publicIdOf('link', row.link_id),
    news: row.news,
    sentence: row.sentence,
    created_at: row.created_at.toISOString(),
    is_new: readUntil === null || row.created_at > readUntil,
  }))
  return { ...toPage(items, query, total), unread }
}

async function seen(mandate: Mandate<'program' | 'tenant'>) {
  await markRead(mandate)
  return { unread: 0 as const }
}

/** The notices that each side of its links got, to be read in the portal as well as in the mail (B1). */
export const newsRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/partner/link-news',
    summary: 'The notices about the own links, newest first',
    input: { query: Query },
    access: { permission: 'partner_org.links.read' },
    limit: 'list',
    responses: { 200: Page },
    handle: ({ mandate, query }) => read(mandate, query),
  }),
  route({
    method: 'POST',
    path: '/api/v1/partner/link-news/read',
    summary: 'Note that the notices were seen',
    input: {},
    access: { permission: 'partner_org.links.read' },
    limit: 'detail',
    readsOnly: OWN_MARK,
    responses: { 200: Seen },
    handle: ({ mandate }) => seen(mandate),
  }),
  route({
    method: 'GET',
    path: '/api/v1/tenant/partner-access/news',
    summary: 'The notices about partner access, newest first',
    input: { query: Query },
    access: { permission: 'tenant.partner_access.read' },
    limit: 'list',
    responses: { 200: Page },
    handle: ({ mandate, query }) => read(mandate, query),
  }),
  route({
    method: 'POST',
    path: '/api/v1/tenant/partner-access/news/read',
    summary: 'Note that the notices were seen',
    input: {},
    access: { permission: 'tenant.partner_access.read' },
    limit: 'detail',
    readsOnly: OWN_MARK,
    responses: { 200: Seen },
    handle: ({ mandate }) => seen(mandate),
  }),
]
