import { z } from 'zod'
import { featuresFor, noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { stream } from '#platform/http/stream.ts'
import { recordFeature, tellFeature } from './events.ts'
import { ExplanationBody, explainFeature } from './explain.ts'
import { readLive } from './keep-up.ts'
import { listOffered, saveChoice } from './partner-store.ts'
import type { OfferedRow } from './partner-store.ts'
import type { ProcessCopy } from './process-copy.ts'
import { FeatureParams, ResolutionBody, toResolution } from './view.ts'

const choose = { permission: 'partner_org.features.choose' } as const

const OfferedBody = ResolutionBody.extend({
  key: z.string(),
  name: z.string(),
  description: z.string(),
  partner_choice: z.enum(['opt_in', 'opt_out']).meta({ description: 'Whether it can be joined or left.' }),
  can_choose: z.boolean().meta({ description: 'Whether a choice would decide for this partner now.' }),
  choice: z.enum(['in', 'out']).nullable(),
  choice_by_name: z.string().nullable(),
  choice_at: z.string().nullable(),
}).strict()

function toOffered(
  mandate: Mandate<'program'>,
  copy: ProcessCopy,
  row: OfferedRow,
): z.output<typeof OfferedBody> {
  return {
    ...toResolution(copy.resolve(row.key, mandate.partner.id, mandate.origin.now)),
    key: row.key,
    name: row.name,
    description: row.description,
    partner_choice: row.partner_choice === 'opt_out' ? 'opt_out' : 'opt_in',
    can_choose: copy.wouldCount(row.key, mandate.partner.id, mandate.origin.now),
    choice: row.choice,
    choice_by_name: row.choice_by_name,
    choice_at: row.choice_at?.toISOString() ?? null,
  }
}

async function findOffered(mandate: Mandate<'program'>, key: string): Promise<OfferedRow> {
  const row = (await listOffered(mandate)).find((offered) => offered.key === key)
  if (!row)
    throw new ProblemError(404, 'FEATURE_NOT_FOUND', 'No feature with this key is left to you to choose.')
  return row
}

const listRoute = route({
  method: 'GET',
  path: '/api/v1/partner/features',
  summary: 'The features that the provider leaves to your organisation to choose',
  input: {},
  access: choose,
  limit: 'list',
  responses: { 200: z.strictObject({ items: z.array(OfferedBody) }) },
  async handle({ mandate }) {
    const rows = await listOffered(mandate)
    const copy = await readLive(mandate)
    return { items: rows.map((row) => toOffered(mandate, copy, row)) }
  },
})

const choiceRoute = route({
  method: 'PUT',
  path: '/api/v1/partner/features/:key/choice',
  summary: 'Opt in to or out of a feature, or take the choice back',
  input: { params: FeatureParams, body: z.strictObject({ choice: z.enum(['in', 'out']).nullable() }) },
  access: choose,
  limit: 'write',
  problems: ['FEATURE_NOT_FOUND', 'FEATURE_NOT_OFFERED'],
  responses: { 200: OfferedBody.pick({ key: true, choice: true, choice_by_name: true, choice_at: true }) },
  async handle({ mandate, params, body: { choice } }) {
    const row = await findOffered(mandate, params.key)
    const fits = choice === null || choice === (row.partner_choice === 'opt_in' ? 'in' : 'out')
    if (!fits)
      throw new ProblemError(
        409,
        'FEATURE_NOT_OFFERED',
        row.partner_choice === 'opt_in'
          ? 'This feature can be joined, not left.'
          : 'This feature can be left, not joined.',
      )
    const copy = await readLive(mandate)
    if (choice !== null && !copy.wouldCount(row.key, mandate.partner.id, mandate.origin.now))
      throw new ProblemError(
        409,
        'FEATURE_NOT_OFFERED',
        'Your organisation cannot choose this feature at the moment, so nothing was saved.',
      )
    await saveChoice(mandate, row.id, choice)
    recordFeature(mandate, row, {
      action: 'features.choose',
      changes: { choice: { before: row.choice, after: choice } },
    })
    await tellFeature(mandate, mandate.partner.id, choice)
    // What follows from the choice holds with the commit, so it is not told here: whoever shows it reads again.
    const { key, choice: chosen, choice_by_name: by, choice_at: at } = await findOffered(mandate, params.key)
    return { key, choice: chosen, choice_by_name: by, choice_at: at?.toISOString() ?? null }
  },
})

const heldRoute = stream(
  'features.changed',
  route({
    method: 'GET',
    path: '/api/v1/partner/features/on',
    summary: 'The features that are on for your organisation now; can be followed',
    input: {},
    access: { permission: 'partner_org.profile.read' },
    limit: 'detail',
    responses: { 200: z.strictObject({ features: z.array(z.string()) }) },
    handle({ mandate }) {
      const on = featuresFor(mandate).onFor(mandate.partner.id, mandate.origin.now)
      return Promise.resolve({ features: [...on] })
    },
  }),
)

const explainRoute = route({
  method: 'GET',
  path: '/api/v1/config/features/:key/explain',
  summary: 'Why your organisation has a feature or not',
  input: { params: FeatureParams },
  access: choose,
  limit: 'detail',
  problems: ['FEATURE_NOT_FOUND'],
  responses: { 200: ExplanationBody },
  async handle({ mandate, params }) {
    const { partner, origin } = mandate
    const copy = await readLive(mandate)
    // What is neither on for the partner nor left to it is not shown to exist.
    const isKnown = copy.resolve(params.key, partner.id, origin.now).isOn
    if (!isKnown) await findOffered(mandate, params.key)
    noteRead(mandate, { action: 'features.explain', resource: { type: 'feature', label: params.key } })
    return explainFeature(copy, params.key, { partner, now: origin.now })
  },
})

/** What a partner's own people see and choose of features. Source: C3. */
export const ownFeatureRoutes: readonly Route[] = [heldRoute, listRoute, choiceRoute, explainRoute]
