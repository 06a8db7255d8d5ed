import { idFromUuid, newestRoleTemplate, NO_CONDITIONS } from '@liaison/access'
import type { LinkTerms } from '@liaison/access'
import { z } from 'zod'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { insertAttested, knowsBoth } from './attest-store.ts'
import { recordLinkEvent } from './events.ts'
import { DurationDays, LinkParams, requireOffer, RoleName } from './inputs.ts'
import { announce } from './mails.ts'
import { requireStatus } from './routes-partner.ts'
import { getTenantLink } from './routes-tenant.ts'
import { addDays } from './rules.ts'
import { changeDelegation, getLink, isKnown } from './store.ts'
import { TenantLinkBody, toTenantLink } from './tenant-view.ts'
import { countActivity } from './people-store.ts'
import { LinkBody, toPartnerLink, withVersion } from './view.ts'

/** How long a tenant may object to a link that the provider attested. Source: managed-tenants.md section 9, answer 1. */
const OBJECTION_DAYS = 7

const AttestBody = z.strictObject({
  partner_id: publicId('partner'),
  tenant_id: publicId('tenant'),
  access_role: RoleName.default('enterprise_hq'),
  contract_reference: plainText(1, 200),
  duration_days: DurationDays.nullable().default(null),
})

function termsFrom(body: z.output<typeof AttestBody>, start: Date): LinkTerms {
  return {
    role: body.access_role,
    role_version: newestRoleTemplate(body.access_role).version,
    relationship_type: 'enterprise_subsidiary',
    starts_at: start,
    ends_at: body.duration_days === null ? null : addDays(start, body.duration_days),
    auto_renew_days: 0,
    overrides: [],
    conditions: NO_CONDITIONS,
  }
}

function makeAttestRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/admin/partner-access/links/attest',
    summary: "Record a subsidiary's link under a contract; it opens after a week, unless the tenant objects",
    input: { body: AttestBody },
    access: { permission: 'platform.links.manage' },
    limit: 'write',
    problems: [
      'LINK_ALREADY_LIVE',
      'FULL_ROLE_TAKEN',
      'LINK_WITH_ITSELF',
      'TENANT_NOT_FOUND',
      'PARTNER_NOT_FOUND',
      'PARTNER_NOT_INVITED',
    ],
    responses: { 201: LinkBody },
    async handle({ mandate, body }) {
      const { now } = mandate.origin
      requireOffer(body.access_role, 'enterprise_subsidiary', [])
      const known = await knowsBoth(mandate, { partnerId: body.partner_id, tenantId: body.tenant_id })
      if (!known.partner) throw new ProblemError(404, 'PARTNER_NOT_FOUND', 'No active partner has this id.')
      if (!known.tenant) throw new ProblemError(404, 'TENANT_NOT_FOUND', 'No tenant has this id.')
      const objectionUntil = addDays(now, OBJECTION_DAYS)
      const id = await insertAttested(mandate, {
        partnerId: body.partner_id,
        tenantId: body.tenant_id,
        contract: body.contract_reference,
        objectionUntil,
        terms: termsFrom(body, objectionUntil),
      })
      const row = await getLink(mandate, idFromUuid('link', id))
      if (!isKnown(row)) throw new Error('The provider reads links with their tenant.')
      recordLinkEvent(mandate, row, {
        action: 'links.attest',
        changes: {
          contract_reference: body.contract_reference,
          objection_until: objectionUntil.toISOString(),
        },
      })
      await announce(mandate, row, {
        news: 'attested',
        about: objectionUntil,
        origin: services.publicOrigin(),
      })
      const location = `/api/v1/admin/partner-access/links/${publicIdOf('link', row.id)}`
      return sentAt(toPartnerLink(row, now), row.version, { Location: location })
    },
  })
}

function makeObjectRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/tenant/partner-access/links/:link_id/object',
    summary: 'Object to a link that the provider recorded under a contract; it never opens',
    input: { params: LinkParams, body: z.strictObject({ reason: plainText(1, 500) }) },
    access: { permission: 'tenant.partner_access.revoke' },
    limit: 'write',
    problems: ['LINK_NOT_FOUND', 'LINK_STATE_CONFLICT'],
    responses: { 200: TenantLinkBody },
    async handle({ mandate, params, body }) {
      const row = await getTenantLink(mandate, params.link_id)
      requireStatus(row, ['approved', 'active', 'suspended'])
      if (row.objection_until === null || row.objection_until <= mandate.origin.now)
        throw new ProblemError(
          409,
          'LINK_STATE_CONFLICT',
          'The time to object is over, or this link was not recorded by the provider. You can stop it.',
        )
      await changeDelegation(mandate, row, {
        to: 'revoked',
        reason: body.reason,
        event: 'revoked',
        detail: { reason: body.reason, objection: true },
      })
      recordLinkEvent(mandate, row, {
        action: 'links.revoke',
        reason: body.reason,
        changes: { status: { before: row.status, after: 'revoked' }, objection: true },
      })
      await announce(mandate, row, { news: 'revoked', reason: body.reason, origin: services.publicOrigin() })
      const after = await getTenantLink(mandate, params.link_id)
      const activity = await countActivity(mandate, mandate.tenant.id)
      return withVersion(await toTenantLink(mandate, after, activity), after)
    },
  })
}

/** The routes by which the provider attests links of subsidiaries and tenants object to them. */
export function makeAttestRoutes(services: Services): readonly Route[] {
  return [makeAttestRoute(services), makeObjectRoute(services)]
}
