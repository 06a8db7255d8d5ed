import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWholeWorld } from '../server/testing/account-acts.ts'
import { seedPartnerOf } from '../server/testing/invoices.ts'
import type { Caller, TestWorld } from '../server/testing/world.ts'

let world: TestWorld
let partner: Caller
let provider: Caller
let inTenant: Caller
beforeAll(async () => {
  world = await startWholeWorld()
  const seeded = await seedPartnerOf(world, ['Acme'])
  await world.seed(`update partner_member set role = 'PARTNER_OWNER' where id = $1`, [seeded.member])
  partner = seeded.caller
  inTenant = { ...partner, tenantId: seeded.first }
  const admin = await world.person()
  await world.platformAdmin(admin.id)
  provider = await world.signIn(admin.id)
})
afterAll(() => world[Symbol.asyncDispose]())

/** Activity is that of one tenant. */
const partnerFor = (path: string): Caller => (path.startsWith('/partner/activity') ? inTenant : partner)

const ASKED: readonly (readonly [who: 'partner' | 'provider', path: string, name: string, text: string])[] = [
  ['provider', '/admin/alerts', 'from_date', '0000-01-01'],
  ['provider', '/admin/alerts', 'to_date', '0000-02-29'],
  ['provider', '/admin/orders', 'requested_from', '0000-02-29'],
  ['provider', '/admin/payout-preview', 'cutoff_on', '0000-01-01'],
  ['provider', '/admin/earnings', 'month', '0000-01'],
  ['provider', '/admin/earnings/summary', 'month', '0000-12'],
  ['partner', '/partner/billing/invoices', 'from_date', '0000-12-31'],
  ['partner', '/partner/audit', 'request_id', '%00'],
  ['partner', '/partner/activity', 'request_id', 'a%00b'],
]

test.each(ASKED)('asked by a %s of %s, %s=%s is refused at its place', async (who, path, name, text) => {
  const caller = who === 'partner' ? partnerFor(path) : provider
  const answer = await world.call(caller, 'GET', `/api/v1${path}?${name}=${text}`)
  const pointers = (answer.json().errors ?? []).map((one: { pointer: string }) => one.pointer)
  expect([answer.statusCode, pointers], answer.body).toEqual([422, [`/query/${name}`]])
})

test.each([
  '/partner/audit?to=0001-01-01',
  '/partner/activity?to=0001-01-01',
  '/partner/audit/completeness?to=0001-01-01',
  '/partner/billing/summary?to_date=0001-01-01',
  '/partner/billing/summary?as_of=0001-01-01',
  '/partner/billing/summary?to_date=9999-12-31&from_date=9999-12-01',
  '/partner/billing/invoices?from_date=0001-01-01&to_date=9999-12-31',
])('the first and the last day there are can be asked for: %s', async (path) => {
  const answer = await world.call(partnerFor(path), 'GET', `/api/v1${path}`)
  expect(answer.statusCode, answer.body).toBe(200)
})
