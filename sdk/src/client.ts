import createClient from 'openapi-fetch'
import type { Client, Middleware } from 'openapi-fetch'

import type { paths } from './paths.ts'
import { parseProblem, TenantEchoMismatch, toUnreachable, toUnread } from './problem.ts'

const tenantHeader = 'X-Active-Tenant-Id'

export type LiaisonClientOptions = {
  /** Root of the API, such as `https://api.example.com/api/v1`. */
  baseUrl: string
  fetch?: (request: Request) => Promise<Response>
  /** The tenant that every call of this client is made in; without it the client never names a tenant. */
  activeTenantId?: string
}

export type LiaisonClient = Client<paths>

/**
 * Checks that an answer belongs to the tenant that was asked for, and throws `TenantEchoMismatch` when not.
 * A successful answer must name the tenant; a refusal may stay silent, because nothing was opened. Source: B4.
 */
export function checkTenantEcho(expected: string | undefined, response: Response): void {
  const received = response.headers.get(tenantHeader)
  if (received === null && (expected === undefined || !response.ok)) return
  if (received !== (expected ?? null)) throw new TenantEchoMismatch(expected ?? null, received)
}

const contentTypeOf = ({ headers }: Response): string => headers.get('content-type')?.split(';', 1)[0] ?? ''

/** Whether an answer says that it is something else than JSON; plain text is what servers say of anything. */
const isFile = (contentType: string): boolean =>
  !['', 'text/plain', 'application/json'].includes(contentType) && !contentType.endsWith('+json')

function createRules(activeTenantId: string | undefined): Middleware {
  return {
    onRequest({ request }) {
      if (activeTenantId !== undefined) request.headers.set(tenantHeader, activeTenantId)
      return request
    },
    async onResponse({ response, options }) {
      checkTenantEcho(activeTenantId, response)
      if (!response.ok) throw await parseProblem(response)
      const contentType = contentTypeOf(response)
      if (options.parseAs === 'json' && isFile(contentType)) throw toUnread(response, contentType)
      return undefined
    },
    onError({ error }) {
      return error instanceof DOMException && error.name === 'AbortError' ? error : toUnreachable(error)
    },
  }
}

/**
 * A typed client of the API. Every failed call rejects with `LiaisonProblem`; an answer for another tenant
 * than `activeTenantId` rejects with `TenantEchoMismatch` before its body is read.
 */
export function createLiaisonClient(options: LiaisonClientOptions): LiaisonClient {
  const client = createClient<paths>({
    baseUrl: options.baseUrl,
    credentials: 'same-origin',
    // As the document says of every list in an address.
    querySerializer: { array: { style: 'form', explode: false } },
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  })
  client.use(createRules(options.activeTenantId))
  return client
}

type Answered<Body> = { data?: Body; response: Response }

/** The body of a successful answer; undefined where the operation has none (204). */
export async function readBody<Body>(call: Promise<Answered<Body>>): Promise<Body>
export async function readBody(call: Promise<Answered<unknown>>): Promise<unknown> {
  const { data, response } = await call
  if (data === undefined && !response.ok) throw await parseProblem(response)
  return data
}

/** The body of a successful answer with the tag that `If-Match` needs to change it (RFC 9110 §13.1.1). */
export async function readTagged<Body>(
  call: Promise<Answered<Body>>,
): Promise<{ body: Body; etag: string | null }> {
  const answered = await call
  const body = await readBody(Promise.resolve(answered))
  return { body, etag: answered.response.headers.get('etag') }
}
