import { z } from 'zod'
import { html, redirect } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import { stillDecides } from '#platform/first-approver.ts'
import { mayAlso, noteRead, recordEvent, requireAlso } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { Reading } from '#platform/words/language.ts'
import { Chosen, withLanguage } from '#platform/words/page-language.ts'
import { button, inLanguages, postForm, showPage } from '#platform/pages/index.ts'
import { publicId } from '#platform/route-input.ts'
import { page } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { accountsOf, findForeignAccounts, parseChoice, requireAllOffered, ReviewForm } from './choice.ts'
import { approveAsSecond, approveRequest, declineRequest } from './decide.ts'
import { letterheadOf } from './mails.ts'
import type { Letterhead } from './mails.ts'
import { readableName } from '#platform/words/names.ts'
import { backPath, comesByBrowser, KeyParams, pathOf } from './page-parts.ts'
import { checkPage, donePage, reviewPage } from './page-view.ts'
import { makeReceiptRoute } from './receipt.ts'
import { answerRequest, getRequest, listOrganisations, readParties } from './request-store.ts'
import type { OwnOrganisation, Parties, RequestRow } from './request-store.ts'
import { openScene, shownTokenOf } from './scene.ts'
import type { OpenScene } from './scene.ts'
import { keepSent, readSent, readSentBefore, shownAgain } from './sent.ts'
import type { SentForm } from './sent.ts'
import { requireSession } from './asking-page.ts'
import type { ConsentWords } from './words/index.ts'
import { CONSENT_WORDS } from './words/index.ts'

const LangQuery = z.strictObject(Chosen)
const OrgQuery = z.strictObject({ org: publicId('tenant').optional(), ...Chosen })
const orgOf = ({ query }: { readonly query: z.output<typeof OrgQuery> }) => query.org

const ANYBODY = { identity: 'Whoever is signed in sees the requests that wait for them.' } as const

/** A request as somebody reads it before an organisation is chosen. */
interface Reader {
  readonly key: string
  readonly reading: Reading
}

const reviewPathFor = ({ key, reading }: Reader, tenantId: string, rest = 'review') =>
  withLanguage(`/consent/${key}/${rest}?org=${publicIdOf('tenant', tenantId)}`, reading.chosen)

function organisationLine(reader: Reader, organisation: OwnOrganisation, client: Parties['client']) {
  const words = CONSENT_WORDS[reader.reading.language].choose
  const { id, name, role, is_sandbox: isSandbox } = organisation
  if (role !== 'TENANT_ADMIN')
    return html`<li class="muted">
      ${words.adminsOnly(name)}
      <a href="/org/${publicIdOf('tenant', id)}/home">${words.askThem}</a>.
    </li>`
  if (isSandbox !== (client.environment === 'sandbox'))
    return html`<li class="muted">${isSandbox ? words.isSandbox(name) : words.isReal(name)}</li>`
  return html`<li>
    <a href="${reviewPathFor(reader, id)}"><span class="place frame-org"></span><b>${name}</b></a>
  </li>`
}

/** What the person can do with the list below it. */
function choiceInWords(
  organisations: readonly OwnOrganisation[],
  client: Parties['client'],
  { choose }: Pick<ConsentWords, 'choose'>,
): string {
  const isSandbox = client.environment === 'sandbox'
  const open = organisations.filter((one) => one.role === 'TENANT_ADMIN' && one.is_sandbox === isSandbox)
  if (organisations.length === 0) return choose.none
  if (open.length === 0) return choose.notYou
  return open.length === 1 ? choose.one : choose.many
}

/** What the pages before an organisation is chosen are shown with. */
function readBy({ key, reading }: Reader, name: string) {
  return {
    signedInAs: name,
    width: 'reading' as const,
    ...inLanguages(reading, `/consent/${key}`),
  }
}

function choosePage(
  reader: Reader,
  { client, partner }: Parties,
  person: { readonly name: string; readonly organisations: readonly OwnOrganisation[] },
): HtmlPage {
  const words = CONSENT_WORDS[reader.reading.language]
  const asking = html`<bdi>${readableName(partner.name, words.namelessPartner)}</bdi>`
  const app = html`<bdi>${readableName(client.name, words.namelessApp)}</bdi>`
  const decline = withLanguage(`/consent/${reader.key}/decline`, reader.reading.chosen)
  const body = html`<p class="lead">${words.choose.lead(asking, app)}</p>
    <p>${choiceInWords(person.organisations, client, words)}</p>
    ${
      person.organisations.length > 0 &&
      html`<ul class="doors">
        ${person.organisations.map((one) => organisationLine(reader, one, client))}
      </ul>`
    }
    <div class="buttons">${postForm(decline, button(words.buttons.decline, 'plain'))}</div>`
  return showPage(words.choose.title, body, readBy(reader, person.name))
}

