import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { html, redirect } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { writeCount, writeInstant } from '#platform/words/instant-words.ts'
import type { Language, Reading } from '#platform/words/language.ts'
import { Chosen, withLanguage } from '#platform/words/page-language.ts'
import type { Mandate } from '#platform/mandate.ts'
import { button, facts, inLanguages, postForm, showPage } from '#platform/pages/index.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicId } from '#platform/route-input.ts'
import { page, route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { backchannelPath, idOfBackchannelRequest } from './backchannel.ts'
import { getBackchannelRequest, listBackchannelRequests } from './backchannel-store.ts'
import type { BackchannelRow } from './backchannel-store.ts'
import { readableName } from '#platform/words/names.ts'
import { openConsentRequest } from './request.ts'
import { sentencesOf } from './rules.ts'
import { withOwnNumber } from './hint-store.ts'
import { CONSENT_WORDS } from './words/index.ts'

const input = {
  params: z.strictObject({ request: publicId('backchannel_request') }),
  query: z.strictObject(Chosen),
}
const ASKED = { identity: 'The administrators who are asked see the request, and nobody else.' } as const

const isWaiting = ({ status, ends_at: end }: BackchannelRow, now: Date): boolean =>
  status === 'pending' && end > now

function stateLine(row: BackchannelRow, language: Language): string {
  const { asked } = CONSENT_WORDS[language]
  if (row.status === 'approved') return asked.allowed
  if (row.status === 'denied') return asked.notAllowedNow
  if (row.status === 'waiting') return asked.waits
  return asked.lapsedNow(writeInstant(row.ends_at, language))
}

function askedFacts(row: BackchannelRow, language: Language) {
  const words = CONSENT_WORDS[language]
  const { asked } = words
  const hours = Math.floor(row.access_duration_seconds / 3600)
  // In English one hour is a word.
  const long = language === 'en' && hours === 1 ? 'one hour' : writeCount(hours, words.hours, language)
  const { can } = sentencesOf(row.actions, words)
  return facts([
    [asked.message, words.quoted(html`<bdi>${row.binding_message}</bdi>`)],
    [
      asked.couldDo,
      html`<ul>
        ${can.map((sentence) => html`<li>${sentence}</li>`)}
      </ul>`,
    ],
    ...(row.customer_hint === null
      ? []
      : [[asked.on, html`<bdi>${readableName(row.customer_hint)}</bdi>`] as const]),
    [asked.long, asked.atMost(long)],
  ])
}

function showAsked(row: BackchannelRow, mandate: Mandate<'identity'>, reading: Reading): HtmlPage {
  const { language, chosen } = reading
  const words = CONSENT_WORDS[language]
  const { asked } = words
  const partner = readableName(row.partner_name, words.namelessPartner)
  const client = readableName(row.client_name, words.namelessApp)
  const decision = html`<p>${asked.compare(partner, writeInstant(row.ends_at, language))}</p>
    <div class="buttons">
      ${postForm(withLanguage(`${backchannelPath(row.id)}/decide`, chosen), button(words.buttons.decide, 'plain'))}
    </div>`
  const body = html`<p class="lead">
      ${asked.nowLead(html`<bdi>${partner}</bdi>`, row.tenant_name, html`<bdi>${client}</bdi>`)}
    </p>
    ${askedFacts(row, language)}
    ${isWaiting(row, mandate.origin.now) ? decision : html`<p>${stateLine(row, language)}</p>`}`
  return showPage(asked.now(partner), body, {
    ...(mandate.session && { signedInAs: mandate.session.personName }),
    width: 'reading',
    ...inLanguages(reading, backchannelPath(row.id)),
  })
}

function requireSession({ session }: Mandate<'identity'>): void {
  if (!session) throw new ProblemError(401, 'UNAUTHORIZED', 'Sign in to decide about this request.')
}

/** Asks this person, on the pages of consents: what is allowed is a consent of its own, as long as was asked and no longer. */
async function openFor(
  mandate: Mandate<'identity'>,
  row: BackchannelRow,
  { language, chosen }: Reading,
): Promise<string> {
  if (!isWaiting(row, mandate.origin.now))
    throw new ProblemError(409, 'CONSENT_REQUEST_OVER', stateLine(row, language), { language })
  const uid = randomBytes(24).toString('base64url')
  await openConsentRequest(mandate, {
    uid,
    clientId: row.client_id,
    scopes: row.scopes,
    actions: row.actions,
    customerHint: row.customer_hint,
    accessDurationSeconds: row.access_duration_seconds,
    purpose: row.binding_message,
    reference: row.reference,
    grantAction: 'create',
    delegationId: null,
    backchannelRequestId: row.id,
  })
  const org = publicIdOf('tenant', row.tenant_id)
  return withLanguage(`/consent/${uid}/review?org=${org}`, chosen)
}

const AskedBody = z.strictObject({
  backchannel_request_id: z.string(),
  partner_name: z.string(),
  client_name: z.string(),
  binding_message: z.string().meta({ description: 'What it is for, in the words of the client.' }),
  actions: z.array(z.string()),
  customer_hint: z.string().nullable(),
  created_at: z.string(),
  ends_at: z.string(),
  path: z.string().meta({ description: 'The page on which it is decided.' }),
})

function toAsked(row: BackchannelRow): z.input<typeof AskedBody> {
  return {
    backchannel_request_id: idOfBackchannelRequest(row.id),
    partner_name: readableName(row.partner_name),
    client_name: readableName(row.client_name),
    binding_message: row.binding_message,
    actions: [...row.actions],
    customer_hint: row.customer_hint,
    created_at: row.created_at.toISOString(),
    ends_at: row.ends_at.toISOString(),
    path: backchannelPath(row.id),
  }
}

/** The page that a mail about a request in the back channel leads to, and the list of what waits. */
export const backchannelRoutes: readonly Route[] = [
  page({
    isTranslated: true,
    method: 'GET',
    path: '/backchannel-requests/:request',
    summary: 'What an API client asks a customer to approve now',
    input,
    access: ASKED,
    limit: 'page',
    problems: ['CONSENT_REQUEST_NOT_FOUND'],
    async handle({ mandate, params, reading }) {
      requireSession(mandate)
      const row = await getBackchannelRequest(mandate, params.request)
      return showAsked(await withOwnNumber(mandate, row, row.tenant_id), mandate, reading)
    },
  }),
  page({
    isTranslated: true,
    method: 'POST',
    path: '/backchannel-requests/:request/decide',
    summary: 'Begin to decide what an API client asks a customer to approve now',
    input: { ...input, body: z.strictObject({}) },
    access: ASKED,
    limit: 'page',
    problems: ['CONSENT_REQUEST_BLOCKED', 'CONSENT_REQUEST_NOT_FOUND', 'CONSENT_REQUEST_OVER'],
    async handle({ mandate, params, reading }) {
      requireSession(mandate)
      return redirect(await openFor(mandate, await getBackchannelRequest(mandate, params.request), reading))
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/tenant/backchannel-requests',
    summary: 'What API clients ask the organisation to approve now',
    input: {},
    access: { permission: 'tenant.partner_access.read' },
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(AskedBody) }) },
    async handle({ mandate }) {
      const rows = []
      for (const row of await listBackchannelRequests(mandate))
        rows.push(await withOwnNumber(mandate, row, row.tenant_id))
      return { items: rows.map(toAsked) }
    },
  }),
]
