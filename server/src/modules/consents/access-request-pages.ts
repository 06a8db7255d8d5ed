import { randomBytes } from 'node:crypto'
import { encodeId, formatInstant, idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { html, redirect } from '#platform/html.ts'
import type { HtmlPage } from '#platform/html.ts'
import type { Mandate } from '#platform/mandate.ts'
import { button, facts, postForm, showPage } from '#platform/pages/index.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicId } from '#platform/route-input.ts'
import { page, route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { idOfAccessRequest } from './access-request.ts'
import { getAccessRequest, listAccessRequests } from './access-request-store.ts'
import type { AccessRequestRow } from './access-request-store.ts'
import { readableName } from './names.ts'
import { openConsentRequest } from './request.ts'
import { sentencesOf } from './rules.ts'

const input = { params: z.strictObject({ request: publicId('access_request') }) }
const ASKED = { identity: 'The administrators who are asked see the request, and nobody else.' } as const

const pathOf = ({ id }: Pick<AccessRequestRow, 'id'>): string => `/access-requests/${idOfAccessRequest(id)}`

const isWaiting = ({ status, ends_at: end }: AccessRequestRow, now: Date): boolean =>
  status === 'pending' && end > now

function stateLine(row: AccessRequestRow): string {
  if (row.status === 'approved') return 'It was allowed.'
  if (row.status === 'denied') return 'It was not allowed; nothing changed.'
  if (row.status === 'waiting') return 'One person allowed it; a second one decides under Partner access.'
  return `Nobody decided until ${formatInstant(row.ends_at)}; nothing changed.`
}

function showAsked(row: AccessRequestRow, mandate: Mandate<'identity'>): HtmlPage {
  const [partner, client] = [readableName(row.partner_name), readableName(row.client_name)]
  const { can } = sentencesOf(row.actions)
  const body = html`<p class="lead">
      <bdi>${partner}</bdi> has access to accounts of ${row.tenant_name} with <bdi>${client}</bdi> already.
      Nothing more is shared until you allow it.
    </p>
    ${facts([
      [
        'It asks for',
        html`<ul>
          ${can.map((sentence) => html`<li>${sentence}</li>`)}
        </ul>`,
      ],
      ...(row.customer_hint === null
        ? []
        : [['On billing account, as it says', html`<bdi>${readableName(row.customer_hint)}</bdi>`] as const]),
      ['Why, in their words', row.purpose === null ? '–' : html`“<bdi>${row.purpose}</bdi>”`],
    ])}
    ${
      isWaiting(row, mandate.origin.now)
        ? html`<div class="buttons">
            ${postForm(`${pathOf(row)}/decide`, button('Read it and decide', 'main'))}
          </div>`
        : html`<p>${stateLine(row)}</p>`
    }`
  return showPage(`${partner} asks for more access`, body, {
    ...(mandate.session && { signedInAs: mandate.session.personName }),
    width: 'reading',
  })
}

function requireSession({ session }: Mandate<'identity'>): void {
  if (!session) throw new ProblemError(401, 'UNAUTHORIZED', 'Sign in to decide about this request.')
}

const LONGEST_SECONDS = 2 * 365 * 86_400

/** Asks this person, on the pages of consents: what is asked for is added to the consent, until the end that it has. */
async function openFor(mandate: Mandate<'identity'>, row: AccessRequestRow): Promise<string> {
  if (!isWaiting(row, mandate.origin.now)) throw new ProblemError(409, 'CONSENT_REQUEST_OVER', stateLine(row))
  const uid = randomBytes(24).toString('base64url')
  await openConsentRequest(mandate, {
    uid,
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
  })
  const org = encodeId('tenant', idFromUuid('tenant', row.tenant_id))
  return `/consent/${uid}/review?org=${org}`
}

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
    consent_id: encodeId('consent', idFromUuid('consent', row.delegation_id)),
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
    method: 'GET',
    path: '/access-requests/:request',
    summary: 'What an API client asks for beyond what it was allowed',
    input,
    access: ASKED,
    limit: 'page',
    problems: ['CONSENT_REQUEST_NOT_FOUND'],
    async handle({ mandate, params }) {
      requireSession(mandate)
      return showAsked(await getAccessRequest(mandate, params.request), mandate)
    },
  }),
  page({
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
    async handle({ mandate, params }) {
      requireSession(mandate)
      return redirect(await openFor(mandate, await getAccessRequest(mandate, params.request)))
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
    handle: async ({ mandate }) => ({ items: (await listAccessRequests(mandate)).map(toAsked) }),
  }),
]
