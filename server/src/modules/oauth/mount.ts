import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { keyOfNetwork } from '#platform/limits/admission.ts'
import type { HtmlPage } from '#platform/html.ts'
import { endMandate, takeEvents } from '#platform/mandate.ts'
import { requireAdmission } from '#platform/limits/open-door.ts'
import type { OpenDoor } from '#platform/limits/open-door.ts'
import { readTrace } from '#platform/request-trace.ts'
import { openForIdentity } from '#platform/resolvers/resolver-without-person.ts'
import { registerAccessRequests } from './access-requests.ts'
import { registerGrantRoutes } from './grant-management.ts'
import { asksAsApi, introspectForApi } from './introspect-for-api.ts'
import { visitInteraction } from './interaction.ts'
import { describeResource, publishedSchema } from './metadata.ts'
import type { OAuthParts } from './parts.ts'
import { noteTrace } from './request-notes.ts'
import type { AuthorizationServer } from './server.ts'
import { ISSUER_PATH, issuerOf } from './settings.ts'
import { readSessionToken } from './session.ts'

const COUNTING = {
  elsewhere:
    'pages exactly, as `page` of the network; failing clients as `stranger` of client and network; what is published in each process',
}
const ANYBODY = 'The endpoints of the authorization server authenticate clients themselves.'
const PUBLISHED = 'What clients must know of the server is published.'
const METADATA = '/.well-known/oauth-authorization-server'
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** A refusal in OAuth's own form. */
function sendOAuthError(reply: FastifyReply, status: number, description: string): FastifyReply {
  return reply.status(status).send({ error: 'invalid_request', error_description: description })
}

/** URLs and proofs are about the issuer's host, so a request for another one is refused (delegation.md section 2, trap 6); only the host for client certificates stands beside it. */
function isForIssuer({ places }: OAuthParts, request: FastifyRequest): boolean {
  const origins = [issuerOf(places), places.mtlsOrigin?.() ?? []].flat()
  return origins.some((origin) => request.headers.host?.toLowerCase() === new URL(origin).host)
}

/** What the library believes of host and scheme is the issuer's own, whatever the caller sent. */
function pinOrigin(parts: OAuthParts, request: FastifyRequest): void {
  const { host, protocol } = new URL(issuerOf(parts.places))
  const { headers } = request.raw
  delete headers['forwarded']
  delete headers['x-forwarded-for']
  headers['x-forwarded-host'] = host
  headers['x-forwarded-proto'] = protocol.replace(':', '')
}

interface Mounted {
  readonly parts: OAuthParts
  readonly server: AuthorizationServer
  /** Counts who reads what is published. */
  readonly door: OpenDoor
}

/** Hands a request to the library, with the path that it knows and the headers that every answer of ours carries. */
async function handOver(
  { parts, server }: Mounted,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  path: string,
): Promise<void> {
  const { handle } = await server.running()
  pinOrigin(parts, request)
  noteTrace(request.raw, readTrace(request, `${ISSUER_PATH}${path.split('?', 1)[0] ?? ''}`, parts.clock()))
  void reply.hijack()
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value)
  Object.assign(request.raw, { originalUrl: `${ISSUER_PATH}${path}`, url: path })
  await handle(request.raw, reply.raw)
}

/** Where browsers come to, and where clients prove who they are; all else is read by anybody, or is not there. */
const PAGES = /^\/(?:authorize|interaction)(?![^/?])/
const OF_CLIENTS = /^\/(?:token|par|introspect|revoke|backchannel)(?![^/?])/

/** Counts what comes without any proof of who it is. Throws RATE_LIMIT_EXCEEDED. */
async function countVisit({ parts, door }: Mounted, { ip }: FastifyRequest, path: string): Promise<void> {
  if (PAGES.test(path)) requireAdmission(await parts.limiter.take([{ name: 'page', key: keyOfNetwork(ip) }]))
  else if (!OF_CLIENTS.test(path)) requireAdmission(door.take('fixed', ip))
}

