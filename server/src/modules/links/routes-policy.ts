import { encodeId, LINK_STATUSES } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import { z } from 'zod'
import { stopAssistance } from '#modules/assistance/index.ts'
import { findStopped } from '#modules/delegations/index.ts'
import { glanceAtHome, stopHome } from '#modules/homes/index.ts'
import { stopForms } from '#modules/agencies/index.ts'
import { stopConsents } from '#modules/consents/index.ts'
import { stopResales } from '#modules/orders/index.ts'
import { mayAlso, noteRead, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { countApps, countEndingApps, countLive } from './approval-store.ts'
import { countWaitingChanges } from './change-store.ts'
import { recordLinkEvent } from './events.ts'
import { announce } from './mails.ts'
import { stopCodes } from './routes-invitation-codes.ts'
import { holdOpenLinks } from './policy-store.ts'
import { EXPIRES_SOON_MS } from './rules.ts'
import { changeDelegation, listLinks } from './store.ts'
import type { KnownLink } from './store.ts'

const HomeBody = z.strictObject({
  tenant: z.strictObject({ tenant_id: z.string(), name: z.string() }),
  who_has_access: z
    .strictObject({
      partners: z.int(),
      partners_with_people: z.int().meta({
        description: 'Those of them whose people can sign in here now: none whom the organisation froze.',
      }),
      own_partner_name: z
        .string()
        .nullable()
        .meta({ description: 'The partner that the organisation is itself.' }),
      people: z.int(),
      suspended: z.int(),
      last_use: z.string().nullable(),
      ends_soon: z.int().meta({
        description: 'Accesses of partners, API clients and wholesalers that end within 30 days.',
      }),
      waiting: z.int().meta({
        description: 'Requests of partners, and whether a second person is waited for about the own partner.',
      }),
      waiting_changes: z.int(),
      apps: z.int().meta({ description: 'API clients and wholesalers that are let in.' }),
      waiting_apps: z.int(),
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
  const endingLinks = active.filter(
    ({ ends_at: end }) => end !== null && end.getTime() - now.getTime() <= EXPIRES_SOON_MS,
  )
  const apps = await countApps(mandate)
  const home = await glanceAtHome(mandate)
  const withPeople = new Set(active.map((row) => row.partner_id))
  const isStopped = await findStopped(mandate)
  const open = active.filter((row) => !isStopped(row.partner_id))
  const ofHome = home.own === null ? [] : [home.own.partnerId]
  const uses = rows.flatMap(({ last_used_at: at }) => (at ? [at.getTime()] : []))
  return {
    partners: new Set([...withPeople, ...apps.partners, ...ofHome]).size,
    partners_with_people: new Set(open.map((row) => row.partner_id)).size,
    own_partner_name: home.own?.name ?? null,
    people: open.reduce((sum, row) => sum + row.members_count, 0),
    suspended: rows.filter((row) => row.status === 'suspended').length,
    last_use: uses.length === 0 ? null : new Date(Math.max(...uses)).toISOString(),
    ends_soon: endingLinks.length + (await countEndingApps(mandate, EXPIRES_SOON_MS)),
    waiting:
      rows.filter((row) => row.status === 'requested' && row.initiated_by === 'partner').length +
      Number(home.waitsForReader),
    waiting_changes: await countWaitingChanges(mandate),
    apps: apps.apps,
    waiting_apps: apps.waiting,
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
  stops_forms: z.boolean().default(false).meta({
    description:
      'Whether the forms and server keys of agencies are stopped, too: public pages then show a closed form until each has a new token.',
  }),
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
        status_before: z
          .enum(LINK_STATUSES)
          .meta({ description: '`requested`: a first person had allowed it, and the second had not.' }),
      }),
    )
    .meta({ description: 'The API clients and wholesalers that were stopped, and those that waited.' }),
  homes: z
    .array(
      z.strictObject({
        home_id: z.string(),
        partner_id: z.string(),
        partner_name: z.string(),
        status_before: z.enum(['waiting', 'offered', 'active']),
      }),
    )
    .meta({
      description: 'The partner that the organisation was itself, or had said to be; one at the most.',
    }),
  forms: z
    .array(
      z.strictObject({
        kind: z.enum(['form_token', 'agency_key']),
        delegation_id: z.string(),
        agency_name: z.string(),
        name: z.string(),
      }),
    )
    .meta({
      description: 'The form tokens and server keys of agencies that were stopped, when that was asked for.',
    }),
  codes: z
    .array(z.strictObject({ code_id: z.string(), hint: z.string(), note: z.string().nullable() }))
    .meta({ description: 'The open invitation codes, which were withdrawn.' }),
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
    link_id: publicIdOf('link', row.id),
    partner_id: publicIdOf('partner', row.partner_id),
    partner_name: row.partner_name ?? '',
    status_before: row.status,
    people: row.members_count,
    last_used_at: row.last_used_at?.toISOString() ?? null,
  }
}

/** Why what is stopped, in whose installation; of all partners, or of one. */
interface Stop {
  readonly reason: string
  readonly origin: string
  readonly partnerId?: PartnerId
}

async function stopLinks(mandate: Mandate<'tenant'>, stop: Stop) {
  const items = []
  for (const row of await holdOpenLinks(mandate, stop.partnerId))
    items.push(await stopLink(mandate, row, stop))
  return items
}

async function stopApps(mandate: Mandate<'tenant'>, { reason, origin, partnerId }: Stop) {
  const consents = await stopConsents(mandate, { reason, origin }, partnerId)
  const resales = await stopResales(mandate, reason, partnerId)
  const partner = (id: string) => publicIdOf('partner', id)
  return [
    ...consents.map(({ id, partnerId, partnerName, clientName, statusBefore }) => ({
      delegation_id: encodeId('consent', id),
      kind: 'consent' as const,
      partner_id: partner(partnerId),
      partner_name: partnerName,
      client_name: clientName,
      status_before: statusBefore,
    })),
    ...resales.map(({ id, partnerId, partnerName, statusBefore }) => ({
      delegation_id: encodeId('resale', id),
      kind: 'resale' as const,
      partner_id: partner(partnerId),
      partner_name: partnerName,
      client_name: null,
      status_before: statusBefore,
    })),
  ]
}

async function stopHomes(mandate: Mandate<'tenant'>, stop: Stop) {
  const home = await stopHome(mandate, stop)
  if (home === undefined) return []
  return [
    {
      home_id: publicIdOf('partner_home', home.id),
      partner_id: publicIdOf('partner', home.partner_id),
      partner_name: home.partner_name,
      status_before: home.stateBefore,
    },
  ]
}

/** Throws when the name that was typed out is another one. */
function checkName(typed: string, name: string): void {
  if (typed.trim() === name) return
  throw inputRefused([{ pointer: '/body/confirm_name', code: 'NAME_DIFFERS', detail: `must be ${name}` }])
}

function makeStopPartnerRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/tenant/partner-access/partners/:partner_id/stop',
    summary: 'Stop one partner now, whichever ways it was let in, in one step',
    input: {
      params: z.strictObject({ partner_id: publicId('partner') }),
      body: z.strictObject({
        reason: plainText(1, 500),
        confirm_name: z.string().max(200).meta({ description: "The partner's name, typed out." }),
      }),
    },
    access: { permission: 'tenant.partner_access.revoke' },
    limit: 'write',
    responses: { 200: ReceiptBody.omit({ forms: true, codes: true }) },
    problems: ['ACCESS_NOT_FOUND'],
    async handle({ mandate, params, body, trace }) {
      const stop = {
        reason: body.reason,
        origin: services.publicOrigin(),
        partnerId: params.partner_id,
      }
      const items = await stopLinks(mandate, stop)
      const apps = await stopApps(mandate, stop)
      const homes = await stopHomes(mandate, stop)
      const name = items[0]?.partner_name ?? apps[0]?.partner_name ?? homes[0]?.partner_name
      if (name === undefined)
        throw new ProblemError(404, 'ACCESS_NOT_FOUND', 'This partner has no access that could be stopped.')
      // The name comes with what is stopped; another one undoes the whole step.
      checkName(body.confirm_name, name)
      recordEvent(mandate, {
        action: 'tenant.partner_access.stop_partner',
        reason: body.reason,
        rowCount: items.length + apps.length + homes.length,
        resource: { type: 'partner', id: params.partner_id, label: name },
      })
      return {
        reference: trace.requestId,
        stopped_at: mandate.origin.now.toISOString(),
        stopped_by: mandate.actor.name,
        reason: body.reason,
        items,
        apps,
        homes,
      }
    },
  })
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
      checkName(body.confirm_name, mandate.tenant.name)
      const stop = { reason: body.reason, origin: services.publicOrigin() }
      // Before the links: a request that is made with a code at this moment is among them, or finds the code withdrawn.
      const codes = await stopCodes(mandate, body.reason)
      const items = await stopLinks(mandate, stop)
      const apps = await stopApps(mandate, stop)
      const homes = await stopHomes(mandate, stop)
      const assisted = await stopAssistance(mandate, stop)
      const forms = body.stops_forms ? await stopForms(mandate, body.reason) : []
      recordEvent(mandate, {
        action: 'tenant.partner_access.stop_all',
        reason: body.reason,
        rowCount: items.length + apps.length + homes.length + assisted + forms.length + codes.length,
        resource: { type: 'partner access', label: mandate.tenant.name },
      })
      return {
        reference: trace.requestId,
        stopped_at: mandate.origin.now.toISOString(),
        stopped_by: mandate.actor.name,
        reason: body.reason,
        items,
        apps,
        homes,
        forms,
        codes,
      }
    },
  })
}

/** The routes of a tenant's home, of its emergency stop, and of stopping one partner. */
export function makeTenantPolicyRoutes(services: Services): readonly Route[] {
  return [homeRoute, makeStopRoute(services), makeStopPartnerRoute(services)]
}
