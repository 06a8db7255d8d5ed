import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { recordEvent } from '#platform/mandate.ts'
import { Money, toMoney } from '#platform/money.ts'
import { ProblemError } from '#platform/problem.ts'
import { commaList, publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { listCandidates, listObstacles } from './batch-store.ts'
import { ObstacleBody, PayoutBody, PayoutDetailBody, toLine, toObstacles, toPayout } from './batch-view.ts'
import { getItem, listItems, listLines } from './item-store.ts'
import { getPolicy, insertPolicy, readProgramDay } from './policy-store.ts'
import type { PolicyRow } from './policy-store.ts'
import { isReady, nextPayoutDay } from './rules.ts'
import { ITEM_STATES } from './tables.ts'

const READ = { permission: 'partner_org.payouts.read' } as const
const Params = z.strictObject({ payout_id: publicId('payout_item') })
const Currency = z.string().regex(/^[A-Z]{3}$/, 'must be a currency of ISO 4217')

const OutlookBody = z
  .strictObject({
    next_payout_on: z
      .string()
      .nullable()
      .meta({ description: 'The day on which the provider means to pay; null when it names none.' }),
    amounts: z.array(
      z.strictObject({
        amount: Money,
        row_count: z.int(),
        is_ready: z.boolean(),
        obstacles: z.array(ObstacleBody),
      }),
    ),
    obstacles: z
      .array(ObstacleBody)
      .meta({ description: 'What stands against any payout, whatever the amount.' }),
  })
  .meta({ id: 'PayoutOutlook' })

/** What an owner sees of the partner's payouts. */
const ownRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/program/payout-outlook',
    summary: 'What would be paid now, when the next payout is meant to be, and what is missing',
    input: {},
    access: READ,
    limit: 'detail',
    responses: { 200: OutlookBody },
    async handle({ mandate }) {
      const { now } = mandate.origin
      const rows = await listCandidates(mandate, { currency: null, cutoffAt: now })
      const policy = await getPolicy(mandate)
      const general = await listObstacles(mandate, {
        partnerId: mandate.partner.id,
        currency: 'XXX',
        amountMinor: null,
      })
      return {
        next_payout_on: nextPayoutDay(await readProgramDay(mandate), policy.payout_day),
        amounts: rows.map((row) => ({
          amount: toMoney(row.amountMinor, row.currency),
          row_count: row.rowCount,
          is_ready: isReady(row),
          obstacles: toObstacles(row.obstacles, row.currency),
        })),
        obstacles: toObstacles(general, 'XXX'),
      }
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/program/payouts',
    summary: 'Payouts of the partner, newest first',
    input: {
      query: z.strictObject({
        state: commaList(z.enum(ITEM_STATES)).optional(),
        currency: Currency.optional(),
        ...pageQuery,
      }),
    },
    access: READ,
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(PayoutBody)) },
    async handle({ mandate, query }) {
      const { rows, total } = await listItems(mandate, query, query)
      return toPage(rows.map(toPayout), query, total)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/program/payouts/:payout_id',
    summary: 'One payout with the earnings that it is made of',
    input: { params: Params },
    access: READ,
    limit: 'detail',
    problems: ['PAYOUT_NOT_FOUND'],
    responses: { 200: PayoutDetailBody },
    async handle({ mandate, params }) {
      const item = await getItem(mandate, params.payout_id)
      const lines = await listLines(mandate, item.id)
      return { ...toPayout(item), lines: lines.map((line) => toLine(line, item.currency)) }
    },
  }),
]

const PolicyBody = z
  .strictObject({
    version: z.int(),
    tax_document: z.enum(['block', 'warn']),
    payout_day: z.int().min(1).max(28).nullable(),
    finance_source: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be the name of a source')
      .nullable()
      .meta({
        description:
          'The source of the ingest keys with which the provider’s finance system says what it paid; null where it pays nothing.',
      }),
    set_by_name: z.string(),
    set_at: z.string(),
  })
  .meta({ id: 'PayoutPolicy' })

const toPolicy = (row: PolicyRow): z.input<typeof PolicyBody> => ({
  version: row.version,
  tax_document: row.tax_document,
  payout_day: row.payout_day,
  finance_source: row.finance_source,
  set_by_name: row.set_by_name,
  set_at: row.created_at.toISOString(),
})

const answerPolicy = (row: PolicyRow) => sentAt(toPolicy(row), row.version)

/** How the provider pays. */
const policyRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/admin/payout-policy',
    summary: 'How payouts are made: the day, and whether a tax document is needed',
    input: {},
    access: { permission: 'platform.payouts.read' },
    limit: 'detail',
    responses: { 200: PolicyBody },
    handle: async ({ mandate }) => answerPolicy(await getPolicy(mandate)),
  }),
  route({
    method: 'PUT',
    path: '/api/v1/admin/payout-policy',
    summary: 'Change how payouts are made; earlier versions stay on record',
    input: {
      body: PolicyBody.pick({ tax_document: true, payout_day: true }).extend({
        finance_source: PolicyBody.shape.finance_source.optional(),
      }),
    },
    access: { permission: 'platform.payouts.approve' },
    limit: 'write',
    ifMatch: true,
    responses: { 200: PolicyBody },
    async handle({ mandate, body, expectedVersion }) {
      const before = await getPolicy(mandate)
      if (before.version !== expectedVersion)
        throw new ProblemError(412, 'PRECONDITION_FAILED', 'The policy changed after it was read.')
      const after = await insertPolicy(mandate, {
        tax_document: body.tax_document,
        payout_day: body.payout_day,
        finance_source: body.finance_source === undefined ? before.finance_source : body.finance_source,
        version: before.version + 1,
      })
      recordEvent(mandate, {
        action: 'program.payout_policy.changed',
        resource: { type: 'payout_policy', label: `Version ${after.version}` },
        changes: {
          tax_document: { before: before.tax_document, after: after.tax_document },
          payout_day: { before: before.payout_day, after: after.payout_day },
          finance_source: { before: before.finance_source, after: after.finance_source },
        },
      })
      return answerPolicy(after)
    },
  }),
]

/** What a partner sees of its payouts, and how the provider says they are made (D7). */
export const partnerPayoutRoutes: readonly Route[] = [...ownRoutes, ...policyRoutes]
