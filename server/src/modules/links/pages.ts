import { z } from 'zod'
import { redirect } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import { keepForm, readKeptForm } from '#platform/kept-form.ts'
import { mayAlso, noteRead, requireAlso } from '#platform/mandate.ts'
import type { Reading } from '#platform/words/language.ts'
import type { Mandate } from '#platform/mandate.ts'
import { Chosen } from '#platform/words/page-language.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicId } from '#platform/route-input.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { applyChoice, approveLink, snapshotTokenOf, tenantTermsOf } from './approval.ts'
import { countLive, findFirstApproval } from './approval-store.ts'
import { readAskingParty, whoComesIn } from './asking-party.ts'
import { findCodeOfLink } from './invitation-code-store.ts'
import { recordLinkEvent } from './events.ts'
import { LinkParams } from './inputs.ts'
import { announce } from './mails.ts'
import { readChoice, ReviewForm } from './page-choice.ts'
import type { ReviewInput } from './page-choice.ts'
import { holdLink } from './policy-store.ts'
import { checkPage, donePage, pathOf, reviewPage } from './page-view.ts'
import type { Decision } from './page-view.ts'
import { AcceptInput } from './routes-tenant-decide.ts'
import { getTenantLink } from './routes-tenant.ts'
import { tokenOf } from './rules.ts'
import { changeDelegation } from './store.ts'
import { LINK_WORDS } from './words/index.ts'

/** Which of the person's organisations decides; may be left out by who belongs to one. */
const OrgQuery = z.strictObject({ org: publicId('tenant').optional(), ...Chosen })

const orgOf = ({ query }: { readonly query: z.output<typeof OrgQuery> }) => query.org

interface Asked {
  readonly mandate: Mandate<'tenant'>
  readonly reading: Reading
  readonly params: z.output<typeof LinkParams>
}

async function openDecision({ mandate, reading, params }: Asked): Promise<Decision> {
  const row = await getTenantLink(mandate, params.link_id)
  return {
    mandate,
    reading,
    row,
    terms: await tenantTermsOf(mandate, row),
    party: await readAskingParty(mandate, row),
    invitation: await findCodeOfLink(mandate, row.id),
    people: await whoComesIn(mandate, row, reading.language),
  }
}

/** The digest with which a decision is sent: of what is decided on, and of the language in which it was read. */
async function checkedTokenOf({ mandate, row, reading }: Decision): Promise<string> {
  return tokenOf(await snapshotTokenOf(mandate, row), reading.language)
}

const addressOf = ({ row }: Decision) => `link ${row.id}`

/** What the person sent last from the review, and what stands against it now; null where nothing is kept. */
async function readSent(decision: Decision) {
  const { mandate, row, terms, reading } = decision
  const sent = await readKeptForm(mandate, addressOf(decision), ReviewForm)
  return sent && { sent, ...(await holdAgainst({ mandate, row, terms, reading }, sent)) }
}

/** A form held against the request as it is now. */
async function holdAgainst(
  { mandate, row, terms, reading }: Pick<Decision, 'mandate' | 'row' | 'terms' | 'reading'>,
  sent: ReviewInput,
) {
  const { faults: words } = LINK_WORDS[reading.language]
  if (sent.snapshot_token !== (await snapshotTokenOf(mandate, row)))
    return { choice: {}, errors: [{ field: null, message: words.changed }] }
  return readChoice(sent, terms, { now: mandate.origin.now, words })
}

async function showReview(decision: Decision): Promise<HtmlPage> {
  const { mandate, row } = decision
  const first = await findFirstApproval(mandate, row.id)
  const mayApprove = mayAlso(mandate, 'tenant.partner_access.approve')
  const before = mayApprove ? await readSent(decision) : null
  return reviewPage(decision, {
    counts: await countLive(mandate),
    token: await snapshotTokenOf(mandate, row),
    mayApprove,
    first: first && { name: first.first_approved_by_name ?? '', counts: first.counts },
    sent: before?.sent ?? null,
    errors: before?.errors ?? [],
  })
}

const isOpen = ({ row }: Decision): boolean => row.status === 'requested' && row.initiated_by === 'partner'

const reviewRoute = page({
  method: 'GET',
  path: '/links/:link_id',
  summary: 'Review a request for access',
  isTranslated: true,
  input: { params: LinkParams, query: OrgQuery },
  access: { permission: 'tenant.partner_access.read', tenant: orgOf },
  limit: 'page',
  problems: ['LINK_NOT_FOUND'],
  async handle({ mandate, params, reading }) {
    const decision = await openDecision({ mandate, reading, params })
    const { row } = decision
    noteRead(mandate, {
      action: 'tenant.partner_access.read',
      resource: { type: 'link', id: row.id, label: row.partner_name ?? '' },
    })
    return isOpen(decision) ? showReview(decision) : redirect(pathOf(decision, '/done'))
  },
})

