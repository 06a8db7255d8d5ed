import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText } from '#platform/route-input.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { recordLinkEvent } from './events.ts'
import {
  cancelExports,
  CHECKLIST_ITEMS,
  findHandover,
  insertHandover,
  listChecklist,
  listOpenTickets,
  tickItem,
} from './handover-store.ts'
import { LinkParams, LinkTermsInput } from './inputs.ts'
import { announce } from './mails.ts'
import { requireStatus } from './routes-partner.ts'
import { getTenantLink, invite } from './routes-tenant.ts'
import { changeDelegation } from './store.ts'
import type { KnownLink } from './store.ts'

const FULL_ROLES: ReadonlySet<KnownLink['access_role']> = new Set(['msp_full', 'enterprise_hq'])

const HandoverBody = z.strictObject({
  partner_slug: z.string().max(63).meta({ description: 'The code of the partner that takes over.' }),
  ...LinkTermsInput,
  ends: z.enum(['now', 'at_acceptance']).meta({
    description: 'Whether the old access stops now, or in the moment in which the new partner accepts.',
  }),
  reason: plainText(1, 500),
})

const TicketBody = z.strictObject({
  ticket_id: z.string(),
  number: z.string(),
  subject: z.string(),
  status: z.string(),
  assigned_to_name: z.string().nullable(),
})

const HandoverAnswer = z.strictObject({
  old_link_id: z.string(),
  new_link_id: z.string(),
  ends: z.enum(['now', 'at_acceptance']),
  open_tickets: z.array(TicketBody),
  cancelled_exports: z.int(),
})

const linkIdOf = (uuid: string) => publicIdOf('link', uuid)

async function readTickets(mandate: Mandate<'tenant'>, row: KnownLink) {
  const tickets = await listOpenTickets(mandate, row)
  return tickets.map(({ id, ...ticket }) => ({
    ticket_id: publicIdOf('ticket', id),
    ...ticket,
  }))
}

function requirePossible(row: KnownLink, body: z.output<typeof HandoverBody>): void {
  requireStatus(row, ['active', 'suspended'])
  if (body.partner_slug === row.partner_slug)
    throw new ProblemError(409, 'LINK_STATE_CONFLICT', 'The work is with this partner already.')
  const bothFull = FULL_ROLES.has(row.access_role) && FULL_ROLES.has(body.access_role)
  if (body.ends === 'at_acceptance' && bothFull)
    throw new ProblemError(
      409,
      'FULL_ROLE_TAKEN',
      'Two partners cannot both have the full role. Stop the old access now, or give the new partner a smaller role first.',
    )
}

async function stopOld(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  told: { readonly reason: string; readonly origin: string },
): Promise<void> {
  await changeDelegation(mandate, row, {
    to: 'revoked',
    reason: told.reason,
    event: 'revoked',
    detail: { reason: told.reason, handover: true },
  })
  recordLinkEvent(mandate, row, {
    action: 'links.revoke',
    reason: told.reason,
    changes: { status: { before: row.status, after: 'revoked' } },
  })
  await announce(mandate, row, { news: 'revoked', ...told })
}

/** Moves the work of one partner to another in one transaction: files under way are cancelled, the other one is invited. */
async function handOver(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  { body, origin }: { readonly body: z.output<typeof HandoverBody>; readonly origin: string },
): Promise<z.output<typeof HandoverAnswer>> {
  requirePossible(row, body)
  const { ends, reason, ...terms } = body
  const tickets = await readTickets(mandate, row)
  const cancelled = await cancelExports(mandate, row.partner_id)
  if (ends === 'now') await stopOld(mandate, row, { reason, origin })
  const next = await invite(mandate, { ...terms, own_accounts_only: row.own_accounts_only }, origin)
  await insertHandover(mandate, { oldId: row.id, newId: next.id, ends })
  recordLinkEvent(mandate, row, {
    action: 'links.handover',
    reason,
    changes: { to: next.partner_name, ends, cancelled_exports: cancelled },
    // Who comes next is not the old partner's business.
    isOfTenantAlone: true,
  })
  if (ends === 'at_acceptance')
    await announce(mandate, row, { news: 'handed_over', reason, origin, about: next.partner_name ?? '' })
  return {
    old_link_id: linkIdOf(row.id),
    new_link_id: linkIdOf(next.id),
    ends,
    open_tickets: tickets,
    cancelled_exports: cancelled,
  }
}

function makeHandoverRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/tenant/partner-access/links/:link_id/handover',
    summary: 'Hand the work of a partner over to another one, in one step',
    input: { params: LinkParams, body: HandoverBody },
    access: { permission: 'tenant.partner_access.approve' },
    limit: 'write',
    problems: [
      'LINK_NOT_FOUND',
      'LINK_STATE_CONFLICT',
      'PARTNER_NOT_INVITED',
      'LINK_ALREADY_LIVE',
      'LINK_WITH_ITSELF',
      'FULL_ROLE_TAKEN',
    ],
    responses: { 201: HandoverAnswer },
    async handle({ mandate, params, body }) {
      const row = await getTenantLink(mandate, params.link_id)
      const answer = await handOver(mandate, row, { body, origin: services.publicOrigin() })
      return sent(answer, { Location: `/api/v1/tenant/partner-access/links/${answer.new_link_id}` })
    },
  })
}

const ChecklistBody = z.strictObject({
  items: z.array(
    z.strictObject({
      item: z.enum(CHECKLIST_ITEMS),
      done_at: z.string().nullable(),
      done_by_name: z.string().nullable(),
    }),
  ),
  open_tickets: z.array(TicketBody),
  handover: z
    .strictObject({
      new_link_id: z.string(),
      ends: z.enum(['now', 'at_acceptance']),
      decided_at: z.string(),
      decided_by_name: z.string(),
    })
    .nullable(),
})

async function readChecklist(mandate: Mandate<'tenant'>, row: KnownLink) {
  const rows = await listChecklist(mandate, row.id)
  const handover = await findHandover(mandate, row.id)
  return {
    items: CHECKLIST_ITEMS.flatMap((item) => {
      const known = rows.find((one) => one.item === item)
      return known
        ? [{ item, done_at: known.done_at?.toISOString() ?? null, done_by_name: known.done_by_name }]
        : []
    }),
    open_tickets: await readTickets(mandate, row),
    handover: handover
      ? {
          new_link_id: linkIdOf(handover.new_link_id),
          ends: handover.ends,
          decided_at: handover.decided_at.toISOString(),
          decided_by_name: handover.decided_by_name,
        }
      : null,
  }
}

const checklistRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/tenant/partner-access/links/:link_id/checklist',
    summary: 'What is left to do after a partner went, with the tickets it leaves open',
    input: { params: LinkParams },
    access: { permission: 'tenant.partner_access.read' },
    limit: 'detail',
    problems: ['LINK_NOT_FOUND'],
    responses: { 200: ChecklistBody },
    async handle({ mandate, params }) {
      const row = await getTenantLink(mandate, params.link_id)
      noteRead(mandate, {
        action: 'tenant.partner_access.read',
        resource: { type: 'link', id: row.id, label: row.partner_name ?? '' },
      })
      return readChecklist(mandate, row)
    },
  }),
  route({
    method: 'PUT',
    path: '/api/v1/tenant/partner-access/links/:link_id/checklist/:item',
    summary: 'Tick an item off, or take the tick back',
    input: {
      params: LinkParams.extend({ item: z.enum(CHECKLIST_ITEMS) }).strict(),
      body: z.strictObject({ done: z.boolean() }),
    },
    access: { permission: 'tenant.partner_access.revoke' },
    limit: 'write',
    problems: ['LINK_NOT_FOUND', 'LINK_STATE_CONFLICT'],
    responses: { 200: ChecklistBody },
    async handle({ mandate, params, body }) {
      const row = await getTenantLink(mandate, params.link_id)
      if (!(await tickItem(mandate, row.id, { item: params.item, done: body.done })))
        throw new ProblemError(
          409,
          'LINK_STATE_CONFLICT',
          'There is no checklist while the access is not stopped.',
        )
      recordLinkEvent(mandate, row, {
        action: 'links.note',
        changes: { checklist: { item: params.item, done: body.done } },
        isOfTenantAlone: true,
      })
      return readChecklist(mandate, row)
    },
  }),
]

/** The routes by which a tenant hands over from one partner to another and works off what is left (B10). */
export function makeHandoverRoutes(services: Services): readonly Route[] {
  return [makeHandoverRoute(services), ...checklistRoutes]
}
