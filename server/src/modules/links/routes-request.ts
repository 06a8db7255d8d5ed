import { billingOf, newestRoleTemplate, NO_CONDITIONS } from '@liaison/access'
import type { LinkTerms } from '@liaison/access'
import { z } from 'zod'
import type { Mandate } from '#platform/mandate.ts'
import { inputRefused, ProblemError } from '#platform/problem.ts'
import { instant } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { takeTurn } from '#platform/turn.ts'
import { findReached } from './asked-tenant.ts'
import { recordRequest } from './events.ts'
import {
  ConditionsInput,
  LinkParams,
  LinkTermsInput,
  OverridesInput,
  ReasonBody,
  requireConditions,
  requireOffer,
  ResponseHours,
} from './inputs.ts'
import { InvitationCodeInput } from './invitation-code.ts'
import { useCode } from './invitation-code-store.ts'
import { announce } from './mails.ts'
import { namedParties } from './payers.ts'
import {
  findDistributor,
  findEarlierRequests,
  findUnanswered,
  insertRequest,
  newId,
  withdrawRequest,
} from './request-store.ts'
import {
  addDays,
  endOf,
  MAXIMUM_DURATION_DAYS,
  mayAskFrom,
  REQUEST_DAYS,
  toStoredConditions,
} from './rules.ts'
import { changeDelegation, getLink, isKnown } from './store.ts'
import type { LinkRow } from './tables.ts'
import { LinkBody, toPartnerLink, withVersion } from './view.ts'

/** The partner code of a tenant, as it is typed. */
export const TenantSlug = z
  .string()
  .max(63)
  .regex(
    /^[a-z0-9][a-z0-9-]{1,62}$/,
    'must be a partner code of a tenant: lower-case letters, digits and hyphens',
  )

const RequestFields = z.strictObject({
  tenant_slug: TenantSlug.optional().meta({
    description:
      'The partner code of the tenant. A request names this or an invitation code, and never both.',
  }),
  invitation_code: InvitationCodeInput.optional().meta({
    description: 'A code that the tenant gave out, however it is typed. It is used up by one request.',
  }),
  ...LinkTermsInput,
  overrides: OverridesInput.optional(),
  conditions: ConditionsInput.optional().meta({
    description:
      'What the partner offers to keep to. The tenant reads it before it decides; an approval may ask for more, not for less.',
  }),
  sla_response_hours: ResponseHours.optional(),
  starts_at: instant().optional(),
  via_partner_slug: z.string().max(63).optional().meta({
    description: 'The distributor between the two: it reads name, state and totals, and opens nothing.',
  }),
})

const RequestBody = RequestFields.superRefine(({ tenant_slug: slug, invitation_code: code }, context) => {
  if ((slug === undefined) !== (code === undefined)) return
  context.addIssue({
    code: 'custom',
    path: [slug === undefined ? 'tenant_slug' : 'invitation_code'],
    message: 'a request names either the partner code of a tenant or an invitation code',
    params: { code: slug === undefined ? 'REQUIRED' : 'NOT_BOTH' },
  })
})

type RequestInput = z.output<typeof RequestFields>

/** The end of a request: as it was asked, at most so many days after its start. */
function endOfRequest(body: RequestInput, start: Date, maximumDays: number): Date | null {
  return endOf(start, { days: body.duration_days, maximumDays, type: body.relationship_type })
}

function termsOfRequest(body: RequestInput, start: Date, maximumDays: number): LinkTerms {
  return {
    role: body.access_role,
    role_version: newestRoleTemplate(body.access_role).version,
    relationship_type: body.relationship_type,
    starts_at: start,
    ends_at: endOfRequest(body, start, maximumDays),
    auto_renew_days: 0,
    overrides: body.overrides ?? [],
    conditions: body.conditions ?? NO_CONDITIONS,
    billing_parties: billingOf(body.billing_parties && namedParties(body.billing_parties)),
  }
}

async function requireTurn(mandate: Mandate<'program'>, slug: string): Promise<void> {
  const earlier = await findEarlierRequests(mandate, slug)
  if (earlier.hasOpen)
    throw new ProblemError(409, 'LINK_ALREADY_LIVE', 'There is a request or a link with this code already.')
  const from = mayAskFrom(earlier.declinedAt, mandate.origin.now)
  if (from !== null) {
    throw new ProblemError(
      409,
      'REQUEST_TOO_SOON',
      `A request was declined; you may ask again from ${from.toISOString()}.`,
      {
        details: { may_ask_from: from.toISOString() },
      },
    )
  }
}

function startOf(body: RequestInput, now: Date): Date {
  const start = body.starts_at ?? now
  const latest = now.getTime() + 365 * 86_400_000
  if (start.getTime() < now.getTime() - 60_000 || start.getTime() > latest) {
    throw inputRefused([
      {
        pointer: '/body/starts_at',
        code: 'OUT_OF_RANGE',
        detail: 'must lie between now and a year from now',
      },
    ])
  }
  return start
}

async function requireDistributor(mandate: Mandate<'program'>, slug: string | undefined) {
  if (slug === undefined) return null
  const via = await findDistributor(mandate, slug)
  if (via === null || via.id === mandate.partner.id)
    throw new ProblemError(404, 'DISTRIBUTOR_NOT_FOUND', 'No other active partner has this code.')
  return via
}

