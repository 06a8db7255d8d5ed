import type { z } from 'zod'
import { route } from '#platform/route.ts'
import { workOnAlerts } from './acting.ts'
import type { Act } from './acting.ts'
import { answerCounts, answerOwn, answerPortfolio } from './answers.ts'
import {
  AlertAssignment,
  AlertBulk,
  AlertBulkResult,
  AlertCountsBody,
  AlertParams,
  BillingAlertPage,
  BillingAlertQuery,
  PlainAlertPage,
  PlainAlertQuery,
  SlaAlertPage,
  SlaAlertQuery,
  toBillingAlert,
  toSlaAlert,
} from './schemas.ts'
import { acknowledging, reopening, resolving, snoozing, stepTerms, takeStep } from './steps.ts'

const BASE = '/api/v1/partner/alerts'

const reads = [
  route({
    method: 'GET',
    path: `${BASE}/sla`,
    summary: 'Service-level alerts of all customers, with counts',
    input: { query: SlaAlertQuery },
    access: { permission: 'partner.alerts.sla.read', tenant: 'portfolio' },
    limit: 'list',
    problems: ['GROUP_NOT_FOUND'],
    responses: { 200: SlaAlertPage },
    handle: ({ mandate, query }) => answerPortfolio(mandate, query, { area: 'sla', toItem: toSlaAlert }),
  }),
  route({
    method: 'GET',
    path: `${BASE}/billing`,
    summary: 'Billing alerts of all customers, with counts',
    input: { query: BillingAlertQuery },
    access: { permission: 'partner.alerts.billing.read', tenant: 'portfolio' },
    limit: 'list',
    problems: ['GROUP_NOT_FOUND'],
    responses: { 200: BillingAlertPage },
    handle: ({ mandate, query }) =>
      answerPortfolio(mandate, query, { area: 'billing', toItem: toBillingAlert }),
  }),
  route({
    method: 'GET',
    path: `${BASE}/counts`,
    summary: 'How many alerts wait, by area',
    input: {},
    access: { permission: 'partner_org.links.read' },
    limit: 'detail',
    responses: { 200: AlertCountsBody },
    handle: ({ mandate }) => answerCounts(mandate),
  }),
  route({
    method: 'GET',
    path: `${BASE}/access`,
    summary: "Alerts about the organisation's own access: ends, reviews, freezes, refusals",
    input: { query: PlainAlertQuery },
    access: { permission: 'partner_org.links.read' },
    limit: 'list',
    responses: { 200: PlainAlertPage },
    handle: ({ mandate, query }) => answerOwn(mandate, query, ['access']),
  }),
]

const actOf = ({ action, note }: z.output<typeof AlertBulk>): Act =>
  action === 'reopen' ? { does: action, note: null } : { does: action, note }

const inTenants = { permission: 'partner.alerts.acknowledge', tenant: 'portfolio' } as const
const itself = { permission: 'partner_org.links.manage' } as const

const steps = [
  route({
    ...acknowledging,
    path: `${BASE}/:alert_id/acknowledge`,
    summary: 'Take an alert: it stays, and everybody sees who works on it',
    access: inTenants,
  }),
  route({
    ...resolving,
    path: `${BASE}/:alert_id/resolve`,
    summary: 'Close an alert; the same condition is told again only after it has cleared or got worse',
    access: inTenants,
  }),
  route({
    ...reopening,
    path: `${BASE}/:alert_id/reopen`,
    summary: 'Open an alert again, as it was before it was closed or taken',
    access: inTenants,
  }),
  route({
    ...snoozing,
    path: `${BASE}/:alert_id/snooze`,
    summary: 'Let an alert sleep until an instant, unless it gets worse before',
    access: inTenants,
  }),
  route({
    ...stepTerms,
    path: `${BASE}/:alert_id/assign`,
    summary: 'Give an alert to a colleague who may work on it, or to nobody',
    input: { params: AlertParams, body: AlertAssignment },
    access: inTenants,
    handle: ({ mandate, params, body }) =>
      takeStep(mandate, params.alert_id, { does: 'assign', to: body.assigned_to }),
  }),
  route({
    method: 'POST',
    path: `${BASE}/bulk`,
    summary: 'Acknowledge, close or open again up to 200 alerts, with a result for each',
    input: { body: AlertBulk },
    access: inTenants,
    limit: 'write',
    responses: { 200: AlertBulkResult },
    async handle({ mandate, body }) {
      const items = await workOnAlerts(mandate, body.alert_ids, actOf(body))
      const done = items.filter(({ outcome }) => outcome === 'done').length
      return { items, done_count: done, refused_count: items.length - done }
    },
  }),
]

const ownSteps = [
  route({
    ...acknowledging,
    path: `${BASE}/access/:alert_id/acknowledge`,
    summary: "Take an alert about the organisation's own access",
    access: itself,
  }),
  route({
    ...resolving,
    path: `${BASE}/access/:alert_id/resolve`,
    summary: "Close an alert about the organisation's own access",
    access: itself,
  }),
  route({
    ...reopening,
    path: `${BASE}/access/:alert_id/reopen`,
    summary:
      "Open an alert about the organisation's own access again, as it was before it was closed or taken",
    access: itself,
  }),
  route({
    ...snoozing,
    path: `${BASE}/access/:alert_id/snooze`,
    summary: "Let an alert about the organisation's own access sleep until an instant",
    access: itself,
  }),
]

/** The alerts of a partner: of its customers, and of its own access. Source: B9, endpoints 12 and 13. */
export const partnerAlertRoutes = [...reads, ...steps, ...ownSteps]
