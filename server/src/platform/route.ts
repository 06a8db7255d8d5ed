import { PERMISSIONS } from '@liaison/access'
import type { Permission, PermissionEntry, Plane, TenantId } from '@liaison/access'
import type { z } from 'zod'
import type { Access, AnyAccess, KindOf } from './execution/access-of-route.ts'
import type { HtmlPage } from './html.ts'
import type { Reading } from './words/language.ts'
import type { LimitName } from './limits/limit-policies.ts'
import type { Mandate } from './mandate.ts'
import type { RequestTrace } from './request-trace.ts'
import type { Inputs, Schemas } from './route-input.ts'
import { etagOf } from './version-tag.ts'

/** A parameter in the path of a route, with its name. */
export const PATH_PARAMETER = /:([a-z][a-z0-9_]*)/g

/** The path of a route as OpenAPI writes it: `/orders/{order_id}` of `/orders/:order_id`. */
export const toPathTemplate = (path: string): string => path.replaceAll(PATH_PARAMETER, '{$1}')

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

type Responses = { readonly [status: number]: z.ZodType | null }

type Success<R extends Responses> = {
  [S in keyof R]: S extends 200 | 201 | 202
    ? R[S] extends z.ZodType
      ? z.input<R[S]>
      : never
    : S extends 204
      ? undefined
      : never
}[keyof R]

/** An answer that says more than its body. */
export class Sent<Body> {
  readonly body: Body
  readonly headers: Readonly<Record<string, string>>
  /** Which of several declared successes it is; the first that is declared without this. */
  readonly status: 200 | 201 | 202 | undefined

  constructor(body: Body, headers: Readonly<Record<string, string>>, status?: 200 | 201 | 202) {
    this.body = body
    this.headers = headers
    this.status = status
  }
}

/** Answers with a body and header fields, such as `ETag` or `Location`, and with the status where several are declared. */
export function sent<Body>(
  body: Body,
  headers: Readonly<Record<string, string>>,
  status?: 200 | 201 | 202,
): Sent<Body> {
  return new Sent(body, headers, status)
}

/** Answers with a body and the version of it, which whoever changes it sends back as `If-Match`. */
export function sentAt<Body>(
  body: Body,
  version: number,
  headers: Readonly<Record<string, string>> = {},
): Sent<Body> {
  return new Sent(body, { ...headers, ...etagOf(version) })
}

/** What a handler gets besides its input. Only a mandate opens tables, so no handler reaches data before its access was decided. */
export interface Surroundings {
  readonly trace: RequestTrace
  /** The version that the caller read, from `If-Match`; only for routes that declare `ifMatch`. 0 where nothing was read. */
  readonly expectedVersion: number
  /** The tenant that a request of an identity route is about; null for every other route. */
  readonly namedTenantId: TenantId | null
  /** The session cookie, for the sign-in code alone. */
  readonly sessionToken: string | null
  /** What the answer is written in: one of several for pages that are translated, English for all others. */
  readonly reading: Reading
}

type Context<S extends Schemas, A> = Inputs<S> &
  Surroundings &
  (KindOf<A> extends never ? unknown : { readonly mandate: Mandate<KindOf<A>> })

interface Common<S extends Schemas, A> {
  readonly method: Method
  readonly path: `/${string}`
  readonly summary: string
  readonly input: S
  readonly access: A
  readonly limit: LimitName
  /** The problem codes that this operation adds to those that every operation can answer with. */
  readonly problems?: readonly string[]
  /** Largest body in bytes, when it is not the usual 64 KiB. */
  readonly bodyLimitBytes?: number
}

