import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { choose, isNamed, listMonths, listOwnBoards, listOwnCurrencies, listOwnPlaces } from './store.ts'
import { EarningQuery, OwnBoardBody, OwnLeaderboardBody, SignUpQuery, toOwnBoard } from './view.ts'

const PATH = '/api/v1/program/leaderboard'
const readTotals = { permission: 'partner_org.earnings.summary.read' } as const

const read = async (mandate: Mandate<'program'>): Promise<z.output<typeof OwnLeaderboardBody>> => ({
  shows: await listOwnBoards(mandate),
  is_named: await isNamed(mandate),
  months: await listMonths(mandate),
  currencies: await listOwnCurrencies(mandate),
})

/** How a partner ranks among others, and whether they read its name (D12). */
export const programRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'Which leaderboards the provider shows, and whether your partner stands there by its name',
    input: {},
    access: readTotals,
    limit: 'detail',
    responses: { 200: OwnLeaderboardBody },
    handle: ({ mandate }) => read(mandate),
  }),
  route({
    method: 'GET',
    path: `${PATH}/sign-ups`,
    summary: 'How your partner ranks by sign-ups; owners alone see it',
    input: { query: z.strictObject(SignUpQuery) },
    access: { permission: 'partner_org.referrals.read_all' },
    limit: 'list',
    responses: { 200: OwnBoardBody },
    handle: async ({ mandate, query }) =>
      toOwnBoard(await listOwnPlaces(mandate, { measure: 'sign_ups', period: query.period, currency: '' })),
  }),
  route({
    method: 'GET',
    path: `${PATH}/earnings`,
    summary: 'How your partner ranks by what it earned in a currency; amounts are told of your own alone',
    input: { query: z.strictObject(EarningQuery) },
    access: readTotals,
    limit: 'list',
    responses: { 200: OwnBoardBody },
    async handle({ mandate, query: { period, currency } }) {
      const chosen = currency ?? (await listOwnCurrencies(mandate))[0] ?? ''
      return toOwnBoard(await listOwnPlaces(mandate, { measure: 'earnings', period, currency: chosen }))
    },
  }),
  route({
    method: 'PUT',
    path: `${PATH}/choice`,
    summary: 'Choose whether other partners read the name of yours in the leaderboard',
    input: { body: z.strictObject({ is_named: z.boolean() }) },
    access: { permission: 'partner_org.profile.update' },
    limit: 'write',
    responses: { 200: OwnLeaderboardBody },
    async handle({ mandate, body }) {
      const before = await isNamed(mandate)
      const isChanged = before !== body.is_named && (await choose(mandate, body.is_named))
      recordEvent(mandate, {
        action: 'program.leaderboard.choice_changed',
        partnerId: mandate.partner.id,
        resource: { type: 'partner', id: mandate.partner.id, label: mandate.partner.name },
        ...(isChanged && { changes: { is_named: { before, after: body.is_named } } }),
      })
      return read(mandate)
    },
  }),
]
