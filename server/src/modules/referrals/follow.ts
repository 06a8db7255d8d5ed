import { createHmac, randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Engine } from '#platform/execution/execute.ts'
import { limitHeaders } from '#platform/limits/limits.ts'
import { endMandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { openForSystem } from '#platform/resolvers/resolver-without-person.ts'
import type { Services } from '#platform/services.ts'
import { followCode } from './follow-store.ts'
import type { ClickFacts } from './follow-store.ts'
import { destinationOf, isBot, networkOf, readUtm, referrerHost } from './rules.ts'

const ACCESS = { public: 'Anybody may follow a link; it says nothing but where it leads.' }
const COOKIE = '__Host-liaison-visit'
const COOKIE_SECONDS = 90 * 86_400
const VISITOR = new RegExp(`(?:^|;\\s*)${COOKIE}=([A-Za-z0-9_-]{22})(?:;|$)`)
const CODE = /^[A-Za-z0-9]{4,24}$/

interface Asked {
  Params: { code: string }
}

interface Parts {
  readonly engine: Engine
  readonly services: Services
}

async function admit({ limiter }: Engine, ip: string): Promise<void> {
  const verdict = await limiter.take([{ name: 'referral_link', key: `network ${networkOf(ip) ?? ip}` }])
  if (!verdict.admitted)
    throw new ProblemError(429, 'RATE_LIMIT_EXCEEDED', 'The limit of this operation is used up.', {
      headers: limitHeaders(verdict),
    })
}

/** The digest of what somebody could be known by: without the key it cannot be tried out. */
function digestWith(key: Buffer): (text: string | null) => string | null {
  return (text) => (text === null ? null : createHmac('sha256', key).update(text).digest('hex'))
}

const asksNotToBeKnown = ({ headers }: Pick<FastifyRequest, 'headers'>): boolean =>
  headers['sec-gpc'] === '1' || headers['dnt'] === '1'

/** The visitor of the cookie, or a new one; null for who asks not to be known again. */
function visitorOf(
  request: Pick<FastifyRequest, 'headers'>,
): { readonly id: string; readonly isNew: boolean } | null {
  if (asksNotToBeKnown(request)) return null
  const known = VISITOR.exec(request.headers.cookie ?? '')?.[1]
  return { id: known ?? randomBytes(16).toString('base64url'), isNew: known === undefined }
}

function describeClick(services: Services, request: FastifyRequest, visitor: string | null): ClickFacts {
  const digest = digestWith(services.vault.deriveKey('referral clicks'))
  const userAgent = request.headers['user-agent']
  const { searchParams } = new URL(request.url, 'http://localhost')
  return {
    referrer_host: referrerHost(request.headers.referer),
    utm: readUtm(searchParams),
    visitor_hash: digest(visitor),
    ip_prefix_hash: digest(networkOf(request.ip)),
    user_agent_hash: digest(userAgent ?? null),
    is_bot: isBot(userAgent),
  }
}

async function follow({ engine }: Parts, requestId: string, asked: { code: string; click: ClickFacts }) {
  const { mandate, transaction } = await openForSystem(engine.database, 'referral-link', requestId)
  try {
    const followed = await followCode(mandate, asked.code, asked.click)
    await transaction.commit([], 'relaxed')
    return followed
  } finally {
    endMandate(mandate)
    await transaction.rollback()
  }
}

async function answer(parts: Parts, request: FastifyRequest<Asked>, reply: FastifyReply) {
  const { code } = request.params
  await admit(parts.engine, request.ip)
  const { services } = parts
  const usual = `${services.publicOrigin()}/`
  reply.header('Cache-Control', 'no-store').header('Referrer-Policy', 'no-referrer')
  if (!CODE.test(code)) return reply.redirect(usual, 302)
  const visitor = visitorOf(request)
  const click = describeClick(services, request, visitor?.id ?? null)
  const { leads_to: leadsTo, click_id: clickId } = await follow(parts, request.id, { code, click })
  if (visitor?.isNew && clickId !== null)
    reply.header(
      'Set-Cookie',
      `${COOKIE}=${visitor.id}; Path=/; Max-Age=${COOKIE_SECONDS}; Secure; HttpOnly; SameSite=Lax`,
    )
  const id = clickId === null ? null : publicIdOf('referral_click', clickId)
  return reply.redirect(destinationOf(leadsTo ?? usual, { id, utm: click.utm }), 302)
}

/**
 * Mounts the address of partners' links. It leads to the page of the code, or to the usual page for a code that is unknown,
 * off or over, without saying which. What it keeps of a click names nobody. Source: D5.
 */
export function mountReferralLinks(app: FastifyInstance, parts: Parts): void {
  app.get<Asked>(
    '/r/:code',
    {
      config: {
        access: ACCESS,
        counting: { elsewhere: 'exactly, as `referral_link` of the network' },
        isBounded: true,
      },
    },
    (request, reply) => answer(parts, request, reply),
  )
}
