import { encodeId } from '@liaison/access'
import type { IdOf } from '@liaison/access'
import { z } from 'zod'
import { askSecondPerson, readWaiting, SecondPersonBody } from '#modules/approvals/index.ts'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { stillDecides } from '#platform/first-approver.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { commaList, plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { adjustRoute } from './routes-adjust.ts'
import { skippedRoute } from './routes-skipped.ts'
import {
  addPolicy,
  approve,
  approveFirst,
  byItself,
  getPolicy,
  lowersPolicy,
  hold,
  release,
  takesTwoPeople,
  voidEarning,
  wentAlong,
} from './decide-store.ts'
import {
  findBalances,
  findEarnings,
  getEarning,
  listEarnings,
  listTakenBack,
  nameRows,
  totalAll,
} from './store.ts'
import type { EarningRow } from './store.ts'
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

const BASE = '/api/v1/admin/earnings'
const MAXIMUM_ITEMS = 100
const read = { permission: 'platform.earnings.read' } as const
const decide = { permission: 'platform.earnings.approve' } as const

const filterShape = {
  partner_id: publicId('partner').optional(),
  month: MonthParam.optional(),
  state: commaList(z.enum(EARNING_STATES)).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code')
    .optional(),
  kind: z.enum(EARNING_KINDS).optional(),
  referral_id: publicId('referral').optional(),
}
const Filter = z.strictObject(filterShape)

const toFilter = (query: z.output<typeof Filter>) => ({
  partnerId: query.partner_id,
  month: query.month,
  state: query.state,
  currency: query.currency,
  kind: query.kind,
  referralId: query.referral_id,
})

const list = route({
  method: 'GET',
  path: BASE,
  summary: 'What partners earned, the newest payment first',
  input: { query: z.strictObject({ ...filterShape, ...pageQuery }) },
  access: read,
  limit: 'list',
  responses: { 200: z.strictObject(pageOf(EarningBody)) },
  async handle({ mandate, query }) {
    const { rows, total } = await listEarnings(mandate, toFilter(query), query)
    const names = await nameRows(mandate, rows)
    return toPage(
      rows.map((row) => toEarning(row, names, true)),
      query,
      total,
    )
  },
})

const summary = route({
  method: 'GET',
  path: `${BASE}/summary`,
  summary: 'Totals of earnings by month, currency and state; the balances when one partner is named',
  input: { query: Filter },
  access: read,
  limit: 'list',
  responses: { 200: z.strictObject({ totals: z.array(TotalBody), balances: z.array(BalanceBody) }) },
  async handle({ mandate, query }) {
    const totals = await totalAll(mandate, toFilter(query))
    const balances = query.partner_id === undefined ? [] : await findBalances(mandate, query.partner_id)
    return { totals: totals.map(toTotal), balances: balances.map(toBalance) }
  },
})

const one = route({
  method: 'GET',
  path: `${BASE}/:earning_id`,
  summary: 'One earning with how it was calculated, step by step, and what was taken back of it',
  input: { params: EarningParams },
  access: read,
  limit: 'detail',
  problems: ['EARNING_NOT_FOUND'],
  responses: { 200: EarningDetailBody },
  async handle({ mandate, params }) {
    const row = await getEarning(mandate, params.earning_id)
    const takenBack = await listTakenBack(mandate, row.id)
    const names = await nameRows(mandate, [row, ...takenBack])
    return toEarningDetail(row, { names, takenBack }, true)
  },
})

type Outcome = 'done' | 'waits_for_second_person'
type Act = (mandate: Mandate<'platform'>, row: EarningRow) => Promise<Outcome>

const Result = z.strictObject({
  earning_id: z.string(),
  outcome: z.enum(['done', 'waits_for_second_person', 'refused']),
  code: z.string().nullable(),
  detail: z.string().nullable(),
})
const Results = z.strictObject({
  done: z.int(),
  waiting: z.int(),
  refused: z.int(),
  items: z.array(Result),
})

