import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { reportedPolicy } from '#platform/http/policy-reports.ts'
import { isAgencyAccess } from '#platform/agency-door.ts'
import type { Engine } from '#platform/execution/execute.ts'
import { ProblemError } from '#platform/problem.ts'
import type { ShownForm } from '#platform/resolvers/resolver-of-form.ts'
import type { Services } from '#platform/services.ts'
import { prefixOf } from '#platform/networks.ts'
import { isAllowedOrigin } from '#platform/allowed-origins.ts'
import { EMBED_ASSETS } from './assets.ts'
import type { EmbedAsset } from './assets.ts'
import { languageOf, renderClosed, renderFrame, renderPreview } from './document.ts'
import { corsHeaders } from './door.ts'
import type { Embed } from './door.ts'
import { findForm, headlessOrigin } from './headless.ts'
import { PREVIEW_PATH } from './places.ts'
import { refuse } from './refusal.ts'
import { DIRECT } from './ticket.ts'

export interface EmbedParts {
  readonly engine: Engine
  readonly services: Services
  readonly embed: Embed
}

const FRAME_ACCESS = {
  public: 'A form is shown to whoever visits the page of the agency; its key is no credential.',
}
const ASSET_ACCESS = { public: 'Scripts and styles of forms hold no data of anybody.' }
const FRAMED = new Set(['iframe', 'frame', 'embed', 'object', 'fencedframe'])

type FormRequest = FastifyRequest<{ Params: { form: string }; Querystring: Record<string, unknown> }>

