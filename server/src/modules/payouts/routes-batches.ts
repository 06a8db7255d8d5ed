import { z } from 'zod'
import { whoStillDecides } from '#platform/first-approver.ts'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { calendarDay, commaList, plainText, publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import {
  approveBatch,
  buildBatch,
  cancelBatch,
  exportBatch,
  handOverAgain,
  settleItem,
  submitBatch,
} from './acts.ts'
import { endOfDay, getBatch, listBatches, listCandidates } from './batch-store.ts'
import type { BatchRow } from './batch-store.ts'
import {
  BatchBody,
  BatchDetailBody,
  CandidateBody,
  ItemBody,
  submitterOf,
  toBatch,
  toCandidate,
  toHandOver,
  toItem,
  toSkippedBody,
} from './batch-view.ts'
import { listHandOvers } from './hand-over-store.ts'
import { countStates, listItems } from './item-store.ts'
import { getPolicy } from './policy-store.ts'
import { BATCH_STATES, ITEM_STATES, RAILS } from './tables.ts'
import { toMoney } from '#platform/money.ts'
import { publicIdOf } from '#platform/public-id.ts'

const BASE = '/api/v1/admin/payout-batches'
const Params = z.strictObject({ batch_id: publicId('payout_batch') })
const ItemParams = z.strictObject({ batch_id: publicId('payout_batch'), item_id: publicId('payout_item') })
const Currency = z.string().regex(/^[A-Z]{3}$/, 'must be a currency of ISO 4217')
const READ = { permission: 'platform.payouts.read' } as const
const RUN = { permission: 'platform.payouts.run' } as const
const MOVES = ['PAYOUT_BATCH_NOT_FOUND', 'PAYOUT_STATE_CONFLICT']

/** Up to when earnings are paid: to the end of a day where the program is at home, or to now. */
const cutoffOf = (mandate: Mandate<'platform'>, day: string | undefined): Promise<Date> =>
  day === undefined ? Promise.resolve(mandate.origin.now) : endOfDay(mandate, day)

async function describe(
  mandate: Mandate<'platform'>,
  row: BatchRow,
): Promise<z.input<typeof BatchDetailBody>> {
  const counted = await countStates(mandate, [row.id])
  return {
    ...toBatch(row, mandate.actor.id, await whoStillDecides(mandate, [submitterOf(row)])),
    hand_overs: (await listHandOvers(mandate, row.id)).map(toHandOver),
    skipped: toSkippedBody(row),
    progress: counted.map(({ state, items, minor }) => ({
      state,
      items,
      amount: toMoney(minor, row.currency),
    })),
  }
}

async function answer(mandate: Mandate<'platform'>, row: BatchRow) {
  return sentAt(await describe(mandate, row), row.version)
}

const reads: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/admin/payout-preview',
    summary: 'Who would be paid up to a day in a currency, and who not and why',
    input: { query: z.strictObject({ currency: Currency.optional(), cutoff_on: calendarDay().optional() }) },
    access: READ,
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(CandidateBody) }) },
    async handle({ mandate, query }) {
      const cutoffAt = await cutoffOf(mandate, query.cutoff_on)
      const rows = await listCandidates(mandate, { currency: query.currency ?? null, cutoffAt })
      return { items: rows.map(toCandidate) }
    },
  }),
  route({
    method: 'GET',
    path: BASE,
    summary: 'Payout batches, newest first',
    input: {
      query: z.strictObject({
        state: commaList(z.enum(BATCH_STATES)).optional(),
        currency: Currency.optional(),
        ...pageQuery,
      }),
    },
    access: READ,
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(BatchBody)) },
    async handle({ mandate, query }) {
      const { rows, total } = await listBatches(mandate, query, query)
      const inCharge = await whoStillDecides(mandate, rows.map(submitterOf))
      return toPage(
        rows.map((row) => toBatch(row, mandate.actor.id, inCharge)),
        query,
        total,
      )
    },
  }),
  route({
    method: 'GET',
    path: `${BASE}/:batch_id`,
    summary: 'One payout batch, how far it is, and who was left out and why',
    input: { params: Params },
    access: READ,
    limit: 'detail',
    problems: ['PAYOUT_BATCH_NOT_FOUND'],
    responses: { 200: BatchDetailBody },
    handle: async ({ mandate, params }) => answer(mandate, await getBatch(mandate, params.batch_id)),
  }),
  route({
    method: 'GET',
    path: `${BASE}/:batch_id/items`,
    summary: 'Who gets what in a payout batch',
    input: {
      params: Params,
      query: z.strictObject({ state: commaList(z.enum(ITEM_STATES)).optional(), ...pageQuery }),
    },
    access: READ,
    limit: 'list',
    problems: ['PAYOUT_BATCH_NOT_FOUND'],
    responses: { 200: z.strictObject(pageOf(ItemBody)) },
    async handle({ mandate, params, query }) {
      const batch = await getBatch(mandate, params.batch_id)
      const { rows, total } = await listItems(mandate, { batchId: batch.id, state: query.state }, query)
      return toPage(rows.map(toItem), query, total)
    },
  }),
]

