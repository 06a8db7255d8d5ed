import { idFromUuid, newestRoleTemplate, NO_CONDITIONS } from '@liaison/access'
import type { LinkTerms } from '@liaison/access'
import { z } from 'zod'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { recordLinkEvent, recordRequest } from './events.ts'
import { Instant, LinkParams, LinkTermsInput, OverridesInput, ReasonBody, requireOffer } from './inputs.ts'
import { announce } from './mails.ts'
import { findAskedTenant, findEarlierRequests, findUnanswered, insertRequest, withdrawRequest } from './request-store.ts'
import { endOf, MAXIMUM_DURATION_DAYS, mayAsk, mayAskFrom } from './rules.ts'
import { changeDelegation, getLink, isKnown } from './store.ts'
import type { KnownLink } from './store.ts'
import { LinkBody, toPartnerLink, withVersion } from './view.ts'

const RequestBody = z.strictObject({
  tenant_slug: z
    .string()
    .max(63)
    .regex(/^[a-z0-9][a-z0-9-]{1,62}$/, 'must be a partner code of a tenant: lower-case letters, digits and hyphens'),
  ...LinkTermsInput,
  overrides: OverridesInput.optional(),
  starts_at: Instant.optional(),
})

type RequestInput = z.output<typeof RequestBody>

function termsOfRequest(body: RequestInput, start: Date, maximumDays: number): LinkTerms {
  return {
    role: body.access_role,
    role_version: newestRoleTemplate(body.access_role).version,
    relationship_type: body.relationship_type,
    starts_at: start,
    ends_at: endOf(start, { days: body.duration_days, maximumDays, type: body.relationship_type }),
    auto_renew_days: 0,
    overrides: body.overrides ?? [],
    conditions: NO_CONDITIONS,
  }
}

async function requireTurn(mandate: Mandate<'program'>, slug: string): Promise<void> {
  const earlier = await findEarlierRequests(mandate, slug)
  if (earlier.hasOpen) throw new ProblemError(409, 'LINK_ALREADY_LIVE', 'There is a request or a link with this code already.')
  const from = mayAskFrom(earlier.declinedAt, mandate.origin.now)
  if (from !== null) {
    throw new ProblemError(409, 'REQUEST_TOO_SOON', `A request was declined; you may ask again from ${from.toISOString()}.`, {
      details: { may_ask_from: from.toISOString() },
    })
  }
}

function startOf(body: RequestInput, now: Date): Date {
  const start = body.starts_at ?? now
  const latest = now.getTime() + 365 * 86_400_000
  if (start.getTime() < now.getTime() - 60_000 || start.getTime() > latest) {
    throw new ProblemError(422, 'VALIDATION_ERROR', 'One part of the input cannot be taken; nothing was changed.', {
      errors: [{ pointer: '/body/starts_at', code: 'OUT_OF_RANGE', detail: 'must lie between now and a year from now' }],
    })
  }
  return start
}

async function sendRequest(mandate: Mandate<'program'>, body: RequestInput, origin: string): Promise<void> {
  requireOffer(body.access_role, body.relationship_type, body.overrides ?? [])
  const start = startOf(body, mandate.origin.now)
  await requireTurn(mandate, body.tenant_slug)
  const asked = await findAskedTenant(mandate, body.tenant_slug)
  const isWelcome = asked.policy === null || mayAsk(asked.policy, mandate.partner.id, body.access_role)
  const tenantId = isWelcome ? asked.tenantId : null
  const terms = termsOfRequest(body, start, asked.policy?.max_duration_days ?? MAXIMUM_DURATION_DAYS)
  const request = { terms, message: body.message, requestedBy: mandate.actor.id }
  const id = await insertRequest(mandate, { ...request, slug: body.tenant_slug, tenantId })
  recordRequest(mandate, { id, slug: body.tenant_slug, role: body.access_role, tenantId })
  await announce(mandate, phantomOf(id, tenantId ?? id, mandate, body, terms), { news: 'requested', origin })
}

/** What the mail of a request names: the partner, and the tenant by the code that was typed. */
function phantomOf(
  ...[id, tenantId, mandate, body, terms]: [string, string, Mandate<'program'>, RequestInput, LinkTerms]
): KnownLink {
  const { now } = mandate.origin
  return {
    id,
    tenant_id: tenantId,
    tenant_name: null,
    tenant_slug: body.tenant_slug,
    partner_id: mandate.partner.id,
    partner_name: mandate.partner.name,
    partner_slug: null,
    status: 'requested',
    stored_status: 'requested',
    status_reason: null,
    status_changed_at: now,
    status_changed_by_side: 'partner',
    starts_at: terms.starts_at,
    ends_at: terms.ends_at,
    epoch: 1,
    billing_party: 'tenant',
    has_conditions: false,
    requested_by: mandate.actor.id,
    requested_at: now,
    approved_at: null,
    approved_by_name: null,
    version: 1,
    created_at: now,
    updated_at: now,
    relationship_type: terms.relationship_type,
    access_role: terms.role,
    role_version: terms.role_version,
    initiated_by: 'partner',
    request_message: body.message,
    request_expires_at: now,
    auto_renew_days: 0,
    sla_response_hours: null,
    sla_uptime_target: null,
    notify_on_sla_breach: true,
    notify_on_billing_threshold: true,
    billing_alert_threshold_minor: null,
    billing_alert_currency: null,
    overrides: [],
    members_count: 0,
    last_used_at: null,
  }
}
