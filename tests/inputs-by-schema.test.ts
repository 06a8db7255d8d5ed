import { LINK_ROLES, PERMISSIONS } from '@liaison/access'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeOpenApi } from '../server/src/platform/openapi/openapi.ts'
import { toPathTemplate } from '../server/src/platform/route.ts'
import type { Route } from '../server/src/platform/route.ts'
import { seedTenants, STRANGER } from '../server/testing/ingest.ts'
import { openDoors, renamed } from './support/doors.ts'
import type { Entry, World } from './support/doors.ts'
import { attempts, patience, tellFigures } from './support/figures.ts'
import { InputsOfSchema, isSchema, Seen } from './support/inputs-of-schema.ts'
import type { Schema } from './support/inputs-of-schema.ts'
import { fidelityCheckOf } from './support/openapi-fidelity.ts'
import { prepareStates } from './support/prepared-states.ts'

const OCCASIONS = attempts(3, 45)
/** Each read comes thrice in the order of a walk, each time with other inputs. */
const OCCASIONS_OF_A_READ = attempts(2, 45)
const LONG_MS = patience(600_000)

let walk: World['walk']
let enter: World['enter']
let document: Schema
let inputs: InputsOfSchema
let findUndeclared: ReturnType<typeof fidelityCheckOf>
const seen = new Seen()

beforeAll(async () => {
  ;({ walk, enter } = await openDoors())
  const made: unknown = await makeOpenApi(walk.routes, [])
  if (!isSchema(made)) throw new Error('The document is no object.')
  document = made
  inputs = new InputsOfSchema(document, seen)
  findUndeclared = fidelityCheckOf(document)
  seen.know(
    'permission',
    PERMISSIONS.map(({ name }) => name),
  )
  seen.know('access_role', LINK_ROLES)
  seen.know('country', ['DE', 'US'])
  seen.know('time_zone', ['Europe/Berlin', 'Asia/Kathmandu'])
}, 60_000)
afterAll(() => walk.world[Symbol.asyncDispose]())

const child = (value: unknown, ...keys: readonly string[]): Schema => {
  let found: unknown = value
  for (const key of keys) found = isSchema(found) ? found[key] : undefined
  return isSchema(found) ? found : {}
}

interface Input {
  readonly parameters: Readonly<Record<string, unknown>>
  readonly body: unknown
  /** Whether the tenant is named where it must not be, or left out where it is asked for. */
  readonly isMisplaced: boolean
}

const operationOf = (route: Route): Schema =>
  child(document, 'paths', toPathTemplate(route.path), route.method.toLowerCase())

function parametersOf(route: Route, ...places: readonly string[]): Schema[] {
  const { parameters } = operationOf(route)
  const listed = Array.isArray(parameters) ? parameters.filter(isSchema) : []
  return listed.map((one) => inputs.resolve(one)).filter((one) => places.includes(String(one['in'])))
}

/** What may be left out mostly is: where every parameter is given, some two of them exclude each other. */
const seldom = (made: fc.Arbitrary<unknown>) =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: 3 }, { arbitrary: made, weight: 1 })

/** The parameters in the path and in the query, and the body, as the document declares those of a route. */
function inputOf(route: Route): fc.Arbitrary<Input> {
  const operation = operationOf(route)
  const asked = parametersOf(route, 'path', 'query')
  const parameters = Object.fromEntries(
    asked.map((parameter) => {
      const name = String(parameter['name'])
      const made = inputs.of(child(parameter, 'schema'), name)
      return [name, parameter['required'] === true ? made : seldom(made)]
    }),
  )
  const schema = child(
    inputs.resolve(child(operation, 'requestBody')),
    'content',
    'application/json',
    'schema',
  )
  return fc.record({
    parameters: fc.record(parameters),
    isMisplaced: fc.integer({ min: 0, max: 4 }).map((number) => number === 0),
    body: Object.keys(schema).length === 0 ? fc.constant(undefined) : inputs.of(schema),
  })
}

/** The input with nothing beside what has to be: most additions narrow what is found, and some exclude each other. */
function plain(route: Route, { parameters, body }: Input): Input {
  const required = parametersOf(route, 'path', 'query').filter((one) => one['required'] === true)
  const names = new Set(required.map((one) => String(one['name'])))
  const kept = Object.entries(parameters).filter(([name]) => names.has(name))
  return { parameters: Object.fromEntries(kept), body, isMisplaced: false }
}

