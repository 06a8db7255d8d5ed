import { z } from 'zod'
import { html } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { writeInstant } from '#platform/words/instant-words.ts'
import type { Language, Reading } from '#platform/words/language.ts'
import { Chosen } from '#platform/words/page-language.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicId } from '#platform/route-input.ts'
import { page, route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { idOfAccessRequest } from './access-request.ts'
import { getAccessRequest, listAccessRequests } from './access-request-store.ts'
import type { AccessRequestRow } from './access-request-store.ts'
import { readableName } from '#platform/words/names.ts'
import { withOwnNumber } from './hint-store.ts'
import { beginConsent, namesOf, requireSession, showActions, showAsking, showHint } from './asking-page.ts'
import { CONSENT_WORDS } from './words/index.ts'

const input = {
  params: z.strictObject({ request: publicId('access_request') }),
  query: z.strictObject(Chosen),
}
const ASKED = { identity: 'The administrators who are asked see the request, and nobody else.' } as const

const pathOf = ({ id }: Pick<AccessRequestRow, 'id'>): string => `/access-requests/${idOfAccessRequest(id)}`

const isWaiting = ({ status, ends_at: end }: AccessRequestRow, now: Date): boolean =>
  status === 'pending' && end > now

function overOf(row: AccessRequestRow, now: Date, language: Language): string | null {
  const { asked } = CONSENT_WORDS[language]
  if (isWaiting(row, now)) return null
  if (row.status === 'approved') return asked.allowed
  if (row.status === 'denied') return asked.notAllowed
  if (row.status === 'waiting') return asked.waits
  return asked.lapsed(writeInstant(row.ends_at, language))
}

function showRequest(row: AccessRequestRow, mandate: Mandate<'identity'>, reading: Reading): HtmlPage {
  const words = CONSENT_WORDS[reading.language]
  const { asked } = words
  const { partner, partnerHtml, clientHtml } = namesOf(row, words)
  return showAsking(mandate, reading, {
    path: pathOf(row),
    title: asked.more(partner),
    lead: asked.moreLead(partnerHtml, row.tenant_name, clientHtml),
    lines: [
      [asked.asksFor, showActions(row.actions, words)],
      ...showHint(row.customer_hint, words),
      [asked.why, row.purpose === null ? '–' : words.quoted(html`<bdi>${row.purpose}</bdi>`)],
    ],
    button: 'main',
    over: overOf(row, mandate.origin.now, reading.language),
  })
}

const LONGEST_SECONDS = 2 * 365 * 86_400

/** What is asked for is added to the consent, until the end that it has. */
const decide = (mandate: Mandate<'identity'>, row: AccessRequestRow, reading: Reading): Promise<HtmlPage> =>
  beginConsent(mandate, reading, {
    over: overOf(row, mandate.origin.now, reading.language),
    asked: {
      tenantId: row.tenant_id,
      clientId: row.client_id,
      scopes: row.scopes,
      actions: row.actions,
      customerHint: row.customer_hint,
      // What is added ends with what is there (scene.ts).
      accessDurationSeconds: LONGEST_SECONDS,
      purpose: row.purpose,
      reference: row.reference,
      grantAction: 'merge',
      delegationId: row.delegation_id,
      accessRequestId: row.id,
    },
  })

const AskedBody = z.strictObject({
  access_request_id: z.string(),
  partner_name: z.string(),
  client_name: z.string(),
  consent_id: z.string(),
  actions: z.array(z.string()),
  customer_hint: z.string().nullable(),
  purpose: z.string().nullable(),
  created_at: z.string(),
  ends_at: z.string(),
  path: z.string().meta({ description: 'The page on which it is decided.' }),
})

function toAsked(row: AccessRequestRow): z.input<typeof AskedBody> {
  return {
    access_request_id: idOfAccessRequest(row.id),
    partner_name: readableName(row.partner_name),
    client_name: readableName(row.client_name),
    consent_id: publicIdOf('consent', row.delegation_id),
    actions: [...row.actions],
    customer_hint: row.customer_hint,
    purpose: row.purpose,
    created_at: row.created_at.toISOString(),
    ends_at: row.ends_at.toISOString(),
    path: pathOf(row),
  }
}

/** The page that a mail about a request leads to, and the list of what waits. */
export const accessRequestRoutes: readonly Route[] = [
  page({
    isTranslated: true,
    method: 'GET',
    path: '/access-requests/:request',
    summary: 'What an API client asks for beyond what it was allowed',
    input,
    access: ASKED,
    limit: 'page',
    problems: ['CONSENT_REQUEST_NOT_FOUND'],
    async handle({ mandate, params, reading }) {
      requireSession(mandate)
      const row = await getAccessRequest(mandate, params.request)
      return showRequest(await withOwnNumber(mandate, row, row.tenant_id), mandate, reading)
    },
  }),
  page({
    isTranslated: true,
    method: 'POST',
    path: '/access-requests/:request/decide',
    summary: 'Begin to decide about a request of an API client',
    input: { ...input, body: z.strictObject({}) },
    access: ASKED,
    limit: 'page',
    problems: [
      'CONSENT_NOT_FOUND',
      'CONSENT_REQUEST_BLOCKED',
      'CONSENT_REQUEST_NOT_FOUND',
      'CONSENT_REQUEST_OVER',
    ],
    async handle({ mandate, params, reading }) {
      requireSession(mandate)
      return decide(mandate, await getAccessRequest(mandate, params.request), reading)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/tenant/access-requests',
    summary: 'What API clients ask for beyond what they were allowed',
    input: {},
    access: { permission: 'tenant.partner_access.read' },
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(AskedBody) }) },
    async handle({ mandate }) {
      const rows = []
      for (const row of await listAccessRequests(mandate))
        rows.push(await withOwnNumber(mandate, row, row.tenant_id))
      return { items: rows.map(toAsked) }
    },
  }),
]
