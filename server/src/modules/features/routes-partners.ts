import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { commaList, instantText, plainText, publicId, searchText, truth } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { BRANCHES } from './evaluator.ts'
import { recordFeature, tellFeature } from './events.ts'
import { ExplanationBody, explainFeature } from './explain.ts'
import { readLive } from './keep-up.ts'
import { getPartnerName, listPartnerNames, listSettings, saveOverride } from './partner-store.ts'
import type { SettingRow } from './partner-store.ts'
import { getFeature, listFeatures } from './store.ts'
import { FeatureParams, ResolutionBody, publicPartner, toResolution } from './view.ts'

const read = { permission: 'platform.features.read' } as const

const SettingBody = z.strictObject({
  override: z.enum(['on', 'off']).nullable(),
  override_until: z.string().nullable(),
  override_by_name: z.string().nullable(),
  override_reason: z.string().nullable(),
  choice: z.enum(['in', 'out']).nullable(),
  choice_by_name: z.string().nullable(),
  choice_at: z.string().nullable(),
})

const NOTHING_SET: z.output<typeof SettingBody> = {
  override: null,
  override_until: null,
  override_by_name: null,
  override_reason: null,
  choice: null,
  choice_by_name: null,
  choice_at: null,
}

function toSetting(row: SettingRow | undefined): z.output<typeof SettingBody> {
  if (!row) return NOTHING_SET
  return {
    override: row.override,
    override_until: row.override_until?.toISOString() ?? null,
    override_by_name: row.override === null ? null : row.override_by_name,
    override_reason: row.override === null ? null : row.reason,
    choice: row.choice,
    choice_by_name: row.choice_by_name,
    choice_at: row.choice_at?.toISOString() ?? null,
  }
}

const HolderBody = ResolutionBody.extend({
  partner_id: z.string(),
  partner_name: z.string(),
  partner_status: z.string(),
  ...SettingBody.shape,
}).strict()

const holdersRoute = route({
  method: 'GET',
  path: '/api/v1/admin/features/:key/partners',
  summary: 'Who has a feature, and why',
  input: {
    params: FeatureParams,
    query: z.strictObject({
      has: truth().optional(),
      branch: commaList(z.enum(BRANCHES)).optional(),
      search: searchText().optional(),
      ...pageQuery,
    }),
  },
  access: read,
  limit: 'list',
  problems: ['FEATURE_NOT_FOUND'],
  responses: {
    200: z.strictObject({
      ...pageOf(HolderBody),
      on: z.int().meta({ description: 'How many of all partners have it.' }),
      partners: z.int().meta({ description: 'How many partners there are.' }),
    }),
  },
  async handle({ mandate, params, query }) {
    const feature = await getFeature(mandate, params.key)
    const copy = await readLive(mandate)
    const { now } = mandate.origin
    const all = (await listPartnerNames(mandate, undefined)).length
    const named = await listPartnerNames(mandate, query.search)
    const on = [...copy.partners()].filter((partner) => copy.features.resolve(feature.key, partner, now).isOn)
    const found = named
      .map((partner) => ({ partner, resolution: copy.resolve(feature.key, partner.id, now) }))
      .filter(({ resolution }) => query.has === undefined || resolution.isOn === query.has)
      .filter(({ resolution }) => query.branch === undefined || query.branch.includes(resolution.branch))
    const page = found.slice(query.offset, query.offset + query.limit)
    const ids = page.map(({ partner }) => partner.id)
    const settings =
      ids.length === 0 ? [] : await listSettings(mandate, { flagId: feature.id, partnerIds: ids })
    const items = page.map(({ partner, resolution }) => ({
      ...toResolution(resolution),
      partner_id: publicPartner(partner.id),
      partner_name: partner.name,
      partner_status: partner.status,
      ...toSetting(settings.find(({ partner_id: id }) => id === partner.id)),
    }))
    return { ...toPage(items, query, found.length), on: on.length, partners: all }
  },
})

const explainRoute = route({
  method: 'GET',
  path: '/api/v1/admin/features/:key/explain',
  summary: 'Why a partner has a feature or not',
  input: { params: FeatureParams, query: z.strictObject({ partner_id: publicId('partner') }) },
  access: read,
  limit: 'detail',
  problems: ['FEATURE_NOT_FOUND', 'PARTNER_UNKNOWN'],
  responses: { 200: ExplanationBody },
  async handle({ mandate, params, query }) {
    const { key } = await getFeature(mandate, params.key)
    const partner = { id: query.partner_id, name: await getPartnerName(mandate, query.partner_id) }
    return explainFeature(await readLive(mandate), key, { partner, now: mandate.origin.now })
  },
})

