import { billingOf, idFromUuid, LINK_ROLES, LINK_STATUSES, newestRoleTemplate } from '@liaison/access'
import type { LinkId } from '@liaison/access'
import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { LANGUAGES } from '#platform/words/language.ts'
import { FirstCountsOrNone } from '#platform/first-approver.ts'
import { noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { commaList, publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { applyChoice, policyOf, renewalOf, tenantTermsOf } from './approval.ts'
import { countLive } from './approval-store.ts'
import { listChanges } from './change-store.ts'
import { recordLinkEvent } from './events.ts'
import {
  ConditionsInput,
  LinkParams,
  LinkTermsInput,
  requireConditions,
  requireOffer,
  toConditionsBody,
} from './inputs.ts'
import { findCodeOfLink } from './invitation-code-store.ts'
import { CodeBody, toCode } from './invitation-code-view.ts'
import { announce } from './mails.ts'
import { namedParties } from './payers.ts'
import { findInvitedPartner, insertInvitation } from './request-store.ts'
import { endOf, toConditions } from './rules.ts'
import { AskingPartyBody, readAskingParty, toAskingParty } from './asking-party.ts'
import { countActivity } from './people-store.ts'
import { findPrivateTerms, getLink, isKnown, listHistory, listLinks } from './store.ts'
import type { KnownLink } from './store.ts'
import { FirstApprovalBody, readApprovalState, TenantLinkBody, toTenantLink } from './tenant-view.ts'
import { changeRowsNow } from './tenant-changes.ts'
import { ChangeBody, HistoryBody, LinkBody, toChange, toHistory, toPartnerLink, withVersion } from './view.ts'

/** A link of the own organisation. Throws LINK_NOT_FOUND. */
export async function getTenantLink(mandate: Mandate<'tenant'>, id: LinkId): Promise<KnownLink> {
  const row = await getLink(mandate, id)
  if (!isKnown(row)) throw new Error('A tenant reads its own links, which name it.')
  return row
}

const SnapshotBody = z
  .strictObject({
    text_version: z.int(),
    language: z.enum(LANGUAGES).meta({ description: 'The language in which it was shown.' }),
    access_role: z.enum(LINK_ROLES),
    role_version: z.int(),
    permissions: z.array(z.string()),
    starts_at: z.string(),
    ends_at: z.string().nullable(),
  })
  .nullable()

const TenantLinkDetail = z.strictObject({
  ...TenantLinkBody.shape,
  history: z.array(HistoryBody),
  changes: z.array(ChangeBody),
  approval_snapshot: SnapshotBody,
  snapshot_token: z.string().nullable(),
  first_approval: FirstApprovalBody,
  asking: AskingPartyBody,
  invitation_code: CodeBody.nullable().meta({
    description: 'The invitation code that the partner asked with; null where it asked otherwise.',
  }),
  renewal_ends_at: z
    .string()
    .nullable()
    .meta({ description: 'The end that a renewal without a date would give it now.' }),
  invitation_counts: FirstCountsOrNone,
  needs_second: z.boolean().meta({
    description: 'Whether a second admin has to agree to this invitation before the partner can accept it.',
  }),
  live_counts: z.strictObject({ subscribers: z.int(), open_invoices: z.int(), open_tickets: z.int() }),
  policy: z.strictObject({
    max_duration_days: z.int(),
    dual_approval: z.boolean(),
    conditions: ConditionsInput.nullable(),
  }),
})

async function readInvitation(mandate: Mandate<'tenant'>, row: KnownLink) {
  const code = await findCodeOfLink(mandate, row.id)
  return code ? toCode(code) : null
}

async function readDetail(
  mandate: Mandate<'tenant'>,
  row: KnownLink,
): Promise<z.output<typeof TenantLinkDetail>> {
  const known = await findPrivateTerms(mandate, row.id)
  const terms = await tenantTermsOf(mandate, row)
  const policy = await policyOf(mandate)
  const limit = { now: mandate.origin.now, longestDays: policy.max_duration_days }
  const changes = await listChanges(mandate, { linkId: row.id })
  const snapshot = known.approval_snapshot
  return {
    ...(await toTenantLink(mandate, row, await countActivity(mandate, mandate.tenant.id))),
    history: (await listHistory(mandate, row.id)).map(toHistory),
    changes: changes.map((change) => toChange(change, changeRowsNow(change, terms, limit))),
    approval_snapshot: snapshot && {
      text_version: snapshot.text_version,
      language: snapshot.language ?? 'en',
      access_role: snapshot.access_role,
      role_version: snapshot.role_version,
      permissions: [...snapshot.permissions],
      starts_at: snapshot.starts_at,
      ends_at: snapshot.ends_at,
    },
    renewal_ends_at: (await renewalOf(mandate, row))?.toISOString() ?? null,
    ...(await readApprovalState(mandate, row)),
    invitation_code: await readInvitation(mandate, row),
    asking: toAskingParty(await readAskingParty(mandate, row)),
    live_counts: await countLive(mandate),
    policy: {
      max_duration_days: policy.max_duration_days,
      dual_approval: policy.dual_approval,
      conditions:
        Object.keys(policy.conditions).length === 0
          ? null
          : toConditionsBody(toConditions(policy.conditions)),
    },
  }
}

const readRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/tenant/partner-access/links',
    summary: 'Who has access to the own organisation, in plain words',
    input: {
      query: z.strictObject({
        status: commaList(z.enum(LINK_STATUSES)).optional(),
        partner_id: publicId('partner').optional(),
        ...pageQuery,
      }),
    },
    access: { permission: 'tenant.partner_access.read' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(TenantLinkBody)) },
    async handle({ mandate, query }) {
      const { rows, total } = await listLinks(mandate, query, query)
      const activity = await countActivity(mandate, mandate.tenant.id)
      const items = []
      for (const row of rows.filter(isKnown)) items.push(await toTenantLink(mandate, row, activity))
      noteRead(mandate, { action: 'tenant.partner_access.read', rowCount: items.length })
      return toPage(items, query, total)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/tenant/partner-access/links/:link_id',
    summary: 'One link with its people, history, waiting changes and what its approver saw',
    input: { params: LinkParams },
    access: { permission: 'tenant.partner_access.read' },
    limit: 'detail',
    problems: ['LINK_NOT_FOUND'],
    responses: { 200: TenantLinkDetail },
    async handle({ mandate, params }) {
      const row = await getTenantLink(mandate, params.link_id)
      noteRead(mandate, {
        action: 'tenant.partner_access.read',
        resource: { type: 'link', id: row.id, label: row.partner_name ?? '' },
      })
      return withVersion(await readDetail(mandate, row), row)
    },
  }),
]