/** Keeps what was sent, and answers with the page that shows it: a page that was only asked for can be gone back to. */
const sendRoute = page({
  method: 'POST',
  path: '/links/:link_id/check',
  summary: 'Send what was chosen, to look at it once more',
  isTranslated: true,
  input: { params: LinkParams, query: OrgQuery, body: ReviewForm },
  access: { permission: 'tenant.partner_access.approve', tenant: orgOf },
  limit: 'page',
  problems: ['LINK_NOT_FOUND'],
  async handle({ mandate, params, body, reading }) {
    const decision = await openDecision({ mandate, reading, params })
    if (!isOpen(decision)) return redirect(pathOf(decision, '/done'))
    await keepForm(mandate, addressOf(decision), body)
    const { errors } = await holdAgainst(decision, body)
    return redirect(pathOf(decision, errors.length > 0 ? '' : '/check'))
  },
})

function makeCheckRoute({ help }: Services): Route {
  return page({
    method: 'GET',
    path: '/links/:link_id/check',
    summary: 'Look at the decision once more',
    isTranslated: true,
    input: { params: LinkParams, query: OrgQuery },
    access: { permission: 'tenant.partner_access.approve', tenant: orgOf },
    limit: 'page',
    problems: ['LINK_NOT_FOUND'],
    async handle({ mandate, params, reading }) {
      const decision = await openDecision({ mandate, reading, params })
      const { row } = decision
      noteRead(mandate, {
        action: 'tenant.partner_access.read',
        resource: { type: 'link', id: row.id, label: row.partner_name ?? '' },
      })
      if (!isOpen(decision)) return redirect(pathOf(decision, '/done'))
      const before = await readSent(decision)
      if (!before || before.errors.length > 0) return redirect(pathOf(decision, ''))
      return checkPage(decision, applyChoice(decision.terms, before.choice, mandate.origin.now), {
        token: await checkedTokenOf(decision),
        choice: JSON.stringify(before.choice),
        phone: help.phone,
      })
    },
  })
}

const DoneForm = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('decline') }),
  z.strictObject({
    decision: z.literal('allow'),
    snapshot_token: z.string().max(100),
    choice: z.string().max(20_000),
  }),
])

function parseChoice(text: string, { language }: Reading): z.output<typeof AcceptInput> {
  try {
    const parsed: unknown = JSON.parse(text)
    return AcceptInput.parse(parsed)
  } catch (cause) {
    throw new ProblemError(422, 'VALIDATION_ERROR', LINK_WORDS[language].faults.altered, {
      cause,
      language,
    })
  }
}

async function allow(
  decision: Decision,
  form: { readonly snapshot_token: string; readonly choice: string },
  origin: string,
): Promise<void> {
  const { mandate, row, reading } = decision
  const { language } = reading
  if (form.snapshot_token !== (await checkedTokenOf(decision)))
    throw new ProblemError(409, 'SNAPSHOT_STALE', LINK_WORDS[language].faults.stale, { language })
  const choice = parseChoice(form.choice, reading)
  const token = await snapshotTokenOf(mandate, row)
  await approveLink(mandate, row, { choice, token, origin, language })
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
    isTranslated: true,
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
    async handle({ mandate, params, body, reading }) {
      await holdLink(mandate, params.link_id)
      const decision = await openDecision({ mandate, reading, params })
      // Whoever decides twice reads what was decided, as on the pages of a consent.
      if (!isOpen(decision)) return redirect(pathOf(decision, '/done'))
      if (body.decision === 'decline') {
        await decline(decision, services.publicOrigin())
      } else {
        requireAlso(mandate, 'tenant.partner_access.approve')
        const first = await findFirstApproval(mandate, decision.row.id)
        if (first?.first_approved_by === mandate.actor.id) return redirect(pathOf(decision, '/done'))
        await allow(decision, body, services.publicOrigin())
      }
      return redirect(pathOf(decision, '/done'))
    },
  })
}

const doneRoute = page({
  method: 'GET',
  path: '/links/:link_id/done',
  summary: 'What was decided',
  isTranslated: true,
  input: { params: LinkParams, query: OrgQuery },
  access: { permission: 'tenant.partner_access.read', tenant: orgOf },
  limit: 'page',
  problems: ['LINK_NOT_FOUND'],
  async handle({ mandate, params, reading }) {
    const decision = await openDecision({ mandate, reading, params })
    noteRead(mandate, {
      action: 'tenant.partner_access.read',
      resource: { type: 'link', id: decision.row.id, label: decision.row.partner_name ?? '' },
    })
    return donePage(decision)
  },
})

/** The pages on which a tenant decides about a request; they work without script. Source: experience.md section 6, L2 to L5. */
export function makeLinkPages(services: Services): readonly Route[] {
  return [reviewRoute, sendRoute, makeCheckRoute(services), makeDecideRoute(services), doneRoute]
}
