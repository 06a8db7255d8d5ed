import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedAgency, seedForm, seedTenantAdmin, seedVoucherTypes } from '#testing/agency-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeAgencyRoutes, parseFormToken } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => makeAgencyRoutes(services))
})
afterAll(() => world[Symbol.asyncDispose]())

const post = (caller: Caller, path: string, body: unknown = {}) => world.call(caller, 'POST', path, { body })
const get = (caller: Caller, path: string) => world.call(caller, 'GET', path)

test('a token is of the mode of its organisation: a test token in a sandbox alone, and a live one in no sandbox (E1)', async () => {
  const { tenant, admin } = await seedTenantAdmin(world, 'Acme Fiber')
  await seedVoucherTypes(world, tenant, 'router')
  const agency = await seedAgency(world, tenant, 'Bright Travel')
  const form = await seedForm(world, { tenant, agency }, ['router'])
  const path = `/api/v1/tenant/forms/${form.id}/tokens`
  const refused = await post(admin, path, { mode: 'test' })
  expect([refused.statusCode, refused.json().code]).toEqual([409, 'FORM_TOKEN_MODE'])
  expect((await get(admin, path)).json().items).toEqual([])
  await world.seed('update tenant set is_sandbox = true where id = $1', [tenant], tenant)
  expect((await post(admin, path, { mode: 'live' })).json().code).toBe('FORM_TOKEN_MODE')
  const made = (await post(admin, path)).json()
  expect([made.mode, parseFormToken(made.token)]).toEqual(['test', { mode: 'test' }])
  const replaced = (await post(admin, `/api/v1/tenant/tokens/${made.token_id}/rotate`)).json()
  expect(parseFormToken(replaced.token)).toEqual({ mode: 'test' })
})
