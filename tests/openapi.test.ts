import { z } from 'zod'
import { readFile } from 'node:fs/promises'
import { PERMISSIONS } from '@liaison/access'
import { expect, test } from 'vitest'
import { SENT_MESSAGES } from '../server/src/modules/webhooks/index.ts'
import { makeOpenApi } from '../server/src/platform/openapi/openapi.ts'
import { problemsOf } from '../server/src/platform/openapi/problems.ts'
import { listProblems } from '../server/src/platform/problem.ts'
import { permissionOf } from '../server/src/platform/route.ts'
import { contractOf, findBreakingChanges } from '../scripts/lib/api-contract.ts'
import type { ApiContract } from '../scripts/lib/api-contract.ts'
import { readRoutes } from '../scripts/lib/routes.ts'

const routes = readRoutes()
const snapshot = async () =>
  JSON.parse(await readFile(new URL('../docs/openapi.json', import.meta.url), 'utf8')) as Record<
    string,
    unknown
  >

/** Permissions that no operation asks for yet, with what will. A permission neither used nor listed is a forgotten check. */
const RESERVED: Readonly<Record<string, string>> = {
  'partner.tenants.contacts.read': 'decides a part of GET /partner/customers/{tenant_id}',
  'partner.billing.read': 'decides the balances on the board',
  'partner.support.tickets.internal_notes.read': 'decides which comments of a ticket are shown',
  'partner.reports.sla.read': 'decides the uptime on the board; the report comes later',
  'partner.audit.read': 'decides a part of what a delegate reads; row policies ask for it',
  'partner.billing.invoices.export': 'exports',
  'partner.provisioning.subscribers.read': 'one subscriber',
  'partner.provisioning.subscribers.activate': 'provisioning',
  'partner.provisioning.subscribers.suspend': 'provisioning',
  'partner.provisioning.plans.assign': 'provisioning',
  'partner.reports.usage.read': 'the usage report',
  'partner.reports.revenue.read': 'the revenue report',
  'partner.reports.export': 'exports',
  'partner.alerts.sla.read': 'alerts',
  'partner.alerts.billing.read': 'alerts',
  'partner.alerts.acknowledge': 'alerts',
  'partner.alerts.config.write': 'alerts',
  'partner.sla.policy.write': 'the SLA policy of a headquarters',
  'partner_org.teams.manage': 'teams',
  'partner_org.elevations.approve': 'elevation',
  'partner_org.groups.manage': 'tenant groups',
  'partner_org.referrals.read_all':
    'decides which referrals GET /program/referrals shows; row policies ask for the owner',
  'partner_org.billing.read': "the partner's own bills",
  'partner_org.exports.read': 'exports',
  'platform.tenants.manage': 'closing and suspending tenants',
  'platform.audit.verify': 'verification from the console',
  'platform.outbox.read': 'the outbox in production',
  'platform.operations.read': 'operations in the console',
}

test('every operation names its permission or the reason why it needs none', () => {
  for (const route of routes) {
    const { access } = route
    const reason =
      'public' in access
        ? access.public
        : 'identity' in access
          ? access.identity
          : 'ingest' in access
            ? access.ingest
            : 'realmDoor' in access
              ? access.realmDoor
              : 'form' in access
                ? access.form
                : 'agencyKey' in access
                  ? access.agencyKey
                  : permissionOf(access)?.name
    expect(reason, `${route.method} ${route.path}`).toBeTruthy()
  }
})

test('every permission of the catalogue is asked for by an operation, or is reserved for a named one', () => {
  const used = new Set(routes.map((route) => permissionOf(route.access)?.name))
  const idle = PERMISSIONS.map((entry) => entry.name).filter((name) => !used.has(name) && !(name in RESERVED))
  expect(idle).toEqual([])
})

test('every problem code that an operation can answer with is in the registry', () => {
  const known = new Set(listProblems().map(([code]) => code))
  const unknown = routes.flatMap((route) =>
    problemsOf(route)
      .filter((code) => !known.has(code))
      .map((code) => `${route.path} ${code}`),
  )
  expect(unknown).toEqual([])
})

