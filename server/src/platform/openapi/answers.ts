import { z } from 'zod'
import { isAgencyAccess } from '../agency-door.ts'
import { withBoundsOfAnswer } from './bounds.ts'
import { problemsOf } from './problems.ts'
import { listProblems, statusOfProblem } from '../problem.ts'
import { toOutputJsonSchema } from './response-schema.ts'
import { evidenceOf } from '../route.ts'
import type { Route } from '../route.ts'

type Json = Record<string, unknown>

const LIMIT_FIELD = 200
const COUNTED =
  'of a call that was counted: what is refused before, for its form or for want of access, is not'

/** The header fields of answers: their names in the document's components are those that are sent. */
const FIELDS = {
  'X-Request-Id': ['The id of this request, for the audit log and for support.', z.string().max(128)],
  'RateLimit-Policy': [`The limits that count here, ${COUNTED}.`, z.string().max(LIMIT_FIELD)],
  RateLimit: [
    `What is left of them, and the seconds until more is, ${COUNTED}.`,
    z.string().max(LIMIT_FIELD),
  ],
  'Retry-After': ['Seconds after which it is worth trying again.', z.int().min(1).max(2_678_400)],
  ETag: ['The version of what is answered, for If-Match.', z.string().max(64)],
  Location: ['Where what was made or asked for is found.', z.string().max(500)],
  'X-Total-Count': ['How many rows there are altogether.', z.int().min(0).max(1_000_000_000)],
  'X-Result-Count': ['How many rows this answer holds.', z.int().min(0).max(1_000)],
  'X-Export-Rows': ['How many rows the file has.', z.int().min(0).max(1_000_000_000)],
  'X-Export-Truncated': ['Whether there were more rows than a file may have.', z.enum(['true', 'false'])],
  'Content-Disposition': ['The name of the file.', z.string().max(300)],
  'Repr-Digest': ['The SHA-256 of the file (RFC 9530 section 3).', z.string().max(70)],
  'X-Feed-Has-More': ['Whether the feed goes on.', z.enum(['true', 'false'])],
  'X-Feed-Next-After': ['Send as `after` for what follows.', z.int().min(0).max(Number.MAX_SAFE_INTEGER)],
  'Idempotent-Replayed': [
    'Sent when this is the answer to an earlier request under the same key.',
    z.literal('true'),
  ],
  'X-Active-Tenant-Id': ['The tenant that the answer is about.', z.string().max(30)],
  'X-Cross-Tenant-Access': ['Sent when a partner worked in a tenant.', z.literal('true')],
  'X-Link-Id': ['The link that opened the tenant.', z.string().max(30)],
  'X-Link-Expires-At': ['When that link ends.', z.iso.datetime().max(24)],
  'WWW-Authenticate': ['How to authenticate (RFC 9110 section 11.6.1).', z.string().max(500)],
} as const satisfies Record<string, readonly [description: string, schema: z.ZodType]>
type Field = keyof typeof FIELDS

/** The fields, as components of the document. */
export const headerComponents = (): Json =>
  Object.fromEntries(
    Object.entries(FIELDS).map(([name, [description, schema]]) => [
      name,
      { description, schema: withBoundsOfAnswer(toOutputJsonSchema(schema)) },
    ]),
  )

const headersFor = (fields: readonly Field[]): Json =>
  Object.fromEntries(fields.map((name) => [name, { $ref: `#/components/headers/${name}` }]))

const LIMITED: readonly Field[] = ['RateLimit-Policy', 'RateLimit']
/** Refused while the request is read: before anything can be counted. */
const UNREAD = new Set([408, 413, 415, 417, 431])
/** Those that can tell when to ask again: of a conflict, what only waits for something. */
const WAITING = new Set([409, 429, 503])

function fieldsOfRefusal(status: number): readonly Field[] {
  return [
    'X-Request-Id',
    ...(UNREAD.has(status) ? [] : LIMITED),
    ...(WAITING.has(status) ? (['Retry-After'] as const) : []),
    // A token that lacks a scope is told so there, too (RFC 6750 section 3.1).
    ...(status === 401 || status === 403 ? (['WWW-Authenticate'] as const) : []),
  ]
}