/** As the document says: lists are separated by commas. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(',')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function addressOf(route: Route, parameters: Input['parameters']): string {
  const query = new URLSearchParams()
  let path = toPathTemplate(route.path)
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) continue
    const place = `{${name}}`
    if (path.includes(place)) path = path.replace(place, encodeURIComponent(textOf(value)))
    else query.append(name, textOf(value))
  }
  return query.size === 0 ? path : `${path}?${query.toString()}`
}

/** Whoever the part of the product is made for, with the tenant that is worked in where the document asks for one; or the other way round. */
function entryOf(route: Route, { isMisplaced }: Input, occasion: number): Entry {
  const entry = enter(route, occasion)
  const namesTenant = parametersOf(route, 'header').some((header) => header['name'] === 'X-Active-Tenant-Id')
  if (!entry.caller || namesTenant === isMisplaced) return entry
  const { own, linked } = walk.tenants
  const tenantId = route.path.startsWith('/api/v1/tenant/') ? own.id : linked.id
  return { ...entry, caller: { ...entry.caller, tenantId } }
}

interface Tried {
  readonly faults: string[]
  /** What an answer was or carried that the OpenAPI document does not declare; each once. */
  readonly undeclared: Set<string>
  readonly served: Set<string>
  /** Whether what is answered is what later inputs are about. */
  readonly isRemembered: boolean
  calls: number
}

const newTried = (isRemembered = true): Tried => ({
  faults: [],
  undeclared: new Set(),
  served: new Set(),
  isRemembered,
  calls: 0,
})

/** The versions that were answered, by the address of what has them. */
const versions = new Map<string, string>()

/** The version that was last seen of what an address is about; that of what is new otherwise. */
function versionOf(address: string): string {
  const segments = (address.split('?')[0] ?? '').split('/')
  for (let length = segments.length; length > 1; length -= 1) {
    const known = versions.get(segments.slice(0, length).join('/'))
    if (known !== undefined) return known
  }
  return '"v1"'
}

function noteVersion(address: string, { etag }: Readonly<Record<string, unknown>>): void {
  if (typeof etag === 'string') versions.set(address.split('?')[0] ?? '', etag)
}

/** Sends one input; what must not be is noted. */
async function send(route: Route, input: Input, entry: Entry, tried: Tried): Promise<void> {
  const address = addressOf(route, { ...input.parameters, ...entry.parameters })
  const body = renamed(input.body, entry.named ?? {})
  const sent =
    body === undefined
      ? { headers: { ...entry.headers } }
      : { body, headers: { 'if-match': versionOf(address), ...entry.headers } }
  const response = await walk.world.call(entry.caller, route.method, address, sent)
  tried.calls += 1
  if (tried.isRemembered) seen.note(response.body)
  noteVersion(address, response.headers)
  if (response.statusCode < 300) tried.served.add(`${route.method} ${route.path}`)
  if (response.statusCode >= 500)
    tried.faults.push(
      `${route.method} ${address} ${JSON.stringify(body)} → ${response.statusCode} ${response.body}`,
    )
  if (!route.path.startsWith('/api/')) return
  for (const fault of findUndeclared(route, response)) tried.undeclared.add(fault)
}

/** Sends so many inputs to each operation, as whoever it is made for; where it comes again, as whoever is next. */
async function tryInputs(routes: readonly Route[], occasionsOf: (route: Route) => number): Promise<Tried> {
  const tried = newTried()
  const before = new Map<Route, number>()
  for (const [number, route] of routes.filter(({ answers }) => answers === 'json').entries()) {
    const first = before.get(route) ?? 0
    const samples = fc.sample(inputOf(route), { numRuns: occasionsOf(route), seed: 20261123 + number })
    for (const [index, sample] of samples.entries()) {
      const input = index === 0 ? plain(route, sample) : sample
      await send(route, input, entryOf(route, input, first + index), tried)
    }
    before.set(route, first + samples.length)
  }
  return tried
}

/** What ends, stops or takes away comes last among changes: what it leaves behind refuses most others. */
const ENDS =
  /\/(?:end|stop|revoke|suspend|terminate|close|cancel|withdraw|decline|reject|deny|remove|deactivate|discontinue|retire|kill|void|block|pause|disable|lock|freeze|hold|redact|sign-out|leave|erase|hand-over|stop-all|[a-z-]*freezes?)$/

/** Of those, what stops everything else of somebody. */
const STOPS_ALL =
  /(?:freezes|stop-all|terminate|realm\/close|staff\/:person_id\/remove|partners\/:partner_id\/suspend)$/

const endsSomething = ({ method, path }: Route): boolean => method === 'DELETE' || ENDS.test(path)

/** Reads, then changes, then reads with what was seen. */
function inOrder(routes: readonly Route[]): Route[] {
  const reads = routes.filter(({ method }) => method === 'GET')
  const changes = routes.filter(({ method }) => method !== 'GET')
  return [
    ...reads,
    ...changes.filter((route) => !endsSomething(route) && !STOPS_ALL.test(route.path)),
    ...reads,
    ...changes.filter((route) => endsSomething(route) && !STOPS_ALL.test(route.path)),
    ...changes.filter(({ path }) => STOPS_ALL.test(path)),
    ...reads,
  ]
}

