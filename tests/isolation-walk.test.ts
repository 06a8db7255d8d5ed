import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Route } from '../server/src/platform/route.ts'
import { attempts, patience, tellFigures } from './support/figures.ts'
import {
  bodiesFor,
  buildWalkWorld,
  comparableAnswer,
  fillPath,
  inTurns,
  paramKinds,
  requestsFor,
  shuffled,
  tenantsToAsk,
  UNKNOWN_UUID,
} from './support/walk.ts'
import type { MarkedTenant, WalkCaller, WalkWorld } from './support/walk.ts'
import { digestOfRealm, markRealm, pathsInto, userOf } from './support/walk-realm.ts'
import type { MarkedRealm } from './support/walk-realm.ts'

let walk: WalkWorld
let here: MarkedRealm
let there: MarkedRealm
beforeAll(async () => {
  walk = await buildWalkWorld()
  here = await markRealm(walk.world, 'here')
  there = await markRealm(walk.world, 'there')
}, 60_000)
afterAll(() => walk.world[Symbol.asyncDispose]())

/** A digest of everything that belongs to one tenant: an operation that was refused must not change it. */
async function digestOf(tenant: MarkedTenant): Promise<string> {
  const [row] = await walk.world.sql<{ digest: string }>(
    `select md5(string_agg(t, ',' order by t)) as digest from (
       select to_jsonb(x)::text as t from invoice x where tenant_id = $1 union all select to_jsonb(x)::text from payment x where tenant_id = $1
       union all select to_jsonb(x)::text from ticket x where tenant_id = $1 union all select to_jsonb(x)::text from ticket_comment x where tenant_id = $1
       union all select to_jsonb(x)::text from subscriber x where tenant_id = $1 union all select to_jsonb(x)::text from delegation x where tenant_id = $1
       union all select to_jsonb(x)::text from link_member x where tenant_id = $1) rows`,
    [tenant.id],
  )
  return row?.digest ?? ''
}

const NO_RECORD = { tenant: UNKNOWN_UUID }
/** How often each walk is done: once as it is written, in the campaign again in another order each time. */
const ROUNDS = attempts(1, 1)
const LONG_MS = patience(300_000)

/** Does the work for every item in each round, and says in which round. */
async function inRounds<Item>(
  items: readonly Item[],
  work: (item: Item, round: number) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1)
    await inTurns(shuffled(items, round), (item) => work(item, round))
}

/** What is asked of a list beside the ids, by turns: nothing, the most there is, and to be shown what is of others. */
function searchOf(round: number): string {
  const { foreign, own } = walk.tenants
  const ids = [foreign, own].map(({ id }) => encodeId('tenant', id)).join(',')
  return ['', '?limit=100', `?tenant_ids=${encodeURIComponent(ids)}`, '?search=marker'][round % 4] ?? ''
}

test(
  'R1: no operation shows anybody a tenant that it may not know of, whatever ids it is given',
  async () => {
    const { tenants, callers, routes, world } = walk
    const leaks: string[] = []
    const broken: string[] = []
    let calls = 0
    const before = await Promise.all(Object.values(tenants).map(digestOf))
    const look = async (
      { route, caller: [name, { caller, mayName }] }: { route: Route; caller: [string, WalkCaller] },
      round: number,
    ) => {
      for (const { tenantId, path } of requestsFor(
        route,
        caller,
        tenantsToAsk(route, { name, mayName }, tenants),
      )) {
        const answer = await world.call(
          caller && tenantId ? { ...caller, tenantId } : caller,
          'GET',
          `${path}${searchOf(round)}`,
        )
        calls += 1
        if (answer.statusCode >= 500)
          broken.push(
            `${route.method} ${route.path} as ${name}: ${answer.statusCode} ${answer.body.slice(0, 200)}`,
          )
        for (const other of Object.values(tenants)) {
          if (!mayName.includes(other.id) && answer.body.includes(other.marker))
            leaks.push(`${route.path} shows ${name} ${other.marker}`)
        }
      }
    }
    const reads = routes.filter(({ answers, method }) => answers === 'json' && method === 'GET')
    const everybody = {
      ...callers,
      'an end user': { caller: here.callers['a user'], mayName: [] },
      'an admin of a realm': { caller: here.callers['an admin'], mayName: [] },
    }
    const visits = reads.flatMap((route) => Object.entries(everybody).map((caller) => ({ route, caller })))
    await inRounds(visits, look)
    expect(broken).toEqual([])
    expect(leaks).toEqual([])
    expect(calls).toBeGreaterThan(2000)
    expect(await Promise.all(Object.values(tenants).map(digestOf))).toEqual(before)
    tellFigures([{ name: 'reads with ids of others', count: calls }])
  },
  LONG_MS,
)

