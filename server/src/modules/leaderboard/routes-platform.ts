import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { getShown, listCurrencies, listMonths, listPlaces } from './store.ts'
import type { Board } from './store.ts'
import { EarningQuery, LeaderboardBody, PlaceBody, SignUpQuery, toPlace, toShows } from './view.ts'

const PATH = '/api/v1/admin/leaderboard'

async function readBoard(
  mandate: Mandate<'platform'>,
  board: Board,
  page: { readonly limit: number; readonly offset: number },
) {
  const { rows, total } = await listPlaces(mandate, board, page)
  return toPage(rows.map(toPlace), page, total)
}

/** How all partners rank, with their names, for the provider (D12). */
export const platformRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'Which leaderboards partners see, and of which months and currencies',
    input: {},
    access: { permission: 'platform.referrals.read' },
    limit: 'detail',
    responses: { 200: LeaderboardBody },
    handle: async ({ mandate }) => ({
      shows: toShows(await getShown(mandate)),
      months: await listMonths(mandate),
      currencies: await listCurrencies(mandate),
    }),
  }),
  route({
    method: 'GET',
    path: `${PATH}/sign-ups`,
    summary: 'All partners by sign-ups, and which of them are named to the others',
    input: { query: z.strictObject({ ...SignUpQuery, ...pageQuery }) },
    access: { permission: 'platform.referrals.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(PlaceBody)) },
    handle: ({ mandate, query }) =>
      readBoard(mandate, { measure: 'sign_ups', period: query.period, currency: '' }, query),
  }),
  route({
    method: 'GET',
    path: `${PATH}/earnings`,
    summary: 'All partners by what they earned in a currency, and which of them are named to the others',
    input: { query: z.strictObject({ ...EarningQuery, ...pageQuery }) },
    access: { permission: 'platform.earnings.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(PlaceBody)) },
    async handle({ mandate, query }) {
      const currency = query.currency ?? (await listCurrencies(mandate))[0] ?? ''
      return readBoard(mandate, { measure: 'earnings', period: query.period, currency }, query)
    },
  }),
]
