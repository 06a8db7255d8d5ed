import { ID_PREFIXES } from '@liaison/access'
import { z } from 'zod'
import { AgencyRefusalBody } from '../agency-door.ts'
import { LIMITS } from '#platform/limits/limit-policies.ts'
import { codesByStatus, headerComponents, refusalComponents, responsesOf } from './answers.ts'
import { withBounds, withBoundsOfAnswer } from './bounds.ts'
import { Problem } from '../problem.ts'
import { toOutputJsonSchema } from './response-schema.ts'
import { idPattern } from '../route-input.ts'
import { mapStepByStep } from '../step-by-step.ts'
import { evidenceOf, permissionOf, toPathTemplate } from '../route.ts'
import { RECEIVED, SENT_HEADERS, toWebhook } from './webhooks.ts'
import type { SentMessage } from './webhooks.ts'
import type { Evidence, Route } from '../route.ts'

type Json = Record<string, unknown>

function toInputSchema(schema: z.ZodType): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    reused: 'inline',
    unrepresentable: 'any',
  })
  return withBounds(rest)
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null
}

/** A list in an address is separated by commas, and numbers and truth values are told as what they are. */
function parameterOf({ parameter, ...text }: Json): Json {
  if (!isRecord(parameter)) return { schema: text }
  const { $schema: _dialect, ...items } = isRecord(parameter['items']) ? parameter['items'] : {}
  const kept = Object.fromEntries(
    Object.entries(text).filter(([key]) => key === 'description' || key === 'default'),
  )
  if (parameter['type'] !== 'array') return { schema: withBounds({ ...kept, ...parameter }) }
  return { schema: withBounds({ ...kept, ...parameter, items }), style: 'form', explode: false }
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
    ...(isRecord(property) ? parameterOf(property) : { schema: property }),
  }))
}

/** The header fields that requests bring; what is not of this form is refused. Percent-encoding makes up to nine of one character. */
const SENT = {
  'X-Active-Tenant-Id': z.string().regex(new RegExp(idPattern(ID_PREFIXES.tenant))),
  'X-Access-Reason': z.string().min(1).max(4500),
  'Idempotency-Key': z.string().regex(/^[!-~]{1,255}$/),
  'If-Match': z.string().regex(/^"v\d{1,9}"$/),
}

function headerParameters(route: Route): Json[] {
  const evidence = evidenceOf(route.access)
  const header = (name: keyof typeof SENT, required: boolean, description: string): Json => ({
    name,
    in: 'header',
    required,
    description,
    schema: toInputSchema(SENT[name]),
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
    ...(route.ifMatch === 'existing'
      ? [header('If-Match', false, 'The ETag that was read; required once there is something to replace.')]
      : route.ifMatch
        ? [header('If-Match', true, 'The ETag that was read.')]
        : []),
  ]
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
    ...(evidence !== 'public' && { 'x-rate-limit': { name: route.limit, ...LIMITS[route.limit] } }),
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
    responses: responsesOf(route),
    'x-problem-codes': codesByStatus(route),
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

const SECURITY_SCHEMES: Readonly<Record<string, Json>> = {
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
}

/**
 * The OpenAPI 3.1 document of the API, from the routes themselves, and of the messages that it sends; made in steps,
 * because it takes long.
 */
export async function makeOpenApi(routes: readonly Route[], messages: readonly SentMessage[]): Promise<Json> {
  const paths: Record<string, Json> = {}
  const told = routes.filter(({ answers, path }) => answers === 'json' && path.startsWith('/api/'))
  await mapStepByStep(told, (route) => {
    const path = toPathTemplate(route.path)
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
    servers: [{ url: '/', description: 'This installation, in production or not.', 'x-internal': false }],
    paths: Object.fromEntries(Object.entries(paths).toSorted(([left], [right]) => (left < right ? -1 : 1))),
    webhooks: Object.fromEntries(messages.map((message) => [message.type, toWebhook(message)])),
    components: {
      securitySchemes: SECURITY_SCHEMES,
      headers: headerComponents(),
      parameters: SENT_HEADERS,
      responses: { ...refusalComponents(), ...RECEIVED },
      schemas: {
        Problem: withBoundsOfAnswer(toOutputJsonSchema(Problem)),
        AgencyRefusal: withBoundsOfAnswer(toOutputJsonSchema(AgencyRefusalBody)),
      },
    },
  })
}