function mountLibrary(scope: FastifyInstance, mounted: Mounted): void {
  scope.removeAllContentTypeParsers()
  // The library reads bodies itself.
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
  const config = { access: { public: ANYBODY }, counting: COUNTING, isBounded: true }
  scope.route({
    method: [...METHODS],
    url: `${ISSUER_PATH}/*`,
    config,
    async handler(request, reply) {
      if (!isForIssuer(mounted.parts, request))
        return sendOAuthError(reply, 400, 'The host is not that of the issuer.')
      const path = request.url.slice(ISSUER_PATH.length)
      // This is an OAuth server, not an OpenID provider.
      if (path.startsWith('/.well-known/openid-configuration'))
        return sendOAuthError(reply, 404, 'There is no such endpoint.')
      const { parts } = mounted
      await countVisit(mounted, request, path)
      if (asksAsApi(request, path))
        return introspectForApi(parts, await parts.apis(request.raw), { request, reply })
      await handOver(mounted, { request, reply }, path)
    },
  })
  scope.route({
    method: 'GET',
    url: `/.well-known/oauth-authorization-server${ISSUER_PATH}`,
    config,
    async handler(request, reply) {
      if (!isForIssuer(mounted.parts, request))
        return sendOAuthError(reply, 400, 'The host is not that of the issuer.')
      await countVisit(mounted, request, METADATA)
      await handOver(mounted, { request, reply }, METADATA)
    },
  })
}

function mountPublished(scope: FastifyInstance, { places, certificates }: OAuthParts): void {
  const resource = () => describeResource(places, { takesCertificates: certificates !== null })
  const config = { access: { public: PUBLISHED }, counting: 'fixed' as const }
  for (const url of ['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/api'])
    scope.route({ method: 'GET', url, config, handler: () => Promise.resolve(resource()) })
  scope.route<{ Params: { name: string } }>({
    method: 'GET',
    url: `${ISSUER_PATH}/schemas/:name`,
    config,
    handler({ params }, reply) {
      const schema = publishedSchema(places, /^([a-z-]+)\.json$/.exec(params.name)?.[1] ?? '')
      return schema
        ? reply.type('application/schema+json').send(JSON.stringify(schema))
        : sendOAuthError(reply, 404, 'There is no such schema.')
    },
  })
}

function sendPage(reply: FastifyReply, page: HtmlPage): FastifyReply {
  return reply.headers(page.headers).status(page.status).type('text/html; charset=utf-8').send(page.body.text)
}

async function showInteraction(
  { parts, server, door }: Mounted,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  uid: string,
) {
  const trace = readTrace(request, `${ISSUER_PATH}/interaction/:uid`, parts.clock())
  await countVisit({ parts, server, door }, request, `/interaction/${uid}`)
  const running = await server.running()
  pinOrigin(parts, request)
  const token = readSessionToken(request.headers.cookie)
  const { mandate, transaction } = await openForIdentity(parts.database, trace, token)
  try {
    const page = await visitInteraction(parts, {
      mandate,
      running,
      uid,
      request: request.raw,
      response: reply.raw,
    })
    await transaction.commit(takeEvents(mandate, null), 'durable')
    return await sendPage(reply, page)
  } finally {
    endMandate(mandate)
    await transaction.rollback()
  }
}

function mountInteraction(scope: FastifyInstance, mounted: Mounted): void {
  scope.route<{ Params: { uid: string } }>({
    method: 'GET',
    url: `${ISSUER_PATH}/interaction/:uid`,
    config: { access: { identity: 'Whoever is asked for a consent goes this way.' }, counting: COUNTING },
    handler: (request, reply) => showInteraction(mounted, { request, reply }, request.params.uid),
  })
}

/** Mounts the authorization server under the path of its issuer, and what it publishes, each in a scope of its own (trap 8b). */
export async function mountOAuth(http: FastifyInstance, mounted: Mounted): Promise<void> {
  await http.register((scope, _options, done) => {
    mountLibrary(scope, mounted)
    done()
  })
  await http.register((scope, _options, done) => {
    mountPublished(scope, mounted.parts)
    mountInteraction(scope, mounted)
    registerGrantRoutes(scope, mounted.parts)
    registerAccessRequests(scope, mounted.parts)
    done()
  })
}
