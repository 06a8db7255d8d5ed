import { CLIENT_REFUSAL_CODES, REALM_REFUSAL_CODES } from '@liaison/access'
import { z } from 'zod'
import { AGENCY_PROBLEMS, AgencyRefusalBody, isAgencyAccess } from './agency-door.ts'
import { LIMITS } from './limit-policies.ts'
import { listProblems, Problem } from './problem.ts'
import { toOutputJsonSchema } from './response-schema.ts'
import { mapStepByStep } from './step-by-step.ts'
import { evidenceOf, permissionOf } from './route.ts'
import type { Evidence, Route } from './route.ts'

type Json = Record<string, unknown>

const COMMON_PROBLEMS = [
  'MALFORMED_REQUEST',
  'VALIDATION_ERROR',
  'RATE_LIMIT_EXCEEDED',
  'INTERNAL_ERROR',
  'OVERLOADED',
  'DEADLINE_EXCEEDED',
  'DEPENDENCY_UNAVAILABLE',
]
const DECISION_PROBLEMS = [
  'UNAUTHORIZED',
  'PERSON_INACTIVE',
  'ACCESS_FROZEN',
  'WRONG_PLANE',
  'PERMISSION_DENIED',
  'STEP_UP_REQUIRED',
]
const DELEGATION_PROBLEMS = [
  'PARTNER_INACTIVE',
  'TENANT_INACTIVE',
  'MFA_REQUIRED',
  'TENANT_NOT_FOUND',
  'TENANT_LINK_NOT_STARTED',
  'TENANT_LINK_EXPIRED',
  'TENANT_LINK_SUSPENDED',
  'TENANT_LINK_REVOKED',
  'ELEVATION_REQUIRED',
  'ACCOUNTS_ONLY',
  'NOT_ASSIGNED',
  'FEATURE_DISABLED',
  'IP_NOT_ALLOWED',
  'OUTSIDE_HOURS',
  'ACCESS_REASON_REQUIRED',
  'TENANT_CONTEXT_REQUIRED',
  'TENANT_CONTEXT_MISMATCH',
]

const EVIDENCE_PROBLEMS: Readonly<Partial<Record<Evidence, readonly string[]>>> = {
  delegation: [...DECISION_PROBLEMS, ...DELEGATION_PROBLEMS],
  program: [...DECISION_PROBLEMS, 'PARTNER_INACTIVE', 'TENANT_CONTEXT_MISMATCH'],
  tenant: [...DECISION_PROBLEMS, 'TENANT_INACTIVE', 'TENANT_NOT_FOUND', 'TENANT_CONTEXT_MISMATCH'],
  platform: [...DECISION_PROBLEMS, 'TENANT_CONTEXT_MISMATCH'],
  api: CLIENT_REFUSAL_CODES,
  realm: [...REALM_REFUSAL_CODES, 'REALM_REQUIRED'],
  ingest: ['UNAUTHORIZED'],
}

function problemsOfMethod(route: Route): string[] {
  if (route.method === 'GET') return []
  const keyed = route.method === 'POST' ? ['IDEMPOTENCY_CONFLICT', 'IDEMPOTENCY_IN_PROGRESS'] : []
  return ['CROSS_SITE_REQUEST', 'UNSUPPORTED_MEDIA_TYPE', 'PAYLOAD_TOO_LARGE', 'CONFLICT', ...keyed]
}

/** Every code that an operation can answer with. */
export function problemsOf(route: Route): string[] {
  // Forms and servers of agencies are told in words of their own, whatever it was.
  if (isAgencyAccess(route.access)) return [...new Set([...AGENCY_PROBLEMS, ...route.problems])].toSorted()
  const codes = new Set([
    ...COMMON_PROBLEMS,
    ...route.problems,
    ...(EVIDENCE_PROBLEMS[evidenceOf(route.access)] ?? []),
    ...problemsOfMethod(route),
    ...(route.showsSecret ? ['SECRET_SHOWN_ONCE'] : []),
    ...(route.ifMatch ? ['PRECONDITION_REQUIRED', 'PRECONDITION_FAILED'] : []),
  ])
  return [...codes].toSorted()
}

function toInputSchema(schema: z.ZodType): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    reused: 'inline',
    unrepresentable: 'any',
  })
  return rest
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null
}

function parametersFrom(place: 'path' | 'query', schema: z.ZodType | undefined): Json[] {
  if (!schema) return []
  const object = toInputSchema(schema)
  const properties = isRecord(object['properties']) ? object['properties'] : {}
  const required = Array.isArray(object['required']) ? (object['required'] as unknown[]) : []
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }))
}

function headerParameters(route: Route): Json[] {
  const evidence = evidenceOf(route.access)
  const header = (name: string, required: boolean, description: string): Json => ({
    name,
    in: 'header',
    required,
    description,
    schema: { type: 'string' },
  })
  return [
    ...(evidence === 'delegation' ||
    evidence === 'tenant' ||
    (evidence === 'auth' && 'tenant' in route.access)
      ? [
          header(
            'X-Active-Tenant-Id',
            'tenant' in route.access && route.access.tenant === 'header',
            'The tenant that is worked in; echoed in the answer.',
          ),
        ]
      : []),
    ...(evidence === 'delegation'
      ? [
          header(
            'X-Access-Reason',
            false,
            'Why the tenant is worked in, percent-encoded UTF-8; required where the tenant asks for it, and read by the tenant.',
          ),
        ]
      : []),
    ...(route.method === 'POST'
      ? [header('Idempotency-Key', false, 'Makes a repetition within 24 hours answer as the first did.')]
      : []),
    ...(route.ifMatch ? [header('If-Match', true, 'The ETag that was read.')] : []),
  ]
}

