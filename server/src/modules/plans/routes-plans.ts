import { encodeId, idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { recordEvent } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { commaList, publicId, searchText } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import {
  countUsers,
  getKeptPlan,
  getPlan,
  insertPlan,
  listPlans,
  listVersions,
  putTerms,
  setRoles,
  updatePlan,
} from './plan-store.ts'
import type { PlanMandate, PlanRow } from './plan-store.ts'
import {
  PlanBody,
  PlanDetailBody,
  RolesInput,
  TermsInput,
  toPlan,
  toTerms,
  toVersion,
  toWords,
  WordsInput,
} from './plan-view.ts'
import { PLAN_STATES, RUNNING } from './tables.ts'

export const PlanParams = z.strictObject({ plan_id: publicId('plan') })

type PlanAction = 'create' | 'change' | 'change_terms' | 'offer' | 'discontinue'

function recordPlan(
  mandate: PlanMandate,
  row: Pick<PlanRow, 'id' | 'name'>,
  event: { readonly action: PlanAction; readonly changes?: Readonly<Record<string, unknown>> },
): void {
  recordEvent(mandate, {
    action: `plans.${event.action}`,
    resource: { type: 'plan', id: row.id, label: row.name },
    ...(event.changes && { changes: event.changes }),
  })
}

async function describe(mandate: PlanMandate, row: PlanRow): Promise<z.input<typeof PlanDetailBody>> {
  const users = await countUsers(mandate, [row.id])
  const versions = await listVersions(mandate, idFromUuid('plan', row.id))
  return { ...toPlan(row, users.get(row.id) ?? 0), versions: versions.map(toVersion) }
}

async function answer(mandate: PlanMandate, row: PlanRow) {
  return sentAt(await describe(mandate, row), row.version)
}

function requireVersion(row: PlanRow, expected: number): void {
  if (row.version !== expected)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The plan changed after it was read.')
}

const ListQuery = z.strictObject({
  state: commaList(z.enum(PLAN_STATES)).optional(),
  source: z.enum(['own', 'catalogue']).optional(),
  search: searchText().optional(),
  ...pageQuery,
})

const CreateInput = WordsInput.extend({
  code: z
    .string()
    .max(63)
    .regex(/^[a-z0-9][a-z0-9-]{1,62}$/, 'must be lower-case letters, digits and hyphens'),
  roles: RolesInput.default([]),
  terms: TermsInput,
}).strict()

const ChangeInput = WordsInput.extend({ roles: RolesInput }).strict()

const summary = (row: PlanRow) => ({
  price_minor: row.list_price_minor,
  currency: row.currency,
  period: row.period,
  number: row.current_number,
})

/** Which side the routes serve: the provider keeps its catalogue, a partner its own plans, in the same words. */
interface Side {
  readonly base: '/api/v1/admin/plans' | '/api/v1/partner/plans'
  readonly read:
    | { readonly permission: 'platform.plans.read' }
    | { readonly permission: 'partner_org.plans.read' }
  readonly write:
    | { readonly permission: 'platform.plans.manage' }
    | { readonly permission: 'partner_org.plans.manage' }
  readonly whose: string
}

function makeReadRoutes({ base, read, whose }: Side): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: base,
      summary: `The plans of ${whose}`,
      input: { query: ListQuery },
      access: read,
      limit: 'list',
      responses: { 200: z.strictObject(pageOf(PlanBody)) },
      async handle({ mandate, query }) {
        const { rows, total } = await listPlans(mandate, query, query)
        const users = await countUsers(
          mandate,
          rows.map(({ id }) => id),
        )
        const items = rows.map((row) => toPlan(row, users.get(row.id) ?? 0))
        return toPage(items, query, total)
      },
    }),
    route({
      method: 'GET',
      path: `${base}/:plan_id`,
      summary: 'One plan with every version of its terms',
      input: { params: PlanParams },
      access: read,
      limit: 'detail',
      problems: ['PLAN_NOT_FOUND'],
      responses: { 200: PlanDetailBody },
      handle: async ({ mandate, params }) => answer(mandate, await getPlan(mandate, params.plan_id)),
    }),
  ]
}

function makeCreateRoute({ base, write, whose }: Side): Route {
  return route({
    method: 'POST',
    path: base,
    summary: `Draft a plan of ${whose}`,
    input: { body: CreateInput },
    access: write,
    limit: 'write',
    problems: ['PLAN_CODE_TAKEN'],
    responses: { 201: PlanDetailBody },
    async handle({ mandate, body }) {
      const id = await insertPlan(mandate, {
        code: body.code,
        words: toWords(body),
        terms: toTerms(body.terms),
        roles: body.roles,
      })
      const row = await getPlan(mandate, id)
      recordPlan(mandate, row, { action: 'create', changes: { terms: { after: summary(row) } } })
      return sentAt(await describe(mandate, row), row.version, {
        Location: `${base}/${encodeId('plan', id)}`,
      })
    },
  })
}

