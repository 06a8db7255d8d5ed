import { LINK_ROLES, LINK_STATUSES, RELATIONSHIP_TYPES } from '@liaison/access'
import { z } from 'zod'
import { tenantsOfGroup } from '#modules/portfolio/index.ts'
import type { Mandate } from '#platform/mandate.ts'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { Money, toMoney } from '#platform/money.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { commaList, publicId, searchText, wholeNumber } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { followActivation } from './activation.ts'
import { listChanges } from './change-store.ts'
import { recordLinkEvent } from './events.ts'
import type { LinkAction } from './events.ts'
import { LinkParams, ReasonBody } from './inputs.ts'
import { announce } from './mails.ts'
import type { LinkNews } from './mails.ts'
import { listIndirect } from './request-store.ts'
import { addDays, toSnapshot, termsOf } from './rules.ts'
import { listPeople } from './people-store.ts'
import { changeDelegation, getLink, hasStrongMember, isKnown, listHistory, listLinks } from './store.ts'
import type { KnownLink } from './store.ts'
import type { LinkRow } from './tables.ts'
import {
  canAndCannot,
  ChangeBody,
  HistoryBody,
  LinkBody,
  PersonBody,
  toChange,
  toHistory,
  toPartnerLink,
  toPerson,
  withVersion,
} from './view.ts'

const LinkDetail = LinkBody.extend({
  can: z.array(z.string()),
  cannot: z.array(z.string()),
  members: z.array(PersonBody),
  changes: z.array(ChangeBody),
  history: z.array(HistoryBody),
}).strict()

/** A link that the caller read in this version and whose tenant is known. Throws PRECONDITION_FAILED, LINK_STATE_CONFLICT. */
export async function getLinkToChange(
  mandate: Mandate<'program'>,
  id: LinkRow['id'] & z.output<typeof LinkParams>['link_id'],
  version: number,
): Promise<KnownLink> {
  const row = await getLink(mandate, id)
  if (row.version !== version)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The link changed after it was read.')
  if (!isKnown(row))
    throw new ProblemError(409, 'LINK_STATE_CONFLICT', 'No organisation has answered this request.')
  return row
}

/** Refuses unless the link is in one of these states. */
export function requireStatus(row: LinkRow, allowed: readonly LinkRow['status'][]): void {
  if (allowed.includes(row.status)) return
  throw new ProblemError(409, 'LINK_STATE_CONFLICT', `This is not done to a link that is ${row.status}.`, {
    details: { status: row.status, allowed_from: [...allowed] },
  })
}

interface Move {
  readonly path: 'suspend' | 'resume' | 'terminate' | 'decline'
  readonly summary: string
  readonly from: readonly LinkRow['status'][]
  readonly to: LinkRow['status']
  readonly action: LinkAction
  readonly news: LinkNews
}

const MOVES: readonly Move[] = [
  {
    path: 'decline',
    summary: "Decline a tenant's invitation",
    from: ['requested'],
    to: 'declined',
    action: 'links.decline',
    news: 'invitation_declined',
  },
  {
    path: 'suspend',
    summary: 'Suspend a link',
    from: ['active'],
    to: 'suspended',
    action: 'links.suspend',
    news: 'suspended',
  },
  {
    path: 'resume',
    summary: 'Resume a link that your side suspended',
    from: ['suspended'],
    to: 'active',
    action: 'links.resume',
    news: 'resumed',
  },
  {
    path: 'terminate',
    summary: 'End a link',
    from: ['approved', 'active', 'suspended'],
    to: 'revoked',
    action: 'links.terminate',
    news: 'revoked',
  },
]

function makeMoveRoute(services: Services, move: Move): Route {
  return route({
    method: 'POST',
    path: `/api/v1/partner/links/:link_id/${move.path}`,
    summary: move.summary,
    input: { params: LinkParams, body: ReasonBody },
    access: { permission: 'partner_org.links.manage' },
    limit: 'write',
    ifMatch: true,
    problems: ['LINK_NOT_FOUND', 'LINK_STATE_CONFLICT'],
    responses: { 200: LinkBody },
    async handle({ mandate, params, body, expectedVersion }) {
      const row = await getLinkToChange(mandate, params.link_id, expectedVersion)
      requireStatus(row, move.from)
      if (move.to === 'declined' && row.initiated_by !== 'tenant')
        throw new ProblemError(
          409,
          'LINK_STATE_CONFLICT',
          'You asked for this yourself; take it back instead.',
        )
      await changeDelegation(mandate, row, {
        to: move.to,
        reason: body.reason,
        event: move.news,
        detail: { reason: body.reason ?? null },
      })
      recordLinkEvent(mandate, row, {
        action: move.action,
        reason: body.reason,
        changes: { status: { before: row.status, after: move.to } },
      })
      await announce(mandate, row, { news: move.news, reason: body.reason, origin: services.publicOrigin() })
      const after = await getLink(mandate, params.link_id)
      return withVersion(toPartnerLink(after, mandate.origin.now), after)
    },
  })
}

function makeAcceptRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/partner/links/:link_id/accept',
    summary: "Accept a tenant's invitation",
    input: { params: LinkParams, body: ReasonBody },
    access: { permission: 'partner_org.links.accept' },
    limit: 'write',
    ifMatch: true,
    problems: ['LINK_NOT_FOUND', 'LINK_STATE_CONFLICT', 'FULL_ROLE_TAKEN', 'SECOND_APPROVER_NEEDED'],
    responses: { 200: LinkBody },
    async handle({ mandate, params, expectedVersion }) {
      const { now } = mandate.origin
      const row = await getLinkToChange(mandate, params.link_id, expectedVersion)
      requireStatus(row, ['requested'])
      const isDue =
        row.starts_at.getTime() <= now.getTime() && (await hasStrongMember(mandate, row.partner_id))
      await changeDelegation(mandate, row, {
        to: isDue ? 'active' : 'approved',
        event: 'approved',
        set: {
          approved_by: mandate.actor.id,
          approved_by_name: mandate.actor.name,
          approved_at: now,
          approval_basis: 'partner_acceptance',
          approval_snapshot: JSON.stringify(toSnapshot(termsOf(row), now, row)),
        },
      })
      recordLinkEvent(mandate, row, {
        action: 'links.accept',
        changes: { status: { before: 'requested', after: isDue ? 'active' : 'approved' } },
      })
      await announce(mandate, row, {
        news: isDue ? 'approved' : 'approved_ahead',
        origin: services.publicOrigin(),
      })
      if (isDue) await followActivation(mandate, row, services.publicOrigin())
      const after = await getLink(mandate, params.link_id)
      return withVersion(toPartnerLink(after, now), after)
    },
  })
}

const LinkQuery = z.strictObject({
  status: commaList(z.enum(LINK_STATUSES)).optional(),
  access_role: commaList(z.enum(LINK_ROLES)).optional(),
  type: commaList(z.enum(RELATIONSHIP_TYPES)).optional(),
  tenant: searchText().optional(),
  tenant_id: publicId('tenant').optional(),
  group: publicId('tenant_group')
    .optional()
    .meta({ description: 'Only tenants of this group of the own partner, its exclusions left out.' }),
  expiring_within_days: wholeNumber(0, 730).optional(),
  ...pageQuery,
})

const listRoute = route({
  method: 'GET',
  path: '/api/v1/partner/links',
  summary: 'List the links of the own partner, live ones first',
  input: { query: LinkQuery },
  access: { permission: 'partner_org.links.read' },
  limit: 'list',
  problems: ['GROUP_NOT_FOUND'],
  responses: { 200: z.strictObject(pageOf(LinkBody)) },
  async handle({ mandate, query }) {
    const { type, group, ...rest } = query
    const tenantIds = group && (await tenantsOfGroup(mandate, group))
    const filter = { ...rest, relationship_type: type, tenant_ids: tenantIds }
    const { rows, total } = await listLinks(mandate, filter, query)
    return toPage(
      rows.map((row) => toPartnerLink(row, mandate.origin.now, mandate.partner.name)),
      query,
      total,
    )
  },
})

const detailRoute = route({
  method: 'GET',
  path: '/api/v1/partner/links/:link_id',
  summary: 'Read a link with its people, changes and history',
  input: { params: LinkParams },
  access: { permission: 'partner_org.links.read' },
  limit: 'detail',
  problems: ['LINK_NOT_FOUND'],
  responses: { 200: LinkDetail },
  async handle({ mandate, params }) {
    const { now } = mandate.origin
    const row = await getLink(mandate, params.link_id)
    const isOpen = isKnown(row)
    const [people, changes, history] = isOpen
      ? [
          await listPeople(mandate, row.id),
          await listChanges(mandate, { linkId: row.id }),
          await listHistory(mandate, row.id),
        ]
      : [[], [], []]
    return withVersion(
      {
        ...toPartnerLink(row, now, mandate.partner.name),
        ...canAndCannot(row, now),
        members: people.map(toPerson),
        changes: changes.map((change) => toChange(change, [...change.difference])),
        history: history.map(toHistory),
      },
      row,
    )
  },
})

const indirectRoute = route({
  method: 'GET',
  path: '/api/v1/partner/indirect-links',
  summary: 'The links that name the own partner as distributor: state and totals, nothing else',
  input: {},
  access: { permission: 'partner_org.links.read' },
  limit: 'list',
  responses: {
    200: z.strictObject({
      items: z.array(
        z.strictObject({
          link_id: z.string(),
          tenant_name: z.string(),
          partner_name: z.string(),
          status: z.string(),
          access_role: z.enum(LINK_ROLES),
          ends_at: z.string().nullable(),
          outstanding: z.array(Money),
        }),
      ),
    }),
  },
  async handle({ mandate }) {
    const rows = await listIndirect(mandate)
    return {
      items: rows.map(({ totals, ends_at: end, link_id: id, ...row }) => ({
        ...row,
        link_id: publicIdOf('link', id),
        ends_at: end?.toISOString() ?? null,
        outstanding: totals.map((total) => toMoney(total.outstanding_minor, total.currency)),
      })),
    }
  },
})

/** The routes by which a partner sees and moves its links. */
export function makePartnerLinkRoutes(services: Services): readonly Route[] {
  return [
    listRoute,
    detailRoute,
    indirectRoute,
    makeAcceptRoute(services),
    ...MOVES.map((move) => makeMoveRoute(services, move)),
  ]
}

/** The end that a partner asks for when it names none: a year after the present end, at most two years from now. */
export function askedEnd(row: LinkRow, now: Date): Date | null {
  if (row.ends_at === null) return null
  const later = Math.max(row.ends_at.getTime(), now.getTime())
  return new Date(Math.min(addDays(new Date(later), 365).getTime(), addDays(now, 730).getTime()))
}
