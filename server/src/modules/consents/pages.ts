import { encodeId, idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { html, redirect } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import { mayAlso, noteRead, recordEvent, requireAlso } from '#platform/mandate.ts'
import type { IdentitySession, Mandate } from '#platform/mandate.ts'
import { button, postForm, showPage } from '#platform/pages/index.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicId } from '#platform/route-input.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { accountsOf, findForeignAccounts, parseChoice, readChoice, ReviewForm } from './choice.ts'
import { approveAsSecond, approveRequest, declineRequest } from './decide.ts'
import { readableName } from './names.ts'
import { backPath, comesByBrowser, pathOf } from './page-parts.ts'
import { checkPage, donePage, reviewPage } from './page-view.ts'
import { answerRequest, getRequest, listOrganisations, readParties } from './request-store.ts'
import type { OwnOrganisation, Parties, RequestRow } from './request-store.ts'
import { openScene, shownTokenOf } from './scene.ts'
import type { Scene } from './scene.ts'

const KeyParams = z.strictObject({ key: z.string().regex(/^[\w-]{20,100}$/, 'must be the key of a request') })
const OrgQuery = z.strictObject({ org: publicId('tenant').optional() })
const orgOf = ({ query }: { readonly query: z.output<typeof OrgQuery> }) => query.org

const ANYBODY = { identity: 'Whoever is signed in sees the requests that wait for them.' } as const

function requireSession({ session }: Mandate<'identity'>): IdentitySession {
  if (!session) throw new ProblemError(401, 'UNAUTHORIZED', 'Sign in to decide about this request.')
  return session
}

const reviewPathFor = (key: string, tenantId: string, rest = 'review') =>
  `/consent/${key}/${rest}?org=${encodeId('tenant', idFromUuid('tenant', tenantId))}`

function organisationLine(key: string, organisation: OwnOrganisation, client: Parties['client']) {
  const { id, name, role, is_sandbox: isSandbox } = organisation
  if (role !== 'TENANT_ADMIN')
    return html`<li class="muted">
      ${name}: only its administrators can allow access.
      <a href="/org/${encodeId('tenant', idFromUuid('tenant', id))}/home">Ask one of them</a>.
    </li>`
  if (isSandbox !== (client.environment === 'sandbox'))
    return html`<li class="muted">
      ${name}:
      ${isSandbox ? 'a sandbox, and this app is live' : 'this app is a sandbox app and works with sandboxes only'}.
    </li>`
  return html`<li>
    <a href="${reviewPathFor(key, id)}"><span class="place frame-org"></span><b>${name}</b></a>
  </li>`
}

/** What the person can do with the list below it. */
function choiceInWords(organisations: readonly OwnOrganisation[], client: Parties['client']): string {
  const isSandbox = client.environment === 'sandbox'
  const open = organisations.filter((one) => one.role === 'TENANT_ADMIN' && one.is_sandbox === isSandbox)
  if (organisations.length === 0) return 'You belong to no organisation that could allow it.'
  if (open.length === 0)
    return 'You cannot allow it yourself. Nothing is shared until somebody who can has decided.'
  return open.length === 1
    ? 'The answer holds for the organisation that you choose.'
    : 'You can decide for more than one organisation. The answer holds for the one that you choose.'
}

function choosePage(
  key: string,
  { client, partner }: Parties,
  person: { readonly name: string; readonly organisations: readonly OwnOrganisation[] },
): HtmlPage {
  const body = html`<p class="lead">
      <bdi>${readableName(partner.name)}</bdi> asks for access with <bdi>${readableName(client.name)}</bdi>.
      It never gets your password.
    </p>
    <p>${choiceInWords(person.organisations, client)}</p>
    ${
      person.organisations.length > 0 &&
      html`<ul class="doors">
        ${person.organisations.map((one) => organisationLine(key, one, client))}
      </ul>`
    }
    <div class="buttons">${postForm(`/consent/${key}/decline`, button("Don't allow", 'plain'))}</div>`
  return showPage('For which organisation?', body, { signedInAs: person.name, width: 'reading' })
}

function overPage(key: string, request: RequestRow, name: string): HtmlPage {
  const isDenied = request.status === 'denied'
  const body = html`<p>Nothing is shared.${!isDenied && ' Begin again where you came from.'}</p>
    ${
      comesByBrowser(request) &&
      html`<div class="buttons"><a class="button main" href="${backPath({ key })}">Go back</a></div>`
    }`
  return showPage(isDenied ? 'You did not allow it' : 'This request ran out', body, {
    signedInAs: name,
    width: 'reading',
  })
}

async function showChoice(mandate: Mandate<'identity'>, key: string): Promise<HtmlPage> {
  const session = requireSession(mandate)
  const request = await getRequest(mandate, key, 'look')
  if (request.tenant_id !== null) return redirect(reviewPathFor(key, request.tenant_id, 'done'))
  const isOver = request.status !== 'open' || request.ends_at <= mandate.origin.now
  if (isOver) return overPage(key, request, session.personName)
  const parties = await readParties(mandate, request.id)
  const organisations = await listOrganisations(mandate, session.personId)
  const fits = organisations.filter(
    (one) => one.role === 'TENANT_ADMIN' && one.is_sandbox === (parties.client.environment === 'sandbox'),
  )
  const [only] = fits
  return only && fits.length === 1
    ? redirect(reviewPathFor(key, only.id))
    : choosePage(key, parties, { name: session.personName, organisations })
}

const personRoutes: readonly Route[] = [
  page({
    method: 'GET',
    path: '/consent/:key',
    summary: 'For which organisation a request is decided',
    input: { params: KeyParams },
    access: ANYBODY,
    limit: 'page',
    problems: ['CONSENT_REQUEST_NOT_FOUND'],
    handle: ({ mandate, params }) => showChoice(mandate, params.key),
  }),
  page({
    method: 'POST',
    path: '/consent/:key/decline',
    summary: 'Do not allow it, for no organisation',
    input: { params: KeyParams, body: z.strictObject({}) },
    access: ANYBODY,
    limit: 'page',
    problems: ['CONSENT_REQUEST_NOT_FOUND'],
    async handle({ mandate, params }) {
      const session = requireSession(mandate)
      const request = await getRequest(mandate, params.key, 'answer')
      const answer = {
        status: 'denied',
        decided_by: session.personId,
        decided_by_name: session.personName,
        decided_at: mandate.origin.now,
      }
      if (request.status === 'open' && (await answerRequest(mandate, request, answer)))
        recordEvent(mandate, {
          action: 'consents.decline',
          resource: { type: 'consent_request', id: request.id },
          changes: { status: { before: 'open', after: 'denied' } },
        })
      return redirect(`/consent/${params.key}`)
    },
  }),
]

function noteLook(scene: Scene): void {
  noteRead(scene.mandate, {
    action: 'tenant.partner_access.read',
    resource: { type: 'consent_request', id: scene.request.id, label: scene.partner.name },
  })
}

/** The first page that fits the state of a request: to choose, to check as the second person, or what became of it. */
function showReview(scene: Scene): HtmlPage {
  const { mandate, request } = scene
  const mayApprove = mayAlso(mandate, 'tenant.partner_access.approve')
  const isSecond = request.status === 'waiting' && request.first_approved_by !== mandate.actor.id
  if (request.status !== 'open' && !isSecond) return redirect(pathOf(scene, 'done'))
  const token = shownTokenOf(scene)
  return isSecond && mayApprove && request.choice && request.ends_at > mandate.origin.now
    ? checkPage(scene, request.choice, token)
    : reviewPage(scene, { token, mayApprove })
}

const reviewRoute = page({
  method: 'GET',
  path: '/consent/:key/review',
  summary: 'Choose what an API client may do',
  input: { params: KeyParams, query: OrgQuery },
  access: { permission: 'tenant.partner_access.read', tenant: orgOf },
  limit: 'page',
  problems: ['CONSENT_REQUEST_NOT_FOUND'],
  async handle({ mandate, params }) {
    const scene = await openScene(mandate, params.key)
    noteLook(scene)
    return showReview(scene)
  },
})

/** An account that is not the organisation's own: nobody sends one by accident, so the log keeps it although nothing is granted. */
function refuseForeign(scene: Scene, foreign: readonly string[]): HtmlPage {
  recordEvent(scene.mandate, {
    action: 'consents.approve',
    outcome: 'error',
    code: 'CONSENT_ACCOUNT_FOREIGN',
    resource: { type: 'consent_request', id: scene.request.id, label: scene.partner.name },
    reason: `${foreign.length} account that does not belong to the organisation was sent; nothing was granted.`,
  })
  return reviewPage(scene, {
    token: shownTokenOf(scene),
    mayApprove: true,
    errors: [{ field: 'account', message: `Choose among the accounts of ${scene.mandate.tenant.name}` }],
    status: 403,
  })
}

function showCheck(scene: Scene, form: z.output<typeof ReviewForm>): HtmlPage {
  const token = shownTokenOf(scene)
  if (scene.request.status !== 'open') return redirect(pathOf(scene, 'done'))
  const foreign = findForeignAccounts(accountsOf(form), scene)
  if (foreign.length > 0) return refuseForeign(scene, foreign)
  const { choice, errors } = readChoice(form, scene)
  const ticked = {
    accounts: new Set(choice.accounts),
    actions: new Set<string>(choice.actions),
    lastDay: form.ends_on,
  }
  const stale = { field: null, message: 'The request changed while you read it. Read it again.' }
  const faults = form.shown === token ? errors : [stale, ...errors]
  if (faults.length > 0) return reviewPage(scene, { token, mayApprove: true, errors: faults, ticked })
  return checkPage(scene, choice, token)
}

const checkRoute = page({
  method: 'POST',
  path: '/consent/:key/check',
  summary: 'Look at the decision once more',
  input: { params: KeyParams, query: OrgQuery, body: ReviewForm },
  access: { permission: 'tenant.partner_access.approve', tenant: orgOf },
  limit: 'page',
  problems: ['CONSENT_REQUEST_NOT_FOUND'],
  async handle({ mandate, params, body }) {
    return showCheck(await openScene(mandate, params.key), body)
  },
})

const DecisionForm = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('decline') }),
  z.strictObject({
    decision: z.literal('allow'),
    shown: z.string().max(100),
    choice: z.string().max(40_000),
  }),
])

