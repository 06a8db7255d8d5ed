import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { commaList, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { SKIP_REASON_NAMES } from './accrual-facts.ts'
import { listAllSkips } from './skip-store.ts'
import { ProviderSkipBody, toProviderSkip } from './skip-view.ts'

/** What came to nothing in the ledgers, for the provider: a refund that names no known payment leaves what was earned. */
export const skippedRoute: Route = route({
  method: 'GET',
  path: '/api/v1/admin/earnings/skipped',
  summary: 'Billing events of referred tenants that came to nothing, and why, the newest first',
  input: {
    query: z.strictObject({
      partner_id: publicId('partner').optional(),
      reason: commaList(z.enum(SKIP_REASON_NAMES)).optional(),
      ...pageQuery,
    }),
  },
  access: { permission: 'platform.earnings.read' },
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(ProviderSkipBody)) },
  async handle({ mandate, query }) {
    const filter = { partnerId: query.partner_id, reasons: query.reason }
    const { rows, total } = await listAllSkips(mandate, filter, query)
    return toPage(rows.map(toProviderSkip), query, total)
  },
})