test(
  'R1, I13: what is hidden answers exactly as what does not exist',
  async () => {
    const { tenants, callers, routes, world } = walk
    const different: string[] = []
    let compared = 0
    const visited = routes.filter(
      (route) => route.answers === 'json' && Object.values(paramKinds(route)).some((kind) => kind !== null),
    )
    for (const route of Array.from({ length: ROUNDS }, (_, round) => shuffled(visited, round)).flat()) {
      for (const name of ['technician', 'another partner', 'a tenant admin']) {
        const own = callers[name]
        if (!own?.caller) continue
        const hidden = name === 'another partner' ? tenants.linked : tenants.foreign
        const acting =
          name === 'technician'
            ? tenants.linked.id
            : name === 'a tenant admin'
              ? tenants.own.id
              : tenants.foreign.id
        const takesHeader =
          'permission' in route.access &&
          !route.access.permission.startsWith('partner_org') &&
          !route.access.permission.startsWith('platform')
        const isPathTenant = 'permission' in route.access && typeof route.access.tenant === 'function'
        const caller = takesHeader && !isPathTenant ? { ...own.caller, tenantId: acting } : own.caller
        const body = route.method === 'GET' ? {} : { body: {}, headers: { 'if-match': '"v1"' } }
        const [there, nowhere] = [
          await world.call(caller, route.method, fillPath(route, hidden.ids), body),
          await world.call(caller, route.method, fillPath(route, NO_RECORD), body),
        ]
        compared += 1
        if (
          there.statusCode !== nowhere.statusCode ||
          comparableAnswer(there.body) !== comparableAnswer(nowhere.body)
        ) {
          different.push(
            `${route.method} ${route.path} as ${name}: ${there.statusCode} ${there.body} / ${nowhere.statusCode} ${nowhere.body}`,
          )
        }
      }
    }
    expect(different).toEqual([])
    expect(compared).toBeGreaterThan(30)
    tellFigures([{ name: 'pairs of answers', count: compared }])
  },
  LONG_MS,
)

test(
  'R1: a write with ids or a header of a tenant that the caller may not reach changes nothing there',
  async () => {
    const { tenants, callers, routes, world } = walk
    const bodies = [
      {},
      { subject: 'x', description: 'x', priority: 'low', category: 'general' },
      { status: 'closed' },
      { reason: 'because of a test' },
      { members: [] },
      { comment: { content: 'x' } },
    ]
    const hidden = {
      technician: [tenants.foreign, tenants.own],
      'another partner': [tenants.linked, tenants.own],
      'a tenant admin': [tenants.linked, tenants.foreign],
      'a tenant user': [tenants.linked, tenants.foreign],
    }
    const before = await Promise.all(Object.values(tenants).map(digestOf))
    const served: string[] = []
    let calls = 0
    const writes = routes.filter(({ answers, method }) => answers === 'json' && method !== 'GET')
    await inRounds(writes, async (route) => {
      // Without a record or a tenant in the request there is nothing of others to reach.
      if (
        Object.values(paramKinds(route)).every((kind) => kind === null) &&
        !('permission' in route.access && 'tenant' in route.access)
      )
        return
      const fitting = await bodiesFor(route, bodies)
      for (const [name, others] of Object.entries(hidden)) {
        for (const other of others) {
          for (const body of fitting) {
            const caller = callers[name]?.caller
            const response = await world.call(
              caller ? { ...caller, tenantId: other.id } : null,
              route.method,
              fillPath(route, other.ids),
              { body, headers: { 'if-match': '"v1"' } },
            )
            calls += 1
            if (response.statusCode < 300) served.push(`${route.method} ${route.path} as ${name}`)
            if (response.statusCode >= 500)
              served.push(`${route.method} ${route.path} as ${name}: ${response.body}`)
          }
        }
      }
    })
    expect(served).toEqual([])
    expect(await Promise.all(Object.values(tenants).map(digestOf))).toEqual(before)
    tellFigures([{ name: 'writes with ids of others', count: calls }])
  },
  LONG_MS,
)

