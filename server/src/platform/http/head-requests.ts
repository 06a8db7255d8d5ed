import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'

const heads = new WeakSet<IncomingMessage>()

/** The method that a request came with: what was signed or proved of it is about that one, also where it is answered as GET (RFC 9449 section 4.3). */
export function sentMethodOf(request: IncomingMessage): string {
  return heads.has(request) ? 'HEAD' : (request.method ?? '')
}

/** The beginnings of addresses of which a route knows by itself what HEAD is. */
function collectOwn(app: FastifyInstance): readonly string[] {
  const own: string[] = []
  app.addHook('onRoute', ({ url, method }) => {
    if ([method].flat().includes('HEAD')) own.push(/^[^:*]*/.exec(url)?.[0] ?? url)
  })
  return own
}

/** What is followed has no end: its head alone could not be told. */
const isFollowed = ({ headers }: IncomingMessage): boolean =>
  headers.accept?.includes('text/event-stream') === true

/**
 * Answers HEAD as GET without the body, which Node leaves out (RFC 9110 sections 9.1 and 9.3.2): probes and whoever checks
 * links ask so, and would take 404 for the answer. It is decided, counted and recorded as the GET that it is. To be called
 * before the first route is declared.
 */
export function answerHeads(app: FastifyInstance): void {
  const own = collectOwn(app)
  app.server.prependListener('request', (request: IncomingMessage) => {
    const { url = '' } = request
    const isRoutes = own.some((beginning) => url.startsWith(beginning))
    if (request.method !== 'HEAD' || isRoutes || isFollowed(request)) return
    heads.add(request)
    request.method = 'GET'
  })
}