const ids = z
  .array(publicId('earning'))
  .min(1)
  .max(MAXIMUM_ITEMS)
  .refine((all) => new Set(all).size === all.length, {
    message: 'must name each earning once',
    params: { code: 'DUPLICATE_ITEM' },
  })

async function actOn(
  mandate: Mandate<'platform'>,
  id: IdOf<'earning'>,
  work: { readonly row: EarningRow | undefined; readonly act: Act },
): Promise<z.input<typeof Result>> {
  const earningId = encodeId('earning', id)
  const { row, act } = work
  const outcome = row
    ? await byItself(mandate, () => act(mandate, row))
    : new ProblemError(404, 'EARNING_NOT_FOUND', 'No earning has this id.')
  if (outcome instanceof ProblemError)
    return { earning_id: earningId, outcome: 'refused', code: outcome.code, detail: outcome.message }
  return { earning_id: earningId, outcome, code: null, detail: null }
}

/** Does the same to each of these, each by itself: what is refused is told and keeps nothing else from being done. */
async function actOnEach(
  mandate: Mandate<'platform'>,
  wanted: readonly IdOf<'earning'>[],
  work: { readonly name: string; readonly act: Act },
): Promise<z.input<typeof Results>> {
  const rows = await findEarnings(mandate, wanted)
  const byId = new Map(rows.map((row) => [row.id, row]))
  const items: z.input<typeof Result>[] = []
  // One after the other, in one order, so that two people at the same rows do not lock each other.
  for (const id of wanted.toSorted())
    items.push(await actOn(mandate, id, { row: byId.get(id), act: work.act }))
  const count = (outcome: string) => items.filter((item) => item.outcome === outcome).length
  const counts = {
    done: count('done'),
    waiting: count('waits_for_second_person'),
    refused: count('refused'),
  }
  // The rows record what became of each of them; this says that somebody asked for all of it.
  recordEvent(mandate, { action: `program.earnings.${work.name}`, rowCount: wanted.length, changes: counts })
  return { ...counts, items }
}

const approveEach: Act = async (mandate, row) => {
  if (await wentAlong(mandate, row)) return 'done'
  const hasFirst = await stillDecides(mandate, row.first_approved_by)
  if (row.state === 'pending' && !hasFirst && (await takesTwoPeople(mandate, row))) {
    await approveFirst(mandate, row)
    return 'waits_for_second_person'
  }
  await approve(mandate, row)
  return 'done'
}

const Reason = plainText(3, 500)

const approving = route({
  method: 'POST',
  path: `${BASE}/approve`,
  summary: 'Approve earnings; an amount above the limit waits for a second person',
  input: { body: z.strictObject({ earning_ids: ids }) },
  access: decide,
  limit: 'write',
  responses: { 200: Results },
  handle: ({ mandate, body }) => actOnEach(mandate, body.earning_ids, { name: 'approve', act: approveEach }),
})

const holding = route({
  method: 'POST',
  path: `${BASE}/hold`,
  summary: 'Hold earnings that wait or are approved; they are in no payout until they are released',
  input: { body: z.strictObject({ earning_ids: ids, reason: Reason }) },
  access: decide,
  limit: 'write',
  responses: { 200: Results },
  handle: ({ mandate, body }) =>
    actOnEach(mandate, body.earning_ids, {
      name: 'hold',
      async act(deciding, row) {
        await hold(deciding, row, body.reason)
        return 'done'
      },
    }),
})

const releasing = route({
  method: 'POST',
  path: `${BASE}/release`,
  summary: 'Release held earnings; they wait for approval again',
  input: { body: z.strictObject({ earning_ids: ids }) },
  access: decide,
  limit: 'write',
  responses: { 200: Results },
  handle: ({ mandate, body }) =>
    actOnEach(mandate, body.earning_ids, {
      name: 'release',
      async act(deciding, row) {
        await release(deciding, row)
        return 'done'
      },
    }),
})

