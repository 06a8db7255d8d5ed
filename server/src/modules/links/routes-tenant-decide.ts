import { z } from 'zod'
import { ProblemError } from '#platform/problem.ts'
import { instant, plainText } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { agreeToInvitation, approveLink, tenantTermsOf } from './approval.ts'
import { recordLinkEvent } from './events.ts'
import type { LinkAction } from './events.ts'
import { ConditionsInput, DenyInput, LinkParams, ReasonBody, RoleName } from './inputs.ts'
import { announce } from './mails.ts'
import type { LinkNews } from './mails.ts'
import { getTenantLink } from './routes-tenant.ts'
import { holdLink } from './policy-store.ts'
import { requireStatus } from './routes-partner.ts'
import { deniedPatterns } from './rules.ts'
import { countActivity } from './people-store.ts'
import { changeDelegation } from './store.ts'
import type { KnownLink } from './store.ts'
import { SecondBody, TenantLinkBody, toTenantLink } from './tenant-view.ts'
import { renewAsTenant } from './tenant-widening.ts'
import { withVersion } from './view.ts'

/** What an approver takes away from what was asked. */
export const AcceptInput = z
  .strictObject({
    access_role: RoleName.optional(),
    deny: DenyInput.optional().meta({
      description: 'Patterns that are taken away besides those of the request.',
    }),
    ends_at: instant().optional(),
    conditions: ConditionsInput.optional(),
    own_accounts_only: z
      .literal(true)
      .optional()
      .meta({ description: "Opens the partner's own accounts alone." }),
  })
  .default({})

function makeApproveRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/tenant/partner-access/links/:link_id/approve',
    summary: 'Allow what was asked, or less; agree as the second person to an invitation',
    input: {
      params: LinkParams,
      body: z.strictObject({ accept: AcceptInput, snapshot_token: z.string().max(100) }),
    },
    access: { permission: 'tenant.partner_access.approve' },
    limit: 'write',
    problems: [
      'LINK_NOT_FOUND',
      'LINK_STATE_CONFLICT',
      'SNAPSHOT_STALE',
      'NOT_NARROWER',
      'FULL_ROLE_TAKEN',
      'SECOND_APPROVER_NEEDED',
    ],
    responses: { 200: SecondBody },
    async handle({ mandate, params, body }) {
      await holdLink(mandate, params.link_id)
      const row = await getTenantLink(mandate, params.link_id)
      requireStatus(row, ['requested'])
      if (row.initiated_by === 'tenant') {
        await agreeToInvitation(mandate, row, body.snapshot_token)
        const link = await toTenantLink(mandate, row, await countActivity(mandate, mandate.tenant.id))
        return withVersion({ ...link, waits_for_second: false }, row)
      }
      const asked = deniedPatterns(await tenantTermsOf(mandate, row))
      const choice = {
        ...body.accept,
        ...(body.accept.deny && { deny: [...new Set([...asked, ...body.accept.deny])] }),
      }
      const isApproved = await approveLink(mandate, row, {
        choice,
        token: body.snapshot_token,
        origin: services.publicOrigin(),
        language: 'en',
      })
      const after = await getTenantLink(mandate, params.link_id)
      const link = await toTenantLink(mandate, after, await countActivity(mandate, mandate.tenant.id))
      return withVersion({ ...link, waits_for_second: !isApproved }, after)
    },
  })
}

interface Move {
  readonly path: 'decline' | 'suspend' | 'resume' | 'revoke' | 'withdraw'
  readonly summary: string
  readonly permission: 'tenant.partner_access.revoke' | 'tenant.partner_access.approve'
  readonly from: readonly KnownLink['status'][]
  readonly to: KnownLink['status']
  readonly action: LinkAction
  readonly news: LinkNews
  /** Which side must have begun a request for this move. */
  readonly begunBy?: 'partner' | 'tenant'
}

const LESS = 'tenant.partner_access.revoke'

/** What a tenant does to a link besides approving it. Taking away asks for no fresh factor. */
const TENANT_MOVES: readonly Move[] = [
  {
    path: 'decline',
    summary: 'Decline a request',
    permission: LESS,
    from: ['requested'],
    to: 'declined',
    action: 'links.decline',
    news: 'declined',
    begunBy: 'partner',
  },
  {
    path: 'withdraw',
    summary: 'Take an invitation back',
    permission: LESS,
    from: ['requested'],
    to: 'withdrawn',
    action: 'links.withdraw',
    news: 'uninvited',
    begunBy: 'tenant',
  },
  {
    path: 'suspend',
    summary: 'Suspend a link',
    permission: LESS,
    from: ['active'],
    to: 'suspended',
    action: 'links.suspend',
    news: 'suspended',
  },
  {
    path: 'resume',
    summary: 'Resume a link that your side suspended',
    permission: 'tenant.partner_access.approve',
    from: ['suspended'],
    to: 'active',
    action: 'links.resume',
    news: 'resumed',
  },
  {
    path: 'revoke',
    summary: 'Stop a link for good',
    permission: LESS,
    from: ['approved', 'active', 'suspended'],
    to: 'revoked',
    action: 'links.revoke',
    news: 'revoked',
  },
]

function makeMoveRoute(services: Services, move: Move): Route {
  return route({
    method: 'POST',
    path: `/api/v1/tenant/partner-access/links/:link_id/${move.path}`,
    summary: move.summary,
    input: { params: LinkParams, body: ReasonBody },
    access: { permission: move.permission },
    limit: 'write',
    problems: ['LINK_NOT_FOUND', 'LINK_STATE_CONFLICT'],
    responses: { 200: TenantLinkBody },
    async handle({ mandate, params, body }) {
      const row = await getTenantLink(mandate, params.link_id)
      requireStatus(row, move.from)
      if (move.begunBy && row.initiated_by !== move.begunBy)
        throw new ProblemError(409, 'LINK_STATE_CONFLICT', `The ${row.initiated_by} began this request.`)
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
      const after = await getTenantLink(mandate, params.link_id)
      return withVersion(
        await toTenantLink(mandate, after, await countActivity(mandate, mandate.tenant.id)),
        after,
      )
    },
  })
}

function makeRenewRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/tenant/partner-access/links/:link_id/renew',
    summary: 'Extend a link, also within 30 days after its end',
    input: {
      params: LinkParams,
      body: z
        .strictObject({ ends_at: instant().optional(), reason: plainText(1, 500).optional() })
        .default({}),
    },
    access: { permission: 'tenant.partner_access.approve' },
    limit: 'write',
    problems: ['LINK_NOT_FOUND', 'LINK_STATE_CONFLICT', 'LINK_WITH_ITSELF', 'SECOND_APPROVER_NEEDED'],
    responses: { 200: SecondBody },
    async handle({ mandate, params, body }) {
      const row = await getTenantLink(mandate, params.link_id)
      requireStatus(row, ['active', 'suspended', 'expired'])
      const waits = await renewAsTenant(mandate, row, {
        endsAt: body.ends_at ?? null,
        reason: body.reason ?? null,
        origin: services.publicOrigin(),
      })
      const after = await getTenantLink(mandate, params.link_id)
      const link = await toTenantLink(mandate, after, await countActivity(mandate, mandate.tenant.id))
      return withVersion({ ...link, waits_for_second: waits }, after)
    },
  })
}

/** The routes by which a tenant decides about links. */
export function makeTenantDecisionRoutes(services: Services): readonly Route[] {
  return [
    makeApproveRoute(services),
    ...TENANT_MOVES.map((move) => makeMoveRoute(services, move)),
    makeRenewRoute(services),
  ]
}
