import { z } from 'zod'
import { requirePartnerAccess } from '#modules/partners/index.ts'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { commaList, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import {
  findBalances,
  getEarning,
  listEarnings,
  listOwnerNames,
  listTakenBack,
  nameRows,
  thisMonth,
  totalOwn,
} from './store.ts'
import { EARNING_KINDS, EARNING_STATES } from './tables.ts'
import {
  BalanceBody,
  EarningBody,
  EarningDetailBody,
  EarningParams,
  MonthParam,
  toBalance,
  toEarning,
  toEarningDetail,
  TotalBody,
  toTotal,
} from './view.ts'
import { listSkips } from './skip-store.ts'
import { SkipBody, toSkip } from './skip-view.ts'

const readLines = { permission: 'partner_org.earnings.read' } as const
const readTotals = { permission: 'partner_org.earnings.summary.read' } as const

const listQuery = z.strictObject({
  month: MonthParam.optional(),
  state: commaList(z.enum(EARNING_STATES)).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code')
    .optional(),
  kind: z.enum(EARNING_KINDS).optional(),
  referral_id: publicId('referral').optional(),
  ...pageQuery,
})

async function list(mandate: Mandate<'program'>, query: z.output<typeof listQuery>) {
  const { month, state, currency, kind, referral_id: referralId } = query
  const filter = { month, state, currency, kind, referralId }
  const { rows, total } = await listEarnings(mandate, filter, query)
  const names = await nameRows(mandate, rows)
  return toPage(
    rows.map((row) => toEarning(row, names, false)),
    query,
    total,
  )
}

const summary = route({
  method: 'GET',
  path: '/api/v1/program/earnings/summary',
  summary: 'What your organisation earned: totals by month, currency and state, and the balances',
  input: {},
  access: readTotals,
  limit: 'list',
  responses: {
    200: z.strictObject({
      this_month: z.string().meta({ description: 'The month that it is where the program is at home.' }),
      totals: z.array(TotalBody),
      balances: z.array(BalanceBody),
      owner_names: z.array(z.string()).meta({ description: 'Who in your organisation sees each earning.' }),
    }),
  },
  async handle({ mandate }) {
    const totals = await totalOwn(mandate)
    const balances = await findBalances(mandate, mandate.partner.id)
    const ownerNames = await listOwnerNames(mandate)
    return {
      this_month: await thisMonth(mandate),
      totals: totals.map(toTotal),
      balances: balances.map(toBalance),
      owner_names: ownerNames,
    }
  },
})

const lines = route({
  method: 'GET',
  path: '/api/v1/program/earnings',
  summary: 'Each earning of your organisation, the newest payment first',
  input: { query: listQuery },
  access: readLines,
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(EarningBody)) },
  handle: ({ mandate, query }) => list(mandate, query),
})

const skipped = route({
  method: 'GET',
  path: '/api/v1/program/earnings/skipped',
  summary: 'Payments of those whom you referred that earned nothing, and why',
  input: { query: z.strictObject(pageQuery) },
  access: readLines,
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(SkipBody)) },
  async handle({ mandate, query }) {
    const { rows, total } = await listSkips(mandate, mandate.partner.id, query)
    return toPage(rows.map(toSkip), query, total)
  },
})

const one = route({
  method: 'GET',
  path: '/api/v1/program/earnings/:earning_id',
  summary: 'One earning with how it was calculated, step by step, and what was taken back of it',
  input: { params: EarningParams },
  access: readLines,
  limit: 'detail',
  problems: ['EARNING_NOT_FOUND'],
  responses: { 200: EarningDetailBody },
  async handle({ mandate, params }) {
    const row = await getEarning(mandate, params.earning_id)
    const takenBack = await listTakenBack(mandate, row.id)
    const names = await nameRows(mandate, [row, ...takenBack])
    return toEarningDetail(row, { names, takenBack }, false)
  },
})

const alias = route({
  method: 'GET',
  path: '/api/v1/partners/:partner_id/earnings',
  summary: 'The same as the earnings of your organisation, under its id; any other id is refused alike',
  input: { params: z.strictObject({ partner_id: publicId('partner') }), query: listQuery },
  access: readLines,
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(EarningBody)) },
  handle({ mandate, params, query }) {
    requirePartnerAccess(mandate, params.partner_id)
    return list(mandate, query)
  },
})

/** The routes by which a partner sees what it earned: staff totals, owners each row (D6, D8). */
export const partnerEarningRoutes: readonly Route[] = [summary, skipped, lines, one, alias]