const voiding = route({
  method: 'POST',
  path: `${BASE}/void`,
  summary: 'Make earnings void for good, with what was taken back of them; the partner reads the reason',
  input: { body: z.strictObject({ earning_ids: ids, reason: Reason }) },
  access: decide,
  limit: 'write',
  responses: { 200: Results },
  handle: ({ mandate, body }) =>
    actOnEach(mandate, body.earning_ids, {
      name: 'void',
      async act(deciding, row) {
        await voidEarning(deciding, row, body.reason)
        return 'done'
      },
    }),
})

const PolicyBody = z
  .strictObject({
    version: z.int(),
    approves_by_itself: z.boolean().meta({
      description: 'Whether earnings up to the limit are approved once their waiting time is over.',
    }),
    two_people_above: z.record(z.string().regex(/^[A-Z]{3}$/), z.int().min(0).max(1_000_000_000_000)).meta({
      description: 'Minor units by currency. Above it, and in other currencies always, two people approve.',
    }),
    reason: z.string().nullable(),
    set_by_name: z.string(),
    created_at: z.string(),
    asked: SecondPersonBody.nullable().meta({
      description: 'A policy with fewer people that waits for a second person.',
    }),
  })
  .meta({ id: 'EarningPolicy' })

async function answerPolicy(mandate: Mandate<'platform'>): Promise<z.input<typeof PolicyBody>> {
  const policy = await getPolicy(mandate)
  return {
    version: policy.version,
    approves_by_itself: policy.approves_by_itself,
    two_people_above: { ...policy.two_people_above },
    reason: policy.reason,
    set_by_name: policy.set_by_name,
    created_at: policy.created_at.toISOString(),
    asked: await readWaiting(mandate, 'earning_policy'),
  }
}

const readPolicy = route({
  method: 'GET',
  path: `${BASE}/policy`,
  summary: 'How earnings are approved',
  input: {},
  access: read,
  limit: 'detail',
  responses: { 200: PolicyBody },
  handle: ({ mandate }) => answerPolicy(mandate),
})

const makeSetPolicy = (services: Services) =>
  route({
    method: 'PUT',
    path: `${BASE}/policy`,
    summary:
      'Set how earnings are approved, as a further version; fewer people than before wait for a second person',
    input: {
      body: z.strictObject({
        after_version: z.int().min(1).meta({ description: 'The version that you read.' }),
        approves_by_itself: z.boolean(),
        two_people_above: PolicyBody.shape.two_people_above,
        reason: Reason,
      }),
    },
    access: decide,
    limit: 'write',
    problems: ['EARNING_POLICY_CONFLICT', 'SECOND_PERSON_WAITING'],
    responses: { 200: PolicyBody },
    async handle({ mandate, body }) {
      const before = await getPolicy(mandate)
      if (before.version !== body.after_version)
        throw new ProblemError(409, 'EARNING_POLICY_CONFLICT', 'It changed after you read it.')
      const wanted = {
        approvesByItself: body.approves_by_itself,
        twoPeopleAbove: body.two_people_above,
        reason: body.reason,
      }
      if (await lowersPolicy(mandate, before, wanted)) {
        const { reason, ...proposed } = body
        await askSecondPerson(mandate, {
          kind: 'earning_policy',
          partnerId: null,
          proposed,
          reason,
          origin: services.publicOrigin(),
        })
        return answerPolicy(mandate)
      }
      await addPolicy(mandate, before.version, wanted)
      recordEvent(mandate, {
        action: 'program.earning_policy.changed',
        reason: body.reason,
        changes: {
          version: { before: before.version, after: before.version + 1 },
          approves_by_itself: { before: before.approves_by_itself, after: body.approves_by_itself },
        },
      })
      return answerPolicy(mandate)
    },
  })

/** The routes by which the provider sees and decides about earnings (D6). */
export const makePlatformEarningRoutes = (services: Services): readonly Route[] => [
  list,
  summary,
  readPolicy,
  makeSetPolicy(services),
  one,
  skippedRoute,
  adjustRoute,
  approving,
  holding,
  releasing,
  voiding,
]
