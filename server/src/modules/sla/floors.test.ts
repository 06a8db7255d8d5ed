import { encodeId } from '@liaison/access'
import type { LinkRole, PartnerId, TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { meetAt } from '#testing/meet.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { slaRoutes } from './index.ts'
import { defaultTerms } from './terms.ts'

const FLOORS = '/api/v1/partner/sla/floors'
const terms = {
  ...defaultTerms(null, 'UTC'),
  pause_states: ['pending'],
  uptime_target: 99.5,
}

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => slaRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

async function headquarters(names: readonly string[]) {
  const partner = await world.partner('Hooli')
  const person = await world.person('Gavin Belson')
  const member = await world.partnerMember(partner, person.id)
  const join = async (name: string, role: LinkRole = 'enterprise_hq') => {
    const tenant = await world.tenant(name)
    const type = role === 'enterprise_hq' ? 'enterprise_subsidiary' : 'msp_managed'
    const link = await world.link(partner, tenant, { role, type })
    await world.assign(link, member)
    return { tenant, link }
  }
  const subsidiaries = []
  for (const name of names) subsidiaries.push(await join(name))
  return { partner, subsidiaries, join, caller: await world.signIn(person.id) }
}

const set = (
  caller: Caller,
  items: readonly { tenant: TenantId | PartnerId; version?: number }[],
  change: object = {},
) =>
  world.call(caller, 'PUT', FLOORS, {
    body: {
      terms,
      note: 'Group standard 2027.',
      items: items.map(({ tenant, version = 0 }) => ({
        tenant_id: encodeId('tenant', tenant as TenantId),
        version,
      })),
      ...change,
    },
  })

const short = (answer: { json: () => { items: Record<string, unknown>[] } }) =>
  answer.json().items.map(({ outcome, code, version }) => [outcome, code, version])

test('a headquarters sets one floor for all its subsidiaries, and each has its own version and event (B8)', async () => {
  const { caller, subsidiaries } = await headquarters(['Hooli East', 'Hooli South', 'Hooli West'])
  const answer = await set(caller, subsidiaries)
  expect(answer.statusCode, answer.body).toBe(200)
  expect(answer.json()).toMatchObject({ done: 3, unchanged: 0, refused: 0 })
  for (const { tenant, link } of subsidiaries) {
    const rows = await world.sql(
      `select v.version, v.terms -> 'uptime_target' as uptime, v.created_by_name,
         (select count(*)::integer from audit_event e where e.action = 'sla.policies.write' and e.tenant_id = v.tenant_id and e.reason = v.note) as events
       from sla_policy_version v where v.tenant_id = $1 and v.delegation_id = $2 and v.kind = 'floor'`,
      [tenant, link],
    )
    expect(rows).toEqual([{ version: 1, uptime: 99.5, created_by_name: 'Gavin Belson', events: 1 }])
  }
  const listed = (await world.call(caller, 'GET', FLOORS)).json()
  const looks = await world.sql(
    `select e.action, s.row_count::integer from audit_event e join audit_scope s on s.event_id = e.id
     where s.kind = 'tenant' and s.scope_id = $1 and e.method = 'GET'`,
    [subsidiaries[0]?.tenant],
  )
  expect(looks).toEqual([{ action: 'sla.policies.read', row_count: 1 }])
  expect(listed.items.map((item: { tenant_name: string }) => item.tenant_name)).toEqual([
    'Hooli East',
    'Hooli South',
    'Hooli West',
  ])
  expect(listed.items[0].floor).toMatchObject({ version: 1, note: 'Group standard 2027.' })
  expect(listed.usual_terms).toEqual(defaultTerms(null, 'UTC'))
  expect(listed.scope).toEqual({ tenant_count: 3, excluded: [] })
})

test('doing it again changes nothing, and what cannot be set leaves the others alone (B8)', async () => {
  const { caller, subsidiaries, join } = await headquarters(['Hooli East', 'Hooli West'])
  const [east, west] = subsidiaries.map(({ tenant }) => tenant)
  if (!east || !west) throw new Error('The world is incomplete.')
  await set(caller, [{ tenant: east }])
  const foreign = await world.tenant('Foreign')
  const managed = await join('Managed', 'msp_support')
  const answer = await set(caller, [
    { tenant: east, version: 1 },
    { tenant: west, version: 4 },
    managed,
    { tenant: foreign },
    { tenant: await world.partner('No tenant') },
  ])
  expect(short(answer)).toEqual([
    ['unchanged', 'NO_CHANGE', 1],
    ['refused', 'PRECONDITION_FAILED', 0],
    ['refused', 'PERMISSION_DENIED', null],
    ['refused', 'TENANT_NOT_FOUND', null],
    ['refused', 'TENANT_NOT_FOUND', null],
  ])
  const again = await set(caller, [{ tenant: west, version: 0 }, { tenant: foreign }])
  expect(short(again)).toEqual([
    ['done', null, 1],
    ['refused', 'TENANT_NOT_FOUND', null],
  ])
  expect(again.json().items[1].tenant_name).toBeNull()
})

test('a floor follows the version that was read, which every item names: nobody writes over one that he never saw (B8)', async () => {
  const { caller, subsidiaries } = await headquarters(['Hooli East'])
  const [east] = subsidiaries
  if (!east) throw new Error('The world is incomplete.')
  const tenant_id = encodeId('tenant', east.tenant)
  const unnamed = await set(caller, [], { items: [{ tenant_id }] })
  expect([unnamed.statusCode, unnamed.json().errors[0].pointer]).toEqual([422, '/body/items/0/version'])
  const to = (uptime: number) => ({ terms: { ...terms, uptime_target: uptime } })
  expect(short(await set(caller, [east], to(99)))).toEqual([['done', null, 1]])
  expect(short(await set(caller, [east], to(98)))).toEqual([['refused', 'PRECONDITION_FAILED', 1]])
  expect(short(await set(caller, [{ ...east, version: 1 }], to(98)))).toEqual([['done', null, 2]])
})

test('of two who set the floor of a subsidiary at the same moment one wins, the other is told (B8, barrier)', async () => {
  const { caller, partner, subsidiaries } = await headquarters(['Hooli East'])
  const [east] = subsidiaries
  if (!east) throw new Error('The world is incomplete.')
  const lock = {
    text: `select pg_advisory_xact_lock(access.lock_key('pair', md5($1::text || $2::text)::uuid))`,
    values: [partner, east.tenant],
  }
  const answers = await meetAt(
    world,
    lock,
    [99, 98].map((uptime) => () => set(caller, [east], { terms: { ...terms, uptime_target: uptime } })),
  )
  const results = answers.flatMap((answer) =>
    short(answer).map(([outcome, code]) => `${String(outcome)} ${String(code)}`),
  )
  expect(results.toSorted()).toEqual(['done null', 'refused PRECONDITION_FAILED'])
})

test('a link that was suspended is refused with its reason, and where none is left nobody is found (B8)', async () => {
  const { caller, subsidiaries } = await headquarters(['Hooli East', 'Hooli West'])
  const [east, west] = subsidiaries
  if (!east || !west) throw new Error('The world is incomplete.')
  await world.seed(`update delegation set status = 'suspended' where id = $1`, [east.link], east.tenant)
  expect(short(await set(caller, subsidiaries))).toEqual([
    ['refused', 'TENANT_LINK_SUSPENDED', null],
    ['done', null, 1],
  ])
  const none = await set(caller, [east])
  expect([none.statusCode, none.json().code]).toEqual([404, 'TENANT_NOT_FOUND'])
})

test('a floor for several names nobody, names each customer once, and is refused with every fault (B8)', async () => {
  const { caller, subsidiaries } = await headquarters(['Hooli East'])
  const [east] = subsidiaries
  if (!east) throw new Error('The world is incomplete.')
  const step = { level: 75, person_id: encodeId('person', (await world.person()).id), action: 'notify' }
  const answer = await set(caller, [east, east], { terms: { ...terms, escalate_to: [step] }, note: 'x' })
  expect(answer.statusCode).toBe(422)
  expect(
    answer
      .json()
      .errors.map(({ pointer }: { pointer: string }) => pointer)
      .toSorted(),
  ).toEqual(['/body/items', '/body/note', '/body/terms/escalate_to'])
})

test('as raw SQL no login writes a floor without a context, nor under a link that it does not hold (B8)', async () => {
  const { subsidiaries } = await headquarters(['Hooli East'])
  const [east] = subsidiaries
  for (const login of ['liaison_delegate', 'liaison_tenant'] as const)
    await expect(
      world.sqlAs(
        login,
        `insert into sla_policy_version (tenant_id, kind, delegation_id, version, terms, note, created_by_name) values ($1, 'floor', $2, 1, '{}', 'by hand', 'x')`,
        [east?.tenant, east?.link],
      ),
    ).rejects.toThrow('row-level security')
  await expect(world.sqlAs('liaison_program', 'select access.holds_link(null, null)')).rejects.toThrow(
    'permission denied',
  )
})
