import { z } from 'zod'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { instant, plainText } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { shareAt, WHOLE_BP } from './definition.ts'
import type { Definition, FeatureStatus } from './definition.ts'
import { recordFeature } from './events.ts'
import { answerFeature, refuseFaults, requireVersion } from './routes-admin.ts'
import { findRampFaults } from './rules.ts'
import { getFeature, insertSteps, listSteps, moveFeature, updateFeature, withdrawSteps } from './store.ts'
import type { FeatureRow } from './store.ts'
import { FeatureBody, FeatureParams, ruleOf } from './view.ts'

/**
 * Ends the ramp of a feature where it is, and answers how the feature is decided from then on. What is off for everybody is not
 * ramped: its steps would be reached unseen, and all of them hold at once when it is restored.
 */
async function stopRamp(mandate: Mandate<'platform'>, row: FeatureRow): Promise<Definition> {
  const steps = await listSteps(mandate, [row.id])
  if (steps.length === 0) return row.definition
  await withdrawSteps(mandate, row.id)
  return { ...row.definition, share_bp: shareAt(ruleOf(row, steps), mandate.origin.now) }
}

const manage = { permission: 'platform.features.manage' } as const

interface Move {
  readonly name: 'kill' | 'restore' | 'retire'
  readonly from: readonly FeatureStatus[]
  readonly to: FeatureStatus
}

async function carryOut(
  mandate: Mandate<'platform'>,
  row: FeatureRow,
  { reason, ...move }: Move & { readonly reason: string },
) {
  if (!move.from.includes(row.status))
    throw new ProblemError(409, 'FEATURE_STATE_CONFLICT', `The feature is ${row.status}.`)
  const definition = move.to === 'active' ? row.definition : await stopRamp(mandate, row)
  await moveFeature(mandate, row, { status: move.to, definition, reason })
  const [before, after] = [row.definition.share_bp, definition.share_bp]
  recordFeature(mandate, row, {
    action: `features.${move.name}`,
    changes: {
      status: { before: row.status, after: move.to },
      ...(definition !== row.definition && { share_bp: { before, after } }),
    },
    reason,
  })
  return answerFeature(mandate, row.key)
}

const shared = {
  method: 'POST',
  input: { params: FeatureParams, body: z.strictObject({ reason: plainText(1, 500) }) },
  access: manage,
  limit: 'write',
  problems: ['FEATURE_NOT_FOUND', 'FEATURE_STATE_CONFLICT'],
  responses: { 200: FeatureBody },
} as const

/** Whoever switches something off waits for nobody, whatever was changed meanwhile. */
function makeOffRoute(move: Move & { readonly summary: string }): Route {
  return route({
    ...shared,
    path: `/api/v1/admin/features/:key/${move.name}`,
    summary: move.summary,
    handle: async ({ mandate, params, body }) =>
      carryOut(mandate, await getFeature(mandate, params.key, 'change'), { ...move, reason: body.reason }),
  })
}

/** What opens again opens as it was read: its rules may have been changed while nobody had it. */
const restoreRoute = route({
  ...shared,
  path: '/api/v1/admin/features/:key/restore',
  summary: 'Let a feature be decided by its rules again',
  ifMatch: true,
  async handle({ mandate, params, body, expectedVersion }) {
    const row = await getFeature(mandate, params.key, 'change')
    requireVersion(row, expectedVersion)
    return carryOut(mandate, row, { name: 'restore', from: ['killed'], to: 'active', reason: body.reason })
  },
})

const RampInput = z.strictObject({
  steps: z
    .array(
      z.strictObject({
        starts_at: instant(),
        share_bp: z.int().min(0).max(WHOLE_BP),
      }),
    )
    .max(20),
  reason: plainText(1, 500),
})

const rampRoute = route({
  method: 'PUT',
  path: '/api/v1/admin/features/:key/ramp',
  summary: 'Plan from when which share of the partners has a feature; no steps pause the ramp where it is',
  input: { params: FeatureParams, body: RampInput },
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
    // Nobody would see its steps being reached, and all of them would hold at once when it is restored.
    if (row.status === 'killed' && body.steps.length > 0)
      throw new ProblemError(
        409,
        'FEATURE_STATE_CONFLICT',
        'A feature that is switched off for everybody is not ramped; restore it first.',
      )
    const { now } = mandate.origin
    const rule = ruleOf(row, await listSteps(mandate, [row.id]))
    const steps = body.steps.map((step) => ({ startsAt: step.starts_at, shareBp: step.share_bp }))
    refuseFaults(findRampFaults(rule, steps, now))
    // Whatever was reached becomes the share itself, so that a new plan takes nothing away.
    const share = shareAt(rule, now)
    await withdrawSteps(mandate, row.id)
    const definition = { ...row.definition, share_bp: share ?? (steps.length > 0 ? 0 : null) }
    await updateFeature(mandate, row, { terms: { ...row, definition }, reason: body.reason })
    await insertSteps(mandate, row.id, steps)
    recordFeature(mandate, row, {
      action: steps.length > 0 ? 'features.plan_ramp' : 'features.pause_ramp',
      changes: {
        share_bp: share,
        steps: steps.map(({ startsAt, shareBp }) => ({
          starts_at: startsAt.toISOString(),
          share_bp: shareBp,
        })),
      },
      reason: body.reason,
    })
    return answerFeature(mandate, params.key)
  },
})

/** The kill switch of a feature, its ramp and its end. Source: C3. */
export const featureMoveRoutes: readonly Route[] = [
  makeOffRoute({
    name: 'kill',
    summary: 'Switch a feature off for everybody at once, whatever else is set',
    from: ['active'],
    to: 'killed',
  }),
  restoreRoute,
  makeOffRoute({
    name: 'retire',
    summary: 'Switch a feature off for good',
    from: ['active', 'killed'],
    to: 'retired',
  }),
  rampRoute,
]
