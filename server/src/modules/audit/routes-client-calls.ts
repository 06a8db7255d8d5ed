import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { CallsPage, CallsQuery, readCallsPage } from './client-calls.ts'
import { noteCallsRead } from './events.ts'

/** What the API clients of a partner did, for whoever sees its clients. Source: experience.md sections 4 and 5. */
export function makeClientCallsRoute(services: Services): Route {
  return route({
    method: 'GET',
    path: '/api/v1/partner/client-calls',
    summary: "What the partner's own API clients did, and what they were refused and why",
    input: { query: CallsQuery },
    access: { permission: 'partner_org.clients.read' },
    limit: 'list',
    problems: ['CURSOR_INVALID'],
    responses: { 200: CallsPage },
    async handle({ mandate, query }) {
      const page = await readCallsPage(mandate, query, services.cursors)
      noteCallsRead(mandate, page.items.length)
      return page
    },
  })
}
