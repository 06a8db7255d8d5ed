import { NO_CONDITIONS } from '@liaison/access'
import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import { Money } from '#platform/money.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { plainText } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { versionOfContent } from './content-version.ts'
import { recordLinkEvent } from './events.ts'
import { LinkParams, requireConditions } from './inputs.ts'
import { getTenantLink } from './routes-tenant.ts'
import { addDays } from './rules.ts'
import { IMPACT_DAYS } from './rules-impact.ts'
import {
  holdPartnerSettings,
  readNetworkRule,
  readPartnerSettings,
  readTenantNotes,
  saveNetworkRule,
  savePartnerSettings,
  saveTenantNotes,
} from './settings-store.ts'
import { getLink, isKnown } from './store.ts'
import { listCallsOutside } from './visit-store.ts'

const Notes = plainText(1, 4000).nullable()
const METADATA_BYTES = 8192
const METADATA_KEYS = 50

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const own = Array.isArray(value) ? 0 : Object.keys(value).length
  return Object.values(value).reduce<number>((sum, part) => sum + countKeys(part), own)
}

/** A partner's own data on a link: at most 8 KiB and 50 keys, however deep. Source: managed-tenants.md section 2. */
const Metadata = z.record(z.string().max(100), z.unknown()).superRefine((value, context) => {
  const bytes = Buffer.byteLength(JSON.stringify(value))
  // PostgreSQL writes jsonb with a space after each comma and colon, and keeps no zero character.
  const stored = Buffer.byteLength(JSON.stringify(value, null, 1))
  const fault = (code: string, message: string) =>
    context.addIssue({ code: 'custom', message, params: { code } })
  if (Math.max(bytes, stored) > METADATA_BYTES) fault('TOO_LARGE', 'holds at most 8 KiB')
  if (countKeys(value) > METADATA_KEYS) fault('TOO_MANY', 'holds at most 50 keys')
  if (JSON.stringify(value).includes('\\u0000')) fault('NOT_TEXT', 'holds no zero characters')
})

const PartnerSettingsBody = z.strictObject({
  notes: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()),
  notify_on_sla_breach: z.boolean(),
  notify_on_billing_threshold: z.boolean(),
  billing_alert_threshold: Money.nullable(),
})

const PartnerSettingsInput = z
  .strictObject({
    notes: Notes.optional(),
    metadata: Metadata.optional(),
    notify_on_sla_breach: z.boolean().optional(),
    notify_on_billing_threshold: z.boolean().optional(),
    billing_alert_threshold: z
      .strictObject({
        amount_minor: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
        currency: z.string().regex(/^[A-Z]{3}$/, 'must be a currency such as EUR'),
      })
      .nullable()
      .optional(),
  })
  .refine((change) => Object.keys(change).length > 0, {
    message: 'must change something',
    params: { code: 'NOTHING_TO_CHANGE' },
  })

async function readSettings(mandate: Mandate<'program'>, id: z.output<typeof LinkParams>['link_id']) {
  const row = await getLink(mandate, id)
  const own = await readPartnerSettings(mandate, row.id)
  const { billing_alert_threshold_minor: amount, billing_alert_currency: currency } = row
  return {
    notes: own.notes_partner,
    metadata: own.metadata,
    notify_on_sla_breach: row.notify_on_sla_breach,
    notify_on_billing_threshold: row.notify_on_billing_threshold,
    billing_alert_threshold: amount === null || currency === null ? null : { amount_minor: amount, currency },
  }
}

async function answerSettings(mandate: Mandate<'program'>, id: z.output<typeof LinkParams>['link_id']) {
  const settings = await readSettings(mandate, id)
  return sentAt(settings, versionOfContent(settings))
}

const partnerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/partner/links/:link_id/settings',
    summary: 'What the own partner keeps about a link for itself',
    input: { params: LinkParams },
    access: { permission: 'partner_org.links.read' },
    limit: 'detail',
    problems: ['LINK_NOT_FOUND'],
    responses: { 200: PartnerSettingsBody },
    handle: ({ mandate, params }) => answerSettings(mandate, params.link_id),
  }),
  route({
    method: 'PATCH',
    path: '/api/v1/partner/links/:link_id/settings',
    summary: 'Set own notes, metadata and which alerts a link sends; the tenant reads none of it',
    input: { params: LinkParams, body: PartnerSettingsInput },
    access: { permission: 'partner_org.links.manage' },
    limit: 'write',
    ifMatch: true,
    problems: ['LINK_NOT_FOUND', 'LINK_STATE_CONFLICT'],
    responses: { 200: PartnerSettingsBody },
    async handle({ mandate, params, body, expectedVersion }) {
      const row = await getLink(mandate, params.link_id)
      if (!isKnown(row))
        throw new ProblemError(409, 'LINK_STATE_CONFLICT', 'No organisation has answered this request.')
      await holdPartnerSettings(mandate, row.id)
      if (versionOfContent(await readSettings(mandate, params.link_id)) !== expectedVersion)
        throw new ProblemError(412, 'PRECONDITION_FAILED', 'The settings changed after they were read.')
      await savePartnerSettings(mandate, row.id, body)
      recordLinkEvent(mandate, row, { action: 'links.note', changes: { fields: Object.keys(body) } })
      return answerSettings(mandate, params.link_id)
    },
  }),
]