async function allow(scene: Scene, form: { shown: string; choice: string }, origin: string): Promise<void> {
  const answer = { token: form.shown, origin }
  if (scene.request.status === 'waiting') return approveAsSecond(scene, answer)
  await approveRequest(scene, { ...answer, choice: parseChoice(form.choice, scene) })
}

function makeDecideRoute(services: Services): Route {
  return page({
    method: 'POST',
    path: '/consent/:key/done',
    summary: 'Allow what was chosen, or do not',
    input: { params: KeyParams, query: OrgQuery, body: DecisionForm },
    access: { permission: 'tenant.partner_access.revoke', tenant: orgOf },
    limit: 'page',
    problems: [
      'CONSENT_REQUEST_NOT_FOUND',
      'CONSENT_REQUEST_BLOCKED',
      'CONSENT_REQUEST_CHANGED',
      'CONSENT_REQUEST_OVER',
      'CONSENT_SECOND_PERSON',
      'CONSENT_STATE_CONFLICT',
    ],
    async handle({ mandate, params, body }) {
      const scene = await openScene(mandate, params.key, 'answer')
      const isOpen = scene.request.status === 'open' || scene.request.status === 'waiting'
      // Whoever presses twice sees the answer that was given.
      if (!isOpen) return redirect(pathOf(scene, 'done'))
      if (body.decision === 'decline') {
        await declineRequest(scene, services.publicOrigin())
      } else {
        requireAlso(mandate, 'tenant.partner_access.approve')
        await allow(scene, body, services.publicOrigin())
      }
      return redirect(pathOf(scene, 'done'))
    },
  })
}

const doneRoute = page({
  method: 'GET',
  path: '/consent/:key/done',
  summary: 'What was decided: the receipt, and the way back',
  input: { params: KeyParams, query: OrgQuery },
  access: { permission: 'tenant.partner_access.read', tenant: orgOf },
  limit: 'page',
  problems: ['CONSENT_REQUEST_NOT_FOUND'],
  async handle({ mandate, params }) {
    const scene = await openScene(mandate, params.key)
    noteLook(scene)
    return scene.request.status === 'open' ? redirect(pathOf(scene, 'review')) : donePage(scene)
  },
})

/** The pages on which a person decides about a request of an API client; they work without script. Source: A10, experience.md section 6. */
export function makeConsentPages(services: Services): readonly Route[] {
  return [...personRoutes, reviewRoute, checkRoute, makeDecideRoute(services), doneRoute]
}