/**
 * Asks a tenant for a link, with the same outcome whether or not there is such a tenant. Throws LINK_ALREADY_LIVE,
 * REQUEST_TOO_SOON, DISTRIBUTOR_NOT_FOUND, VALIDATION_ERROR. `origin` is the public address that mails point to.
 */
export async function sendRequest(
  mandate: Mandate<'program'>,
  body: RequestInput,
  origin: string,
): Promise<void> {
  requireOffer(body.access_role, body.relationship_type, body.overrides ?? [])
  if (body.conditions) requireConditions(body.conditions, 'conditions')
  const start = startOf(body, mandate.origin.now)
  // One request of a partner after the other, so that what each finds still holds when it is written.
  await takeTurn(mandate, 'link requests', mandate.partner.id)
  if (body.tenant_slug !== undefined) await requireTurn(mandate, body.tenant_slug)
  const { label, tenantId, maximumDays, codeHash } = await findReached(mandate, body, body.access_role)
  const terms = termsOfRequest(body, start, maximumDays)
  const via = await requireDistributor(mandate, body.via_partner_slug)
  const request = {
    terms,
    // What the partner reads of its request is what it asked, so that no rule of a tenant tells that there is one.
    askedEnd: endOfRequest(body, start, MAXIMUM_DURATION_DAYS),
    message: body.message,
    requestedBy: mandate.actor.id,
    via,
    promisedHours: body.sla_response_hours ?? null,
  }
  const id = await newId(mandate)
  if (body.invitation_code && (await useCode(mandate, codeHash, id)) !== (codeHash !== null))
    throw new Error('A code that is held was not used up.')
  await insertRequest(mandate, { ...request, id, slug: label, tenantId })
  recordRequest(mandate, {
    id,
    slug: label,
    role: body.access_role,
    tenantId,
    offer: toStoredConditions(terms.conditions),
  })
  const partner = { partner_id: mandate.partner.id, partner_name: mandate.partner.name }
  // The same mail is asked for whether or not anybody will get it.
  const told = {
    id,
    ...partner,
    tenant_id: tenantId,
    tenant_name: null,
    tenant_slug: null,
    access_role: terms.role,
    ends_at: terms.ends_at,
  }
  const until = addDays(mandate.origin.now, REQUEST_DAYS)
  await announce(mandate, told, { news: 'requested', about: until, origin })
}

/** What is answered to every request that was sent. */
export const SENT_DETAIL =
  'The request is on its way. If this code belongs to an organisation that takes requests from you, its admins decide; until then nothing is shared.'

/** Takes a request back, the same way whether or not it reached a tenant. */
async function takeBack(
  mandate: Mandate<'program'>,
  row: LinkRow,
  more: { readonly reason: string | undefined; readonly origin: string },
): Promise<void> {
  await withdrawRequest(mandate, row.id)
  const real = await findUnanswered(mandate, row.id)
  if (real && isKnown(real)) {
    await changeDelegation(mandate, real, { to: 'withdrawn', reason: more.reason, event: 'withdrawn' })
    const names = { partner_name: mandate.partner.name, tenant_slug: row.tenant_slug }
    await announce(mandate, { ...real, ...names }, { news: 'withdrawn', ...more })
  }
  recordRequest(mandate, {
    action: 'links.withdraw',
    id: row.id,
    slug: row.tenant_slug ?? '',
    role: row.access_role,
    tenantId: real?.tenant_id ?? null,
  })
}

function makeWithdrawRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/partner/links/:link_id/withdraw',
    summary: 'Take a request back',
    input: { params: LinkParams, body: ReasonBody },
    access: { permission: 'partner_org.links.request' },
    limit: 'write',
    ifMatch: true,
    problems: ['LINK_NOT_FOUND', 'LINK_STATE_CONFLICT'],
    responses: { 200: LinkBody },
    async handle({ mandate, params, body, expectedVersion }) {
      const row = await getLink(mandate, params.link_id)
      if (row.version !== expectedVersion)
        throw new ProblemError(412, 'PRECONDITION_FAILED', 'The link changed after it was read.')
      if (row.status !== 'requested' || row.initiated_by !== 'partner')
        throw new ProblemError(409, 'LINK_STATE_CONFLICT', 'Only an open request of yours can be taken back.')
      await takeBack(mandate, row, { reason: body.reason, origin: services.publicOrigin() })
      const after = await getLink(mandate, params.link_id)
      return withVersion(toPartnerLink(after, mandate.origin.now, mandate.partner.name), after)
    },
  })
}

/** The routes by which a partner asks for access and takes a request back. */
export function makeRequestRoutes(services: Services): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/v1/partner/links',
      summary: 'Ask a tenant for a link',
      input: { body: RequestBody },
      access: { permission: 'partner_org.links.request' },
      limit: 'link_request',
      problems: [
        'LINK_ALREADY_LIVE',
        'LINK_WITH_ITSELF',
        'REQUEST_TOO_SOON',
        'DISTRIBUTOR_NOT_FOUND',
        'LINK_STATE_CONFLICT',
      ],
      responses: { 202: z.strictObject({ status: z.literal('sent'), detail: z.string() }) },
      async handle({ mandate, body }) {
        await sendRequest(mandate, body, services.publicOrigin())
        return { status: 'sent' as const, detail: SENT_DETAIL }
      },
    }),
    makeWithdrawRoute(services),
  ]
}