const InviteBody = z.strictObject({
  partner_slug: z.string().max(63),
  ...LinkTermsInput,
  conditions: ConditionsInput.optional(),
  own_accounts_only: z
    .boolean()
    .default(false)
    .meta({ description: "Whether the link opens the partner's own accounts alone." }),
})

/** Invites a partner. Throws PARTNER_NOT_INVITED, LINK_ALREADY_LIVE. */
export async function invite(
  mandate: Mandate<'tenant'>,
  body: z.output<typeof InviteBody>,
  origin: string,
): Promise<KnownLink> {
  const { now } = mandate.origin
  requireOffer(body.access_role, body.relationship_type, [])
  if (body.conditions) requireConditions(body.conditions, 'conditions')
  const partnerId = await findInvitedPartner(mandate, body.partner_slug)
  if (partnerId === null)
    throw new ProblemError(404, 'PARTNER_NOT_INVITED', 'No active partner has this code.')
  const { max_duration_days: maximumDays } = await policyOf(mandate)
  const terms = {
    role: body.access_role,
    role_version: newestRoleTemplate(body.access_role).version,
    relationship_type: body.relationship_type,
    starts_at: now,
    ends_at: endOf(now, { days: body.duration_days, maximumDays, type: body.relationship_type }),
    auto_renew_days: 0,
    overrides: [],
    conditions: toConditions(body.conditions ?? null),
    own_accounts_only: body.own_accounts_only,
    billing_parties: billingOf(body.billing_parties && namedParties(body.billing_parties)),
  }
  applyChoice(terms, {}, now)
  const id = await insertInvitation(mandate, {
    terms,
    message: body.message,
    requestedBy: mandate.actor.id,
    partnerId,
  })
  const row = await getTenantLink(mandate, idFromUuid('link', id))
  recordLinkEvent(mandate, row, {
    action: 'links.invite',
    changes: { access_role: terms.role, ends_at: terms.ends_at },
  })
  await announce(mandate, row, { news: 'invited', origin })
  return row
}

function makeInviteRoute(services: Services): Route {
  return route({
    method: 'POST',
    path: '/api/v1/tenant/partner-access/links/invite',
    summary: 'Invite a partner',
    input: { body: InviteBody },
    access: { permission: 'tenant.partner_access.approve' },
    limit: 'write',
    problems: ['PARTNER_NOT_INVITED', 'LINK_ALREADY_LIVE', 'LINK_WITH_ITSELF'],
    responses: { 201: LinkBody },
    async handle({ mandate, body }) {
      const row = await invite(mandate, body, services.publicOrigin())
      const location = `/api/v1/tenant/partner-access/links/${publicIdOf('link', row.id)}`
      return sentAt(toPartnerLink(row, mandate.origin.now), row.version, { Location: location })
    },
  })
}

/** The routes by which a tenant sees who has access and invites partners. */
export function makeTenantLinkRoutes(services: Services): readonly Route[] {
  return [...readRoutes, makeInviteRoute(services)]
}
