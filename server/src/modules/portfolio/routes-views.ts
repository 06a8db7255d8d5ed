import { encodeId } from '@liaison/access'
import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { SCREENS } from './tables.ts'
import {
  deleteView,
  getLinkedTenant,
  getView,
  insertView,
  listViews,
  pinTenant,
  unpinTenant,
  updateView,
} from './view-store.ts'
import type { ViewRow, ViewTerms } from './view-store.ts'

const Settings = z.strictObject({
  filters: z
    .record(z.string().max(50), plainText(0, 500))
    .default({})
    .refine((filters) => Object.keys(filters).length <= 30, 'holds at most 30 filters'),
  columns: z.array(plainText(1, 50)).max(50).default([]),
  sort: plainText(1, 50).nullable().default(null),
})

const ViewInput = z.strictObject({
  name: plainText(1, 100),
  settings: Settings,
  is_default: z.boolean().default(false),
})

const ViewBody = z
  .strictObject({
    view_id: z.string(),
    screen: z.enum(SCREENS),
    name: z.string(),
    settings: z.strictObject({
      filters: z.record(z.string(), z.string()),
      columns: z.array(z.string()),
      sort: z.string().nullable(),
    }),
    is_default: z.boolean(),
    version: z.int(),
    updated_at: z.string(),
  })
  .meta({ id: 'SavedView' })

const ViewParams = z.strictObject({ view_id: publicId('saved_view') })

function toView(row: ViewRow): z.input<typeof ViewBody> {
  return {
    view_id: publicIdOf('saved_view', row.id),
    screen: row.screen,
    name: row.name,
    settings: {
      filters: { ...row.settings.filters },
      columns: [...row.settings.columns],
      sort: row.settings.sort,
    },
    is_default: row.is_default,
    version: row.version,
    updated_at: row.updated_at.toISOString(),
  }
}

function toTerms(body: z.output<typeof ViewInput>): ViewTerms {
  return { name: body.name.trim(), settings: body.settings, isDefault: body.is_default }
}

const answer = (row: ViewRow) => sentAt(toView(row), row.version)

function recordView(mandate: Mandate<'program'>, action: 'save' | 'delete', row: ViewRow): void {
  recordEvent(mandate, {
    action: `saved_views.${action}`,
    resource: { type: 'saved_view', id: row.id, label: row.name },
  })
}

// Whoever may see the screens may say how to look at them.
const access = { permission: 'partner_org.links.read' } as const

const viewRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/partner/saved-views',
    summary: 'The views that the person has saved',
    input: { query: z.strictObject({ screen: z.enum(SCREENS).optional() }) },
    access,
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(ViewBody) }) },
    handle: async ({ mandate, query }) => ({ items: (await listViews(mandate, query.screen)).map(toView) }),
  }),
  route({
    method: 'POST',
    path: '/api/v1/partner/saved-views',
    summary: 'Save how the person looks at a screen',
    input: { body: ViewInput.extend({ screen: z.enum(SCREENS) }).strict() },
    access,
    limit: 'write',
    problems: ['VIEW_NAME_TAKEN'],
    responses: { 201: ViewBody },
    async handle({ mandate, body: { screen, ...body } }) {
      const id = await insertView(mandate, screen, toTerms(body))
      const row = await getView(mandate, id)
      recordView(mandate, 'save', row)
      return sentAt(toView(row), row.version, {
        Location: `/api/v1/partner/saved-views/${encodeId('saved_view', id)}`,
      })
    },
  }),
  route({
    method: 'PUT',
    path: '/api/v1/partner/saved-views/:view_id',
    summary: 'Change a saved view',
    input: { params: ViewParams, body: ViewInput },
    access,
    limit: 'write',
    ifMatch: true,
    problems: ['VIEW_NOT_FOUND', 'VIEW_NAME_TAKEN'],
    responses: { 200: ViewBody },
    async handle({ mandate, params, body, expectedVersion }) {
      await updateView(mandate, { id: params.view_id, version: expectedVersion }, toTerms(body))
      const row = await getView(mandate, params.view_id)
      recordView(mandate, 'save', row)
      return answer(row)
    },
  }),
  route({
    method: 'DELETE',
    path: '/api/v1/partner/saved-views/:view_id',
    summary: 'Delete a saved view',
    input: { params: ViewParams },
    access,
    limit: 'write',
    problems: ['VIEW_NOT_FOUND'],
    responses: { 204: null },
    async handle({ mandate, params }) {
      const row = await getView(mandate, params.view_id)
      await deleteView(mandate, params.view_id)
      recordView(mandate, 'delete', row)
      return undefined
    },
  }),
]

const PinBody = z.strictObject({ tenant_id: z.string(), pinned: z.boolean() })

function makePinRoute(pinned: boolean): Route {
  return route({
    method: pinned ? 'PUT' : 'DELETE',
    path: '/api/v1/partner/context/pins/:tenant_id',
    summary: pinned
      ? "Keep an organisation at the top of the person's switcher"
      : "Take an organisation from the top of the person's switcher",
    input: { params: z.strictObject({ tenant_id: publicId('tenant') }) },
    access,
    limit: 'write',
    problems: ['TENANT_NOT_FOUND'],
    responses: { 200: PinBody },
    async handle({ mandate, params }) {
      const tenant = await getLinkedTenant(mandate, params.tenant_id)
      await (pinned ? pinTenant : unpinTenant)(mandate, params.tenant_id)
      recordEvent(mandate, {
        action: pinned ? 'tenant_pins.set' : 'tenant_pins.remove',
        resource: { type: 'tenant', id: tenant.id, label: tenant.name },
      })
      return { tenant_id: encodeId('tenant', params.tenant_id), pinned }
    },
  })
}

/** The routes of what a person keeps for the own screens: saved views, and pins of the switcher. */
export const personalRoutes: readonly Route[] = [...viewRoutes, makePinRoute(true), makePinRoute(false)]
