import { z } from 'zod'
import { redirect } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import { mayAlso, noteRead, requireAlso } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicId } from '#platform/route-input.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { applyChoice, approveLink, snapshotTokenOf, tenantTermsOf } from './approval.ts'
import { countLive, findFirstApproval } from './approval-store.ts'
import { recordLinkEvent } from './events.ts'
import { LinkParams } from './inputs.ts'
import { announce } from './mails.ts'
import { readChoice, ReviewForm } from './page-choice.ts'
import { checkPage, donePage, pathOf, reviewPage } from './page-view.ts'
import type { Decision } from './page-view.ts'
import { requireStatus } from './routes-partner.ts'
import { AcceptInput } from './routes-tenant-decide.ts'
import { getTenantLink } from './routes-tenant.ts'
import { changeDelegation } from './store.ts'

/** Which of the person's organisations decides; may be left out by who belongs to one. */
const OrgQuery = z.strictObject({ org: publicId('tenant').optional() })

const orgOf = ({ query }: { readonly query: z.output<typeof OrgQuery> }) => query.org

type LinkIdParam = z.output<typeof LinkParams>['link_id']

async function openDecision(mandate: Mandate<'tenant'>, id: LinkIdParam): Promise<Decision> {
  const row = await getTenantLink(mandate, id)
  return { mandate, row, terms: await tenantTermsOf(mandate, row) }
}

async function showReview(
  decision: Decision,
  errors: Parameters<typeof reviewPage>[1]['errors'],
): Promise<HtmlPage> {
  const { mandate, row } = decision
  const first = await findFirstApproval(mandate, row.id)
  return reviewPage(decision, {
    counts: await countLive(mandate),
    token: await snapshotTokenOf(mandate, row),
    mayApprove: mayAlso(mandate, 'tenant.partner_access.approve'),
    firstApprover: first?.first_approved_by_name ?? null,
    errors,
  })
}

const isOpen = ({ row }: Decision): boolean => row.status === 'requested' && row.initiated_by === 'partner'

const reviewRoute = page({
  method: 'GET',
  path: '/links/:link_id',
  summary: 'Review a request for access',
  input: { params: LinkParams, query: OrgQuery },
  access: { permission: 'tenant.partner_access.read', tenant: orgOf },
  limit: 'page',
  problems: ['LINK_NOT_FOUND'],
  async handle({ mandate, params }) {
    const decision = await openDecision(mandate, params.link_id)
    const { row } = decision
    noteRead(mandate, {
      action: 'tenant.partner_access.read',
      resource: { type: 'link', id: row.id, label: row.partner_name ?? '' },
    })
    return isOpen(decision) ? showReview(decision, []) : redirect(pathOf(decision, '/done'))
  },
})

const checkRoute = page({
  method: 'POST',
  path: '/links/:link_id/check',
  summary: 'Look at the decision once more',
  input: { params: LinkParams, query: OrgQuery, body: ReviewForm },
  access: { permission: 'tenant.partner_access.approve', tenant: orgOf },
  limit: 'page',
  problems: ['LINK_NOT_FOUND', 'SNAPSHOT_STALE'],
  async handle({ mandate, params, body }) {
    const decision = await openDecision(mandate, params.link_id)
    if (!isOpen(decision)) return redirect(pathOf(decision, '/done'))
    if (body.snapshot_token !== (await snapshotTokenOf(mandate, decision.row))) {
      return showReview(decision, [
        { field: null, message: 'The request changed while you read it. Read it again.' },
      ])
    }
    const { choice, errors } = readChoice(body, decision.terms, mandate.origin.now)
    if (errors.length > 0) return showReview(decision, errors)
    const after = applyChoice(decision.terms, choice, mandate.origin.now)
    return checkPage(decision, after, { token: body.snapshot_token, choice: JSON.stringify(choice) })
  },
})

const DoneForm = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('decline') }),
  z.strictObject({
    decision: z.literal('allow'),
    snapshot_token: z.string().max(100),
    choice: z.string().max(20_000),
  }),
])

function parseChoice(text: string): z.output<typeof AcceptInput> {
  try {
    const parsed: unknown = JSON.parse(text)
    return AcceptInput.parse(parsed)
  } catch (cause) {
    throw new ProblemError(422, 'VALIDATION_ERROR', 'The form was altered; nothing was changed.', { cause })
  }
}

async function decline({ mandate, row }: Decision, origin: string): Promise<void> {
  await changeDelegation(mandate, row, { to: 'declined', event: 'declined' })
  recordLinkEvent(mandate, row, {
    action: 'links.decline',
    changes: { status: { before: row.status, after: 'declined' } },
  })
  await announce(mandate, row, { news: 'declined', origin })
}

function makeDecideRoute(services: Services): Route {
  return page({
    method: 'POST',
    path: '/links/:link_id/done',
    summary: 'Allow a request, or do not',
    input: { params: LinkParams, query: OrgQuery, body: DoneForm },
    access: { permission: 'tenant.partner_access.revoke', tenant: orgOf },
    limit: 'page',
    problems: [
      'LINK_NOT_FOUND',
      'LINK_STATE_CONFLICT',
      'SNAPSHOT_STALE',
      'FULL_ROLE_TAKEN',
      'SECOND_APPROVER_NEEDED',
    ],
    async handle({ mandate, params, body }) {
      const decision = await openDecision(mandate, params.link_id)
      requireStatus(decision.row, ['requested'])
      if (body.decision === 'decline') {
        await decline(decision, services.publicOrigin())
      } else {
        requireAlso(mandate, 'tenant.partner_access.approve')
        const choice = parseChoice(body.choice)
        await approveLink(mandate, decision.row, {
          choice,
          token: body.snapshot_token,
          origin: services.publicOrigin(),
        })
      }
      return redirect(pathOf(decision, '/done'))
    },
  })
}

const doneRoute = page({
  method: 'GET',
  path: '/links/:link_id/done',
  summary: 'What was decided',
  input: { params: LinkParams, query: OrgQuery },
  access: { permission: 'tenant.partner_access.read', tenant: orgOf },
  limit: 'page',
  problems: ['LINK_NOT_FOUND'],
  async handle({ mandate, params }) {
    const decision = await openDecision(mandate, params.link_id)
    noteRead(mandate, {
      action: 'tenant.partner_access.read',
      resource: { type: 'link', id: decision.row.id, label: decision.row.partner_name ?? '' },
    })
    return donePage(decision)
  },
})

/** The pages on which a tenant decides about a request; they work without script. Source: experience.md section 6, L2 to L5. */
export function makeLinkPages(services: Services): readonly Route[] {
  return [reviewRoute, checkRoute, makeDecideRoute(services), doneRoute]
}
