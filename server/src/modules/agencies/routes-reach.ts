import { z } from 'zod'
import { instant, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { getAgency } from './agency-store.ts'
import { AgencyReachBody, readAgencyReach } from './reach.ts'
import { BASE } from './routes-agencies.ts'
import { AgencyParams } from './schemas.ts'

const MOST_MS = 366 * 86_400_000

/** The report about what an agency, one form token or one server key could do and did (A13, E10). */
export const agencyReachRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${BASE}/:agency_id/reach`,
    summary: 'What an agency could do within a time, and what it did; also for one form token or server key',
    input: {
      params: AgencyParams,
      query: z
        .strictObject({
          from: instant(),
          to: instant(),
          token_id: publicId('form_token').optional(),
          key_id: publicId('agency_key').optional(),
        })
        .refine(({ from, to }) => from < to && to.getTime() - from.getTime() <= MOST_MS, {
          path: ['to'],
          message: 'must be after from, by at most 366 days',
        })
        .refine(({ token_id: token, key_id: key }) => token === undefined || key === undefined, {
          path: ['key_id'],
          message: 'must not come with token_id',
        }),
    },
    access: { permission: 'tenant.agencies.read' },
    limit: 'list',
    problems: ['AGENCY_NOT_FOUND'],
    responses: { 200: AgencyReachBody },
    async handle({ mandate, params, query }) {
      const agency = await getAgency(mandate, params.agency_id)
      const credentialId = query.token_id ?? query.key_id ?? null
      return readAgencyReach(mandate, agency, { from: query.from, to: query.to, credentialId })
    },
  }),
]
