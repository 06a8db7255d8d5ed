import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { plainText } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { listReports } from './leak-store.ts'
import { readFindings, takeReport } from './leaks.ts'
import type { TokenParts } from './routes-tokens.ts'

const OwnReport = z.strictObject({
  token: z.string().min(1).max(200).meta({ description: 'What was found, as it was found.' }),
  found_in: plainText(1, 2000).nullable().default(null),
})

const ReportBody = z.strictObject({
  kind: z.enum(['form_token', 'agency_key', 'webhook_secret']),
  label: z.string(),
  found_in: z.string().nullable(),
  source: z.string().nullable(),
  outcome: z.enum(['told', 'revoked']).meta({
    description:
      'told: a form token is public by design, or it worked no more. revoked: it was ended at once.',
  }),
  reported_at: z.string(),
})

const PATH = '/api/v1/tenant/leak-reports'

const listRoute = route({
  method: 'GET',
  path: PATH,
  summary: 'Credentials of the organisation that were found in public',
  input: { query: z.strictObject(pageQuery) },
  access: { permission: 'tenant.agencies.read' },
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(ReportBody)).meta({ id: 'LeakReportPage' }) },
  async handle({ mandate, query }) {
    const { rows, total } = await listReports(mandate, query)
    const items = rows.map(({ id: _id, reported_at: at, ...row }) => ({
      ...row,
      reported_at: at.toISOString(),
    }))
    return toPage(items, query, total)
  },
})

function makeOwnRoute({ pepper }: Pick<TokenParts, 'pepper'>): Route {
  return route({
    method: 'POST',
    path: PATH,
    summary: 'Report a credential of the organisation that was found in public',
    input: { body: OwnReport },
    access: { permission: 'tenant.agencies.manage' },
    limit: 'write',
    responses: {
      200: z.strictObject({
        found: z
          .strictObject({
            kind: ReportBody.shape.kind,
            label: z.string(),
            outcome: ReportBody.shape.outcome,
          })
          .nullable()
          .meta({ description: 'Null when it is no credential of this organisation.' }),
      }),
    },
    async handle({ mandate, body }) {
      const findings = readFindings([{ token: body.token.trim(), url: body.found_in, source: 'own report' }])
      const [hit] = await takeReport(mandate, pepper(), findings)
      return { found: hit ? { kind: hit.kind, label: hit.label, outcome: hit.outcome } : null }
    },
  })
}

/** The routes by which leaked credentials are reported: by anybody, and by the organisation itself (E12). */
export function makeLeakRoutes({ pepper }: Pick<TokenParts, 'pepper'>): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/v1/leak-reports',
      summary: 'Report credentials that were found in public; the answer is always the same',
      input: {
        body: z.unknown().meta({
          description:
            'A list of findings: token, and where it was found (url), of what kind (type), by whom (source).',
        }),
      },
      access: { identity: 'Whoever finds a credential in public has no account here, and learns nothing.' },
      limit: 'stranger',
      responses: { 202: z.strictObject({ received: z.literal(true) }) },
      async handle({ mandate, body }) {
        await takeReport(mandate, pepper(), readFindings(body))
        return { received: true as const }
      },
    }),
    listRoute,
    makeOwnRoute({ pepper }),
  ]
}
