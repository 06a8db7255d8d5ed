import { encodeId } from '@liaison/access'
import { z } from 'zod'
import { sentBytes } from '#platform/http/file-body.ts'
import { runStatements } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import {
  makeRealmTokens,
  REALM_KEYS_MAX_AGE_SECONDS,
  REALM_TOKEN_SECONDS,
} from '#platform/credentials/realm-token.ts'
import type { RealmTokens } from '#platform/credentials/realm-token.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { epochSecondsOf } from '#platform/instant.ts'
import { noteToken } from './events.ts'
import { cssOf, iconOf } from './page-kit.ts'
import { realmParams } from './shapes.ts'
import { proveOwnSession, readApiAccess } from './user-store.ts'

const RealmAccessToken = z
  .strictObject({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int(),
    api_access: z.enum(['sandbox', 'live']).nullable().meta({
      description:
        'What the plan of the user gives, as the claim `api_access` of the token says to the API; null when the plan says nothing.',
    }),
  })
  .meta({ id: 'RealmAccessToken' })

const PublicKey = z.object({
  kty: z.string(),
  crv: z.string(),
  x: z.string(),
  kid: z.string(),
  alg: z.string(),
  use: z.string(),
})

const LOOK = { realmDoor: 'How a realm looks is shown to whoever opens it.' }

const logoRoute = route({
  method: 'GET',
  path: '/p/:slug/logo/:digest',
  summary: 'The logo of a realm',
  input: {
    params: z.strictObject({ ...realmParams.shape, digest: z.string().regex(/^[0-9a-f]{64}$/) }),
  },
  access: LOOK,
  limit: 'page',
  responses: { 200: z.string() },
  async handle({ mandate, params }) {
    const [result] = await runStatements(mandate, [
      { text: 'select media_type, bytes from access.realm_logo($1)', values: [params.digest] },
    ])
    const row = result?.rows[0]
    const bytes = row?.['bytes']
    if (!row || !Buffer.isBuffer(bytes)) throw new ProblemError(404, 'NOT_FOUND', 'There is no such logo.')
    return sentBytes(bytes, {
      'Content-Type': String(row['media_type']),
      'Cache-Control': 'private, max-age=86400',
    })
  },
})

function lookRoutes(): Route[] {
  return [
    route({
      method: 'GET',
      path: '/p/:slug/look.css',
      summary: 'The colours of a realm',
      input: { params: realmParams },
      access: LOOK,
      limit: 'page',
      responses: { 200: z.string() },
      handle: async ({ mandate }) =>
        sent(await cssOf(mandate), {
          'Content-Type': 'text/css; charset=utf-8',
          'Cache-Control': 'private, max-age=60',
        }),
    }),
    route({
      method: 'GET',
      path: '/p/:slug/icon.svg',
      summary: 'The icon of a realm',
      input: { params: realmParams },
      access: LOOK,
      limit: 'page',
      responses: { 200: z.string() },
      handle: async ({ mandate }) =>
        sent(await iconOf(mandate), {
          'Content-Type': 'image/svg+xml',
          'Cache-Control': 'private, max-age=3600',
        }),
    }),
    logoRoute,
  ]
}

function makeTokenRoute(tokens: RealmTokens): Route {
  return route({
    method: 'POST',
    path: '/api/v1/realm/token',
    summary: 'A token of the own session, for the API of the company whose realm it is',
    input: {},
    access: { realm: 'realm.profile.read' },
    limit: 'write',
    problems: ['REALM_API_NOT_IN_PLAN'],
    responses: { 201: RealmAccessToken },
    showsSecret: true,
    async handle({ mandate }) {
      const { partner, user, sessionId, keyNumber, origin } = mandate
      const endsAt = epochSecondsOf(origin.now) + REALM_TOKEN_SECONDS
      const apiAccess = await readApiAccess(mandate)
      if (apiAccess === 'none')
        throw new ProblemError(403, 'REALM_API_NOT_IN_PLAN', 'The plan of this user gives no access by API.')
      const proof = await proveOwnSession(mandate, endsAt)
      const token = { slug: partner.slug, userId: user.id, sessionId, keyNumber, proof, endsAt, apiAccess }
      noteToken(mandate, user.id)
      return {
        access_token: await tokens.sign(token, origin.now),
        token_type: 'Bearer' as const,
        expires_in: REALM_TOKEN_SECONDS,
        api_access: apiAccess,
      }
    },
  })
}

/** The issuer of a realm: its keys, tokens for a signed-in user, and whose token one is; also how its pages look. */
export function makeIssuerRoutes(services: Services): Route[] {
  const tokens = makeRealmTokens(services.vault, services.publicOrigin)
  return [
    ...lookRoutes(),
    route({
      method: 'GET',
      path: '/p/:slug/.well-known/jwks.json',
      summary: 'The public keys of a realm',
      input: { params: realmParams },
      access: { realmDoor: 'Public keys are public.' },
      limit: 'page',
      responses: { 200: z.strictObject({ keys: z.array(PublicKey) }) },
      async handle({ mandate }) {
        const keys = await tokens.keys(mandate.partner.slug, mandate.keyNumbers)
        return sent(
          { keys: keys.map((key) => PublicKey.parse(key)) },
          { 'Cache-Control': `public, max-age=${REALM_KEYS_MAX_AGE_SECONDS}` },
        )
      },
    }),
    route({
      method: 'GET',
      path: '/p/:slug/userinfo',
      summary: 'Whose token this is',
      input: { params: realmParams },
      access: { realm: 'realm.profile.read' },
      limit: 'detail',
      responses: {
        200: z.strictObject({
          iss: z.string(),
          sub: z.string(),
          email: z.string(),
          name: z.string(),
          role: z.string(),
          status: z.string(),
        }),
      },
      handle: ({ mandate: { partner, user } }) =>
        Promise.resolve({
          iss: tokens.issuer(partner.slug),
          sub: encodeId('end_user', user.id),
          email: user.email,
          name: user.name,
          role: user.role,
          status: user.status,
        }),
    }),
    makeTokenRoute(tokens),
  ]
}