test('every list that goes on from a cursor says how it refuses a wrong one (R8)', () => {
  const silent = routes
    .filter(({ input }) => input.query instanceof z.ZodObject && 'cursor' in input.query.shape)
    .filter((route) => !problemsOf(route).includes('CURSOR_INVALID'))
    .map(({ path }) => path)
  expect(silent).toEqual([])
})

test('the committed document is what the routes say', async () => {
  expect(await makeOpenApi(routes, SENT_MESSAGES)).toEqual(await snapshot())
})

/** Every part of a schema that is an object, with its place. */
function partsOf(schema: unknown, place = ''): { readonly part: object; readonly place: string }[] {
  if (typeof schema !== 'object' || schema === null) return []
  const inner = Object.entries(schema).flatMap(([name, value]) => partsOf(value, `${place}/${name}`))
  return Array.isArray(schema) ? inner : [{ part: schema, place }, ...inner]
}

/** The places of a schema that take fields of any name beside those that it names. */
const openPlaces = (schema: unknown): string[] =>
  partsOf(schema)
    .filter(({ part }) => Reflect.get(part, 'type') === 'object' && 'properties' in part)
    .filter(({ part }) => Reflect.get(part, 'additionalProperties') !== false)
    .map(({ place }) => place)

const inputSchemas = () =>
  routes.flatMap(({ method, path, input }) =>
    Object.entries(input).flatMap(([part, schema]) =>
      schema
        ? [
            {
              name: `${method} ${path} ${part}`,
              schema: z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
            },
          ]
        : [],
    ),
  )

test('every list that goes on behind a cursor also says whether it does (access.md section 7)', async () => {
  const lists = partsOf(await snapshot()).filter(({ part }) => {
    const properties: unknown = Reflect.get(part, 'properties')
    return typeof properties === 'object' && properties !== null && 'next_cursor' in properties
  })
  const silent = lists.filter(
    ({ part }) => !JSON.stringify(Reflect.get(part, 'required')).includes('has_more'),
  )
  expect(lists.length).toBeGreaterThan(10)
  expect(silent.map(({ place }) => place)).toEqual([])
})

test('no operation takes a field that it does not name (ASVS 15.3.3)', () => {
  const open = inputSchemas().flatMap(({ name, schema }) =>
    openPlaces(schema).map((place) => `${name}${place}`),
  )
  // The pages of the reference change nothing; what they do not know they leave out.
  expect(open.filter((name) => !name.startsWith('GET /docs/api'))).toEqual([])
  expect(openPlaces({ type: 'object', properties: { a: { type: 'object', properties: {} } } })).toEqual([
    '',
    '/properties/a',
  ])
})

/** Texts that count only when they are one of a few known ones, or of a form, which code compares. */
const COMPARED =
  /\/(?:properties\/(?:to|partner_id|permission|status|code|(?:actions|ip_allow)\/items)|settings\/propertyNames)$/

/** The places of a schema where a text may be of any length. */
const endlessTexts = (schema: unknown): string[] =>
  partsOf(schema)
    .filter(({ part }) => Reflect.get(part, 'type') === 'string')
    .filter(({ part }) => !['maxLength', 'enum', 'const', 'format', 'pattern'].some((name) => name in part))
    .map(({ place }) => place)
    .filter((place) => !COMPARED.test(place))

test('every text that an operation takes has a bound (ASVS 1.3.3)', () => {
  const endless = inputSchemas().flatMap(({ name, schema }) =>
    endlessTexts(schema).map((place) => `${name}${place}`),
  )
  expect(endless).toEqual([])
  expect(endlessTexts({ properties: { a: { type: 'string' } } })).toEqual(['/properties/a'])
})

test('no operation of the API takes a password: nobody sets one for somebody else (ASVS 6.4.6)', () => {
  const api = inputSchemas().filter(({ name }) => name.includes(' /api/'))
  expect(api.length).toBeGreaterThan(400)
  expect(api.filter(({ schema }) => /"pass(?:word|phrase)\w*":/i.test(JSON.stringify(schema)))).toEqual([])
})

