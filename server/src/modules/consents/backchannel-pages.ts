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
import { backchannelPath, idOfBackchannelRequest } from './backchannel.ts'
import { getBackchannelRequest, listBackchannelRequests } from './backchannel-store.ts'
import type { BackchannelRow } from './backchannel-store.ts'
import { readableName } from '#platform/words/names.ts'
import { withOwnNumber } from './hint-store.ts'
import { beginConsent, namesOf, requireSession, showActions, showAsking, showHint } from './asking-page.ts'
import { CONSENT_WORDS } from './words/index.ts'

const input = {
  params: z.strictObject({ request: publicId('backchannel_request') }),
  query: z.strictObject(Chosen),
}
const ASKED = { identity: 'The administrators who are asked see the request, and nobody else.' } as const

const isWaiting = ({ status, ends_at: end }: BackchannelRow, now: Date): boolean =>
  status === 'pending' && end > now

function overOf(row: BackchannelRow, now: Date, language: Language): string | null {
  const { asked } = CONSENT_WORDS[language]
  if (isWaiting(row, now)) return null
  if (row.status === 'approved') return asked.allowed
  if (row.status === 'denied') return asked.notAllowedNow
  if (row.status === 'waiting') return asked.waits
  return asked.lapsedNow(writeInstant(row.ends_at, language))
}

function lengthOf(row: BackchannelRow, language: Language): string {
  const hours = Math.floor(row.access_duration_seconds / 3600)
  // In English one hour is a word.
  return language === 'en' && hours === 1
    ? 'one hour'
    : writeCount(hours, CONSENT_WORDS[language].hours, language)
}

function showRequest(row: BackchannelRow, mandate: Mandate<'identity'>, reading: Reading): HtmlPage {
  const { language } = reading
  const words = CONSENT_WORDS[language]
  const { asked } = words
  const { partner, partnerHtml, clientHtml } = namesOf(row, words)
  return showAsking(mandate, reading, {
    path: backchannelPath(row.id),
    title: asked.now(partner),
    lead: asked.nowLead(partnerHtml, row.tenant_name, clientHtml),
    lines: [
      [asked.message, words.quoted(html`<bdi>${row.binding_message}</bdi>`)],
      [asked.couldDo, showActions(row.actions, words)],
      ...showHint(row.customer_hint, words),
      [asked.long, asked.atMost(lengthOf(row, language))],
    ],
    note: asked.compare(partner, writeInstant(row.ends_at, language)),
    button: 'plain',
    over: overOf(row, mandate.origin.now, language),
  })
}

/** What is allowed is a consent of its own, as long as was asked and no longer. */
const decide = (mandate: Mandate<'identity'>, row: BackchannelRow, reading: Reading): Promise<HtmlPage> =>
  beginConsent(mandate, reading, {
    over: overOf(row, mandate.origin.now, reading.language),
    asked: {
      tenantId: row.tenant_id,
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
    },
  })

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
      return showRequest(await withOwnNumber(mandate, row, row.tenant_id), mandate, reading)
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
      return decide(mandate, await getBackchannelRequest(mandate, params.request), reading)
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
