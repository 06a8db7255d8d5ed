import { z } from 'zod'
import { plainText } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { noteFeedRead } from './events.ts'
import { toForm } from './feed-forms.ts'
import { FeedPage, FeedQuery, readFeed } from './feed.ts'
import type { FollowingMandate } from './feed-store.ts'

const Lines = z.string().meta({
  description:
    'In the form that was asked for, with its own media type. `X-Feed-Next-After` is what `next_after` is on a page, `X-Feed-Has-More` what `has_more` is.',
})

const summary = 'The sealed events of the own log in its order, for a collector of logs that follows it'

/** What every feed has in common; one adds its path and who may follow it. */
function makeFeed(services: Services) {
  const answer = async (
    mandate: FollowingMandate,
    { format, ...asked }: z.output<typeof FeedQuery>,
    path: string,
  ) => {
    const slice = await readFeed(mandate, asked)
    noteFeedRead(mandate, slice.entries.length)
    if (format !== 'json') return toForm(slice, format, { origin: services.publicOrigin(), path })
    const { entries, ...rest } = slice
    return { items: entries.map(({ item }) => item), ...rest, limit: asked.limit }
  }
  const common = {
    method: 'GET',
    summary,
    limit: 'list',
    problems: ['AUDIT_FEED_AHEAD'],
    responses: { 200: z.union([FeedPage, Lines]) },
  } as const
  return { answer, common }
}

const TENANT_PATH = '/api/v1/tenant/partner-access/activity/feed'

const AccountParams = z.strictObject({ customer_ban: plainText(1, 64) })

/** The feed for a program of the organisation itself, by its own API client with a token for its own use. */
function makeClientFeed({ answer, common }: ReturnType<typeof makeFeed>): Route {
  return route({
    ...common,
    path: '/api/v1/customers/:customer_ban/audit/feed',
    summary: "The same for an organisation's own API client, with a token of the scope audit.read",
    input: { params: AccountParams, query: FeedQuery },
    access: { api: 'api.audit.read', account: ({ params }) => params.customer_ban },
    handle: ({ mandate, query }) => answer(mandate, query, TENANT_PATH),
  })
}

/** The log as it streams to the systems of those who read it. Source: reliability.md section 1, "Export/stream". */
export function makeFeedRoutes(services: Services): readonly Route[] {
  const feed = makeFeed(services)
  const { answer, common } = feed
  const paths = {
    partner: '/api/v1/partner/audit/feed',
    tenant: TENANT_PATH,
    admin: '/api/v1/admin/audit/feed',
  } as const
  return [
    route({
      ...common,
      path: paths.partner,
      input: { query: FeedQuery },
      access: { permission: 'partner_org.audit.read' },
      handle: ({ mandate, query }) => answer(mandate, query, paths.partner),
    }),
    route({
      ...common,
      path: paths.tenant,
      input: { query: FeedQuery },
      access: { permission: 'tenant.partner_access.audit.read' },
      handle: ({ mandate, query }) => answer(mandate, query, paths.tenant),
    }),
    route({
      ...common,
      path: paths.admin,
      summary: 'The sealed events of the whole log in its order, for a collector of logs that follows it',
      input: { query: FeedQuery },
      access: { permission: 'platform.audit.read' },
      handle: ({ mandate, query }) => answer(mandate, query, paths.admin),
    }),
    makeClientFeed(feed),
  ]
}