/** Pages that isolate themselves (COEP) take in only what says that it may be embedded, and embeds nothing else itself. */
const EMBEDDABLE = {
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** What the script of the puzzle calls the policy by which it starts itself again as a worker. */
const PUZZLE_POLICY = 'liaison-puzzle'

/**
 * The headers of a document in a frame: it may stand on these sites and nowhere else, and tells nobody where it was. Only
 * forms have a worker, which solves their puzzle.
 */
export function frameHeaders(
  allowed: readonly string[],
  kind: 'form' | 'figures' = 'form',
): Record<string, string> {
  const ancestors = allowed.length > 0 ? allowed.join(' ') : `'none'`
  const worker = kind === 'form' ? `'self'` : `'none'`
  return {
    'Content-Type': 'text/html; charset=utf-8',
    ...reportedPolicy(
      `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; worker-src ${worker}; base-uri 'none'; form-action 'none'; frame-ancestors ${ancestors}`,
      ...(kind === 'form' ? [PUZZLE_POLICY] : []),
    ),
    'Referrer-Policy': 'no-referrer',
    ...EMBEDDABLE,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cache-Control': 'no-store',
    'X-Robots-Tag': 'noindex',
  }
}

function originOf(referer: string | undefined): string | null {
  return referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : null
}

/** Where a document is shown: `direct` in a tab of its own, else the origin of the page around it; null when that is not told. */
export function placeOf({ headers }: FastifyRequest): string | null {
  const destination = headers['sec-fetch-dest']
  return typeof destination === 'string' && FRAMED.has(destination) ? originOf(headers.referer) : DIRECT
}

const OF_NO_OTHER_PAGE = new Set(['same-origin', 'none'])

/**
 * Whether the browser itself puts a form back into its frame, for somebody who goes back to the page: it then tells no page
 * around it, and that no other page asked for it, which none can claim. It is shown on the form's sites alone all the same.
 */
function isPutBack({ headers }: FastifyRequest): boolean {
  return OF_NO_OTHER_PAGE.has(String(headers['sec-fetch-site']))
}

async function recordForeign(parts: EmbedParts, request: FormRequest, form: ShownForm): Promise<void> {
  const origin = placeOf(request) ?? 'not told'
  const event = {
    plane: 'delegation',
    action: 'embed.origin_refused',
    code: 'ORIGIN_NOT_ALLOWED',
    actor_type: 'stranger',
    tenant_id: form.tenant_id,
    tenant_name: form.tenant_name,
    delegation_id: form.delegation_id,
    resource_type: 'form',
    resource_id: form.id,
    reason: origin.slice(0, 255),
    request_id: request.id,
    method: 'GET',
    route: '/e/:form',
    ip: prefixOf(request.ip),
    source: 'form',
  }
  const principal = `form ${form.id} ${origin}`
  await parts.embed.tally.record({ principal, isStranger: true, event }, parts.engine.clock())
}

async function showDocument(
  parts: EmbedParts,
  request: FormRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  await parts.embed.admitCaller(request, 'page')
  const { query, headers, params } = request
  const asked = { query: query['lang'], accepted: headers['accept-language'] }
  const form = await findForm(parts.engine.database, params.form)
  if (!form)
    return reply
      .status(404)
      .headers(frameHeaders([]))
      .send(renderClosed(languageOf(asked, 'en'), false))
  const place = placeOf(request)
  const isBack = place === null && isPutBack(request)
  const isAllowed =
    isBack || place === DIRECT || (place !== null && isAllowedOrigin(place, form.allowed_origins))
  if (place !== DIRECT && !isBack)
    parts.embed.notes.visited(form.id, { origin: place ?? 'not told', isAllowed }, form.now)
  if (!isAllowed) {
    await recordForeign(parts, request, form)
    return reply
      .status(403)
      .headers(frameHeaders(form.allowed_origins))
      .send(renderClosed(languageOf(asked, 'en'), true))
  }
  // Which site a form that is put back stands on says the ticket that it has kept.
  const challenge =
    place === null ? null : parts.embed.tickets.make({ form: params.form, origin: place }, form.now)
  return reply
    .headers(frameHeaders(form.allowed_origins))
    .send(renderFrame(form, { publicId: params.form, ...asked, challenge }))
}

/** The form as it is edited. Its document is framed by the portal alone, and may connect to nothing at all. */
function showPreview({ services }: EmbedParts, reply: FastifyReply): FastifyReply {
  const editor = new URL(services.publicOrigin()).origin
  const headers = frameHeaders([editor])
  const policy = String(headers['Content-Security-Policy'])
    .replace("connect-src 'self'", "connect-src 'none'")
    .replace("worker-src 'self'", "worker-src 'none'")
  return reply.headers({ ...headers, 'Content-Security-Policy': policy }).send(renderPreview(editor))
}

/** A new ticket: for the place that the old one was made for, or for an allowed page that calls by itself. */
async function giveTicket(
  parts: EmbedParts,
  request: FormRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  await parts.embed.admitCaller(request, 'page')
  const form = await findForm(parts.engine.database, request.params.form)
  if (!form) throw refuse('PARTNER_TOKEN_INVALID')
  const { tickets } = parts.embed
  const headless = headlessOrigin(form, request)
  const old = request.headers['x-embed-ticket']
  const verdict = tickets.judge(old, request.params.form, form.now)
  const renewed = verdict.state === 'invalid' ? DIRECT : verdict.ticket.origin
  const challenge = tickets.make({ form: request.params.form, origin: headless ?? renewed }, form.now)
  return reply.headers(corsHeaders(headless)).send(challenge)
}

const ALLOWED_HEADERS = 'authorization, content-type, idempotency-key, x-partner-token'

/** Answers a browser that asks whether a page may call: for the sites of a form that allows it, and for nobody else. */
async function answerPreflight(
  parts: EmbedParts,
  request: FormRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  await parts.embed.admitCaller(request, 'page')
  const origin = headlessOrigin(await findForm(parts.engine.database, request.params.form), request)
  return reply
    .status(204)
    .headers({
      ...corsHeaders(origin),
      ...(origin !== null && {
        'Access-Control-Allow-Methods': 'POST, GET',
        'Access-Control-Allow-Headers': ALLOWED_HEADERS,
        'Access-Control-Max-Age': '600',
      }),
    })
    .send()
}

const EMBED_PATHS = /^\/(e\/|embed\/|v1(\.\d+\.\d+)?\/embed\.js$|policy-reports$)/

/** On the host of forms nothing else exists: no portal, no sign-in, no cookies. */
function keepHostApart(app: FastifyInstance, { services }: EmbedParts): void {
  app.addHook('onRequest', async (request) => {
    const own = services.embedOrigin()
    if (own === services.publicOrigin() || request.host !== new URL(own).host) return
    const path = request.url.split('?', 1)[0] ?? ''
    if (!EMBED_PATHS.test(path))
      throw new ProblemError(404, 'NOT_FOUND', 'There is no such operation or page.')
  })
}

/** Serves files that frames and the pages around them load. */
export function serveAssets(app: FastifyInstance, assets: readonly EmbedAsset[]): void {
  for (const { path, type, text, cache } of assets) {
    app.get(path, { config: { access: ASSET_ACCESS, counting: 'fixed' } }, (_request, reply) =>
      reply
        .headers({
          'Content-Type': type,
          'Cache-Control': cache,
          // Pages of agencies load the loader from another site, and compare its digest.
          'Access-Control-Allow-Origin': '*',
          ...EMBEDDABLE,
        })
        .send(text),
    )
  }
}

const OTHER_METHODS = ['GET', 'PUT', 'PATCH', 'DELETE'] as const

/** Mounts what browsers load of forms: the document, its ticket, its files and the loader (E8). */
export function mountEmbed(app: FastifyInstance, parts: EmbedParts): void {
  const counting = { elsewhere: 'exactly, by the limits of forms for a network' }
  const config = { access: FRAME_ACCESS, counting, isBounded: true }
  keepHostApart(app, parts)
  serveAssets(app, EMBED_ASSETS)
  app.addHook('onResponse', async (request, reply) => {
    const isAnswer = isAgencyAccess(request.routeOptions.config.access) && reply.statusCode < 400
    if (isAnswer) parts.embed.succeeded()
  })
  app.get(PREVIEW_PATH, { config: { ...config, counting: 'fixed' } }, (_request, reply) =>
    showPreview(parts, reply),
  )
  app.get<{ Params: { form: string }; Querystring: Record<string, unknown> }>(
    '/e/:form',
    { config },
    (request, reply) => showDocument(parts, request, reply),
  )
  app.get<{ Params: { form: string }; Querystring: Record<string, unknown> }>(
    '/e/:form/ticket',
    { config },
    (request, reply) => giveTicket(parts, request, reply),
  )
  for (const path of ['/embed/v1/forms/:form/vouchers', '/embed/v1/forms/:form/lookups', '/e/:form/ticket'])
    app.options<{ Params: { form: string }; Querystring: Record<string, unknown> }>(
      path,
      { config },
      (request, reply) => answerPreflight(parts, request, reply),
    )
  for (const path of ['/embed/v1/forms/:form/vouchers', '/embed/v1/forms/:form/lookups'])
    app.route({
      method: [...OTHER_METHODS],
      url: path,
      config: { access: FRAME_ACCESS, counting: 'fixed' },
      handler: () => Promise.reject(refuse('METHOD_NOT_ALLOWED', { headers: { Allow: 'POST' } })),
    })
}
