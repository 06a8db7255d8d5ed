import { LINK_ROLES, LINK_STATUSES } from '@liaison/access'
import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { commaList, publicId, searchText, wholeNumber } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { recordLinkEvent } from './events.ts'
import type { LinkAction } from './events.ts'
import { LinkParams, ReasonBody } from './inputs.ts'
import { announce } from './mails.ts'
import type { LinkNews } from './mails.ts'
import { requireStatus } from './routes-partner.ts'
import { listPeople } from './people-store.ts'
import { changeDelegation, getLink, isKnown, listHistory, listLinks } from './store.ts'
import type { KnownLink } from './store.ts'
import {
  canAndCannot,
  HistoryBody,
  LinkBody,
  PersonBody,
  toHistory,
  toPartnerLink,
  toPerson,
  withVersion,
} from './view.ts'

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/admin/partner-access/links',
    summary: 'Every link, without the data behind it',
    input: {
      query: z.strictObject({
        status: commaList(z.enum(LINK_STATUSES)).optional(),
        access_role: commaList(z.enum(LINK_ROLES)).optional(),
        tenant: searchText().optional(),
        tenant_id: publicId('tenant').optional(),
        partner_id: publicId('partner').optional(),
        expiring_within_days: wholeNumber(0, 730).optional(),
        ...pageQuery,
      }),
    },
    access: { permission: 'platform.links.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(LinkBody)) },
    async handle({ mandate, query }) {
      const { rows, total } = await listLinks(mandate, query, query)
      return toPage(
        rows.map((row) => toPartnerLink(row, mandate.origin.now)),
        query,
        total,
      )
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/admin/partner-access/links/:link_id',
    summary: 'One link with its people and history',
    input: { params: LinkParams },
    access: { permission: 'platform.links.read' },
    limit: 'detail',
    problems: ['LINK_NOT_FOUND'],
    responses: {
      200: LinkBody.extend({
        can: z.array(z.string()),
        cannot: z.array(z.string()),
        members: z.array(PersonBody),
        history: z.array(HistoryBody),
      }).strict(),
    },
    async handle({ mandate, params }) {
      const { now } = mandate.origin
      const row = await getLink(mandate, params.link_id)
      return withVersion(
        {
          ...toPartnerLink(row, now),
          ...canAndCannot(row, now),
          members: (await listPeople(mandate, row.id)).map(toPerson),
          history: (await listHistory(mandate, row.id)).map(toHistory),
        },
        row,
      )
    },
  }),
]

interface Move {
  readonly path: 'suspend' | 'resume' | 'revoke'
  readonly summary: string
  readonly from: readonly KnownLink['status'][]
  readonly to: KnownLink['status']
  readonly action: LinkAction
  readonly news: LinkNews
}

const MOVES: readonly Move[] = [
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
    summary: 'Resume a link that the provider suspended',
    from: ['suspended'],
    to: 'active',
    action: 'links.resume',
    news: 'resumed',
  },
  {
    path: 'revoke',
    summary: 'Stop a link for good',
    from: ['approved', 'active', 'suspended'],
    to: 'revoked',
    action: 'links.revoke',
    news: 'revoked',
  },
]

function makeMoveRoute(services: Services, move: Move): Route {
  return route({
    method: 'POST',
    path: `/api/v1/admin/partner-access/links/:link_id/${move.path}`,
    summary: move.summary,
    input: { params: LinkParams, body: ReasonBody },
    access: { permission: 'platform.links.manage' },
    limit: 'write',
    problems: ['LINK_NOT_FOUND', 'LINK_STATE_CONFLICT'],
    responses: { 200: LinkBody },
    async handle({ mandate, params, body }) {
      const row = await getLink(mandate, params.link_id)
      requireStatus(row, move.from)
      if (!isKnown(row)) throw new Error('The provider reads links with their tenant.')
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

/** The routes by which the provider sees and stops links. */
export function makeAdminLinkRoutes(services: Services): readonly Route[] {
  return [...readRoutes, ...MOVES.map((move) => makeMoveRoute(services, move))]
}
