import { decide, effectiveMask, has, idFromUuid } from '@liaison/access'
import type { Facts } from '@liaison/access'
import { z } from 'zod'
import { toFacts } from '#platform/resolvers/facts.ts'
import type { EnteredFacts } from '#platform/resolvers/facts.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inputRefused } from '#platform/problem.ts'
import { RefusalError } from '#platform/refusal.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { announceElevation, recordElevation } from './news.ts'
import { DEFAULT_MINUTES, LONGEST_MINUTES, readAsked, SHORTEST_MINUTES } from './rules.ts'
import { findOpenTicket, findOwnFacts, getElevation, insertElevation } from './store.ts'
import { ElevationBody, toElevation } from './view.ts'

const AskInput = z.strictObject({
  tenant_id: publicId('tenant'),
  permissions: z.array(z.string().max(100)).min(1).max(34).meta({
    description:
      'Names, or patterns such as `partner.billing.*`; what they give within the ceiling is asked for.',
  }),
  reason: plainText(10, 500),
  ticket_id: publicId('ticket').optional().meta({ description: 'With this ticket the access ends, too.' }),
  duration_minutes: z.int().min(SHORTEST_MINUTES).max(LONGEST_MINUTES).default(DEFAULT_MINUTES),
})

/** Refusals that more permissions, or another moment, could change; all others mean that nothing can be asked for. */
const STILL_IN: ReadonlySet<string> = new Set([
  'ALLOWED',
  'PERMISSION_DENIED',
  'ELEVATION_REQUIRED',
  'FEATURE_DISABLED',
  'IP_NOT_ALLOWED',
  'OUTSIDE_HOURS',
  'STEP_UP_REQUIRED',
])

/** What whoever cannot act in the tenant is told. */
const REFUSED_AS_ACTING = [
  'PARTNER_INACTIVE',
  'TENANT_INACTIVE',
  'MFA_REQUIRED',
  'TENANT_NOT_FOUND',
  'TENANT_LINK_NOT_STARTED',
  'TENANT_LINK_EXPIRED',
  'TENANT_LINK_SUSPENDED',
  'TENANT_LINK_REVOKED',
  'ACCOUNTS_ONLY',
  'NOT_ASSIGNED',
]

/** Refuses whoever cannot act in the tenant at all, as acting there would be refused. */
function requirePlace(
  facts: Facts,
  entered: EnteredFacts,
): asserts facts is Facts & { link: NonNullable<Facts['link']> } {
  const permission = 'partner.tenants.switch_context'
  const decision = decide(facts, { permission }, { trace: true })
  if (STILL_IN.has(decision.code) && facts.link) return
  throw new RefusalError(decision, {
    facts,
    permission,
    names: {
      ...(entered.actor && { actor: entered.actor.name }),
      ...(entered.partner && { partner: entered.partner.name }),
      ...(entered.tenant && decision.code !== 'TENANT_NOT_FOUND' && { tenant: entered.tenant.name }),
    },
  })
}

function refuseInput(errors: readonly { pointer: string; code: string; detail: string }[]): never {
  throw inputRefused([...errors])
}

async function ask(
  mandate: Mandate<'program'>,
  body: z.output<typeof AskInput>,
  ip: string | null,
): Promise<string> {
  const entered = await findOwnFacts(mandate, body.tenant_id)
  const facts = toFacts(entered, ip)
  requirePlace(facts, entered)
  const asked = readAsked(facts, body.permissions)
  const held = effectiveMask(facts)
  const seesTickets = has(held, 'partner.support.tickets.read') || has(held, 'partner.support.tickets.list')
  const number =
    body.ticket_id === undefined || !seesTickets
      ? null
      : await findOpenTicket(mandate, facts.link.id, body.ticket_id)
  const faults = [
    ...(asked.ok ? [] : asked.faults),
    ...(body.ticket_id !== undefined && number === null
      ? [
          {
            pointer: '/body/ticket_id',
            code: 'TICKET_NOT_OPEN',
            detail: 'No ticket of this organisation that you can see and that is not finished has this id.',
          },
        ]
      : []),
  ]
  if (!asked.ok || faults.length > 0) refuseInput(faults)
  return insertElevation(mandate, {
    linkId: facts.link.id,
    tenantId: body.tenant_id,
    permissions: body.permissions,
    mask: asked.mask,
    reason: body.reason,
    ticket: body.ticket_id !== undefined && number !== null ? { id: body.ticket_id, number } : null,
    minutes: body.duration_minutes,
  })
}

/** The route by which a person of a partner asks for more access in a tenant (B13). */
export function makeAskRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/partner/elevations',
    summary: 'Ask for more access in a tenant for a while',
    input: { body: AskInput },
    access: { permission: 'partner_org.links.read' },
    limit: 'write',
    problems: [...REFUSED_AS_ACTING, 'ELEVATION_OPEN', 'ELEVATION_STATE_CONFLICT'],
    responses: { 201: ElevationBody },
    async handle({ mandate, body, trace }) {
      const id = await ask(mandate, body, trace.ip)
      const row = await getElevation(mandate, idFromUuid('elevation', id))
      recordElevation(mandate, row, { action: 'elevations.request', reason: row.reason })
      await announceElevation(mandate, row, { news: 'requested', origin: services.publicOrigin() })
      return toElevation(row, mandate)
    },
  })
}