function overPage(reader: Reader, request: RequestRow, name: string): HtmlPage {
  const { done, buttons } = CONSENT_WORDS[reader.reading.language]
  const isDenied = request.status === 'denied'
  const body = html`<p>${done.nothing}${!isDenied && ` ${done.beginAgain}`}</p>
    ${
      comesByBrowser(request) &&
      html`<div class="buttons"><a class="button main" href="${backPath(reader)}">${buttons.back}</a></div>`
    }`
  return showPage(isDenied ? done.declined : done.ended(), body, readBy(reader, name))
}

async function showChoice(mandate: Mandate<'identity'>, reader: Reader): Promise<HtmlPage> {
  const session = requireSession(mandate)
  const request = await getRequest(mandate, reader.key, 'look')
  if (request.tenant_id !== null) return redirect(reviewPathFor(reader, request.tenant_id, 'done'))
  const isOver = request.status !== 'open' || request.ends_at <= mandate.origin.now
  if (isOver) return overPage(reader, request, session.personName)
  const parties = await readParties(mandate, request.id)
  const organisations = await listOrganisations(mandate, session.personId)
  const fits = organisations.filter(
    (one) => one.role === 'TENANT_ADMIN' && one.is_sandbox === (parties.client.environment === 'sandbox'),
  )
  const [only] = fits
  return only && fits.length === 1
    ? redirect(reviewPathFor(reader, only.id))
    : choosePage(reader, parties, { name: session.personName, organisations })
}

const personRoutes: readonly Route[] = [
  page({
    method: 'GET',
    path: '/consent/:key',
    summary: 'For which organisation a request is decided',
    isTranslated: true,
    input: { params: KeyParams, query: LangQuery },
    access: ANYBODY,
    limit: 'page',
    problems: ['CONSENT_REQUEST_NOT_FOUND'],
    handle: (context) => showChoice(context.mandate, { key: context.params.key, reading: context.reading }),
  }),
  page({
    method: 'POST',
    path: '/consent/:key/decline',
    summary: 'Do not allow it, for no organisation',
    isTranslated: true,
    input: { params: KeyParams, query: LangQuery, body: z.strictObject({}) },
    access: ANYBODY,
    limit: 'page',
    problems: ['CONSENT_REQUEST_NOT_FOUND'],
    async handle({ mandate, params, query }) {
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
      return redirect(withLanguage(`/consent/${params.key}`, query.lang))
    },
  }),
]

function noteLook(scene: OpenScene): void {
  noteRead(scene.mandate, {
    action: 'tenant.partner_access.read',
    resource: { type: 'consent_request', id: scene.request.id, label: scene.partner.name },
  })
}

/** The first page that fits the state of a request: to choose, to check as the second person, or what became of it. */
async function showReview(scene: OpenScene): Promise<HtmlPage> {
  const { mandate, request } = scene
  const mayApprove = mayAlso(mandate, 'tenant.partner_access.approve')
  const isSecond = request.status === 'waiting' && request.first_approved_by !== mandate.actor.id
  if (request.status !== 'open' && !isSecond) return redirect(pathOf(scene, 'done'))
  const token = shownTokenOf(scene)
  if (isSecond && mayApprove && request.choice && request.ends_at > mandate.origin.now)
    return checkPage(scene, request.choice, !(await stillDecides(mandate, request.first_approved_by)))
  const sent = mayApprove && request.status === 'open' ? await readSentBefore(scene) : null
  return reviewPage(scene, { token, mayApprove, ...(sent && shownAgain(sent)) })
}

function makeReviewRoute({ help }: Services): Route {
  return page({
    method: 'GET',
    path: '/consent/:key/review',
    summary: 'Choose what an API client may do',
    isTranslated: true,
    input: { params: KeyParams, query: OrgQuery },
    access: { permission: 'tenant.partner_access.read', tenant: orgOf },
    limit: 'page',
    problems: ['CONSENT_REQUEST_NOT_FOUND'],
    async handle(context) {
      const { mandate, params } = context
      const scene = await openScene(mandate, { key: params.key, reading: context.reading, phone: help.phone })
      noteLook(scene)
      return showReview(scene)
    },
  })
}

/** An account that is not the organisation's own: nobody sends one by accident, so the log keeps it although nothing is granted. */
function refuseForeign(scene: OpenScene, foreign: readonly string[]): HtmlPage {
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
    errors: [{ field: 'account', message: scene.words.accounts.ownOnly(scene.mandate.tenant.name) }],
    status: 403,
  })
}

