import type { AccessContext } from './context.ts'
import { GuardError } from './error.ts'
import type { ChallengeTerms } from './error.ts'
import type { GuardRequest, HeaderFields } from './request.ts'
import { requireAll } from './requirements.ts'
import type { Requirements } from './requirements.ts'

/** The part of a Fastify or Express request that a handler reads. */
export interface ServerRequest {
  readonly method: string
  /** The path and query as they were received, before any router changed them. */
  readonly originalUrl: string
  readonly headers: HeaderFields
}

/** The part of a Fastify reply that a hook uses. */
export interface FastifyLikeReply {
  code(status: number): this
  headers(values: Record<string, string>): this
  send(payload: string): unknown
}

/** The part of an Express response that a middleware uses. */
export interface ExpressLikeResponse {
  status(code: number): this
  set(field: Record<string, string>): this
  send(body: string): unknown
}

/** Says which certificate (DER) the caller of a request showed on the mutual TLS connection; null for none. */
export type CertificateOf = (request: ServerRequest | Request) => Uint8Array | null

/** What the handlers are made of. */
export interface HandlerParts {
  readonly verify: (request: GuardRequest) => Promise<AccessContext>
  /** The origin that callers use, for example `https://api.example`; its path is left out. */
  readonly origin: string
  readonly terms: ChallengeTerms
  readonly certificateOf?: CertificateOf | undefined
}

/** Guards routes of the three kinds of servers; whoever is refused never reaches the route. */
export interface Handlers {
  /** A Fastify `onRequest` hook. */
  fastify<R extends ServerRequest>(
    requirements: Requirements<R>,
  ): (request: R, reply: FastifyLikeReply) => Promise<unknown>
  /** An Express middleware, for a route of its own: path parameters do not exist in `app.use`. */
  express<R extends ServerRequest>(
    requirements: Requirements<R>,
  ): (request: R, response: ExpressLikeResponse, next: (error?: unknown) => void) => Promise<void>
  /** A fetch-style handler around another one. */
  fetch(
    requirements: Requirements<Request>,
    handle: (request: Request, context: AccessContext) => Response | Promise<Response>,
  ): (request: Request) => Promise<Response>
  /** The context of a request that a hook or middleware let pass. Throws for any other: no context is not "anybody". */
  contextOf(request: object): AccessContext
}

/** A refusal as it leaves the server. */
export interface Refused {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: string
}

/** A refusal of the guard as an answer; anything else is thrown on. */
function toRefused(error: unknown, terms: ChallengeTerms): Refused {
  if (!(error instanceof GuardError)) throw error
  return {
    status: error.status,
    headers: error.toHeaders(terms),
    body: JSON.stringify(error.toProblem()),
  }
}

type Admit = <R extends object>(
  request: R,
  presented: () => GuardRequest,
  requirements: Requirements<R>,
) => Promise<Refused | null>

function pathOfServerRequest({ originalUrl }: ServerRequest): string {
  // An absolute-form target (RFC 9112 section 3.2.2) must not choose the origin.
  return originalUrl.startsWith('/') ? originalUrl : '/'
}

function pathOfFetchRequest({ url }: Request): string {
  const { pathname, search } = new URL(url)
  return `${pathname}${search}`
}

function guardFetch(
  admit: Admit,
  present: (request: Request, path: string) => GuardRequest,
  contextOf: Handlers['contextOf'],
): Handlers['fetch'] {
  return (requirements, handle) => async (request) => {
    const presented = () => present(request, pathOfFetchRequest(request))
    const refused = await admit(request, presented, requirements)
    if (refused) return new Response(refused.body, { status: refused.status, headers: refused.headers })
    return handle(request, contextOf(request))
  }
}

/** Makes the handlers of a guard. */
export function makeHandlers({ verify, origin, terms, certificateOf }: HandlerParts): Handlers {
  const contexts = new WeakMap<object, AccessContext>()
  const { origin: base } = new URL(origin)
  const present = (request: ServerRequest | Request, path: string): GuardRequest => ({
    method: request.method,
    url: `${base}${path}`,
    headers: request.headers,
    certificate: certificateOf?.(request) ?? null,
  })
  const presentServer = (request: ServerRequest) => () => present(request, pathOfServerRequest(request))

  const admit: Admit = async (request, presented, requirements) => {
    try {
      const context = await verify(presented())
      requireAll(context, request, requirements)
      contexts.set(request, context)
      return null
    } catch (error) {
      return toRefused(error, terms)
    }
  }

  function contextOf(request: object): AccessContext {
    const context = contexts.get(request)
    if (!context) throw new Error('This request has not passed the guard.')
    return context
  }

  return {
    fastify: (requirements) => async (request, reply) => {
      const refused = await admit(request, presentServer(request), requirements)
      return refused ? reply.code(refused.status).headers(refused.headers).send(refused.body) : undefined
    },
    express: (requirements) => async (request, response, next) => {
      let refused: Refused | null
      try {
        refused = await admit(request, presentServer(request), requirements)
      } catch (error) {
        // Express 4 does not look at the promise: the request would hang, and the program end.
        next(error)
        return
      }
      if (refused) response.status(refused.status).set(refused.headers).send(refused.body)
      else next()
    },
    fetch: guardFetch(admit, present, contextOf),
    contextOf,
  }
}
