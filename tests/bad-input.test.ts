import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AgencyRefusalBody } from '../server/src/platform/agency-door.ts'
import { Problem } from '../server/src/platform/problem.ts'
import { buildWalkWorld, fillPath } from './support/walk.ts'
import type { WalkWorld } from './support/walk.ts'

let walk: WalkWorld
beforeAll(async () => {
  walk = await buildWalkWorld()
}, 60_000)
afterAll(() => walk.world[Symbol.asyncDispose]())

const OCCASIONS = 8
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

test('R8: no input of any kind makes any operation answer 5xx, and every refusal is a complete problem document', async () => {
  const { routes, world, callers, tenants } = walk
  const faults: string[] = []
  let calls = 0
  for (const route of routes.filter(({ answers }) => answers === 'json')) {
    const samples = fc.sample(fc.tuple(garbage, query, fc.boolean()), { numRuns: OCCASIONS, seed: 20261121 })
    for (const [body, search, isPlain] of samples) {
      for (const name of ['technician', 'a tenant admin', 'a platform admin']) {
        const caller = callers[name]?.caller ?? null
        const tenantId = name === 'technician' ? tenants.linked.id : tenants.own.id
        const path = `${fillPath(route, name === 'technician' ? tenants.linked.ids : tenants.own.ids)}${isPlain ? '' : `?${search}`}`
        const isWrite = route.method !== 'GET'
        const response = await world.call(
          caller && (name === 'a platform admin' ? caller : { ...caller, tenantId }),
          route.method,
          path,
          isWrite ? { body, headers: { 'if-match': '"v1"' } } : {},
        )
        calls += 1
        if (response.statusCode >= 500)
          faults.push(
            `${route.method} ${path} ${body.slice(0, 80)} → ${response.statusCode} ${response.body.slice(0, 300)}`,
          )
        if (response.statusCode >= 400) {
          const parsed = AnyProblem.safeParse(response.json())
          if (
            !parsed.success ||
            !String(response.headers['content-type']).startsWith('application/problem+json')
          )
            faults.push(
              `${route.method} ${path} answers ${response.statusCode} without a problem document: ${response.body.slice(0, 200)}`,
            )
        }
      }
    }
  }
  expect(faults).toEqual([])
  expect(calls).toBeGreaterThan(1000)
}, 180_000)

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
