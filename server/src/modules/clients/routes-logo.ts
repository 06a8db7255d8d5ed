import type { ClientId } from '@liaison/access'
import { z } from 'zod'
import type { AuditEvent } from '#platform/audit-event.ts'
import { sentBytes } from '#platform/http/file-body.ts'
import { runStatements } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { answer } from './acts.ts'
import { noteClient, publishClient } from './events.ts'
import { approveLogo, getLogo, handInLogo, refuseLogo, takeLogoAway } from './logo-store.ts'
import { ClientBody, ClientParams, MoveBody } from './schemas.ts'
import { getClient } from './store.ts'
import type { ClientMandate } from './store.ts'

const OWN = '/api/v1/partner/clients/:client_id'
const ADMIN = '/api/v1/admin/clients/:client_id/logos/:sha256'
const Digest = z.string().regex(/^[0-9a-f]{64}$/)
const LogoParams = ClientParams.extend({ sha256: Digest }).strict()
const LogoInput = z.strictObject({
  data: z.base64().max(90_000).meta({
    description: 'A square PNG, JPEG or WebP image of at most 64 KiB, from 64 to 1024 pixels on a side.',
  }),
})
const Picture = z.string().meta({ description: 'The bytes of the image, with its own Content-Type.' })
const DAY_SECONDS = 86_400

const keyOf = ({ client_id: clientId, sha256 }: z.output<typeof LogoParams>) => ({ clientId, sha256 })

function sentImage(row: { readonly media_type: string; readonly bytes: Buffer }) {
  return sentBytes(row.bytes, {
    'Content-Type': row.media_type,
    'Cache-Control': `private, max-age=${DAY_SECONDS}`,
  })
}

/** Something was done to the logo of a client: written down, and told to who follows the client. */
async function tell(
  mandate: ClientMandate,
  id: ClientId,
  event: Pick<AuditEvent, 'action' | 'changes' | 'reason'>,
) {
  const row = await getClient(mandate, id)
  noteClient(mandate, row, event)
  await publishClient(mandate, row)
  return answer(row)
}

const TAKE_DOWN = { waiting: 'clients.logo.refuse', approved: 'clients.logo.take_down' } as const

const ownRoutes: readonly Route[] = [
  route({
    method: 'PUT',
    path: `${OWN}/logo`,
    summary: 'Hand in a logo for an API client: customers see it once the provider has approved it',
    input: { params: ClientParams, body: LogoInput },
    bodyLimitBytes: 98_304,
    access: { permission: 'partner_org.clients.manage' },
    limit: 'logo',
    problems: ['CLIENT_NOT_FOUND', 'CLIENT_STATE_CONFLICT', 'LOGO_NOT_USABLE'],
    responses: { 200: ClientBody },
    async handle({ mandate, params, body }) {
      const { status } = await getClient(mandate, params.client_id)
      if (status === 'revoked')
        throw new ProblemError(409, 'CLIENT_STATE_CONFLICT', 'A revoked API client does not change.')
      const sha256 = await handInLogo(mandate, params.client_id, Buffer.from(body.data, 'base64'))
      return tell(mandate, params.client_id, { action: 'clients.logo.hand_in', changes: { sha256 } })
    },
  }),
  route({
    method: 'DELETE',
    path: `${OWN}/logo`,
    summary: 'Take the logo of an API client away, and the one that waits',
    input: { params: ClientParams },
    access: { permission: 'partner_org.clients.manage' },
    limit: 'write',
    problems: ['CLIENT_NOT_FOUND', 'LOGO_NOT_FOUND'],
    responses: { 200: ClientBody },
    async handle({ mandate, params }) {
      await getClient(mandate, params.client_id)
      await takeLogoAway(mandate, params.client_id)
      return tell(mandate, params.client_id, { action: 'clients.logo.take_away' })
    },
  }),
  route({
    method: 'GET',
    path: `${OWN}/logos/:sha256`,
    summary: 'A logo of an API client, in use or waiting',
    input: { params: LogoParams },
    access: { permission: 'partner_org.clients.read' },
    limit: 'detail',
    problems: ['LOGO_NOT_FOUND'],
    responses: { 200: Picture },
    handle: async ({ mandate, params }) => sentImage(await getLogo(mandate, keyOf(params))),
  }),
]

const adminRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: ADMIN,
    summary: 'A logo of an API client, in use or waiting',
    input: { params: LogoParams },
    access: { permission: 'platform.clients.read' },
    limit: 'detail',
    problems: ['LOGO_NOT_FOUND'],
    responses: { 200: Picture },
    handle: async ({ mandate, params }) => sentImage(await getLogo(mandate, keyOf(params))),
  }),
  route({
    method: 'POST',
    path: `${ADMIN}/approve`,
    summary: 'Let customers see a logo, in place of the one before',
    input: { params: LogoParams, body: z.strictObject({}).optional() },
    access: { permission: 'platform.clients.manage' },
    limit: 'write',
    problems: ['CLIENT_NOT_FOUND', 'LOGO_NOT_FOUND'],
    responses: { 200: ClientBody },
    async handle({ mandate, params }) {
      await approveLogo(mandate, keyOf(params))
      const changes = { sha256: params.sha256 }
      return tell(mandate, params.client_id, { action: 'clients.logo.approve', changes })
    },
  }),
  route({
    method: 'POST',
    path: `${ADMIN}/refuse`,
    summary: 'Refuse a logo that waits, or take down the one in use, with the reason that its owner reads',
    input: { params: LogoParams, body: MoveBody },
    access: { permission: 'platform.clients.manage' },
    limit: 'write',
    problems: ['CLIENT_NOT_FOUND', 'LOGO_NOT_FOUND'],
    responses: { 200: ClientBody },
    async handle({ mandate, params, body: { reason } }) {
      const before = await refuseLogo(mandate, keyOf(params), reason)
      const changes = { sha256: params.sha256, status: { before, after: 'refused' } }
      return tell(mandate, params.client_id, { action: TAKE_DOWN[before], changes, reason })
    },
  }),
]

const shownRoute = route({
  method: 'GET',
  path: '/client-logos/:sha256',
  summary: 'The logo of an API client that the provider approved, as customers see it',
  input: { params: z.strictObject({ sha256: Digest }) },
  access: { identity: 'Whoever is signed in may be asked by the client; the image says nothing else.' },
  limit: 'page',
  problems: ['LOGO_NOT_FOUND'],
  responses: { 200: Picture },
  async handle({ mandate, params }) {
    if (!mandate.session) throw new ProblemError(401, 'UNAUTHORIZED', 'Sign in to see this image.')
    const [result] = await runStatements(mandate, [
      { text: 'select media_type, bytes from access.client_logo($1)', values: [params.sha256] },
    ])
    const row = result?.rows[0]
    const bytes = row?.['bytes']
    if (!row || !Buffer.isBuffer(bytes))
      throw new ProblemError(404, 'LOGO_NOT_FOUND', 'There is no such logo.')
    return sentImage({ media_type: String(row['media_type']), bytes })
  },
})

/** The routes about logos of API clients: customers see one that the provider approved, and no other. Source: experience.md, S15. */
export const logoRoutes: readonly Route[] = [...ownRoutes, ...adminRoutes, shownRoute]