function makeChangeRoute({ base, write }: Side): Route {
  return route({
    method: 'PUT',
    path: `${base}/:plan_id`,
    summary: 'Change how a plan is described and for whom it is',
    input: { params: PlanParams, body: ChangeInput },
    access: write,
    limit: 'write',
    ifMatch: true,
    problems: ['PLAN_NOT_FOUND', 'PLAN_STATE_CONFLICT', 'PLAN_INCOMPLETE', 'PLAN_ROLE_USED'],
    responses: { 200: PlanDetailBody },
    async handle({ mandate, params, body, expectedVersion }) {
      const before = await getKeptPlan(mandate, params.plan_id)
      requireVersion(before, expectedVersion)
      await updatePlan(mandate, before, { words: toWords(body) })
      await setRoles(mandate, before, body.roles)
      const after = await getPlan(mandate, params.plan_id)
      recordPlan(mandate, after, {
        action: 'change',
        changes: {
          name: { before: before.name, after: after.name },
          roles: { before: before.roles, after: after.roles },
        },
      })
      return answer(mandate, after)
    },
  })
}

function makeTermsRoute({ base, write }: Side): Route {
  return route({
    method: 'PUT',
    path: `${base}/:plan_id/terms`,
    summary: 'Put new terms of a plan on sale; whoever has the plan keeps theirs',
    input: { params: PlanParams, body: TermsInput },
    access: write,
    limit: 'write',
    ifMatch: true,
    problems: ['PLAN_NOT_FOUND', 'PLAN_STATE_CONFLICT'],
    responses: { 200: PlanDetailBody },
    async handle({ mandate, params, body, expectedVersion }) {
      const before = await getKeptPlan(mandate, params.plan_id)
      requireVersion(before, expectedVersion)
      const number = await putTerms(mandate, before, toTerms(body))
      await updatePlan(mandate, before, { currentNumber: number })
      const after = await getPlan(mandate, params.plan_id)
      recordPlan(mandate, after, {
        action: 'change_terms',
        changes: { terms: { before: summary(before), after: summary(after) } },
      })
      return answer(mandate, after)
    },
  })
}

function makeMoveRoutes({ base, write }: Side): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: `${base}/:plan_id/offer`,
      summary: 'Put a draft on offer; its terms are fixed from then on',
      input: { params: PlanParams },
      access: write,
      limit: 'write',
      ifMatch: true,
      problems: ['PLAN_NOT_FOUND', 'PLAN_STATE_CONFLICT', 'PLAN_INCOMPLETE'],
      responses: { 200: PlanDetailBody },
      async handle({ mandate, params, expectedVersion }) {
        const before = await getKeptPlan(mandate, params.plan_id)
        requireVersion(before, expectedVersion)
        if (before.state !== 'draft')
          throw new ProblemError(409, 'PLAN_STATE_CONFLICT', 'Only a draft is put on offer.')
        await updatePlan(mandate, before, { state: 'offered' })
        const after = await getPlan(mandate, params.plan_id)
        recordPlan(mandate, after, {
          action: 'offer',
          changes: { state: { before: before.state, after: after.state } },
        })
        return answer(mandate, after)
      },
    }),
    route({
      method: 'POST',
      path: `${base}/:plan_id/discontinue`,
      summary: 'Offer a plan no more, and say what becomes of running subscriptions',
      input: { params: PlanParams, body: z.strictObject({ running: z.enum(RUNNING) }) },
      access: write,
      limit: 'write',
      problems: ['PLAN_NOT_FOUND', 'PLAN_STATE_CONFLICT'],
      responses: { 200: PlanDetailBody },
      async handle({ mandate, params, body }) {
        const before = await getKeptPlan(mandate, params.plan_id)
        if (before.state === 'discontinued')
          throw new ProblemError(409, 'PLAN_STATE_CONFLICT', 'The plan is discontinued already.')
        await updatePlan(mandate, before, { state: 'discontinued', running: body.running })
        const after = await getPlan(mandate, params.plan_id)
        recordPlan(mandate, after, {
          action: 'discontinue',
          changes: { state: { before: before.state, after: after.state }, running: { after: body.running } },
        })
        return answer(mandate, after)
      },
    }),
  ]
}

function makeSideRoutes(side: Side): readonly Route[] {
  return [
    ...makeReadRoutes(side),
    makeCreateRoute(side),
    makeChangeRoute(side),
    makeTermsRoute(side),
    ...makeMoveRoutes(side),
  ]
}

/** The routes by which the provider keeps its catalogue of plans and a partner its own (C6). */
export const planRoutes: readonly Route[] = [
  ...makeSideRoutes({
    base: '/api/v1/admin/plans',
    read: { permission: 'platform.plans.read' },
    write: { permission: 'platform.plans.manage' },
    whose: 'the catalogue and of every partner',
  }),
  ...makeSideRoutes({
    base: '/api/v1/partner/plans',
    read: { permission: 'partner_org.plans.read' },
    write: { permission: 'partner_org.plans.manage' },
    whose: 'the partner, and those that the catalogue lends it',
  }),
]
