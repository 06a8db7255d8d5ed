import { z } from 'zod'
import { html } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import { writeCount, writeInstant } from '#platform/words/instant-words.ts'
import type { Language, Reading } from '#platform/words/language.ts'
import { Chosen } from '#platform/words/page-language.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicId } from '#platform/route-input.ts'
import { page, route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { askPath, idOfAsk } from './ask.ts'
import { getAsk, listAsks } from './ask-store.ts'
import type { AskRow } from './ask-store.ts'
import { readableName } from '#platform/words/names.ts'
import { beginConsent, namesOf, requireSession, showActions, showAsking } from './asking-page.ts'
import { CONSENT_WORDS } from './words/index.ts'

const input = {
  params: z.strictObject({ ask: publicId('consent_ask') }),
  query: z.strictObject(Chosen),
}
const ASKED = { identity: 'Whoever is asked sees the request, and nobody else.' } as const
const DAY_SECONDS = 86_400

const isWaiting = ({ status, answer_id: answer, ends_at: end }: AskRow, now: Date): boolean =>
  status === 'sent' && answer === null && end > now

function overOf(row: AskRow, now: Date, language: Language): string | null {
  const { asked, blocks, namelessPartner } = CONSENT_WORDS[language]
  if (isWaiting(row, now)) return null
  if (row.status === 'approved') return asked.allowed
  if (row.status === 'denied') return asked.notAllowedNow
  if (row.status === 'withdrawn') return blocks.takenBack(readableName(row.partner_name, namelessPartner))
  if (row.answer_id !== null) return asked.waits
  return asked.lapsedNow(writeInstant(row.ends_at, language))
}

function showAsk(row: AskRow, mandate: Mandate<'identity'>, reading: Reading): HtmlPage {
  const { language } = reading
  const words = CONSENT_WORDS[language]
  const { asked } = words
  const { partner, partnerHtml, clientHtml } = namesOf(row, words)
  return showAsking(mandate, reading, {
    path: askPath(row.id),
    title: asked.ask(partner),
    lead: asked.askLead(partnerHtml, clientHtml),
    lines: [
      [asked.couldDo, showActions(row.actions, words)],
      [asked.long, asked.atMost(writeCount(row.access_duration_days, words.days, language))],
      [asked.why, words.quoted(html`<bdi>${row.purpose}</bdi>`)],
    ],
    note: asked.compare(partner, writeInstant(row.ends_at, language)),
    button: 'main',
    over: overOf(row, mandate.origin.now, language),
  })
}

/** For the organisation that was asked, or for one of theirs that the person chooses. */
const decide = (mandate: Mandate<'identity'>, row: AskRow, reading: Reading): Promise<HtmlPage> =>
  beginConsent(mandate, reading, {
    over: overOf(row, mandate.origin.now, reading.language),
    asked: {
      tenantId: row.tenant_id,
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
    },
  })

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
      return decide(mandate, await getAsk(mandate, params.ask), reading)
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
