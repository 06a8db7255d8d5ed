import type { KeyObject } from 'node:crypto'
import { decideDashboard } from '@liaison/access'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DIRECT, frameHeaders, languageOf, placeOf, serveAssets } from '#modules/embed/index.ts'
import type { Embed } from '#modules/embed/index.ts'
import { credentialPepper, digestCredential } from '#platform/credentials/credential-digest.ts'
import type { Engine } from '#platform/execution/execute.ts'
import { prefixOf } from '#platform/networks.ts'
import { ProblemError } from '#platform/problem.ts'
import type { Services } from '#platform/services.ts'
import { isAllowedOrigin } from '#platform/allowed-origins.ts'
import { DASHBOARD_ASSETS, DASHBOARD_PATH, renderDashboard } from './document.ts'
import { openDashboard, readDashboardSites } from './store.ts'
import type { Opened } from './store.ts'
import { readDashboardToken } from './token.ts'
import { toFigures } from './view.ts'

interface Parts {
  readonly engine: Engine
  readonly services: Services
  readonly embed: Embed
}

type PageRequest = FastifyRequest<{ Querystring: Record<string, unknown> }>

/** What a ticket of this document is for; no form has such a key. */
const TICKET_FOR = 'dashboard'
const READ_PATH = '/embed/v1/dashboard'
const PAGE_ACCESS = { public: 'The document holds no figures; its token alone opens those of one partner.' }
const READ_ACCESS = { public: 'The token of a dashboard opens the summary of one partner and nothing else.' }

interface Refused {
  readonly request: FastifyRequest
  readonly action: 'program.dashboard.refused' | 'program.dashboard.origin_refused'
  readonly code: string
  readonly reason?: string
  readonly opened?: Opened
}

/** Records a refusal, as those of forms are: bounded, whoever sends how many. */
async function record({ engine, embed }: Parts, refused: Refused): Promise<void> {
  const { request, action, code, reason, opened } = refused
  const network = prefixOf(request.ip)
  const partner = opened?.partner
  const event = {
    plane: 'program',
    action,
    code,
    actor_type: 'stranger',
    ...(partner && { partner_id: partner.id, partner_name: partner.name }),
    ...(reason !== undefined && { reason: reason.slice(0, 255) }),
    request_id: request.id,
    method: request.method,
    route: request.routeOptions.url,
    ip: network,
    source: 'form',
  }
  const principal = `dashboard ${partner?.id ?? network} ${reason ?? ''}`
  await embed.tally.record({ principal, isStranger: !partner, event }, engine.clock()).catch(() => undefined)
}

/** The document. Alone in a tab it shows nothing: what is around it says who looks. */
async function showPage(parts: Parts, request: PageRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { engine, embed } = parts
  await embed.admitCaller(request, 'page')
  const sites = await readDashboardSites(engine.database)
  const asked = { query: request.query['lang'], accepted: request.headers['accept-language'] }
  const language = languageOf(asked, 'en')
  const headers = frameHeaders(sites, 'figures')
  const place = placeOf(request)
  if (place === null || place === DIRECT || !isAllowedOrigin(place, sites)) {
    if (place !== DIRECT && sites.length > 0)
      await record(parts, {
        request,
        action: 'program.dashboard.origin_refused',
        code: 'DASHBOARD_PLACE_REFUSED',
        reason: place ?? 'not told',
      })
    return reply.status(403).headers(headers).send(renderDashboard(language, null))
  }
  const { ticket } = embed.tickets.make({ form: TICKET_FOR, origin: place }, engine.clock())
  return reply.headers(headers).send(renderDashboard(language, { site: place, ticket }))
}

/** Whether the request comes from our own document, on a site that is named at this moment. */
function isInPlace({ embed, engine, services }: Parts, request: FastifyRequest, sites: readonly string[]) {
  const { headers } = request
  if (headers.origin !== new URL(services.embedOrigin()).origin) return false
  const verdict = embed.tickets.judge(headers['x-embed-ticket'], TICKET_FOR, engine.clock())
  return verdict.state === 'valid' && isAllowedOrigin(verdict.ticket.origin, sites)
}

const refuseToken = () =>
  new ProblemError(401, 'DASHBOARD_TOKEN_INVALID', 'The token is missing, has ended, or does not count.')

interface ReadingParts extends Parts {
  readonly pepper: KeyObject
}

async function showFigures(
  parts: ReadingParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { engine, embed, services, pepper } = parts
  await embed.admitCaller(request, 'call')
  const token = readDashboardToken(request.headers.authorization)
  if (token === null) throw refuseToken()
  const opened = await openDashboard(engine.database, digestCredential(pepper, token))
  const decision = opened ? decideDashboard(opened) : ({ effect: 'deny', code: 'TOKEN_UNKNOWN' } as const)
  // The database and the kernel both have to say yes.
  if (decision.effect === 'deny' || !opened?.partner || !opened.figures) {
    const code = decision.effect === 'deny' ? decision.code : 'TOKEN_UNKNOWN'
    await record(parts, { request, action: 'program.dashboard.refused', code, opened })
    throw refuseToken()
  }
  if (!isInPlace(parts, request, opened.setting?.dashboard_origins ?? [])) {
    const code = 'DASHBOARD_PLACE_REFUSED'
    await record(parts, { request, action: 'program.dashboard.refused', code, opened })
    throw new ProblemError(403, code, 'The request did not come from the frame on a site that is named.')
  }
  const { figures, partner } = opened
  return reply
    .headers({ 'Cache-Control': 'no-store', Vary: 'Origin, Authorization' })
    .send(toFigures({ figures, partner, origin: services.publicOrigin() }))
}

/** Mounts what browsers load of the embedded dashboard: its document, its files, and the figures (D12). */
export function mountDashboard(app: FastifyInstance, parts: Parts): void {
  const counting = { elsewhere: 'exactly, by the limits of forms for a network' }
  const reading = { ...parts, pepper: credentialPepper(parts.services.vault) }
  serveAssets(app, DASHBOARD_ASSETS)
  app.get<{ Querystring: Record<string, unknown> }>(
    DASHBOARD_PATH,
    { config: { access: PAGE_ACCESS, counting, isBounded: true } },
    (request, reply) => showPage(parts, request, reply),
  )
  app.post(READ_PATH, { config: { access: READ_ACCESS, counting, isBounded: true } }, (request, reply) =>
    showFigures(reading, request, reply),
  )
}
