import { route } from '#platform/route.ts'
import { answerCounts, answerOwn } from './answers.ts'
import { ALERT_AREAS } from './rules.ts'
import { AlertCountsBody, OwnAlertQuery, PlainAlertPage, PlainAlertQuery } from './schemas.ts'
import { acknowledging, reopening, resolving, snoozing } from './steps.ts'

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
    ...acknowledging,
    path: `${TENANT}/:alert_id/acknowledge`,
    summary: 'Take one of the own alerts',
    access: tenantWorks,
  }),
  route({
    ...resolving,
    path: `${TENANT}/:alert_id/resolve`,
    summary: 'Close one of the own alerts',
    access: tenantWorks,
  }),
  route({
    ...reopening,
    path: `${TENANT}/:alert_id/reopen`,
    summary: 'Open one of the own alerts again, as it was before it was closed or taken',
    access: tenantWorks,
  }),
  route({
    ...snoozing,
    path: `${TENANT}/:alert_id/snooze`,
    summary: 'Let one of the own alerts sleep until an instant',
    access: tenantWorks,
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
    ...acknowledging,
    path: `${ADMIN}/:alert_id/acknowledge`,
    summary: 'Take an alert of the provider',
    access: providerWorks,
  }),
  route({
    ...resolving,
    path: `${ADMIN}/:alert_id/resolve`,
    summary: 'Close an alert of the provider',
    access: providerWorks,
  }),
  route({
    ...reopening,
    path: `${ADMIN}/:alert_id/reopen`,
    summary: 'Open an alert of the provider again, as it was before it was closed or taken',
    access: providerWorks,
  }),
]

/** The alerts of a tenant, for its own people, and those of the provider. */
export const sideAlertRoutes = [...tenantRoutes, ...adminRoutes]
