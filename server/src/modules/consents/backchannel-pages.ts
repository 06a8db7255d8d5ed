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
import { backchannelPath, idOfBackchannelRequest } from './backchannel.ts'
import { getBackchannelRequest, listBackchannelRequests } from './backchannel-store.ts'
import type { BackchannelRow } from './backchannel-store.ts'
import { readableName } from './names.ts'
import { openConsentRequest } from './request.ts'
import { sentencesOf } from './rules.ts'

const input = { params: z.strictObject({ request: publicId('backchannel_request') }) }
const ASKED = { identity: 'The administrators who are asked see the request, and nobody else.' } as const

const isWaiting = ({ status, ends_at: end }: BackchannelRow, now: Date): boolean =>
  status === 'pending' && end > now

function stateLine(row: BackchannelRow): string {
  if (row.status === 'approved') return 'It was allowed.'
  if (row.status === 'denied') return 'It was not allowed; nothing was shared.'
  if (row.status === 'waiting') return 'One person allowed it; a second one decides under Partner access.'
  return `This could be answered until ${formatInstant(row.ends_at)}. Nothing was shared.`
}

const hoursOf = (seconds: number): string => {
  const hours = Math.floor(seconds / 3600)
  return hours === 1 ? 'one hour' : `${hours} hours`
}

function askedFacts(row: BackchannelRow) {
  const { can } = sentencesOf(row.actions)
  return facts([
    ['What it says this is for', html`“<bdi>${row.binding_message}</bdi>”`],
    [
      'What it could then do',
      html`<ul>
        ${can.map((sentence) => html`<li>${sentence}</li>`)}
      </ul>`,
    ],
    ...(row.customer_hint === null
      ? []
      : [['On billing account, as it says', html`<bdi>${readableName(row.customer_hint)}</bdi>`] as const]),
    ['For how long', `At most ${hoursOf(row.access_duration_seconds)}; then it stops by itself.`],
  ])
}

function showAsked(row: BackchannelRow, mandate: Mandate<'identity'>): HtmlPage {
  const [partner, client] = [readableName(row.partner_name), readableName(row.client_name)]
  const decision = html`<p>
      Compare this with what ${partner} shows or tells you. If you did not expect it, do not allow it. You can
      answer until ${formatInstant(row.ends_at)}.
    </p>
    <div class="buttons">
      ${postForm(`${backchannelPath(row.id)}/decide`, button('Read it and decide', 'plain'))}
    </div>`
  const body = html`<p class="lead">
      <bdi>${partner}</bdi> has access to accounts of ${row.tenant_name} with <bdi>${client}</bdi> already.
      This would be allowed besides, and only if you say so.
    </p>
    ${askedFacts(row)} ${isWaiting(row, mandate.origin.now) ? decision : html`<p>${stateLine(row)}</p>`}`
  return showPage(`${partner} asks you to approve something`, body, {
    ...(mandate.session && { signedInAs: mandate.session.personName }),
    width: 'reading',
  })
}

function requireSession({ session }: Mandate<'identity'>): void {
  if (!session) throw new ProblemError(401, 'UNAUTHORIZED', 'Sign in to decide about this request.')
}

/** Asks this person, on the pages of consents: what is allowed is a consent of its own, as long as was asked and no longer. */
async function openFor(mandate: Mandate<'identity'>, row: BackchannelRow): Promise<string> {
  if (!isWaiting(row, mandate.origin.now)) throw new ProblemError(409, 'CONSENT_REQUEST_OVER', stateLine(row))
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
  const org = encodeId('tenant', idFromUuid('tenant', row.tenant_id))
  return `/consent/${uid}/review?org=${org}`
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
    method: 'GET',
    path: '/backchannel-requests/:request',
    summary: 'What an API client asks a customer to approve now',
    input,
    access: ASKED,
    limit: 'page',
    problems: ['CONSENT_REQUEST_NOT_FOUND'],
    async handle({ mandate, params }) {
      requireSession(mandate)
      return showAsked(await getBackchannelRequest(mandate, params.request), mandate)
    },
  }),
  page({
    method: 'POST',
    path: '/backchannel-requests/:request/decide',
    summary: 'Begin to decide what an API client asks a customer to approve now',
    input: { ...input, body: z.strictObject({}) },
    access: ASKED,
    limit: 'page',
    problems: ['CONSENT_REQUEST_BLOCKED', 'CONSENT_REQUEST_NOT_FOUND', 'CONSENT_REQUEST_OVER'],
    async handle({ mandate, params }) {
      requireSession(mandate)
      return redirect(await openFor(mandate, await getBackchannelRequest(mandate, params.request)))
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
    handle: async ({ mandate }) => ({ items: (await listBackchannelRequests(mandate)).map(toAsked) }),
  }),
]
