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
import { askPath, idOfAsk } from './ask.ts'
import { getAsk, listAsks } from './ask-store.ts'
import type { AskRow } from './ask-store.ts'
import { readableName } from '#platform/words/names.ts'
import { openConsentRequest } from './request.ts'
import { sentencesOf } from './rules.ts'
import { CONSENT_WORDS } from './words/index.ts'

const input = {
  params: z.strictObject({ ask: publicId('consent_ask') }),
  query: z.strictObject(Chosen),
}
const ASKED = { identity: 'Whoever is asked sees the request, and nobody else.' } as const
const DAY_SECONDS = 86_400

const isWaiting = ({ status, answer_id: answer, ends_at: end }: AskRow, now: Date): boolean =>
  status === 'sent' && answer === null && end > now

function stateLine(row: AskRow, language: Language): string {
  const { asked, blocks, namelessPartner } = CONSENT_WORDS[language]
  if (row.status === 'approved') return asked.allowed
  if (row.status === 'denied') return asked.notAllowedNow
  if (row.status === 'withdrawn') return blocks.takenBack(readableName(row.partner_name, namelessPartner))
  if (row.answer_id !== null) return asked.waits
  return asked.lapsedNow(writeInstant(row.ends_at, language))
}

function showAsk(row: AskRow, mandate: Mandate<'identity'>, reading: Reading): HtmlPage {
  const { language, chosen } = reading
  const words = CONSENT_WORDS[language]
  const { asked } = words
  const partner = readableName(row.partner_name, words.namelessPartner)
  const client = readableName(row.client_name, words.namelessApp)
  const { can } = sentencesOf(row.actions, words)
  const decision = html`<p>${asked.compare(partner, writeInstant(row.ends_at, language))}</p>
    <div class="buttons">
      ${postForm(withLanguage(`${askPath(row.id)}/decide`, chosen), button(words.buttons.decide, 'main'))}
    </div>`
  const body = html`<p class="lead">
      ${asked.askLead(html`<bdi>${partner}</bdi>`, html`<bdi>${client}</bdi>`)}
    </p>
    ${facts([
      [
        asked.couldDo,
        html`<ul>
          ${can.map((sentence) => html`<li>${sentence}</li>`)}
        </ul>`,
      ],
      [asked.long, asked.atMost(writeCount(row.access_duration_days, words.days, language))],
      [asked.why, words.quoted(html`<bdi>${row.purpose}</bdi>`)],
    ])}
    ${isWaiting(row, mandate.origin.now) ? decision : html`<p>${stateLine(row, language)}</p>`}`
  return showPage(asked.ask(partner), body, {
    ...(mandate.session && { signedInAs: mandate.session.personName }),
    width: 'reading',
    ...inLanguages(reading, askPath(row.id)),
  })
}

function requireSession({ session }: Mandate<'identity'>): void {
  if (!session) throw new ProblemError(401, 'UNAUTHORIZED', 'Sign in to decide about this request.')
}

/** Asks this person on the pages of consents: for the organisation that was asked, or for one of theirs that they choose. */
async function openFor(mandate: Mandate<'identity'>, row: AskRow, { language, chosen }: Reading) {
  if (!isWaiting(row, mandate.origin.now))
    throw new ProblemError(409, 'CONSENT_REQUEST_OVER', stateLine(row, language), { language })
  const uid = randomBytes(24).toString('base64url')
  await openConsentRequest(mandate, {
    uid,
    clientId: row.client_id,
    scopes: row.scopes,
    actions: row.actions,
    customerHint: null,
    accessDurationSeconds: row.access_duration_days * DAY_SECONDS,
    purpose: row.purpose,
    reference: null,
    grantAction: 'create',
    delegationId: null,
    consentAskId: row.id,
  })
  const { tenant_id: tenant } = row
  const place =
    tenant === null ? `/consent/${uid}` : `/consent/${uid}/review?org=${publicIdOf('tenant', tenant)}`
  return withLanguage(place, chosen)
}

const AskBody = z.strictObject({
  consent_ask_id: z.string(),
  partner_name: z.string(),
  client_name: z.string(),
  actions: z.array(z.string()),
  purpose: z.string(),
  created_at: z.string(),
  ends_at: z.string(),
  path: z.string().meta({ description: 'The page on which it is decided.' }),
})

const toAsk = (row: AskRow): z.input<typeof AskBody> => ({
  consent_ask_id: idOfAsk(row.id),
  partner_name: readableName(row.partner_name),
  client_name: readableName(row.client_name),
  actions: [...row.actions],
  purpose: row.purpose,
  created_at: row.created_at.toISOString(),
  ends_at: row.ends_at.toISOString(),
  path: askPath(row.id),
})

/** The page that a mail about a partner's request leads to, and the list of what waits. */
export const askPageRoutes: readonly Route[] = [
  page({
    isTranslated: true,
    method: 'GET',
    path: '/consent-asks/:ask',
    summary: 'What a partner asks to be allowed',
    input,
    access: ASKED,
    limit: 'page',
    problems: ['CONSENT_REQUEST_NOT_FOUND'],
    async handle({ mandate, params, reading }) {
      requireSession(mandate)
      return showAsk(await getAsk(mandate, params.ask), mandate, reading)
    },
  }),
  page({
    isTranslated: true,
    method: 'POST',
    path: '/consent-asks/:ask/decide',
    summary: 'Begin to decide what a partner asks to be allowed',
    input: { ...input, body: z.strictObject({}) },
    access: ASKED,
    limit: 'page',
    problems: ['CONSENT_REQUEST_BLOCKED', 'CONSENT_REQUEST_NOT_FOUND', 'CONSENT_REQUEST_OVER'],
    async handle({ mandate, params, reading }) {
      requireSession(mandate)
      return redirect(await openFor(mandate, await getAsk(mandate, params.ask), reading))
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/tenant/consent-asks',
    summary: 'What partners ask the organisation, or its member by address, to allow',
    input: {},
    access: { permission: 'tenant.partner_access.read' },
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(AskBody) }) },
    handle: async ({ mandate }) => ({ items: (await listAsks(mandate)).map(toAsk) }),
  }),
]