test('operation ids are unique', async () => {
  const document = (await makeOpenApi(routes, [])) as {
    paths: Record<string, Record<string, { operationId: string }>>
  }
  const ids = Object.values(document.paths).flatMap((item) =>
    Object.values(item).map((operation) => operation.operationId),
  )
  expect(new Set(ids).size).toBe(ids.length)
})

test('a removed path, field or code and a newly required input are breaking, an addition is not', () => {
  const operation = (extra: object = {}) => ({
    parameters: [{ name: 'limit', in: 'query', required: false }],
    responses: {
      200: { content: { 'application/json': { schema: { type: 'object', properties: { a: {}, b: {} } } } } },
    },
    'x-problem-codes': { 403: ['X', 'Y'] },
    ...extra,
  })
  const document = (get: object, more: object = {}) => contractOf({ paths: { '/a': { get }, ...more } })
  const before = document(operation())
  expect(findBreakingChanges(before, document(operation(), { '/b': { get: operation() } }))).toEqual([])
  expect(findBreakingChanges(before, contractOf({ paths: {} }))).toEqual(['GET /a was removed'])
  expect(findBreakingChanges(before, document(operation({ parameters: [] })))).toEqual([
    'GET /a no longer takes the query parameter limit',
  ])
  expect(
    findBreakingChanges(
      before,
      document(operation({ parameters: [{ name: 'limit', in: 'query', required: true }] })),
    ),
  ).toEqual(['GET /a now requires the query parameter limit'])
  const narrower = {
    200: { content: { 'application/json': { schema: { type: 'object', properties: { a: {} } } } } },
  }
  const fewer = { responses: narrower, 'x-problem-codes': { 403: ['X'] } }
  expect(findBreakingChanges(before, document(operation(fewer)))).toEqual([
    'GET /a no longer answers with b',
    'GET /a no longer answers with the code Y',
  ])
})

test('a field that goes is seen behind references, in parts and in lists, and a schema inside itself ends', () => {
  const document = (properties: object) =>
    contractOf({
      paths: {
        '/a': {
          get: { responses: { 200: { content: { 'application/json': { schema: ref('Page') } } } } },
        },
      },
      components: {
        schemas: {
          Page: { type: 'object', properties: { items: { type: 'array', items: ref('One') } } },
          One: {
            allOf: [{ properties }, { properties: { parent: { anyOf: [ref('One'), { type: 'null' }] } } }],
          },
        },
      },
    })
  expect(findBreakingChanges(document({ a: {}, b: {} }), document({ a: {} }))).toEqual([
    'GET /a no longer answers with items[].b',
  ])
  expect(findBreakingChanges(document({ a: {} }), document({ a: {}, b: {} }))).toEqual([])
})

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const readDocs = (name: string) => readFile(new URL(`../docs/${name}`, import.meta.url), 'utf8')

test('what the last release promised still holds, or its break is announced in docs/changes.md', async () => {
  const released = JSON.parse(await readDocs('openapi.released.json')) as ApiContract
  expect(Object.keys(released).length).toBeGreaterThan(300)
  const announced = await readDocs('changes.md')
  const unannounced = findBreakingChanges(released, contractOf(await snapshot())).filter(
    (change) => !announced.includes(`- breaking: ${change}`),
  )
  expect(unannounced).toEqual([])
})

test('an answer that shows a secret once is never kept under an Idempotency-Key (R9)', () => {
  const secrets = routes.filter((route) =>
    Object.values(route.responses).some(
      (schema) =>
        schema !== null &&
        JSON.stringify(z.toJSONSchema(schema, { unrepresentable: 'any' })).includes('shown this once'),
    ),
  )
  expect(secrets.length).toBeGreaterThan(3)
  expect(secrets.filter((route) => !route.showsSecret).map(({ path }) => path)).toEqual([])
})
