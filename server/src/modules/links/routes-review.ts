import { LINK_ROLES, newestRoleTemplate, ROLE_TITLES } from '@liaison/access'
import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { recordLinkEvent } from './events.ts'
import { LinkParams, ReasonBody } from './inputs.ts'
import { announce } from './mails.ts'
import { countActivity } from './people-store.ts'
import { moveReview } from './review-store.ts'
import { addedBy, droppedBy, findDrift } from './role-versions.ts'
import { requireStatus } from './routes-partner.ts'
import { getTenantLink } from './routes-tenant.ts'
import { nextReview } from './rules.ts'
import { changeDelegation, isKnown, listLinks } from './store.ts'
import type { KnownLink } from './store.ts'
import { TenantLinkBody, toTenantLink } from './tenant-view.ts'
import { takeVersion } from './tenant-widening.ts'
import { withVersion } from './view.ts'

/** Confirms that an access is still right; one that was suspended because nobody did works again. */
async function confirm(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
  told: { readonly reason: string | undefined; readonly origin: string },
): Promise<void> {
  const { now } = mandate.origin
  const due = nextReview(now)
  await moveReview(mandate, row.id, due)
  // A reason is written by whoever suspends; only the clock suspends because nobody confirmed.
  const resumes = row.stored_status === 'suspended' && row.status_changed_by_side === 'clock'
  await changeDelegation(mandate, row, {
    ...(resumes && { to: 'active' as const }),
    event: 'reviewed',
    detail: { before: row.review_due_at, after: due, reason: told.reason ?? null },
  })
  recordLinkEvent(mandate, row, {
    action: 'links.review',
    reason: told.reason,
    changes: { review_due_at: { before: row.review_due_at, after: due } },
  })
  await announce(mandate, row, { news: 'reviewed', about: due, ...told })
}

function makeReviewRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/tenant/partner-access/links/:link_id/review',
    summary: 'Confirm that an access is still right; the next review is due 180 days later',
    input: { params: LinkParams, body: ReasonBody },
    access: { permission: 'tenant.partner_access.approve' },
    limit: 'write',
    problems: ['LINK_NOT_FOUND', 'LINK_STATE_CONFLICT'],
    responses: { 200: TenantLinkBody },
    async handle({ mandate, params, body }) {
      const row = await getTenantLink(mandate, params.link_id)
      requireStatus(row, ['approved', 'active', 'suspended', 'expired'])
      await confirm(mandate, row, { reason: body.reason, origin: services.publicOrigin() })
      const after = await getTenantLink(mandate, params.link_id)
      const activity = await countActivity(mandate, mandate.tenant.id)
      return withVersion(await toTenantLink(mandate, after, activity), after)
    },
  })
}

const DriftBody = z.strictObject({
  access_role: z.enum(LINK_ROLES),
  role_title: z.string(),
  from_version: z.int(),
  to_version: z.int(),
  links: z.int(),
  partners: z.array(z.string()),
  adds: z.array(z.string()),
  takes: z.array(z.string()),
})

async function driftOf(mandate: Mandate<'tenant'>) {
  const status: KnownLink['status'][] = ['approved', 'active', 'suspended']
  const { rows } = await listLinks(mandate, { status }, { limit: 1000, offset: 0 })
  return findDrift(rows.filter(isKnown))
}

const driftRoute = route({
  method: 'GET',
  path: '/api/v1/tenant/partner-access/role-versions',
  summary: 'The links that could take a newer version of their role, and what it would add',
  input: {},
  access: { permission: 'tenant.partner_access.read' },
  limit: 'detail',
  responses: { 200: z.strictObject({ items: z.array(DriftBody) }) },
  async handle({ mandate }) {
    const groups = await driftOf(mandate)
    noteRead(mandate, { action: 'tenant.partner_access.read', rowCount: groups.length })
    return {
      items: groups.map(({ role, from, to, links }) => ({
        access_role: role,
        role_title: ROLE_TITLES[role],
        from_version: from,
        to_version: to,
        links: links.length,
        partners: links.map((link) => link.partner_name ?? ''),
        adds: [...new Set(links.flatMap((link) => addedBy(link)))],
        takes: [...new Set(links.flatMap(droppedBy))],
      })),
    }
  },
})

const AcceptBody = z.strictObject({
  access_role: z.enum(LINK_ROLES),
  from_version: z.int().min(0).max(1000),
  to_version: z.int().min(1).max(1000),
})

function makeAcceptRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/tenant/partner-access/role-versions/accept',
    summary: 'Take the newest version of a role for every link that is on this older one',
    input: { body: AcceptBody },
    access: { permission: 'tenant.partner_access.approve' },
    limit: 'write',
    problems: ['SNAPSHOT_STALE', 'SECOND_APPROVER_NEEDED'],
    responses: {
      200: z.strictObject({
        links: z.int(),
        waiting: z.int().meta({ description: 'Links for which a second person is asked first.' }),
      }),
    },
    async handle({ mandate, body }) {
      const groups = await driftOf(mandate)
      const group = groups.find((one) => one.role === body.access_role && one.from === body.from_version)
      if (!group || group.to !== body.to_version)
        throw new ProblemError(409, 'SNAPSHOT_STALE', 'The versions changed since you read them.')
      let waiting = 0
      for (const link of group.links) {
        const { version } = newestRoleTemplate(link.access_role)
        if (await takeVersion(mandate, link, { version, origin: services.publicOrigin() })) waiting += 1
      }
      return { links: group.links.length - waiting, waiting }
    },
  })
}

/** The routes by which a tenant confirms accesses and takes new versions of roles. */
export function makeReviewRoutes(services: Services): readonly Route[] {
  return [makeReviewRoute(services), driftRoute, makeAcceptRoute(services)]
}
