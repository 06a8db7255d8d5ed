import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { seedAccount, seedSubscriber, startWholeWorld } from '#testing/account-acts.ts'
import { ExportWorld } from '#testing/export-world.ts'
import { seedInvoice } from '#testing/invoices.ts'
import type { TestWorld } from '#testing/world.ts'

let shelf: ExportWorld
let world: TestWorld
beforeAll(async () => {
  shelf = await ExportWorld.start()
  world = await startWholeWorld()
})
afterAll(async () => {
  await shelf[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

test('an export under a restricted link holds the own accounts alone, and a file from before a restriction or a lost account stays closed (B18)', async () => {
  const scene = await shelf.scene(['Acme'])
  const of = { tenant: scene.first, partner: scene.partner }
  const [own, other] = [
    await seedSubscriber(shelf.world, of.tenant, 'Own'),
    await seedSubscriber(shelf.world, of.tenant, 'Other'),
  ]
  await seedInvoice(shelf.world, of.tenant, { number: 'OWN-1', subscriberId: own.uuid })
  await seedInvoice(shelf.world, of.tenant, {
    number: 'OTHER-1',
    subscriberId: other.uuid,
    status: 'paid',
    issued: 90,
  })
  const whole = await shelf.made(scene.caller, { format: 'csv' })
  expect((await shelf.download(scene.caller, whole.export_id)).body).toContain('OTHER-1')
  const account = await seedAccount(shelf.world, { ...of, subscriber: own.uuid })
  await shelf.world.seed(
    'update delegation set own_accounts_only = true where id = $1',
    [scene.firstLink],
    of.tenant,
  )
  expect((await shelf.download(scene.caller, whole.export_id)).statusCode).toBeGreaterThanOrEqual(403)
  const narrow = await shelf.made(scene.caller, { format: 'csv' })
  expect(narrow).toMatchObject({ status: 'completed', row_count: 1 })
  const file = await shelf.download(scene.caller, narrow.export_id)
  expect(file.statusCode).toBe(200)
  expect(file.body).toContain('OWN-1')
  expect(file.body).not.toContain('OTHER-1')
  await shelf.world.seed(
    `update partner_account set status = 'ended', ended_at = now(), ended_by_side = 'tenant' where id = $1`,
    [account],
    of.tenant,
  )
  expect((await shelf.download(scene.caller, narrow.export_id)).statusCode).toBeGreaterThanOrEqual(403)
})

async function seedScene() {
  const partner = await world.partner('Contoso')
  const [person, admin] = [await world.person(), await world.person()]
  const member = await world.partnerMember(partner, person.id)
  const tenant = await world.tenant('Acme')
  await world.tenantMember(tenant, admin.id)
  await world.assign(await world.link(partner, tenant, { ownAccountsOnly: true }), member)
  const [own, other] = [
    await seedSubscriber(world, tenant, 'Own'),
    await seedSubscriber(world, tenant, 'Other'),
  ]
  const account = await seedAccount(world, { tenant, partner, subscriber: own.uuid })
  return {
    tenant,
    own,
    other,
    account: publicIdOf('partner_account', account),
    acting: { ...(await world.signIn(person.id)), tenantId: tenant },
    admin: await world.signIn(admin.id, { tenantId: tenant }),
  }
}

test('disputes and reminders are made of own invoices; of others they answer as of invoices that do not exist (B18)', async () => {
  const { tenant, own, other, acting } = await seedScene()
  const mine = await seedInvoice(world, tenant, { subscriberId: own.uuid, issued: 60, due: 30 })
  const theirs = await seedInvoice(world, tenant, { subscriberId: other.uuid, issued: 60, due: 30 })
  const dispute = (id: string) =>
    world.call(acting, 'POST', '/api/v1/partner/billing/disputes', {
      body: { invoice_id: id, reason: 'not_delivered', explanation: 'The line was never delivered.' },
    })
  expect((await dispute(theirs.id)).json()).toMatchObject({ status: 404, code: 'INVOICE_NOT_FOUND' })
  const made = await dispute(mine.id)
  expect(made.statusCode, made.body).toBe(201)
  const list = (await world.call(acting, 'GET', '/api/v1/partner/billing/disputes')).json()
  expect(list.items).toHaveLength(1)
  const remind = (id: string) =>
    world.call(acting, 'POST', `/api/v1/partner/billing/invoices/${id}/remind`, { body: {} })
  expect((await remind(theirs.id)).json()).toMatchObject({ status: 404, code: 'INVOICE_NOT_FOUND' })
  expect((await remind(mine.id)).json().code).not.toBe('INVOICE_NOT_FOUND')
})

test('no write on an account commits after the call that ended it has returned, with ten writers at once (B18)', async () => {
  const { tenant, own, account, acting, admin } = await seedScene()
  const statuses: number[] = []
  const underWay = Promise.withResolvers<void>()
  const writer = async () => {
    for (let turn = 0; turn < 200; turn += 1) {
      const answer = await world.call(acting, 'POST', '/api/v1/partner/support/tickets', {
        body: { subject: 'Down', description: 'It is down.', customer_id: own.id },
      })
      statuses.push(answer.statusCode)
      if (statuses.length === 10) underWay.resolve()
      if (answer.statusCode !== 201) return
    }
  }
  const writers = Array.from({ length: 10 }, writer)
  await underWay.promise
  const ended = await world.call(admin, 'POST', `/api/v1/tenant/partner-access/accounts/${account}/end`, {
    body: {},
  })
  expect(ended.statusCode, ended.body).toBe(200)
  const count = async () =>
    (
      await world.sql<{ n: number }>('select count(*)::integer as n from ticket where tenant_id = $1', [
        tenant,
      ])
    )[0]?.n
  const atEnd = await count()
  await Promise.all(writers)
  expect(await count()).toBe(atEnd)
  expect(atEnd).toBe(statuses.filter((status) => status === 201).length)
  expect(statuses.filter((status) => status !== 201)).toEqual(Array.from({ length: 10 }, () => 422))
})
