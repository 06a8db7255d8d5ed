import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { commaList, publicId, wholeNumber } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { getOwnReferral, listOwnReferrals, listVisibleTenants } from './referral-store.ts'
import { OwnReferralBody, toOwnReferral, toVisibleTenant, VisibleTenantBody } from './referral-view.ts'
import { readStats } from './stats-store.ts'
import type { Funnel } from './stats-store.ts'
import { REFERRAL_STATES } from './tables.ts'

const funnel = {
  clicks: z.int().meta({ description: 'How often people followed the link; programs are left out.' }),
  sign_ups: z.int(),
  paying: z.int().meta({ description: 'How many of those that signed up in this time have paid since.' }),
}

const StatsBody = z
  .strictObject({
    totals: z.strictObject(funnel),
    months: z.array(z.strictObject({ month: z.string(), ...funnel })),
    codes: z.array(
      z.strictObject({ code_id: z.string(), code: z.string(), label: z.string().nullable(), ...funnel }),
    ),
  })
  .meta({ id: 'ReferralStats' })

const toFunnel = ({ clicks, signUps, paying }: Funnel) => ({ clicks, sign_ups: signUps, paying })

function addUp(months: readonly Funnel[]): Funnel {
  return months.reduce(
    (sum, month) => ({
      clicks: sum.clicks + month.clicks,
      signUps: sum.signUps + month.signUps,
      paying: sum.paying + month.paying,
    }),
    { clicks: 0, signUps: 0, paying: 0 },
  )
}

const statsRoute = route({
  method: 'GET',
  path: '/api/v1/program/stats',
  summary: 'Clicks, sign-ups and paying tenants, by month and by code; staff see those of their own codes',
  input: { query: z.strictObject({ months: wholeNumber(1, 24).default(12) }) },
  access: { permission: 'partner_org.referrals.read' },
  limit: 'list',
  responses: { 200: StatsBody },
  async handle({ mandate, query }) {
    const { months, codes } = await readStats(mandate, query.months)
    return {
      totals: toFunnel(addUp(months)),
      months: months.map((month) => ({ month: month.month, ...toFunnel(month) })),
      codes: codes.map(({ codeId, code, label, ...sums }) => ({
        code_id: publicIdOf('referral_code', codeId),
        code,
        label,
        ...toFunnel(sums),
      })),
    }
  },
})

/** What a partner sees of its referrals and, in seven fields, of the tenants that it referred (D2, D5, D8). */
export const programRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/program/referrals',
    summary: 'The referrals of the partner; staff see those of their own codes',
    input: {
      query: z.strictObject({
        state: commaList(z.enum(REFERRAL_STATES)).optional(),
        code_id: publicId('referral_code').optional(),
        ...pageQuery,
      }),
    },
    access: { permission: 'partner_org.referrals.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(OwnReferralBody)) },
    async handle({ mandate, query }) {
      const filter = { state: query.state, codeId: query.code_id }
      const { rows, total } = await listOwnReferrals(mandate, filter, query)
      return toPage(rows.map(toOwnReferral), query, total)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/program/referrals/:referral_id',
    summary: 'One referral of the partner',
    input: { params: z.strictObject({ referral_id: publicId('referral') }) },
    access: { permission: 'partner_org.referrals.read' },
    limit: 'detail',
    problems: ['REFERRAL_NOT_FOUND'],
    responses: { 200: OwnReferralBody },
    handle: async ({ mandate, params }) => toOwnReferral(await getOwnReferral(mandate, params.referral_id)),
  }),
  route({
    method: 'GET',
    path: '/api/v1/program/tenants',
    summary: 'The tenants that the partner referred, in seven fields each',
    input: { query: z.strictObject(pageQuery) },
    access: { permission: 'partner_org.referrals.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(VisibleTenantBody)) },
    async handle({ mandate, query }) {
      const { rows, total } = await listVisibleTenants(mandate, query)
      return toPage(rows.map(toVisibleTenant), query, total)
    },
  }),
  statsRoute,
]
