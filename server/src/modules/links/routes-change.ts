import { classifyChange } from '@liaison/access'
import type { Change, LinkTerms } from '@liaison/access'
import { z } from 'zod'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { instant, plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { refuseFullRenewal } from './approval.ts'
import { decideChange, getChange, insertChange, listChanges } from './change-store.ts'
import { recordLinkEvent, recordReplaced } from './events.ts'
import { LinkParams, OverridesInput, ReasonBody, requireOffer, RoleName } from './inputs.ts'
import { announce } from './mails.ts'
import { newsOfChange } from './news-words.ts'
import { askedEnd, getLinkToChange, requireStatus } from './routes-partner.ts'
import { BillingPartiesInput, namedParties } from './payers.ts'
import { termsOf, toDifference, toStoredOverrides, turnedBetween, withProposal } from './rules.ts'
import { getLink, saveTerms } from './store.ts'
import type { KnownLink } from './store.ts'
import type { Proposal } from './tables.ts'
import { ChangeBody, DiffRow, toChange } from './view.ts'

const ChangeInput = z.strictObject({
  access_role: RoleName.optional(),
  overrides: OverridesInput.optional(),
  ends_at: instant().optional(),
  auto_renew_days: z.union([z.literal(0), z.literal(180)]).optional(),
  own_accounts_only: z.boolean().optional(),
  billing_parties: BillingPartiesInput.optional(),
  reason: plainText(1, 500),
})

const ChangeAnswer = z.strictObject({
  change_request_id: z.string().nullable(),
  status: z.enum(['applied', 'waiting', 'partly_applied', 'unchanged']),
  applied: z.array(DiffRow),
  waiting: z.array(DiffRow),
  version: z.int(),
})

function toProposal(body: Omit<z.output<typeof ChangeInput>, 'reason'>): Proposal {
  return {
    ...(body.access_role !== undefined && { access_role: body.access_role }),
    ...(body.overrides && { overrides: toStoredOverrides(body.overrides) }),
    ...(body.ends_at && { ends_at: body.ends_at.toISOString() }),
    ...(body.auto_renew_days !== undefined && { auto_renew_days: body.auto_renew_days }),
    ...(body.own_accounts_only !== undefined && { own_accounts_only: body.own_accounts_only }),
    ...(body.billing_parties && { billing_parties: namedParties(body.billing_parties) }),
  }
}

async function applyNarrowing(
  mandate: Mandate<'program'>,
  row: KnownLink,
  edit: { before: LinkTerms; change: Change; reason: string | null; origin: string },
): Promise<void> {
  const { before, change, reason, origin } = edit
  const narrows = ({ direction }: Change['rows'][number]) => direction !== 'widening'
  const rows = toDifference(change.rows.filter(narrows))
  await saveTerms(mandate, row, {
    terms: change.applyNow,
    reason,
    change: { event: 'narrowed', detail: { rows, reason } },
  })
  recordLinkEvent(mandate, row, { action: 'links.change', reason, changes: { rows } })
  const { auto_renew_days: renewDays } = change.applyNow
  for (const news of newsOfChange({ ...change, rows: change.rows.filter(narrows) }, renewDays))
    await announce(
      mandate,
      { ...row, auto_renew_days: renewDays },
      {
        news,
        reason,
        origin,
        endsAt: change.applyNow.ends_at,
        turned: turnedBetween(before, change.applyNow, mandate.origin.now),
      },
    )
}

/** Leaves to the tenant what an edit adds. Returns the request's id. */
async function leaveToTenant(
  mandate: Mandate<'program'>,
  row: KnownLink,
  { proposal, reason, origin, rows }: Edit & { readonly rows: ReturnType<typeof toDifference> },
): Promise<string> {
  const { id, replaced } = await insertChange(mandate, row, { proposal, difference: rows, reason })
  recordReplaced(mandate, row, { replaced })
  recordLinkEvent(mandate, row, { action: 'change_requests.request', reason, changes: { rows } })
  await announce(mandate, row, { news: 'change_asked', reason, origin, detail: { change_request_id: id } })
  return id
}

interface Edit {
  readonly proposal: Proposal
  readonly reason: string | null
  readonly origin: string
}

/**
 * Applies what an edit takes away at once and leaves what it adds to the tenant. Source: product.md "Widening needs the
 * tenant, narrowing needs nobody".
 */
export async function submitChange(
  mandate: Mandate<'program'>,
  row: KnownLink,
  edit: Edit,
): Promise<z.output<typeof ChangeAnswer>> {
  const { now } = mandate.origin
  const before = termsOf(row)
  const after: LinkTerms = withProposal(before, edit.proposal)
  requireOffer(after.role, after.relationship_type, edit.proposal.overrides ? after.overrides : [])
  refuseFullRenewal(after)
  const change = classifyChange(before, after, now)
  const applied = toDifference(
    change.rows.filter(({ direction }) => direction === 'narrowing' || direction === 'mixed'),
  )
  const waiting = toDifference(
    change.rows.filter(({ direction }) => direction === 'widening' || direction === 'mixed'),
  )
  const narrows = change.kind === 'narrowing' || change.kind === 'mixed'
  if (narrows) await applyNarrowing(mandate, row, { ...edit, before, change })
  const id = change.proposed ? await leaveToTenant(mandate, row, { ...edit, rows: waiting }) : null
  if (change.kind === 'none')
    recordLinkEvent(mandate, row, { action: 'links.change', reason: edit.reason, changes: {} })
  const status =
    change.kind === 'none' ? 'unchanged' : id === null ? 'applied' : narrows ? 'partly_applied' : 'waiting'
  return {
    change_request_id: id === null ? null : publicIdOf('change_request', id),
    status,
    applied,
    waiting,
    version: narrows ? row.version + 1 : row.version,
  }
}

function makeChangeRoutes(services: Services): Route[] {
  return [
    route({
      method: 'POST',
      path: '/api/v1/partner/links/:link_id/changes',
      summary: 'Change a link: less holds at once, more waits for the tenant',
      input: { params: LinkParams, body: ChangeInput },
      access: { permission: 'partner_org.links.manage' },
      limit: 'write',
      ifMatch: true,
      problems: ['LINK_NOT_FOUND', 'LINK_STATE_CONFLICT'],
      responses: { 200: ChangeAnswer },
      async handle({ mandate, params, body, expectedVersion }) {
        const row = await getLinkToChange(mandate, params.link_id, expectedVersion)
        requireStatus(row, ['approved', 'active', 'suspended'])
        const { reason, ...edit } = body
        return submitChange(mandate, row, {
          proposal: toProposal(edit),
          reason,
          origin: services.publicOrigin(),
        })
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/partner/links/:link_id/renew',
      summary: 'Ask the tenant to extend a link',
      input: { params: LinkParams, body: ReasonBody },
      access: { permission: 'partner_org.links.manage' },
      limit: 'write',
      ifMatch: true,
      problems: ['LINK_NOT_FOUND', 'LINK_STATE_CONFLICT'],
      responses: { 200: ChangeAnswer },
      async handle({ mandate, params, body, expectedVersion }) {
        const row = await getLinkToChange(mandate, params.link_id, expectedVersion)
        requireStatus(row, ['active', 'suspended', 'expired'])
        const end = askedEnd(row, mandate.origin.now)
        const proposal = end === null ? {} : { ends_at: end.toISOString() }
        return submitChange(mandate, row, {
          proposal,
          reason: body.reason ?? null,
          origin: services.publicOrigin(),
        })
      },
    }),
  ]
}

const readRoute = route({
  method: 'GET',
  path: '/api/v1/partner/links/:link_id/changes',
  summary: 'The changes that were asked for on a link',
  input: { params: LinkParams },
  access: { permission: 'partner_org.links.read' },
  limit: 'detail',
  problems: ['LINK_NOT_FOUND'],
  responses: { 200: z.strictObject({ items: z.array(ChangeBody) }) },
  async handle({ mandate, params }) {
    const row = await getLink(mandate, params.link_id)
    const changes = await listChanges(mandate, { linkId: row.id })
    return { items: changes.map((change) => toChange(change, [...change.difference])) }
  },
})

const withdrawRoute = route({
  method: 'POST',
  path: '/api/v1/partner/links/:link_id/changes/:change_request_id/withdraw',
  summary: 'Take a change request back',
  input: {
    params: LinkParams.extend({ change_request_id: publicId('change_request') }).strict(),
    body: ReasonBody,
  },
  access: { permission: 'partner_org.links.manage' },
  limit: 'write',
  problems: ['LINK_NOT_FOUND', 'CHANGE_NOT_FOUND', 'LINK_STATE_CONFLICT'],
  responses: { 200: ChangeBody },
  async handle({ mandate, params, body }) {
    const row = await getLink(mandate, params.link_id)
    const change = await getChange(mandate, params.change_request_id, row.id)
    await decideChange(mandate, change.id, 'withdrawn')
    recordLinkEvent(
      mandate,
      { ...row, tenant_id: change.tenant_id },
      { action: 'change_requests.withdraw', reason: body.reason },
    )
    const after = await getChange(mandate, params.change_request_id)
    return toChange(after, [...after.difference])
  },
})

/** The routes by which a partner changes its links. */
export function makePartnerChangeRoutes(services: Services): readonly Route[] {
  return [...makeChangeRoutes(services), readRoute, withdrawRoute]
}
