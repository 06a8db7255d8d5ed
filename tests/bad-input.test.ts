import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AgencyRefusalBody } from '../server/src/platform/agency-door.ts'
import { Problem } from '../server/src/platform/problem.ts'
import { evidenceOf } from '../server/src/platform/route.ts'
import type { Evidence, Route } from '../server/src/platform/route.ts'
import { attempts, isCampaign, patience, tellFigures } from './support/figures.ts'
import { makeFidelityCheck } from './support/openapi-fidelity.ts'
import { buildWalkWorld, fillPath } from './support/walk.ts'
import type { WalkWorld } from './support/walk.ts'

let walk: WalkWorld
let findUndeclared: Awaited<ReturnType<typeof makeFidelityCheck>>
beforeAll(async () => {
  walk = await buildWalkWorld()
  findUndeclared = await makeFidelityCheck(walk.routes)
}, 60_000)
afterAll(() => walk.world[Symbol.asyncDispose]())

const OCCASIONS = attempts(5, 90)
const LONG_MS = patience(600_000)
/** Forms and servers of agencies are told in members of their own. */
const AnyProblem = Problem.or(AgencyRefusalBody)

/** Text, numbers, nesting and shapes that break careless code. */
const garbage = fc.oneof(
  fc.json(),
  fc
    .string({ unit: 'binary', maxLength: 50 })
    .map((text) => JSON.stringify({ [text]: text, subject: text, name: text })),
  fc.constantFrom(
    '',
    '{',
    '[]',
    'null',
    '"text"',
    '{"__proto__":{"admin":true}}',
    '{"subject":"\\u0000"}',
    '{"limit":1e309}',
    JSON.stringify({ subject: 'x'.repeat(60_000) }),
    '['.repeat(2000),
  ),
)
const query = fc.oneof(
  fc.constantFrom(
    'limit=0',
    'limit=101',
    'limit=1&limit=2',
    'limit=1.5',
    'offset=-1',
    'offset=10001',
    'cursor=x',
    'sort_by=password',
    'tenant_ids=,',
    'from_date=2026-13-01',
    'status=%00',
    'search=%FF',
    'a[b]=c',
    '__proto__=x',
    'min_amount=NaN',
  ),
  fc
    .tuple(fc.string({ maxLength: 10 }), fc.string({ unit: 'binary', maxLength: 20 }))
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value.toWellFormed())}`),
)

interface Tried {
  calls: number
  refused: number
  readonly faults: string[]
  /** What an answer was or carried that the OpenAPI document does not declare; each once. */
  readonly undeclared: Set<string>
}

interface Input {
  readonly body: string
  readonly search: string
}

const CALLERS = ['technician', 'a tenant admin', 'a platform admin'] as const
type CallerName = (typeof CALLERS)[number]

/** Whom the part of the product is made for that asks for this evidence; nobody here has that of the others. */
const MADE_FOR: Partial<Record<Evidence, CallerName>> = {
  tenant: 'a tenant admin',
  platform: 'a platform admin',
}

/** Who sends an input: of those who are refused at the door one input tells what another does. The campaign sends all of them. */
function sendersOf({ access }: Route, occasion: number): readonly CallerName[] {
  if (occasion === 0 || isCampaign()) return CALLERS
  return [MADE_FOR[evidenceOf(access)] ?? 'technician']
}

/** All that the first test sent. */
let all: Tried = { calls: 0, refused: 0, faults: [], undeclared: new Set() }

/** Sends one input as each of these callers; what must not be is added to the faults. */
async function send(
  route: Route,
  { body, search, senders }: Input & { readonly senders: readonly CallerName[] },
  tried: Tried,
): Promise<void> {
  const { world, callers, tenants } = walk
  for (const name of senders) {
    const caller = callers[name]?.caller ?? null
    const tenant = name === 'technician' ? tenants.linked : tenants.own
    const path = `${fillPath(route, tenant.ids)}${search}`
    const response = await world.call(
      caller && (name === 'a platform admin' ? caller : { ...caller, tenantId: tenant.id }),
      route.method,
      path,
      route.method === 'GET' ? {} : { body, headers: { 'if-match': '"v1"' } },
    )
    tried.calls += 1
    const told = `${route.method} ${path} ${body.slice(0, 80)} → ${response.statusCode} ${response.body.slice(0, 300)}`
    if (response.statusCode >= 500) tried.faults.push(told)
    if (route.path.startsWith('/api/'))
      for (const fault of findUndeclared(route, response)) tried.undeclared.add(fault)
    if (response.statusCode < 400) continue
    tried.refused += 1
    const isProblem = String(response.headers['content-type']).startsWith('application/problem+json')
    if (!isProblem || !AnyProblem.safeParse(response.json()).success)
      tried.faults.push(`not a problem document: ${told}`)
  }
}

/** Sends so many inputs to each operation. */
async function tryInputs(routes: readonly Route[], occasions: number): Promise<Tried> {
  const tried: Tried = { calls: 0, refused: 0, faults: [], undeclared: new Set() }
  for (const [number, route] of routes.filter(({ answers }) => answers === 'json').entries()) {
    const samples = fc.sample(fc.tuple(garbage, query, fc.boolean()), {
      numRuns: occasions,
      // Each operation gets inputs of its own.
      seed: 20261121 + number,
    })
    const sent = new Set<string>()
    for (const [occasion, [body, search, isPlain]] of samples.entries()) {
      const input = { body: route.method === 'GET' ? '' : body, search: isPlain ? '' : `?${search}` }
      const told = JSON.stringify(input)
      // A read has no body, so some samples are the same one.
      if (!sent.has(told)) await send(route, { ...input, senders: sendersOf(route, occasion) }, tried)
      sent.add(told)
    }
  }
  return tried
}

test(
  'R8: no input of any kind makes any operation answer 5xx, and every refusal is a complete problem document',
  async () => {
    const tried = await tryInputs(walk.routes, OCCASIONS)
    const { calls, refused, faults } = tried
    all = tried
    expect(faults).toEqual([])
    expect(calls).toBeGreaterThan(1000)
    tellFigures([
      { name: 'inputs', count: calls },
      { name: 'of them refused with a problem document', count: refused },
    ])
  },
  LONG_MS,
)

test('R8: every status, problem code and header field of these answers is declared in the OpenAPI document', () => {
  expect(all.calls).toBeGreaterThan(1000)
  expect([...all.undeclared]).toEqual([])
})

test('R8: a field that is not known is refused with its place, and nothing is created', async () => {
  const { world, callers, tenants } = walk
  const caller = { cookie: callers['technician']?.caller?.cookie ?? null, tenantId: tenants.linked.id }
  const body = {
    subject: 'x',
    description: 'y',
    priority: 'low',
    category: 'general',
    tenant_id: 'ten_00000000000000000000000000',
  }
  const count = () => world.sql('select id from ticket where tenant_id = $1', [tenants.linked.id])
  const before = (await count()).length
  const response = await world.call(caller, 'POST', '/api/v1/partner/support/tickets', { body })
  expect(response.statusCode).toBe(422)
  expect(response.json().errors).toEqual([
    { pointer: '/body/tenant_id', code: 'UNKNOWN_FIELD', detail: 'This field is not known here.' },
  ])
  expect((await count()).length).toBe(before)
})

test('an operation that breaks is seen by the same look', async () => {
  const { world, routes } = walk
  const tickets = routes.filter(
    ({ method, path }) => method === 'GET' && path === '/api/v1/partner/support/tickets',
  )
  await world.sql('alter table ticket rename column subject to topic')
  try {
    expect((await tryInputs(tickets, 8)).faults[0]).toContain('→ 500')
  } finally {
    await world.sql('alter table ticket rename column topic to subject')
  }
})
