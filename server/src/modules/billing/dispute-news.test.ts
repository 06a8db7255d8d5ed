import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedInvoice, seedPartnerOf } from '#testing/invoices.ts'
import { TestWorld } from '#testing/world.ts'
import { makeBillingRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeBillingRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

test.each([
  ['has left the partner', `update partner_member set status = 'inactive' where id = $1`],
  ['is assigned to the tenant no more', 'delete from link_member where member_id = $1'],
  [
    'works for a partner that the tenant cut off',
    `update delegation set status = 'revoked' where id in (select link_id from link_member where member_id = $1)`,
  ],
])('whoever %s is mailed nothing of the answer to a dispute (B6)', async (_who, change) => {
  const { first, caller, person, member } = await seedPartnerOf(world, ['Acme'])
  const invoice = await seedInvoice(world, first, { number: 'A-10', total: 900 })
  const raised = await world.call(
    { ...caller, tenantId: first },
    'POST',
    '/api/v1/partner/billing/disputes',
    {
      body: { reason: 'not_delivered', explanation: 'The line was never delivered.', invoice_id: invoice.id },
    },
  )
  await world.seed(change, [member], first)
  const admin = await world.person('Tina Admin')
  await world.tenantMember(first, admin.id)
  const path = `/api/v1/tenant/billing/disputes/${raised.json().dispute_id}/reject`
  const answered = await world.call(await world.signIn(admin.id), 'POST', path, {
    body: { note: 'We have looked at it.' },
    headers: { 'if-match': '"v1"' },
  })
  expect(answered.statusCode, answered.body).toBe(200)
  const mails = await world.sql(`select 1 from outbox where topic = 'mail' and payload ->> 'to' = $1`, [
    person.email,
  ])
  expect(mails).toEqual([])
})
