import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import type { FieldFaultBody } from '#platform/problem.ts'
import { calendarDay, commaList, plainText, searchText } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { CHOICES, Definition, STATUSES } from './definition.ts'
import type { FeatureRule } from './definition.ts'
import { recordFeature } from './events.ts'
import { findFeatureFaults } from './rules.ts'
import {
  getFeature,
  insertFeature,
  listFeatures,
  listHistory,
  listSteps,
  readRules,
  updateFeature,
  withdrawSteps,
} from './store.ts'
import type { FeatureRow, FeatureTerms } from './store.ts'
import { FeatureBody, FeatureKey, FeatureParams, publicPartner, ruleOf, toFeature } from './view.ts'

const read = { permission: 'platform.features.read' } as const
const manage = { permission: 'platform.features.manage' } as const
const TermsInput = {
  name: plainText(1, 100),
  description: plainText(1, 500),
  owner_name: plainText(1, 100),
  partner_choice: z.enum(CHOICES),
  prerequisites: z.array(FeatureKey).max(10),
  ...Definition.shape,
  clean_up_by: calendarDay().nullable(),
}

/** Refuses with every fault at once. */
export function refuseFaults(faults: readonly FieldFaultBody[]): void {
  if (faults.length === 0) return
  throw inputRefused([...faults])
}

/** Refuses what was changed since it was read. */
export function requireVersion(row: FeatureRow, expected: number): void {
  if (row.version !== expected)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The feature was changed after it was read.')
}

/** The feature as it is now, with its version. */
export async function answerFeature(mandate: Mandate<'platform'>, key: string) {
  const row = await getFeature(mandate, key)
  const steps = await listSteps(mandate, [row.id])
  return sentAt(toFeature(row, steps, mandate.origin.now), row.version)
}

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/admin/features',
    summary: 'The features of the product and how far each has come',
    input: {
      query: z.strictObject({
        status: commaList(z.enum(STATUSES)).optional(),
        search: searchText().optional(),
        ...pageQuery,
      }),
    },
    access: read,
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(FeatureBody)) },
    async handle({ mandate, query }) {
      const { rows, total } = await listFeatures(mandate, query, query)
      const steps =
        rows.length === 0
          ? []
          : await listSteps(
              mandate,
              rows.map(({ id }) => id),
            )
      const { now } = mandate.origin
      const items = rows.map((row) =>
        toFeature(
          row,
          steps.filter((step) => step.flag_id === row.id),
          now,
        ),
      )
      return toPage(items, query, total)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/admin/features/:key',
    summary: 'One feature',
    input: { params: FeatureParams },
    access: read,
    limit: 'detail',
    problems: ['FEATURE_NOT_FOUND'],
    responses: { 200: FeatureBody },
    async handle({ mandate, params }) {
      const row = await getFeature(mandate, params.key)
      noteRead(mandate, {
        action: 'platform.features.read',
        resource: { type: 'feature', id: row.id, label: row.name },
      })
      return answerFeature(mandate, params.key)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/admin/features/:key/history',
    summary: 'What was changed about a feature, newest first',
    input: { params: FeatureParams, query: z.strictObject(pageQuery) },
    access: read,
    limit: 'list',
    problems: ['FEATURE_NOT_FOUND'],
    responses: {
      200: z.strictObject(
        pageOf(
          z.strictObject({
            about: z.enum(['feature', 'ramp', 'override', 'choice']),
            partner_id: z.string().nullable(),
            partner_name: z.string().nullable(),
            before: z.record(z.string(), z.unknown()).nullable(),
            after: z.record(z.string(), z.unknown()).nullable(),
            reason: z.string().nullable(),
            actor_name: z.string(),
            occurred_at: z.string(),
          }),
        ),
      ),
    },
    async handle({ mandate, params, query }) {
      const { id } = await getFeature(mandate, params.key)
      const { rows, total } = await listHistory(mandate, id, query)
      const items = rows.map(({ occurred_at: at, partner_id: partnerId, ...row }) => ({
        ...row,
        partner_id: partnerId && publicPartner(partnerId),
        occurred_at: at.toISOString(),
      }))
      return toPage(items, query, total)
    },
  }),
]