const TenantNotesBody = z.strictObject({ notes: z.string().nullable() })

async function answerNotes(mandate: Mandate<'tenant'>, linkId: string) {
  const notes = await readTenantNotes(mandate, linkId)
  return sentAt({ notes }, versionOfContent(notes))
}

const tenantRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/tenant/partner-access/links/:link_id/notes',
    summary: "The own organisation's notes on a link; the partner reads none of it",
    input: { params: LinkParams },
    access: { permission: 'tenant.partner_access.read' },
    limit: 'detail',
    problems: ['LINK_NOT_FOUND'],
    responses: { 200: TenantNotesBody },
    async handle({ mandate, params }) {
      const row = await getTenantLink(mandate, params.link_id)
      return answerNotes(mandate, row.id)
    },
  }),
  route({
    method: 'PUT',
    path: '/api/v1/tenant/partner-access/links/:link_id/notes',
    summary: "Write the own organisation's notes on a link",
    input: { params: LinkParams, body: z.strictObject({ notes: Notes }) },
    access: { permission: 'tenant.partner_access.revoke' },
    limit: 'write',
    ifMatch: true,
    problems: ['LINK_NOT_FOUND'],
    responses: { 200: TenantNotesBody },
    async handle({ mandate, params, body, expectedVersion }) {
      const row = await getTenantLink(mandate, params.link_id)
      await saveTenantNotes(mandate, row.id, { notes: body.notes, expectedVersion })
      recordLinkEvent(mandate, row, { action: 'links.note', isOfTenantAlone: true })
      return answerNotes(mandate, row.id)
    },
  }),
]

const NetworkFields = {
  ip_mode: z.enum(['off', 'monitor', 'enforce']),
  ip_allow: z.array(z.string().max(60)).max(200),
} as const

const NetworkBody = z.strictObject({
  ...NetworkFields,
  version: z.int(),
  days: z.int(),
  calls_outside: z.int().nullable().meta({
    description: 'Calls of these days from outside the listed networks; null while none is listed.',
  }),
})

async function readNetworks(mandate: Mandate<'program'>) {
  const rule = await readNetworkRule(mandate)
  const since = addDays(mandate.origin.now, -IMPACT_DAYS)
  const outside =
    rule.ip_allow.length === 0
      ? null
      : (await listCallsOutside(mandate, rule.ip_allow, since)).filter((call) => call.knows_address).length
  const body = {
    ip_mode: rule.ip_mode,
    ip_allow: [...rule.ip_allow],
    version: rule.version,
    days: IMPACT_DAYS,
    calls_outside: outside,
  }
  return sentAt(body, rule.version)
}

const networkRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/partner/networks',
    summary: 'The networks from which the own people work in tenants',
    input: {},
    access: { permission: 'partner_org.links.read' },
    limit: 'detail',
    responses: { 200: NetworkBody },
    handle: ({ mandate }) => readNetworks(mandate),
  }),
  route({
    method: 'PUT',
    path: '/api/v1/partner/networks',
    summary: 'Say from which networks the own people work in tenants; it holds for every link at once',
    input: { body: z.strictObject(NetworkFields) },
    access: { permission: 'partner_org.profile.update' },
    limit: 'write',
    ifMatch: true,
    responses: { 200: NetworkBody },
    async handle({ mandate, body, expectedVersion }) {
      requireConditions({ ...NO_CONDITIONS, ...body }, '')
      const before = await readNetworkRule(mandate)
      await saveNetworkRule(mandate, body, expectedVersion)
      recordEvent(mandate, {
        action: 'partner_networks.write',
        resource: { type: 'policy', label: 'the networks that the partner works from' },
        changes: {
          ip_mode: { before: before.ip_mode, after: body.ip_mode },
          ip_allow: { before: before.ip_allow, after: body.ip_allow },
        },
      })
      return readNetworks(mandate)
    },
  }),
]

/** The routes of what each side keeps about a link for itself, and of the partner's own networks. */
export const settingsRoutes: readonly Route[] = [...partnerRoutes, ...tenantRoutes, ...networkRoutes]