/** Keeps what was chosen, and answers with the page that shows it: a page that was only asked for can be gone back to. */
async function takeChoice(scene: OpenScene, form: SentForm): Promise<HtmlPage> {
  if (scene.request.status !== 'open') return redirect(pathOf(scene, 'done'))
  // A page that is outdated may have offered it: it is shown anew.
  if (form.shown === shownTokenOf(scene)) requireAllOffered(form, scene)
  const foreign = findForeignAccounts(accountsOf(form, scene), scene)
  if (foreign.length > 0) return refuseForeign(scene, foreign)
  const { goesOn } = readSent(form, scene)
  await keepSent(scene, form)
  return redirect(pathOf(scene, goesOn ? 'check' : 'review'))
}

function makeSendRoute({ help }: Services): Route {
  return page({
    method: 'POST',
    path: '/consent/:key/check',
    summary: 'Send what was chosen, to look at it once more',
    isTranslated: true,
    input: { params: KeyParams, query: OrgQuery, body: ReviewForm },
    access: { permission: 'tenant.partner_access.approve', tenant: orgOf },
    limit: 'page',
    problems: ['CONSENT_REQUEST_NOT_FOUND'],
    async handle(context) {
      const { mandate, params, body } = context
      return takeChoice(
        await openScene(mandate, { key: params.key, reading: context.reading, phone: help.phone }),
        body,
      )
    },
  })
}

function makeCheckRoute({ help }: Services): Route {
  return page({
    method: 'GET',
    path: '/consent/:key/check',
    summary: 'Look at the decision once more',
    isTranslated: true,
    input: { params: KeyParams, query: OrgQuery },
    access: { permission: 'tenant.partner_access.approve', tenant: orgOf },
    limit: 'page',
    problems: ['CONSENT_REQUEST_NOT_FOUND'],
    async handle(context) {
      const { mandate, params } = context
      const scene = await openScene(mandate, { key: params.key, reading: context.reading, phone: help.phone })
      noteLook(scene)
      if (scene.request.status !== 'open') return redirect(pathOf(scene, 'done'))
      const sent = await readSentBefore(scene)
      return sent === null || sent.faults.length > 0
        ? redirect(pathOf(scene, 'review'))
        : checkPage(scene, sent.choice, false)
    },
  })
}

const DecisionForm = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('decline') }),
  z.strictObject({
    decision: z.literal('allow'),
    shown: z.string().max(100),
    choice: z.string().max(40_000),
  }),
])

async function allow(
  scene: OpenScene,
  form: { shown: string; choice: string },
  letterhead: Letterhead,
): Promise<void> {
  const answer = { token: form.shown, letterhead }
  if (scene.request.status === 'waiting') return approveAsSecond(scene, answer)
  await approveRequest(scene, { ...answer, choice: parseChoice(form.choice, scene) })
}

function makeDecideRoute(services: Services): Route {
  return page({
    method: 'POST',
    path: '/consent/:key/done',
    summary: 'Allow what was chosen, or do not',
    isTranslated: true,
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
    async handle(context) {
      const { mandate, params, body } = context
      const scene = await openScene(mandate, {
        key: params.key,
        use: 'answer',
        reading: context.reading,
        phone: services.help.phone,
      })
      const isOpen = scene.request.status === 'open' || scene.request.status === 'waiting'
      // Whoever presses twice sees the answer that was given.
      if (!isOpen) return redirect(pathOf(scene, 'done'))
      if (body.decision === 'decline') {
        await declineRequest(scene, letterheadOf(services))
      } else {
        requireAlso(mandate, 'tenant.partner_access.approve')
        await allow(scene, body, letterheadOf(services))
      }
      return redirect(pathOf(scene, 'done'))
    },
  })
}

function makeDoneRoute({ help }: Services): Route {
  return page({
    method: 'GET',
    path: '/consent/:key/done',
    summary: 'What was decided: the receipt, and the way back',
    isTranslated: true,
    input: { params: KeyParams, query: OrgQuery },
    access: { permission: 'tenant.partner_access.read', tenant: orgOf },
    limit: 'page',
    problems: ['CONSENT_REQUEST_NOT_FOUND'],
    async handle(context) {
      const { mandate, params } = context
      const scene = await openScene(mandate, { key: params.key, reading: context.reading, phone: help.phone })
      noteLook(scene)
      return scene.request.status === 'open' ? redirect(pathOf(scene, 'review')) : donePage(scene)
    },
  })
}

/** The pages on which a person decides about a request of an API client; they work without script. Source: A10, experience.md section 6. */
export function makeConsentPages(services: Services): readonly Route[] {
  return [
    ...personRoutes,
    makeReviewRoute(services),
    makeSendRoute(services),
    makeCheckRoute(services),
    makeDecideRoute(services),
    makeDoneRoute(services),
    makeReceiptRoute(services),
  ]
}
