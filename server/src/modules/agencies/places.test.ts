import { afterAll, beforeAll, expect, test } from 'vitest'
import { formConfig, seedTenantAdmin, seedVoucherTypes } from '#testing/agency-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeAgencyRoutes } from './index.ts'

const AGENCIES = '/api/v1/tenant/agencies'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => makeAgencyRoutes(services))
})
afterAll(() => world[Symbol.asyncDispose]())

const post = (caller: Caller | null, path: string, body: unknown = {}) =>
  world.call(caller, 'POST', path, { body })
const get = (caller: Caller, path: string) => world.call(caller, 'GET', path)

async function seedTenant(name = 'Acme Fiber') {
  const seeded = await seedTenantAdmin(world, name)
  await seedVoucherTypes(world, seeded.tenant, 'router', 'visit')
  return seeded
}

test('the last place for an agency, a form and a key is taken once, however many want it at the same moment (E1, ASVS 2.3.2)', async () => {
  const { tenant, admin } = await seedTenant('Crowded')
  const agency = (await post(admin, AGENCIES, { name: 'The first' })).json()
  await world.seed(
    `insert into agency (tenant_id, name, created_by_name) select $1, 'Agency ' || n, 'An admin' from generate_series(1, 498) n`,
    [tenant],
    tenant,
  )
  const path = `${AGENCIES}/${agency.agency_id}`
  const form = {
    name: 'Website',
    allowed_origins: ['https://www.bright.example'],
    config: formConfig('router'),
  }
  for (let count = 0; count < 19; count += 1)
    expect((await post(admin, `${path}/forms`, form)).statusCode).toBe(201)
  for (let count = 0; count < 9; count += 1)
    expect((await post(admin, `${path}/keys`, { name: 'Server' })).statusCode).toBe(201)
  const wanted: [string, (n: number) => unknown][] = [
    [AGENCIES, (n) => ({ name: `One of many ${n}` })],
    [`${path}/forms`, () => form],
    [`${path}/keys`, () => ({ name: 'Server' })],
  ]
  for (const [at, body] of wanted) {
    const answers = await Promise.all(Array.from({ length: 5 }, (_, n) => post(admin, at, body(n))))
    expect(
      answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b),
      at,
    ).toEqual([201, 409, 409, 409, 409])
    const refused = answers.filter(({ statusCode }) => statusCode === 409)
    expect(new Set(refused.map((answer) => answer.json().code))).toEqual(new Set(['AGENCY_LIMIT_REACHED']))
  }
})

test('a key that works is counted and shown, however many later ones were revoked (E9)', async () => {
  const { admin } = await seedTenant('Rotating')
  const agency = (await post(admin, AGENCIES, { name: 'Old hand' })).json()
  const path = `${AGENCIES}/${agency.agency_id}/keys`
  const oldest = (await post(admin, path, { name: 'The oldest' })).json()
  for (let count = 0; count < 50; count += 1) {
    const { key_id: id } = (await post(admin, path, { name: 'Replaced' })).json()
    await post(admin, `/api/v1/tenant/agency-keys/${id}/revoke`, { reason: 'Replaced' })
  }
  const shown = (await get(admin, path)).json().items
  expect(shown[0]).toMatchObject({ key_id: oldest.key_id, status: 'active' })
})
