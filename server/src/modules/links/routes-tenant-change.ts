import { classifyChange, idFromUuid } from '@liaison/access'
import type { LinkTerms } from '@liaison/access'
import { z } from 'zod'
import { FirstCountsOrNone, stillDecides } from '#platform/first-approver.ts'
import { noteRead, requireAlso } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { instant, plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { applyChoice, tenantTermsOf } from './approval.ts'
import { decideChange, getChange, holdChange, listChanges } from './change-store.ts'
import { recordLinkEvent } from './events.ts'
import { ConditionsInput, DenyInput, LinkParams, ReasonBody, RoleName } from './inputs.ts'
import { announce } from './mails.ts'
import { requireStatus } from './routes-partner.ts'
import { getTenantLink } from './routes-tenant.ts'
import { countActivity } from './people-store.ts'

import { approveChange, changeRowsNow, colleagueCounts, digestsOf, limitOf } from './tenant-changes.ts'
import { FirstApprovalBody, SecondBody, toTenantLink } from './tenant-view.ts'
import { changeAsTenant } from './tenant-widening.ts'
import type { KnownLink } from './store.ts'
import { ChangeBody, toChange, withVersion } from './view.ts'

const ChoiceBody = {
  access_role: RoleName.optional(),
  deny: DenyInput.optional().meta({
    description: 'Every pattern that is denied; leaving one out takes its denial away.',
  }),
  ends_at: instant().nullable().optional(),
  conditions: ConditionsInput.optional(),
  auto_renew_days: z.union([z.literal(0), z.literal(180)]).optional(),
  own_accounts_only: z
    .boolean()
    .optional()
    .meta({ description: "Whether the link opens the partner's own accounts alone." }),
} as const

function makePatchRoute(services: Services): Route {
  return route({
    method: 'PATCH',
    path: '/api/v1/tenant/partner-access/links/:link_id',
    summary: 'Change what a link allows; more asks for the permission to approve',
    input: {
      params: LinkParams,
      body: z.strictObject({ ...ChoiceBody, reason: plainText(1, 500).optional() }),
    },
    access: { permission: 'tenant.partner_access.revoke' },
    limit: 'write',
    ifMatch: true,
    problems: ['LINK_NOT_FOUND', 'LINK_STATE_CONFLICT', 'FULL_ROLE_TAKEN', 'SECOND_APPROVER_NEEDED'],
    responses: { 200: SecondBody },
    async handle({ mandate, params, body, expectedVersion }) {
      const { now } = mandate.origin
      const row = await getTenantLink(mandate, params.link_id)
      if (row.version !== expectedVersion)
        throw new ProblemError(412, 'PRECONDITION_FAILED', 'The link changed after it was read.')
      requireStatus(row, ['approved', 'active', 'suspended'])
      const { reason, ...choice } = body
      const before = await tenantTermsOf(mandate, row)
      const terms = applyChoice(before, choice, now)
      const change = classifyChange(before, terms, now)
      if (change.kind === 'widening' || change.kind === 'mixed')
        requireAlso(mandate, 'tenant.partner_access.approve')
      const waits = await changeAsTenant(mandate, row, {
        choice,
        terms,
        change,
        reason: reason ?? null,
        origin: services.publicOrigin(),
      })
      const after = await getTenantLink(mandate, params.link_id)
      const link = await toTenantLink(mandate, after, await countActivity(mandate, mandate.tenant.id))
      return withVersion({ ...link, waits_for_second: waits }, after)
    },
  })
}

const TenantChangeBody = z.strictObject({
  ...ChangeBody.shape,
  partner_name: z.string(),
  snapshot_token: z.string().nullable(),
  first_approval: FirstApprovalBody,
  request_counts: FirstCountsOrNone,
  may_approve: z
    .boolean()
    .meta({ description: 'False to whoever asked for it, and to whoever approved it first.' }),
})

type Waiting = Awaited<ReturnType<typeof getChange>>

/** The approval of one person that a change has, where what was read then is what stands now. */
async function firstApprovalOf(mandate: Mandate<'tenant'>, change: Waiting) {
  return {
    name: change.first_approved_by_name ?? '',
    at: change.first_approved_at?.toISOString() ?? '',
    counts: await stillDecides(mandate, change.first_approved_by ?? null),
  }
}

/** Whether what a colleague wants counts as the first of two; null for what a partner asks, and once it is decided. */
async function requestCounts(
  mandate: Mandate<'tenant'>,
  change: Waiting,
  row: KnownLink,
): Promise<boolean | null> {
  if (change.status !== 'waiting' || change.begun_by === 'partner') return null
  return colleagueCounts(mandate, change, { row, role: change.proposal.access_role ?? row.access_role })
}

async function toTenantChange(
  mandate: Mandate<'tenant'>,
  change: Waiting,
): Promise<z.output<typeof TenantChangeBody>> {
  const row = await getTenantLink(mandate, idFromUuid('link', change.link_id))
  const terms: LinkTerms = await tenantTermsOf(mandate, row)
  const limit = await limitOf(mandate)
  const rows = changeRowsNow(change, terms, limit)
  const shown = change.status === 'waiting' ? digestsOf({ change, row, terms }, limit) : null
  const counts = await requestCounts(mandate, change, row)
  const isApproved = shown !== null && change.first_read === shown.read
  return {
    ...toChange(change, rows),
    partner_name: row.partner_name ?? '',
    snapshot_token: shown?.token ?? null,
    first_approval: isApproved ? await firstApprovalOf(mandate, change) : null,
    request_counts: counts,
    may_approve:
      shown !== null &&
      counts !== false &&
      change.requested_by !== mandate.actor.id &&
      !(isApproved && change.first_approved_by === mandate.actor.id),
  }
}

const ChangeParams = z.strictObject({ change_request_id: publicId('change_request') })

const listRoute = route({
  method: 'GET',
  path: '/api/v1/tenant/partner-access/changes',
  summary: 'What partners ask to change',
  input: {
    query: z.strictObject({
      status: z.enum(['waiting', 'approved', 'declined', 'withdrawn', 'lapsed']).optional(),
    }),
  },
  access: { permission: 'tenant.partner_access.read' },
  limit: 'list',
  responses: { 200: z.strictObject({ items: z.array(TenantChangeBody) }) },
  async handle({ mandate, query }) {
    const items = []
    for (const change of await listChanges(mandate, { status: query.status }))
      items.push(await toTenantChange(mandate, change))
    noteRead(mandate, { action: 'tenant.partner_access.read', rowCount: items.length })
    return { items }
  },
})

function makeApproveRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/tenant/partner-access/changes/:change_request_id/approve',
    summary: 'Allow what a partner, or a colleague, asked to change; the second of two people applies it',
    input: { params: ChangeParams, body: z.strictObject({ snapshot_token: z.string().max(100) }) },
    access: { permission: 'tenant.partner_access.approve' },
    limit: 'write',
    problems: [
      'CHANGE_NOT_FOUND',
      'LINK_STATE_CONFLICT',
      'SNAPSHOT_STALE',
      'FULL_ROLE_TAKEN',
      'SECOND_APPROVER_NEEDED',
    ],
    responses: { 200: TenantChangeBody },
    async handle({ mandate, params, body }) {
      const change = await holdChange(mandate, params.change_request_id)
      const row = await getTenantLink(mandate, idFromUuid('link', change.link_id))
      requireStatus(row, ['approved', 'active', 'suspended', 'expired'])
      await approveChange(mandate, change, {
        row,
        token: body.snapshot_token,
        origin: services.publicOrigin(),
      })
      return toTenantChange(mandate, await getChange(mandate, params.change_request_id))
    },
  })
}

function makeDeclineRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/tenant/partner-access/changes/:change_request_id/decline',
    summary: 'Leave a link as it is',
    input: { params: ChangeParams, body: ReasonBody },
    access: { permission: 'tenant.partner_access.revoke' },
    limit: 'write',
    problems: ['CHANGE_NOT_FOUND', 'LINK_STATE_CONFLICT'],
    responses: { 200: TenantChangeBody },
    async handle({ mandate, params, body }) {
      const change = await getChange(mandate, params.change_request_id)
      const row = await getTenantLink(mandate, idFromUuid('link', change.link_id))
      await decideChange(mandate, change.id, 'declined')
      recordLinkEvent(mandate, row, {
        action: 'change_requests.decline',
        reason: body.reason,
        isOfTenantAlone: change.begun_by === 'tenant',
      })
      if (change.begun_by === 'tenant')
        return toTenantChange(mandate, await getChange(mandate, params.change_request_id))
      await announce(mandate, row, {
        news: 'change_declined',
        reason: body.reason,
        origin: services.publicOrigin(),
      })
      return toTenantChange(mandate, await getChange(mandate, params.change_request_id))
    },
  })
}

/** The routes by which a tenant changes links and decides about changes that partners ask for. */
export function makeTenantChangeRoutes(services: Services): readonly Route[] {
  return [makePatchRoute(services), listRoute, makeApproveRoute(services), makeDeclineRoute(services)]
}