// First, while nobody has ended a link yet.
test('an operation that breaks, and an answer of another form, are seen by the same look', async () => {
  const { world, routes } = walk
  const path = '/api/v1/partner/support/tickets'
  const tickets = routes.filter((route) => route.method === 'GET' && route.path === path)
  await world.sql('alter table ticket rename column subject to topic')
  try {
    expect((await tryInputs(tickets, () => 12)).faults[0]).toContain('→ 500')
  } finally {
    await world.sql('alter table ticket rename column topic to subject')
  }
  const [route] = tickets
  const answer = await world.call(walk.callers['technician']?.caller ?? null, 'GET', path)
  if (!route) throw new Error('There is no list of tickets.')
  const headers = { ...answer.headers }
  const told = (body: object) =>
    findUndeclared(route, { statusCode: 200, headers, body: JSON.stringify(body) })
  expect([answer.statusCode, told(answer.json())]).toEqual([200, []])
  expect(told({ ...answer.json(), items: 'none' })).not.toEqual([])
})

// Before anybody has frozen or ended anything, too.
test(
  'R8: no input of the declared form that comes to an agreement, an application or a request for a second person in the state that it is for makes its operation answer 5xx',
  async () => {
    // Its ids would crowd out those of the records that the doors of this world lead to.
    const tried = newTried(false)
    const states = Object.entries(await prepareStates(walk.world))
    for (const [number, [operation, prepare]] of states.entries()) {
      const route = walk.routes.find(({ method, path }) => `${method} ${path}` === operation)
      if (!route) throw new Error(`There is no operation ${operation}.`)
      const samples = fc.sample(inputOf(route), { numRuns: OCCASIONS, seed: 20261124 + number })
      for (const [occasion, sample] of samples.entries()) {
        const { named, ...entry } = await prepare()
        // What only this state can name is named at first; afterwards the form alone says what is sent.
        const input = occasion === 0 ? plain(route, sample) : sample
        await send(route, input, occasion % 2 === 0 ? { ...entry, named: named ?? {} } : entry, tried)
      }
    }
    expect([tried.faults, [...tried.undeclared]]).toEqual([[], []])
    expect(states.map(([operation]) => operation).filter((one) => !tried.served.has(one))).toEqual([])
    tellFigures([{ name: 'inputs in a prepared state', count: tried.calls }])
  },
  LONG_MS,
)

test(
  'R8: no input of the declared form makes any operation answer 5xx, and every answer has the declared form',
  async () => {
    const { faults, undeclared, served, calls } = await tryInputs(inOrder(walk.routes), ({ method }) =>
      method === 'GET' ? OCCASIONS_OF_A_READ : OCCASIONS,
    )
    expect({ faults, undeclared: [...undeclared] }).toEqual({ faults: [], undeclared: [] })
    // What is refused at the door shows nothing of what lies behind it.
    expect(served.size).toBeGreaterThan(350)
    tellFigures([
      { name: 'inputs of the declared form', count: calls },
      { name: 'operations that served some of them', count: served.size },
    ])
  },
  LONG_MS,
)

/** The items of a provider's system, which name organisations and accounts that it has handed in before. */
function belonging(body: unknown, source: string): unknown {
  const items: unknown[] = isSchema(body) && Array.isArray(body['items']) ? body['items'] : []
  const known = { tenant: 't1', billing_account: 'ba1' }
  const named = items.map((item) => {
    if (!isSchema(item)) return item
    const here = Object.entries(known).filter(([name]) => name in item)
    return { ...item, ...Object.fromEntries(here) }
  })
  if (!isSchema(body)) return body
  return { ...body, ...('source' in body && { source }), ...('items' in body && { items: named }) }
}

test(
  'R8: no item of the declared form that a provider hands in makes its operation answer 5xx',
  async () => {
    const tried = newTried()
    const { source, key } = await seedTenants(walk.world)
    const routes = walk.routes.filter(({ path, input }) => path.startsWith('/api/v1/ingest/') && input.body)
    for (const [number, route] of routes.entries())
      for (const input of fc.sample(inputOf(route), { numRuns: 12 * OCCASIONS, seed: 20261123 + number }))
        await send(
          route,
          { ...input, parameters: {}, body: belonging(input.body, source) },
          { caller: STRANGER, headers: { authorization: `Bearer ${key}` } },
          tried,
        )
    expect([tried.faults, [...tried.undeclared]]).toEqual([[], []])
    // There is no subscription here that could be paid, and a key that hands records in makes no tokens of dashboards.
    const served = routes.filter(({ path }) => !/\/(subscription-payments|dashboard-tokens)$/.test(path))
    expect([...tried.served].toSorted()).toEqual(served.map(({ path }) => `POST ${path}`).toSorted())
    tellFigures([{ name: 'batches of items handed in', count: tried.calls }])
  },
  LONG_MS,
)
