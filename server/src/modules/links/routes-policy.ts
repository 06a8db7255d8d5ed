import { encodeId, idFromUuid, LINK_ROLES, LINK_STATUSES } from '@liaison/access'
import { z } from 'zod'
import { stopConsents } from '#modules/consents/index.ts'
import { stopResales } from '#modules/orders/index.ts'
import { mayAlso, noteRead, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { policyOf } from './approval.ts'
import { countLive, countWaitingChanges } from './approval-store.ts'
import { recordLinkEvent } from './events.ts'
import { ConditionsInput, DurationDays, requireConditions, toConditionsBody } from './inputs.ts'
import { announce } from './mails.ts'
import { holdOpenLinks, savePolicy } from './policy-store.ts'
import {
  EXPIRES_SOON_MS,
  LONGEST_VISIT_MINUTES,
  SHORTEST_VISIT_MINUTES,
  toConditions,
  toStoredConditions,
} from './rules.ts'
import { changeDelegation, listLinks } from './store.ts'
import type { KnownLink } from './store.ts'

const PolicyFields = {
  who_may_ask: z.enum(['any', 'listed', 'none']),
  roles_allowed: z.array(z.enum(LINK_ROLES)).max(LINK_ROLES.length),
  max_duration_days: DurationDays,
  dual_approval: z.boolean(),
  acting_minutes: z
    .int()
    .min(SHORTEST_VISIT_MINUTES)
    .max(LONGEST_VISIT_MINUTES)
    .default(LONGEST_VISIT_MINUTES),
  conditions: ConditionsInput,
} as const

const PolicyBody = z.strictObject({
  ...PolicyFields,
  listed_partner_ids: z.array(z.string()),
  version: z.int(),
})

async function readPolicy(mandate: Mandate<'tenant'>) {
  const policy = await policyOf(mandate)
  const body = {
    who_may_ask: policy.who_may_ask,
    roles_allowed: [...policy.roles_allowed],
    max_duration_days: policy.max_duration_days,
    dual_approval: policy.dual_approval,
    acting_minutes: policy.acting_minutes,
    conditions: toConditionsBody(toConditions(policy.conditions)),
    listed_partner_ids: policy.listed_partner_ids.map((id) => encodeId('partner', idFromUuid('partner', id))),
    version: policy.version,
  }
  return sent(body, { ETag: `"v${policy.version}"` })
}

const policyRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/tenant/partner-access/policy',
    summary: 'The rules for partner access',
    input: {},
    access: { permission: 'tenant.partner_access.read' },
    limit: 'detail',
    responses: { 200: PolicyBody },
    handle: ({ mandate }) => readPolicy(mandate),
  }),
  route({
    method: 'PUT',
    path: '/api/v1/tenant/partner-access/policy',
    summary: 'Change the rules for partner access; they hold for every link at once',
    input: {
      body: z.strictObject({ ...PolicyFields, listed_partner_ids: z.array(publicId('partner')).max(500) }),
    },
    access: { permission: 'tenant.partner_access.policy.write' },
    limit: 'write',
    ifMatch: true,
    responses: { 200: PolicyBody },
    async handle({ mandate, body, expectedVersion }) {
      requireConditions(body.conditions, 'conditions')
      const before = await policyOf(mandate)
      const conditions = toStoredConditions(body.conditions)
      await savePolicy(mandate, { ...body, conditions }, expectedVersion)
      const fields = [
        'who_may_ask',
        'roles_allowed',
        'max_duration_days',
        'dual_approval',
        'acting_minutes',
      ] as const
      recordEvent(mandate, {
        action: 'tenant.partner_access.policy.write',
        resource: { type: 'policy', label: 'the rules for partner access' },
        changes: Object.fromEntries(
          fields.map((field) => [field, { before: before[field], after: body[field] }]),
        ),
      })
      return readPolicy(mandate)
    },
  }),
]

const HomeBody = z.strictObject({
  tenant: z.strictObject({ tenant_id: z.string(), name: z.string() }),
  who_has_access: z
    .strictObject({
      partners: z.int(),
      people: z.int(),
      suspended: z.int(),
      last_use: z.string().nullable(),
      ends_soon: z.int(),
      waiting: z.int(),
      waiting_changes: z.int(),
    })
    .nullable(),
  subscribers: z.int(),
  open_invoices: z.int(),
  open_tickets: z.int(),
})

async function summariseAccess(mandate: Mandate<'tenant'>) {
  const { now } = mandate.origin
  const status: KnownLink['status'][] = ['requested', 'approved', 'active', 'suspended']
  const { rows } = await listLinks(mandate, { status }, { limit: 1000, offset: 0 })
  const active = rows.filter((row) => row.status === 'active')
  const uses = rows.flatMap(({ last_used_at: at }) => (at ? [at.getTime()] : []))
  return {
    partners: new Set(active.map((row) => row.partner_id)).size,
    people: active.reduce((sum, row) => sum + row.members_count, 0),
    suspended: rows.filter((row) => row.status === 'suspended').length,
    last_use: uses.length === 0 ? null : new Date(Math.max(...uses)).toISOString(),
    ends_soon: active.filter(
      ({ ends_at: end }) => end !== null && end.getTime() - now.getTime() <= EXPIRES_SOON_MS,
    ).length,
    waiting: rows.filter((row) => row.status === 'requested' && row.initiated_by === 'partner').length,
    waiting_changes: await countWaitingChanges(mandate),
  }
}