function problemResponses(route: Route): Json {
  const entries = new Map(listProblems())
  const schema = `#/components/schemas/${isAgencyAccess(route.access) ? 'AgencyRefusal' : 'Problem'}`
  const byStatus = new Map<number, string[]>()
  for (const code of problemsOf(route)) {
    const status = entries.get(code)?.status ?? 500
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      {
        description: codes.join(', '),
        content: { 'application/problem+json': { schema: { $ref: schema } } },
        'x-problem-codes': codes,
      },
    ]),
  )
}

function successResponses(route: Route): Json {
  return Object.fromEntries(
    Object.entries(route.responses).map(([status, schema]) => [
      status,
      {
        description: 'Done.',
        ...(schema && { content: { 'application/json': { schema: toOutputJsonSchema(schema) } } }),
      },
    ]),
  )
}

/** `getPartnerCustomersByTenantId`: stable names for generated clients, from method and path. */
export function operationIdOf(route: Pick<Route, 'method' | 'path'>): string {
  const words = route.path
    .replace(/^\/api\/v1\//, '')
    .split('/')
    .flatMap((part) => (part.startsWith(':') ? ['by', ...part.slice(1).split(/[_-]/)] : part.split(/[_-]/)))
  return (
    route.method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  )
}

const SECURITY: Readonly<Partial<Record<Evidence, string>>> = {
  ingest: 'ingest_key',
  agency_key: 'agency_key',
  form: 'form_token',
  api: 'access_token',
  realm: 'realm_token',
}

function securityOf(route: Route): Json[] {
  const evidence = evidenceOf(route.access)
  return evidence === 'public' ? [] : [{ [SECURITY[evidence] ?? 'session']: [] }]
}

const TAGS: Readonly<Partial<Record<Evidence, string>>> = { auth: 'account', public: 'account' }

function operationOf(route: Route): Json {
  const permission = permissionOf(route.access)
  const evidence = evidenceOf(route.access)
  return {
    operationId: operationIdOf(route),
    summary: route.summary,
    tags: [TAGS[evidence] ?? evidence],
    security: securityOf(route),
    'x-plane': evidence,
    ...(permission && { 'x-permission': permission.name, 'x-step-up': permission.sensitive }),
    'x-rate-limit': { name: route.limit, ...LIMITS[route.limit] },
    parameters: [
      ...parametersFrom('path', route.input.params),
      ...parametersFrom('query', route.input.query),
      ...headerParameters(route),
    ],
    ...(route.input.body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: toInputSchema(route.input.body) } },
      },
    }),
    responses: { ...successResponses(route), ...problemResponses(route) },
  }
}

/** Moves what Zod names inside each schema to the document's own components, so that every reference resolves. */
function hoistDefinitions(document: Json): Json {
  const schemas: Json = {}
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk)
    if (!isRecord(value)) return value
    const { $defs: definitions, ...rest } = value
    if (isRecord(definitions))
      for (const [name, schema] of Object.entries(definitions)) schemas[name] = walk(schema)
    return Object.fromEntries(
      Object.entries(rest).map(([key, part]) => [
        key,
        key === '$ref' && typeof part === 'string'
          ? part.replace('#/$defs/', '#/components/schemas/')
          : walk(part),
      ]),
    )
  }
  const hoisted = walk(document)
  if (!isRecord(hoisted) || !isRecord(hoisted['components'])) throw new Error('The document has components.')
  const own = isRecord(hoisted['components']['schemas']) ? hoisted['components']['schemas'] : {}
  return { ...hoisted, components: { ...hoisted['components'], schemas: { ...own, ...schemas } } }
}

/** The OpenAPI 3.1 document of the API, from the routes themselves; made in steps, because it takes long. */
export async function makeOpenApi(routes: readonly Route[]): Promise<Json> {
  const paths: Record<string, Json> = {}
  const told = routes.filter(({ answers, path }) => answers === 'json' && path.startsWith('/api/'))
  await mapStepByStep(told, (route) => {
    const path = route.path.replaceAll(/:([a-z_]+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  })
  return hoistDefinitions({
    openapi: '3.1.0',
    info: {
      title: 'Liaison',
      version: '1',
      description: 'Delegated, isolated and audited access of partners to the data of tenants.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(Object.entries(paths).toSorted(([left], [right]) => (left < right ? -1 : 1))),
    components: {
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-liaison',
          description: 'The session of a person who signed in.',
        },
        access_token: {
          type: 'http',
          scheme: 'DPoP',
          description:
            'An access token of an API client with its proof of possession (RFC 9449): `Authorization: DPoP …` and `DPoP: …`.',
        },
        realm_token: {
          type: 'http',
          scheme: 'bearer',
          description:
            "A token of an end user of a white-label partner, from that realm's own issuer; the realm's session cookie does, too.",
        },
        agency_key: { type: 'http', scheme: 'bearer', description: 'A server key of an agency, `pask_…`.' },
        ingest_key: { type: 'http', scheme: 'bearer', description: "A key of the provider's own systems." },
      },
      schemas: {
        Problem: toOutputJsonSchema(Problem),
        AgencyRefusal: toOutputJsonSchema(AgencyRefusalBody),
      },
    },
  })
}