/** The refusals that operations share: one for each status and form. */
export function refusalComponents(): Json {
  const statuses = new Set(listProblems().map(([, { status }]) => status))
  return Object.fromEntries(
    [...statuses]
      .toSorted((left, right) => left - right)
      .flatMap((status) =>
        ['Problem', 'AgencyRefusal'].map((form) => [
          `${form}${status}`,
          {
            description: 'Refused; the operation names its codes.',
            headers: headersFor(fieldsOfRefusal(status)),
            content: { 'application/problem+json': { schema: { $ref: `#/components/schemas/${form}` } } },
          },
        ]),
      ),
  )
}

/** The codes of an operation's refusals, by their status. */
export function codesByStatus(route: Route): Readonly<Record<string, readonly string[]>> {
  const found = new Map<number, string[]>()
  for (const code of problemsOf(route)) {
    const status = statusOfProblem(code)
    found.set(status, [...(found.get(status) ?? []), code])
  }
  return Object.fromEntries(found)
}

function refusals(route: Route): Json {
  const form = isAgencyAccess(route.access) ? 'AgencyRefusal' : 'Problem'
  return Object.fromEntries(
    Object.entries(codesByStatus(route)).map(([status, codes]) => [
      status,
      { $ref: `#/components/responses/${form}${status}`, description: codes.join(', ') },
    ]),
  )
}

const ACTING: readonly Field[] = [
  'X-Active-Tenant-Id',
  'X-Cross-Tenant-Access',
  'X-Link-Id',
  'X-Link-Expires-At',
]
const OF_FILES: readonly Field[] = [
  'Content-Disposition',
  'Repr-Digest',
  'X-Export-Rows',
  'X-Export-Truncated',
  'X-Total-Count',
]

/** A list without an envelope says beside it how many rows there are. */
const OF_PLAIN_LISTS: readonly Field[] = ['X-Total-Count', 'X-Result-Count']

function fieldsOfContext({ access }: Route): readonly Field[] {
  const evidence = evidenceOf(access)
  // A person's own operations tell which tenant a request named, where they take one.
  if (evidence === 'delegation' || (evidence === 'auth' && 'tenant' in access)) return ACTING
  return evidence === 'tenant' ? ['X-Active-Tenant-Id'] : []
}

function fieldsOfSuccess(route: Route): readonly Field[] {
  return [
    'X-Request-Id',
    ...('public' in route.access ? [] : LIMITED),
    ...fieldsOfContext(route),
    ...(route.method === 'DELETE' ? [] : (['ETag'] as const)),
    ...(route.method === 'GET' ? [] : (['Location'] as const)),
    ...(route.method === 'POST' ? (['Idempotent-Replayed'] as const) : []),
  ]
}

const OF_FEEDS: readonly Field[] = ['X-Feed-Has-More', 'X-Feed-Next-After']

const isText = (schema: unknown): boolean =>
  typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'string'

/** What can be had as a page and as lines in the form of somebody else has a schema for each. */
function contentOf(body: Json): { readonly content: Json; readonly isFeed: boolean } {
  const branches: readonly unknown[] = Array.isArray(body['anyOf']) ? body['anyOf'] : []
  const [page, lines] = [branches.find((branch) => !isText(branch)), branches.find(isText)]
  if (branches.length === 2 && page !== undefined && lines !== undefined)
    return {
      content: {
        // The definitions go where the document keeps them; they must not be lost with the list of branches.
        'application/json': { schema: { ...page, ...('$defs' in body && { $defs: body['$defs'] }) } },
        '*/*': { schema: lines },
      },
      isFeed: true,
    }
  return { content: { [isText(body) ? '*/*' : 'application/json']: { schema: body } }, isFeed: false }
}

/** One success. An answer that is a text as a whole is a file, in the media type that it says itself. */
function success(route: Route, schema: z.ZodType | null): Json {
  const body = schema && withBoundsOfAnswer(toOutputJsonSchema(schema))
  const told = body && contentOf(body)
  const isFile = isText(body)
  const isPlainList = body?.['type'] === 'array'
  return {
    description: 'Done.',
    headers: headersFor([
      ...fieldsOfSuccess(route),
      ...(isFile ? OF_FILES : []),
      ...(isPlainList ? OF_PLAIN_LISTS : []),
      ...(told?.isFeed === true ? OF_FEEDS : []),
    ]),
    ...(told && { content: told.content }),
  }
}

const successes = (route: Route): Json =>
  Object.fromEntries(
    Object.entries(route.responses).map(([status, schema]) => [status, success(route, schema)]),
  )

/** Every answer of an operation, by its status, each with the header fields that it may carry. */
export const responsesOf = (route: Route): Json => ({ ...successes(route), ...refusals(route) })