const homeRoute = route({
  method: 'GET',
  path: '/api/v1/tenant/home',
  summary: 'The own organisation at a glance: who has access, and what is open',
  input: {},
  access: { permission: 'tenant.profile.read' },
  limit: 'detail',
  responses: { 200: HomeBody },
  async handle({ mandate }) {
    const maySeeAccess = mayAlso(mandate, 'tenant.partner_access.read')
    noteRead(mandate, { action: 'tenant.profile.read' })
    return {
      tenant: { tenant_id: encodeId('tenant', mandate.tenant.id), name: mandate.tenant.name },
      who_has_access: maySeeAccess ? await summariseAccess(mandate) : null,
      ...(await countLive(mandate)),
    }
  },
})

const StopBody = z.strictObject({
  reason: plainText(1, 500),
  confirm_name: z.string().max(200).meta({ description: "The organisation's name, typed out." }),
})

const ReceiptBody = z.strictObject({
  reference: z.string(),
  stopped_at: z.string(),
  stopped_by: z.string(),
  reason: z.string(),
  items: z.array(
    z.strictObject({
      link_id: z.string(),
      partner_id: z.string(),
      partner_name: z.string(),
      status_before: z.enum(LINK_STATUSES),
      people: z.int(),
      last_used_at: z.string().nullable(),
    }),
  ),
  apps: z
    .array(
      z.strictObject({
        delegation_id: z.string(),
        kind: z.enum(['consent', 'resale']),
        partner_id: z.string(),
        partner_name: z.string(),
        client_name: z.string().nullable(),
      }),
    )
    .meta({ description: 'The API clients and wholesalers that were stopped.' }),
})

function endOfLink(row: KnownLink): 'revoked' | 'declined' | 'withdrawn' {
  if (row.stored_status !== 'requested') return 'revoked'
  return row.initiated_by === 'tenant' ? 'withdrawn' : 'declined'
}

async function stopLink(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  { reason, origin }: { reason: string; origin: string },
) {
  const to = endOfLink(row)
  await changeDelegation(mandate, row, { to, reason, event: to, detail: { reason, all: true } })
  const action = to === 'revoked' ? 'links.revoke' : to === 'declined' ? 'links.decline' : 'links.withdraw'
  recordLinkEvent(mandate, row, { action, reason, changes: { status: { before: row.status, after: to } } })
  await announce(mandate, row, { news: to === 'withdrawn' ? 'uninvited' : to, reason, origin })
  return {
    link_id: encodeId('link', idFromUuid('link', row.id)),
    partner_id: encodeId('partner', idFromUuid('partner', row.partner_id)),
    partner_name: row.partner_name ?? '',
    status_before: row.status,
    people: row.members_count,
    last_used_at: row.last_used_at?.toISOString() ?? null,
  }
}

async function stopApps(mandate: Mandate<'tenant'>, reason: string, origin: string) {
  const consents = await stopConsents(mandate, { reason, origin })
  const resales = await stopResales(mandate, reason)
  const partner = (id: string) => encodeId('partner', idFromUuid('partner', id))
  return [
    ...consents.map(({ id, partnerId, partnerName, clientName }) => ({
      delegation_id: encodeId('consent', id),
      kind: 'consent' as const,
      partner_id: partner(partnerId),
      partner_name: partnerName,
      client_name: clientName,
    })),
    ...resales.map(({ id, partnerId, partnerName }) => ({
      delegation_id: encodeId('resale', id),
      kind: 'resale' as const,
      partner_id: partner(partnerId),
      partner_name: partnerName,
      client_name: null,
    })),
  ]
}

function makeStopRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/tenant/partner-access/stop-all',
    summary: 'Stop every partner now, in one step',
    input: { body: StopBody },
    access: { permission: 'tenant.partner_access.revoke' },
    limit: 'write',
    responses: { 200: ReceiptBody },
    async handle({ mandate, body, trace }) {
      if (body.confirm_name.trim() !== mandate.tenant.name) {
        throw new ProblemError(
          422,
          'VALIDATION_ERROR',
          'One part of the input cannot be taken; nothing was changed.',
          {
            errors: [
              {
                pointer: '/body/confirm_name',
                code: 'NAME_DIFFERS',
                detail: `must be ${mandate.tenant.name}`,
              },
            ],
          },
        )
      }
      const items = []
      for (const row of await holdOpenLinks(mandate)) {
        items.push(await stopLink(mandate, row, { reason: body.reason, origin: services.publicOrigin() }))
      }
      const apps = await stopApps(mandate, body.reason, services.publicOrigin())
      recordEvent(mandate, {
        action: 'tenant.partner_access.stop_all',
        reason: body.reason,
        rowCount: items.length + apps.length,
        resource: { type: 'partner access', label: mandate.tenant.name },
      })
      return {
        reference: trace.requestId,
        stopped_at: mandate.origin.now.toISOString(),
        stopped_by: mandate.actor.name,
        reason: body.reason,
        items,
        apps,
      }
    },
  })
}

/** The routes of a tenant's rules, its home and its emergency stop. */
export function makeTenantPolicyRoutes(services: Services): readonly Route[] {
  return [...policyRoutes, homeRoute, makeStopRoute(services)]
}