/** One operation of the API. */
export interface JsonDefinition<S extends Schemas, R extends Responses, A> extends Common<S, A> {
  readonly responses: R
  /**
   * Changed only with the version that was read (`If-Match`); `existing` for what the same request makes when it is not there:
   * the handler then refuses to replace what nobody read.
   */
  readonly ifMatch?: true | 'existing'
  /** The answer holds a secret that is shown this once: it is not kept under an Idempotency-Key. */
  readonly showsSecret?: true
  /** A second request with the same Idempotency-Key waits up to three seconds for the first, and gets its answer. */
  readonly waitsForKey?: true
  /** Fields of the body that are new with each attempt and say nothing of what is wished: an Idempotency-Key does not cover them. */
  readonly attempts?: readonly string[]
  /** A POST that changes nothing and needs no audit event of its own, with the reason. */
  readonly readsOnly?: string
  /** The answer holds the database's time as evidence, so the database is asked for it first: a time that is reckoned may lie ahead. */
  readonly tellsTime?: true
  readonly handle: (context: Context<S, A>) => Promise<Success<R> | Sent<Success<R>>>
}

/** One server-rendered page, or the form that it posts. */
export interface PageDefinition<S extends Schemas, A> extends Common<S, A> {
  /** The page is there in every one of our languages, and so are its refusals; `lang` in its query chooses one. */
  readonly isTranslated?: true
  readonly handle: (context: Context<S, A>) => Promise<HtmlPage>
}

declare const sealed: unique symbol

/** What the server mounts: a definition whose access the compiler has checked. Only `route` and `page` make one. */
export interface Route {
  readonly [sealed]: true
  readonly answers: 'json' | 'page'
  readonly method: Method
  readonly path: `/${string}`
  readonly summary: string
  readonly input: Schemas
  readonly access: AnyAccess
  readonly limit: LimitName
  readonly problems: readonly string[]
  readonly responses: Responses
  readonly ifMatch: boolean | 'existing'
  readonly showsSecret: boolean
  readonly waitsForKey: boolean
  readonly attempts: readonly string[]
  readonly readsOnly: string | undefined
  readonly tellsTime: boolean
  readonly bodyLimitBytes: number | undefined
  readonly isTranslated: boolean
  readonly handle: (context: object) => Promise<unknown>
}

function seal(definition: object, answers: Route['answers']): Route {
  const defaults = {
    problems: [],
    responses: {},
    ifMatch: false,
    showsSecret: false,
    waitsForKey: false,
    attempts: [],
    readsOnly: undefined,
    tellsTime: false,
    bodyLimitBytes: undefined,
    isTranslated: false,
  }
  // The two public functions below are the only callers, and their types have checked the definition.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { ...defaults, ...definition, answers } as unknown as Route
}

/** Declares one operation of the API; it appears in the OpenAPI document, the permission matrix and the isolation walk by itself. */
export function route<const S extends Schemas, const R extends Responses, const A extends Access<S>>(
  definition: JsonDefinition<S, R, A>,
): Route {
  return seal(definition, 'json')
}

/** Declares one server-rendered page. */
export function page<const S extends Schemas, const A extends Access<S>>(
  definition: PageDefinition<S, A>,
): Route {
  return seal(definition, 'page')
}

const ENTRIES: ReadonlyMap<Permission, PermissionEntry> = new Map(
  PERMISSIONS.map((entry) => [entry.name, entry]),
)

/** The catalogue's entry of the permission that a route asks for; null for routes without one. */
export function permissionOf(access: AnyAccess): PermissionEntry | null {
  if ('api' in access) return ENTRIES.get(access.api) ?? null
  if ('realm' in access) return ENTRIES.get(access.realm) ?? null
  return 'permission' in access ? (ENTRIES.get(access.permission) ?? null) : null
}

/** Whose evidence a route asks for: that of a plane, or of what stands beside the planes. */
export type Evidence = Plane | 'api' | 'ingest' | 'form' | 'agency_key' | 'auth' | 'public'

/** Whose evidence a route asks for. */
export function evidenceOf(access: AnyAccess): Evidence {
  if ('public' in access) return 'public'
  if ('identity' in access || 'realmDoor' in access) return 'auth'
  if ('ingest' in access) return 'ingest'
  if ('form' in access) return 'form'
  if ('agencyKey' in access) return 'agency_key'
  if ('api' in access) return 'api'
  return permissionOf(access)?.plane ?? 'public'
}