test(
  'C9, C10: no operation and no page shows or changes anything of another realm, whatever ids and address it is given',
  async () => {
    const { routes, world } = walk
    const bodies = [{}, { reason: 'because of a test' }, { when: 'now' }, { role: 'guest', reason: 'a test' }]
    const faults: string[] = []
    let calls = 0
    const before = await digestOfRealm(world, there)
    const named = routes.filter(
      (route) => route.path.includes(':') || route.path.startsWith('/api/v1/realm') || route.method === 'GET',
    )
    const visits = named.flatMap((route) => Object.entries(here.callers).map((caller) => ({ route, caller })))
    await inRounds(visits, async ({ route, caller: [name, caller] }) => {
      const fitting = route.method === 'GET' ? [undefined] : await bodiesFor(route, bodies)
      for (const path of new Set(pathsInto(route, here, there))) {
        for (const body of fitting) {
          const isPage = route.answers === 'page' && body !== undefined
          const answer = await world.call(caller, route.method, path, {
            ...(body !== undefined && { body: isPage ? new URLSearchParams(body).toString() : body }),
            headers: {
              'if-match': '"v1"',
              ...(isPage && { 'content-type': 'application/x-www-form-urlencoded' }),
            },
          })
          calls += 1
          if (answer.statusCode >= 500) faults.push(`${route.method} ${path} as ${name}: ${answer.body}`)
          if (answer.body.includes(there.marker))
            faults.push(`${route.method} ${path} shows ${name} the marker`)
        }
      }
    })
    expect(faults).toEqual([])
    expect(calls).toBeGreaterThan(1000)
    expect(await digestOfRealm(world, there)).toBe(before)
    // The marker does come out to those who may see it, so its absence says something.
    const own = await world.call(there.callers['an admin'], 'GET', `/api/v1/realm/users/${userOf(there)}`)
    expect(own.body).toContain(there.marker)
    tellFigures([{ name: 'requests with ids of another realm', count: calls }])
  },
  LONG_MS,
)

test('the walk bites: a marker does come out to those who may see it, so its absence elsewhere says something', async () => {
  const { tenants, callers, world } = walk
  const read = (name: string) =>
    world.call(callers[name]?.caller ?? null, 'GET', '/api/v1/partner/billing/invoices?limit=100')
  expect((await read('technician')).body).toContain(tenants.linked.marker)
  expect((await read('another partner')).body).toContain(tenants.foreign.marker)
})

test('with a planted policy that lets every row through, the tenants that the kernel let in still bound what is shown', async () => {
  const { tenants, callers, world } = walk
  await world.sql('create policy planted on invoice for select to liaison_delegate using (true)')
  const open = await world.sqlAs('liaison_delegate', 'select id from invoice')
  const response = await world.call(
    callers['another partner']?.caller ?? null,
    'GET',
    '/api/v1/partner/billing/invoices?limit=100',
  )
  await world.sql('drop policy planted on invoice')
  const closed = await world.sqlAs('liaison_delegate', 'select id from invoice')
  // The hole was real, and with it gone the login sees nothing again; the second lock held in between.
  expect([open.length, closed.length]).toEqual([6, 0])
  expect(response.body).not.toContain(tenants.linked.marker)
})