const createRoute = route({
  method: 'POST',
  path: '/api/v1/admin/features',
  summary: 'Add a feature that can be on for one partner and off for another',
  input: { body: z.strictObject({ key: FeatureKey, ...TermsInput, reason: plainText(1, 500) }) },
  access: manage,
  limit: 'write',
  problems: ['FEATURE_KEY_TAKEN'],
  responses: { 201: FeatureBody },
  async handle({ mandate, body }) {
    const { key, reason, eligibility, rules, share_bp, default: standard, ...words } = body
    const terms: FeatureTerms = { ...words, definition: { eligibility, rules, share_bp, default: standard } }
    const candidate: FeatureRule = {
      key,
      status: 'active',
      partnerChoice: terms.partner_choice,
      prerequisites: terms.prerequisites,
      definition: terms.definition,
      steps: [],
    }
    refuseFaults(findFeatureFaults(candidate, await readRules(mandate)))
    await insertFeature(mandate, { key, ...terms }, reason)
    const row = await getFeature(mandate, key)
    recordFeature(mandate, row, { action: 'features.create', changes: { key }, reason })
    return sentAt(toFeature(row, [], mandate.origin.now), row.version, {
      Location: `/api/v1/admin/features/${key}`,
    })
  },
})

const ChangeInput = z
  .strictObject({ ...TermsInput, reason: plainText(1, 500) })
  .partial()
  .required({ reason: true })

function applyChange(row: FeatureRow, body: z.output<typeof ChangeInput>): FeatureTerms {
  const { definition } = row
  return {
    name: body.name ?? row.name,
    description: body.description ?? row.description,
    owner_name: body.owner_name ?? row.owner_name,
    partner_choice: body.partner_choice ?? row.partner_choice,
    prerequisites: body.prerequisites ?? row.prerequisites,
    clean_up_by: body.clean_up_by === undefined ? row.clean_up_by : body.clean_up_by,
    definition: {
      eligibility: body.eligibility === undefined ? definition.eligibility : body.eligibility,
      rules: body.rules ?? definition.rules,
      share_bp: body.share_bp === undefined ? definition.share_bp : body.share_bp,
      default: body.default ?? definition.default,
    },
  }
}

function tellChanges(before: FeatureRow, after: FeatureTerms): Record<string, unknown> {
  const flat = ({ definition, ...rest }: FeatureTerms) => ({ ...rest, ...definition })
  const [old, fresh] = [flat(before), flat(after)]
  const names = [
    ...(['name', 'description', 'owner_name', 'partner_choice', 'prerequisites', 'clean_up_by'] as const),
    ...(['eligibility', 'rules', 'share_bp', 'default'] as const),
  ]
  const changed = names.filter((name) => JSON.stringify(old[name]) !== JSON.stringify(fresh[name]))
  return Object.fromEntries(changed.map((name) => [name, { before: old[name], after: fresh[name] }]))
}

const changeRoute = route({
  method: 'PATCH',
  path: '/api/v1/admin/features/:key',
  summary: 'Change how a feature is described and decided; naming a share ends a ramp',
  input: { params: FeatureParams, body: ChangeInput },
  access: manage,
  limit: 'write',
  ifMatch: true,
  problems: ['FEATURE_NOT_FOUND', 'FEATURE_STATE_CONFLICT'],
  responses: { 200: FeatureBody },
  async handle({ mandate, params, body, expectedVersion }) {
    const row = await getFeature(mandate, params.key, 'change')
    requireVersion(row, expectedVersion)
    if (row.status === 'retired')
      throw new ProblemError(409, 'FEATURE_STATE_CONFLICT', 'A retired feature is not changed any more.')
    const terms = applyChange(row, body)
    const endsRamp = body.share_bp !== undefined
    const steps = endsRamp ? [] : await listSteps(mandate, [row.id])
    const candidate = ruleOf({ ...row, ...terms, prerequisites: [...terms.prerequisites] }, steps)
    refuseFaults(findFeatureFaults(candidate, await readRules(mandate)))
    if (endsRamp) await withdrawSteps(mandate, row.id)
    await updateFeature(mandate, row, { terms, reason: body.reason })
    recordFeature(mandate, row, {
      action: 'features.change',
      changes: tellChanges(row, terms),
      reason: body.reason,
    })
    return answerFeature(mandate, params.key)
  },
})

/** The provider's list of features and how each is decided. Source: C3. */
export const featureRoutes: readonly Route[] = [...readRoutes, createRoute, changeRoute]