const OfPartnerBody = ResolutionBody.extend({
  key: z.string(),
  name: z.string(),
  status: z.string(),
  partner_choice: z.string(),
  ...SettingBody.shape,
}).strict()

const ofPartnerRoute = route({
  method: 'GET',
  path: '/api/v1/admin/partners/:partner_id/features',
  summary: 'Which features a partner has, and why',
  input: { params: z.strictObject({ partner_id: publicId('partner') }), query: z.strictObject(pageQuery) },
  access: read,
  limit: 'list',
  problems: ['PARTNER_UNKNOWN'],
  responses: { 200: z.strictObject(pageOf(OfPartnerBody)) },
  async handle({ mandate, params, query }) {
    const name = await getPartnerName(mandate, params.partner_id)
    const { rows, total } = await listFeatures(mandate, { status: ['active', 'killed'] }, query)
    const copy = await readLive(mandate)
    const settings = await listSettings(mandate, { partnerIds: [params.partner_id] })
    noteRead(mandate, {
      action: 'platform.features.read',
      resource: { type: 'partner', id: params.partner_id, label: name },
    })
    const items = rows.map((row) => ({
      ...toResolution(copy.resolve(row.key, params.partner_id, mandate.origin.now)),
      key: row.key,
      name: row.name,
      status: row.status,
      partner_choice: row.partner_choice,
      ...toSetting(settings.find(({ flag_id: id }) => id === row.id)),
    }))
    return toPage(items, query, total)
  },
})

const overrideRoute = route({
  method: 'PUT',
  path: '/api/v1/admin/features/:key/partners/:partner_id/override',
  summary: 'Set a feature on or off for one partner, or leave it to the rules again',
  input: {
    params: FeatureParams.extend({ partner_id: publicId('partner') }).strict(),
    body: z.strictObject({
      override: z.enum(['on', 'off']).nullable(),
      expires_at: instantText()
        .transform((text) => new Date(text))
        .nullable()
        .optional(),
      reason: plainText(1, 500),
    }),
  },
  access: { permission: 'platform.features.manage' },
  limit: 'write',
  problems: ['FEATURE_NOT_FOUND', 'FEATURE_STATE_CONFLICT', 'PARTNER_UNKNOWN'],
  responses: { 200: SettingBody },
  async handle({ mandate, params, body }) {
    const feature = await getFeature(mandate, params.key)
    if (feature.status === 'retired')
      throw new ProblemError(409, 'FEATURE_STATE_CONFLICT', 'A retired feature is not set for anybody.')
    const name = await getPartnerName(mandate, params.partner_id)
    const until = body.expires_at ?? null
    if (until !== null && until.getTime() <= mandate.origin.now.getTime())
      throw new ProblemError(422, 'VALIDATION_ERROR', 'An end lies ahead; nothing was changed.', {
        errors: [{ pointer: '/body/expires_at', code: 'NOT_LATER', detail: 'An end lies ahead.' }],
      })
    const partnerIds = [params.partner_id]
    const [before] = await listSettings(mandate, { flagId: feature.id, partnerIds })
    await saveOverride(
      mandate,
      { partnerId: params.partner_id, flagId: feature.id },
      { override: body.override, until, reason: body.reason },
    )
    recordFeature(mandate, feature, {
      action: 'features.override',
      partner: { id: params.partner_id, name },
      changes: {
        override: { before: before?.override ?? null, after: body.override },
        expires_at: {
          before: before?.override_until?.toISOString() ?? null,
          after: until?.toISOString() ?? null,
        },
      },
    })
    await tellFeature(mandate, params.partner_id, body.override)
    const [after] = await listSettings(mandate, { flagId: feature.id, partnerIds })
    return toSetting(after)
  },
})

/** Who has a feature and why, and what is set for single partners. Source: C3. */
export const featurePartnerRoutes: readonly Route[] = [
  holdersRoute,
  explainRoute,
  ofPartnerRoute,
  overrideRoute,
]
