/** A part of the OpenAPI document: it was made here, and is read as what any JSON may be. */
export type Json = Readonly<Record<string, unknown>>

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object that stands under a name; an empty one where there is none. */
export function recordAt(value: unknown, name: string): Json {
  const found = isRecord(value) ? value[name] : undefined
  return isRecord(found) ? found : {}
}

/** The list that stands under a name; an empty one where there is none. */
export function listAt(value: unknown, name: string): readonly unknown[] {
  const found = isRecord(value) ? value[name] : undefined
  return Array.isArray(found) ? found : []
}

/** The text that stands under a name. */
export function textAt(value: unknown, name: string): string | undefined {
  const found = isRecord(value) ? value[name] : undefined
  return typeof found === 'string' ? found : undefined
}

/** Whose operations stand together, in the order in which they are told: integrators look for the first ones most. */
export const GROUPS = [
  {
    id: 'api',
    title: 'API clients',
    about: 'Orders, services and invoices of a customer, under its consent or a resale',
  },
  {
    id: 'delegation',
    title: 'Working in customers',
    about: 'What people of a partner do under a link, in one tenant or across all of them',
  },
  {
    id: 'program',
    title: 'The partner',
    about: "The partner's own organisation: people, links, clients, codes, earnings, payouts",
  },
  {
    id: 'tenant',
    title: 'The tenant',
    about: 'Its own data, whom it lets in, what they did, agencies, vouchers',
  },
  { id: 'realm', title: 'End users', about: "An end user in a white-label partner's own user base" },
  {
    id: 'agency_key',
    title: 'Servers of agencies',
    about: 'Issuing and looking up vouchers from a server of an agency',
  },
  { id: 'ingest', title: 'Records handed in', about: "What the provider's own systems report" },
  { id: 'account', title: 'The signed-in person', about: 'Who am I, and what is kept of me' },
  {
    id: 'platform',
    title: 'The provider',
    about: 'Partners, agreements, earnings, features, freezes, the log',
  },
] as const

export type GroupId = (typeof GROUPS)[number]['id']

/** One operation as the document tells of it. */
export interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly summary: string
  readonly group: GroupId
  /** What it is about, such as `support` of `/api/v1/partner/support/tickets`. */
  readonly resource: string
  readonly permission: string | undefined
  readonly told: Json
}

const SIDES = new Set(['partner', 'tenant', 'admin', 'platform', 'program', 'ingest', 'realm', 'agency'])

function resourceOf(path: string): string {
  const parts = path.replace(/^\/api\/v1\//, '').split('/')
  const named = parts.filter((part) => !part.startsWith('{'))
  const rest = named.length > 1 && SIDES.has(named[0] ?? '') ? named.slice(1) : named
  return (rest[0] ?? '').replaceAll(/[-_]/g, ' ').replace(/\.json$/, '')
}

function groupOf(told: Json): GroupId {
  const [tag] = listAt(told, 'tags')
  return GROUPS.find(({ id }) => id === tag)?.id ?? 'account'
}

/** The reference that pages are made of. */
export interface Reference {
  readonly operations: readonly Operation[]
  readonly byId: ReadonlyMap<string, Operation>
  /** What a schema stands for: the one that it refers to, or itself. */
  readonly resolve: (schema: unknown) => Json
  readonly securitySchemes: Json
}

function operationsOf(document: Json): Operation[] {
  return Object.entries(recordAt(document, 'paths')).flatMap(([path, methods]) =>
    Object.entries(isRecord(methods) ? methods : {}).map(([method, told]) => {
      const about = isRecord(told) ? told : {}
      return {
        id: textAt(about, 'operationId') ?? '',
        method: method.toUpperCase(),
        path,
        summary: textAt(about, 'summary') ?? '',
        group: groupOf(about),
        resource: resourceOf(path),
        permission: textAt(about, 'x-permission'),
        told: about,
      }
    }),
  )
}

/** Reads the OpenAPI document of this server as a reference for people. */
export function readReference(document: Json): Reference {
  const components = recordAt(document, 'components')
  const schemas = recordAt(components, 'schemas')
  const operations = operationsOf(document)
  return {
    operations,
    byId: new Map(operations.map((operation) => [operation.id, operation])),
    resolve(schema) {
      const named = textAt(schema, '$ref')?.split('/').at(-1)
      return named === undefined ? (isRecord(schema) ? schema : {}) : recordAt(schemas, named)
    },
    securitySchemes: recordAt(components, 'securitySchemes'),
  }
}