function makeBuildRoute({ isDemo }: Services): Route {
  return route({
    method: 'POST',
    path: BASE,
    summary: 'Build a payout batch of everybody who is ready, or of some of them',
    input: {
      body: z.strictObject({
        currency: Currency,
        cutoff_on: calendarDay().optional().meta({ description: 'Up to which day; today without it.' }),
        rail: z.enum(RAILS).default('manual'),
        note: plainText(1, 500).optional(),
        partner_ids: z.array(publicId('partner')).min(1).max(1000).optional(),
      }),
    },
    access: RUN,
    limit: 'write',
    problems: ['PAYOUT_EMPTY', 'PAYOUT_RAIL_UNAVAILABLE'],
    responses: { 201: BatchDetailBody },
    async handle({ mandate, body }) {
      const isSetUp =
        body.rail === 'manual' ||
        (body.rail === 'simulated' ? isDemo : (await getPolicy(mandate)).finance_source !== null)
      if (!isSetUp)
        throw new ProblemError(409, 'PAYOUT_RAIL_UNAVAILABLE', 'This way of paying is not set up here.')
      const batch = await buildBatch(mandate, {
        currency: body.currency,
        cutoffAt: await cutoffOf(mandate, body.cutoff_on),
        rail: body.rail,
        note: body.note ?? null,
        partnerIds: body.partner_ids ?? null,
      })
      return sentAt(await describe(mandate, batch), batch.version, {
        Location: `${BASE}/${publicIdOf('payout_batch', batch.id)}`,
      })
    },
  })
}

function makeSubmitRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: `${BASE}/:batch_id/submit`,
    summary:
      'Submit a draft, or anew what somebody submitted who is no admin any more: from now on it waits for a second person',
    input: { params: Params },
    access: RUN,
    limit: 'write',
    ifMatch: true,
    problems: MOVES,
    responses: { 200: BatchDetailBody },
    handle: async ({ mandate, params, expectedVersion }) =>
      answer(
        mandate,
        await submitBatch(mandate, params.batch_id, {
          expected: expectedVersion,
          origin: services.publicOrigin(),
        }),
      ),
  })
}

const moves: readonly Route[] = [
  route({
    method: 'POST',
    path: `${BASE}/:batch_id/approve`,
    summary: 'Approve a batch that somebody else built and submitted',
    input: { params: Params },
    access: { permission: 'platform.payouts.approve' },
    limit: 'write',
    ifMatch: true,
    problems: [...MOVES, 'PAYOUT_SECOND_PERSON', 'PAYOUT_OWN_PARTNER'],
    responses: { 200: BatchDetailBody },
    handle: async ({ mandate, params, expectedVersion }) =>
      answer(mandate, await approveBatch(mandate, params.batch_id, expectedVersion)),
  }),
  route({
    method: 'POST',
    path: `${BASE}/:batch_id/cancel`,
    summary: 'Drop a batch that is not approved; its earnings are free again',
    input: { params: Params, body: z.strictObject({ reason: plainText(3, 500) }) },
    access: RUN,
    limit: 'write',
    ifMatch: true,
    problems: MOVES,
    responses: { 200: BatchDetailBody },
    async handle({ mandate, params, body, expectedVersion }) {
      const asked = { expected: expectedVersion, reason: body.reason }
      return answer(mandate, await cancelBatch(mandate, params.batch_id, asked))
    },
  }),
  route({
    method: 'POST',
    path: `${BASE}/:batch_id/export`,
    summary: 'Hand an approved batch to its way of paying',
    input: { params: Params },
    access: RUN,
    limit: 'write',
    ifMatch: true,
    problems: MOVES,
    responses: { 200: BatchDetailBody },
    handle: async ({ mandate, params, expectedVersion }) =>
      answer(mandate, await exportBatch(mandate, params.batch_id, expectedVersion)),
  }),
  route({
    method: 'POST',
    path: `${BASE}/:batch_id/hand-over`,
    summary: 'Send a batch to the finance system again; each payout keeps its id',
    input: { params: Params },
    access: RUN,
    limit: 'write',
    problems: [...MOVES, 'PAYOUT_RECEIVER_MISSING'],
    responses: { 200: BatchDetailBody },
    handle: async ({ mandate, params }) => answer(mandate, await handOverAgain(mandate, params.batch_id)),
  }),
  route({
    method: 'POST',
    path: `${BASE}/:batch_id/items/:item_id/mark-paid`,
    summary: 'Record that an item was paid, with the reference of the payment',
    input: { params: ItemParams, body: z.strictObject({ reference: plainText(1, 200) }) },
    access: RUN,
    limit: 'write',
    problems: [...MOVES, 'PAYOUT_NOT_FOUND'],
    responses: { 200: BatchDetailBody },
    async handle({ mandate, params, body }) {
      const at = { batchId: params.batch_id, itemId: params.item_id }
      return answer(mandate, await settleItem(mandate, at, { state: 'paid', reference: body.reference }))
    },
  }),
  route({
    method: 'POST',
    path: `${BASE}/:batch_id/items/:item_id/fail`,
    summary: 'Record that an item was not paid; its earnings are free again and in the next batch',
    input: { params: ItemParams, body: z.strictObject({ reason: plainText(3, 500) }) },
    access: RUN,
    limit: 'write',
    problems: [...MOVES, 'PAYOUT_NOT_FOUND'],
    responses: { 200: BatchDetailBody },
    async handle({ mandate, params, body }) {
      const at = { batchId: params.batch_id, itemId: params.item_id }
      return answer(mandate, await settleItem(mandate, at, { state: 'failed', reason: body.reason }))
    },
  }),
]

/** How the provider pays partners, in batches that two people decide (D7). */
export const makeBatchRoutes = (services: Services): readonly Route[] => [
  ...reads,
  makeBuildRoute(services),
  makeSubmitRoute(services),
  ...moves,
]
