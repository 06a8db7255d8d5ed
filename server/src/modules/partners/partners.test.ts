import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makePartnerRoutes } from './index.ts'

let world: TestWorld
let admin: Caller
beforeAll(async () => {
  world = await TestWorld.start(makePartnerRoutes)
  const person = await world.person('Sam Platform')
  await world.platformAdmin(person.id)
  admin = await world.signIn(person.id)
})
afterAll(() => world[Symbol.asyncDispose]())

const PATH = '/api/v1/admin/partners'

test('a partner is registered once under its code and found by name', async () => {
  const body = { name: 'Northwind MSP', slug: 'northwind-msp', kinds: ['msp', 'msp'] }
  const created = await world.call(admin, 'POST', PATH, { body })
  expect(created.statusCode, created.body).toBe(201)
  expect(created.json()).toMatchObject({
    slug: 'northwind-msp',
    kinds: ['msp'],
    status: 'active',
    members_count: 0,
    active_links: 0,
  })
  expect(created.headers['location']).toBe(`${PATH}/${created.json().partner_id}`)
  expect((await world.call(admin, 'POST', PATH, { body })).json().code).toBe('PARTNER_SLUG_TAKEN')
  const faults = await world.call(admin, 'POST', PATH, { body: { name: ' ', slug: 'A B', kinds: [] } })
  expect(
    faults
      .json()
      .errors.map(({ pointer }: { pointer: string }) => pointer)
      .toSorted(),
  ).toEqual(['/body/kinds', '/body/name', '/body/slug'])
  const found = await world.call(admin, 'GET', `${PATH}?search=northwind%20m&status=active`)
  expect(found.json()).toMatchObject({ total: 1, items: [{ name: 'Northwind MSP' }] })
  expect((await world.call(admin, 'GET', `${PATH}?search=%25`)).json().total).toBe(0)
})

test('a suspended partner is refused everywhere at once and works again when reactivated', async () => {
  const [partner, tenant, person] = [
    await world.partner('Contoso'),
    await world.tenant('Acme'),
    await world.person('Lee Park'),
  ]
  const member = await world.partnerMember(partner, person.id)
  await world.assign(await world.link(partner, tenant), member)
  const path = `${PATH}/${encodeId('partner', partner)}`
  const detail = await world.call(admin, 'GET', path)
  expect(detail.json(), detail.body).toMatchObject({
    active_links: 1,
    members_count: 1,
    members: [{ name: 'Lee Park', role: 'PARTNER_STAFF' }],
  })
  const inForce = async () =>
    (
      await world.sql<{ holds: boolean }>(
        'select access.in_force(d) as holds from delegation d where partner_id = $1',
        [partner],
      )
    )[0]?.holds
  expect(await inForce()).toBe(true)
  const suspended = await world.call(admin, 'POST', `${path}/suspend`, { body: { reason: 'Unpaid' } })
  expect(suspended.json()).toMatchObject({ status: 'suspended', status_reason: 'Unpaid' })
  expect(await inForce()).toBe(false)
  expect(
    (await world.call(admin, 'POST', `${path}/suspend`, { body: { reason: 'Again' } })).json().code,
  ).toBe('PARTNER_STATE_CONFLICT')
  const back = await world.call(admin, 'POST', `${path}/reactivate`, { body: { reason: 'Paid' } })
  expect(back.json()).toMatchObject({ status: 'active', status_reason: null })
  expect(await inForce()).toBe(true)
})

test('nobody but the provider reads or changes the registry, and changing it takes a fresh factor', async () => {
  const [partner, person] = [await world.partner('Fabrikam'), await world.person()]
  await world.partnerMember(partner, person.id, 'PARTNER_OWNER')
  const owner = await world.signIn(person.id)
  const path = `${PATH}/${encodeId('partner', partner)}`
  expect((await world.call(owner, 'GET', PATH)).statusCode).toBe(403)
  expect((await world.call(owner, 'POST', `${path}/suspend`, { body: { reason: 'x' } })).statusCode).toBe(403)
  const nobody = { cookie: null }
  expect((await world.call(nobody, 'GET', PATH)).statusCode).toBe(401)
  const staff = await world.person()
  await world.platformAdmin(staff.id)
  const tired = await world.signIn(staff.id, { factorAgeSeconds: 3600 })
  expect((await world.call(tired, 'GET', path)).statusCode).toBe(200)
  expect((await world.call(tired, 'POST', `${path}/suspend`, { body: { reason: 'x' } })).json().code).toBe(
    'STEP_UP_REQUIRED',
  )
})
