import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { listAboutPartner } from './store.ts'
import { ASSISTED_STATES } from './tables.ts'

const AboutBody = z.strictObject({
  support_access_id: z.string(),
  tenant_id: z.string(),
  tenant_name: z.string().nullable(),
  person_name: z.string(),
  case_number: z.string(),
  status: z.enum(ASSISTED_STATES),
  requested_at: z.string(),
  started_at: z.string().nullable(),
  ends_at: z.string().nullable(),
  ended_at: z.string().nullable(),
})

type Row = Awaited<ReturnType<typeof listAboutPartner>>['rows'][number]

/** As time has made it, whether or not a job has noted it. */
function stateOf({ status, answer_by: answerBy, ends_at: endsAt }: Row, now: Date): Row['status'] {
  if (status === 'requested' && answerBy.getTime() <= now.getTime()) return 'lapsed'
  return status === 'active' && endsAt !== null && endsAt.getTime() <= now.getTime() ? 'ended' : status
}

/** The route by which a partner reads when the provider's support looked into a tenant because of its work. */
export const partnerAssistanceRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/partner/support-access',
    summary:
      "When the provider's support looked into a tenant for a case about your organisation's work there",
    input: { query: z.strictObject(pageQuery) },
    access: { permission: 'partner_org.links.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(AboutBody)) },
    async handle({ mandate, query }) {
      const { rows, total } = await listAboutPartner(mandate, query)
      return toPage(
        rows.map((row) => ({
          support_access_id: publicIdOf('assisted', row.id),
          tenant_id: publicIdOf('tenant', row.tenant_id),
          tenant_name: row.tenant_name,
          person_name: row.person_name,
          case_number: row.case_number,
          status: stateOf(row, mandate.origin.now),
          requested_at: row.requested_at.toISOString(),
          started_at: row.started_at?.toISOString() ?? null,
          ends_at: row.ends_at?.toISOString() ?? null,
          ended_at: row.ended_at?.toISOString() ?? null,
        })),
        query,
        total,
      )
    },
  }),
]
