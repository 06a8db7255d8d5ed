import { route } from '#platform/route.ts'
import { workOnAlert } from './acting.ts'
import { answerCounts, answerOwn } from './answers.ts'
import { ALERT_AREAS } from './rules.ts'
import {
  AlertCountsBody,
  AlertNote,
  AlertParams,
  AlertSnooze,
  OwnAlertQuery,
  PlainAlert,
  PlainAlertPage,
  PlainAlertQuery,
  toPlainAlert,
} from './schemas.ts'

const problems = ['ALERT_NOT_FOUND', 'ALERT_STATE_CONFLICT'] as const
const asDate = (text: string | null): Date | null => (text === null ? null : new Date(text))

const TENANT = '/api/v1/tenant/alerts'
const tenantReads = { permission: 'tenant.profile.read' } as const
const tenantWorks = { permission: 'tenant.tickets.write' } as const

const tenantRoutes = [
  route({
    method: 'GET',
    path: TENANT,
    summary: "The organisation's own alerts: those of the areas that the caller may read",
    input: { query: OwnAlertQuery },
    access: tenantReads,
    limit: 'list',
    responses: { 200: PlainAlertPage },
    handle: ({ mandate, query }) => answerOwn(mandate, query, ALERT_AREAS),
  }),
  route({
    method: 'GET',
    path: `${TENANT}/counts`,
    summary: "How many of the organisation's own alerts wait, by area",
    input: {},
    access: tenantReads,
    limit: 'detail',
    responses: { 200: AlertCountsBody },
    handle: ({ mandate }) => answerCounts(mandate),
  }),
  route({
    method: 'POST',
    path: `${TENANT}/:alert_id/acknowledge`,
    summary: 'Take one of the own alerts',
    input: { params: AlertParams, body: AlertNote },
    access: tenantWorks,
    limit: 'write',
    problems,
    responses: { 200: PlainAlert },
    handle: async ({ mandate, params, body }) =>
      toPlainAlert(await workOnAlert(mandate, params.alert_id, { does: 'acknowledge', note: body.note })),
  }),
  route({
    method: 'POST',
    path: `${TENANT}/:alert_id/resolve`,
    summary: 'Close one of the own alerts',
    input: { params: AlertParams, body: AlertNote },
    access: tenantWorks,
    limit: 'write',
    problems,
    responses: { 200: PlainAlert },
    handle: async ({ mandate, params, body }) =>
      toPlainAlert(await workOnAlert(mandate, params.alert_id, { does: 'resolve', note: body.note })),
  }),
  route({
    method: 'POST',
    path: `${TENANT}/:alert_id/snooze`,
    summary: 'Let one of the own alerts sleep until an instant',
    input: { params: AlertParams, body: AlertSnooze },
    access: tenantWorks,
    limit: 'write',
    problems,
    responses: { 200: PlainAlert },
    handle: async ({ mandate, params, body }) =>
      toPlainAlert(
        await workOnAlert(mandate, params.alert_id, {
          does: 'snooze',
          until: asDate(body.until),
          note: body.note,
        }),
      ),
  }),
]

const ADMIN = '/api/v1/admin/alerts'
const providerReads = { permission: 'platform.freezes.read' } as const
const providerWorks = { permission: 'platform.freezes.manage' } as const

const adminRoutes = [
  route({
    method: 'GET',
    path: ADMIN,
    summary: 'Alerts of the provider: freezes, refusals, unusual access',
    input: { query: PlainAlertQuery },
    access: providerReads,
    limit: 'list',
    responses: { 200: PlainAlertPage },
    handle: ({ mandate, query }) => answerOwn(mandate, query, ['access']),
  }),
  route({
    method: 'POST',
    path: `${ADMIN}/:alert_id/acknowledge`,
    summary: 'Take an alert of the provider',
    input: { params: AlertParams, body: AlertNote },
    access: providerWorks,
    limit: 'write',
    problems,
    responses: { 200: PlainAlert },
    handle: async ({ mandate, params, body }) =>
      toPlainAlert(await workOnAlert(mandate, params.alert_id, { does: 'acknowledge', note: body.note })),
  }),
  route({
    method: 'POST',
    path: `${ADMIN}/:alert_id/resolve`,
    summary: 'Close an alert of the provider',
    input: { params: AlertParams, body: AlertNote },
    access: providerWorks,
    limit: 'write',
    problems,
    responses: { 200: PlainAlert },
    handle: async ({ mandate, params, body }) =>
      toPlainAlert(await workOnAlert(mandate, params.alert_id, { does: 'resolve', note: body.note })),
  }),
]

/** The alerts of a tenant, for its own people, and those of the provider. */
export const sideAlertRoutes = [...tenantRoutes, ...adminRoutes]
