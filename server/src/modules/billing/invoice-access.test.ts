import { randomUUID } from 'node:crypto'
import { encodeId } from '@liaison/access'
import type { LinkRole, TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { seedInvoice, seedPartnerOf } from '#testing/invoices.ts'
import type { InvoiceSeed } from '#testing/invoices.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeBillingRoutes } from './index.ts'

const LIST = '/api/v1/partner/billing/invoices'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeBillingRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const seed = async (tenant: TenantId, invoice: InvoiceSeed = {}): Promise<string> =>
  (await seedInvoice(world, tenant, invoice)).id

const seedPartner = (tenantNames: readonly string[], role?: LinkRole) =>
  seedPartnerOf(world, tenantNames, role)

async function list(caller: Caller, query = '') {
  const response = await world.call(caller, 'GET', `${LIST}${query && `?${query}`}`)
  expect(response.statusCode).toBe(200)
  return response.json()
}

const numbers = (page: { items: { invoice_number: string }[] }) =>
  page.items.map((item) => item.invoice_number)

test('tenant_ids narrows to tenants of the scope; any other id finds nothing and tells nothing', async () => {
  const { first, second, caller } = await seedPartner(['Acme', 'Beta'])
  const stranger = await world.tenant('Stranger')
  for (const tenant of [first, second, stranger]) await seed(tenant)
  const ids = (...tenants: TenantId[]) => tenants.map((tenant) => encodeId('tenant', tenant)).join(',')
  expect((await list(caller, `tenant_ids=${ids(first)}`)).total).toBe(1)
  expect((await list(caller, `tenant_ids=${ids(first, second)}`)).total).toBe(2)
  expect(await list(caller, `tenant_ids=${ids(stranger)}`)).toMatchObject({
    total: 0,
    items: [],
    aggregates: [],
  })
})

test('X-Active-Tenant-Id narrows the list to that tenant', async () => {
  const { first, second, caller } = await seedPartner(['Acme', 'Beta'])
  await seed(first)
  await seed(second, { number: 'B-1' })
  expect(numbers(await list({ ...caller, tenantId: second }))).toEqual(['B-1'])
})

test('fault 3: an expired or revoked link yields no rows, and the answer says which tenant is missing and why', async () => {
  const { partner, member, first, caller } = await seedPartner(['Acme'])
  await seed(first)
  const gone = await world.tenant('Gone')
  const link = await world.link(partner, gone)
  await world.assign(link, member)
  await seed(gone)
  expect((await list(caller)).total).toBe(2)
  await world.seed(`update delegation set status = 'revoked', epoch = epoch + 1 where id = $1`, [link], gone)
  const page = await list(caller)
  expect(page.total).toBe(1)
  expect(page.scope).toEqual({
    tenant_count: 1,
    excluded: [{ tenant_id: encodeId('tenant', gone), tenant_name: 'Gone', reason: 'TENANT_LINK_REVOKED' }],
  })
})

test('fault 3: one permission does not stand for all links; a tenant whose link lacks it is left out with the reason', async () => {
  const { partner, member, first, caller } = await seedPartner(['Acme'])
  const support = await world.tenant('Support only')
  await world.assign(await world.link(partner, support, { role: 'msp_support' }), member)
  await seed(first)
  await seed(support)
  const page = await list(caller)
  expect(page.total).toBe(1)
  expect(page.scope.excluded).toMatchObject([{ tenant_name: 'Support only', reason: 'PERMISSION_DENIED' }])
})

test('an invoice of a tenant out of reach answers as one that does not exist', async () => {
  const { first, caller } = await seedPartner(['Acme'])
  const own = await seed(first, { number: 'OWN' })
  const foreign = await seed(await world.tenant('Stranger'))
  const nobodys = publicIdOf('invoice', '01890000-0000-7000-8000-000000000001')
  const read = async (id: string) => {
    const response = await world.call(caller, 'GET', `${LIST}/${id}`)
    const { request_id: _request, timestamp: _timestamp, ...body } = response.json()
    return { status: response.statusCode, body }
  }
  expect(await read(own)).toMatchObject({ status: 200, body: { invoice_number: 'OWN', payments: [] } })
  expect(await read(foreign)).toEqual(await read(nobodys))
  expect(await read(foreign)).toMatchObject({ status: 404, body: { code: 'INVOICE_NOT_FOUND' } })
})

test('payments are shown to those who may see payments and are named as withheld otherwise', async () => {
  const { partner, member, first, caller } = await seedPartner(['Acme'])
  const id = await seed(first, { status: 'partially_paid', paid: 300 })
  await world.seed(
    `insert into payment (tenant_id, invoice_id, amount_minor, currency, received_at, method) select tenant_id, id, 300, currency, now(), 'card' from invoice where tenant_id = $1`,
    [first],
    first,
  )
  const seen = (await world.call(caller, 'GET', `${LIST}/${id}`)).json()
  expect(seen).toMatchObject({
    payments: [
      {
        payment_id: expect.stringMatching(/^pay_/),
        amount: { amount_minor: 300, currency: 'EUR' },
        method: 'card',
      },
    ],
    withheld: [],
  })
  const custom = await world.tenant('Custom')
  const link = await world.link(partner, custom)
  await world.assign(link, member)
  await world.override(link, 'partner.billing.payments.read', 'deny')
  const other = await seed(custom)
  expect((await world.call(caller, 'GET', `${LIST}/${other}`)).json()).toMatchObject({
    payments: null,
    withheld: ['payments'],
  })
})

const ROLES: readonly (readonly [LinkRole, boolean, boolean])[] = [
  ['msp_full', true, true],
  ['msp_billing', true, false],
  ['msp_support', false, false],
  ['auditor', true, false],
  ['reseller', true, true],
  ['delegate', false, false],
]

test.each(ROLES)(
  'under the role %s the invoices open: %s, the subscribers: %s',
  async (role, seesInvoices, seesSubscribers) => {
    const { first, caller } = await seedPartner(['Acme'], role)
    await seed(first)
    expect((await list(caller)).total).toBe(seesInvoices ? 1 : 0)
    const response = await world.call(
      { ...caller, tenantId: first },
      'GET',
      '/api/v1/partner/provisioning/subscribers',
    )
    expect(response.statusCode).toBe(seesSubscribers ? 200 : 403)
  },
)

test('subscribers are listed in one tenant, filtered, sorted and paged', async () => {
  const { first, second, caller } = await seedPartner(['Acme', 'Beta'])
  const add = (tenant: TenantId, name: string, status: string) =>
    world.seed(
      'insert into subscriber (tenant_id, name, status, plan) values ($1, $2, $3, $4)',
      [tenant, name, status, 'Fiber 500'],
      tenant,
    )
  for (const [name, status] of [
    ['Ada', 'active'],
    ['Bo', 'suspended'],
    ['Cy', 'closed'],
  ] as const)
    await add(first, name, status)
  await add(second, 'Zed', 'active')
  const read = async (query: string) =>
    (
      await world.call(
        { ...caller, tenantId: first },
        'GET',
        `/api/v1/partner/provisioning/subscribers?${query}`,
      )
    ).json()
  const names = (page: { items: { name: string }[] }) => page.items.map((item) => item.name)
  expect(names(await read(''))).toEqual(['Ada', 'Bo', 'Cy'])
  expect(names(await read('status=active,suspended&sort_order=desc'))).toEqual(['Bo', 'Ada'])
  expect(await read('limit=1&offset=1')).toMatchObject({
    total: 3,
    has_more: true,
    items: [{ name: 'Bo', plan: 'Fiber 500', tenant_id: encodeId('tenant', first) }],
  })
  expect(names(await read('search=cy'))).toEqual(['Cy'])
  expect((await world.call(caller, 'GET', '/api/v1/partner/provisioning/subscribers')).json().code).toBe(
    'TENANT_CONTEXT_REQUIRED',
  )
})

test("a tenant's own people see their own invoices and nobody else's", async () => {
  const { first, second } = await seedPartner(['Acme', 'Beta'])
  const person = await world.person()
  await world.tenantMember(first, person.id)
  const id = await seed(first, { number: 'MINE' })
  const foreign = await seed(second)
  const caller = { ...(await world.signIn(person.id)), tenantId: first }
  const page = (await world.call(caller, 'GET', '/api/v1/tenant/billing/invoices')).json()
  expect(numbers(page)).toEqual(['MINE'])
  expect((await world.call(caller, 'GET', `/api/v1/tenant/billing/invoices/${id}`)).json()).toMatchObject({
    payments: [],
  })
  expect((await world.call(caller, 'GET', `/api/v1/tenant/billing/invoices/${foreign}`)).statusCode).toBe(404)
  const clerk = await world.person()
  await world.tenantMember(first, clerk.id, 'TENANT_USER')
  expect(
    (
      await world.call(
        { ...(await world.signIn(clerk.id)), tenantId: first },
        'GET',
        '/api/v1/tenant/billing/invoices',
      )
    ).statusCode,
  ).toBe(403)
})

test('input outside its bounds is refused with every fault at once', async () => {
  const { caller } = await seedPartner(['Acme'])
  const response = await world.call(
    caller,
    'GET',
    `${LIST}?limit=101&offset=10001&status=late&currency=eur&from_date=2026-02-30&tenant_ids=ten_x&sort_by=name&colour=red`,
  )
  expect(response.statusCode).toBe(422)
  const pointers = response.json().errors.map((fault: { pointer: string }) => fault.pointer)
  expect(pointers.toSorted()).toEqual([
    '/query/colour',
    '/query/currency',
    '/query/from_date',
    '/query/limit',
    '/query/offset',
    '/query/sort_by',
    '/query/status/0',
    '/query/tenant_ids/0',
  ])
})

test('a read across tenants is recorded for each of them with its own count of rows', async () => {
  const { first, second, caller } = await seedPartner(['Acme', 'Beta'])
  for (const tenant of [first, first, second]) await seed(tenant)
  await list(caller)
  const seen = (tenant: TenantId) =>
    world.sql(
      `select s.row_count::integer as n, e.action from audit_scope s join audit_event e on e.id = s.event_id where s.kind = 'tenant' and s.scope_id = $1 and e.action = 'billing.invoices.read'`,
      [tenant],
    )
  expect(await seen(first)).toEqual([{ n: 2, action: 'billing.invoices.read' }])
  expect(await seen(second)).toEqual([{ n: 1, action: 'billing.invoices.read' }])
})

const TABLES = ['billing_account', 'subscriber', 'invoice', 'invoice_month', 'payment']

test.each(TABLES)(
  'raw SQL with the context of another tenant sees and writes no row of %s',
  async (table) => {
    const { first, second, person } = await seedPartner(['Acme', 'Beta'])
    await seed(second, { status: 'paid' })
    await world.seed(
      `insert into subscriber (tenant_id, name, status) values ($1, 'Zed', 'active')`,
      [second],
      second,
    )
    await world.seed(
      `insert into payment (tenant_id, invoice_id, amount_minor, currency, received_at) select tenant_id, id, 5, currency, now() from invoice where tenant_id = $1`,
      [second],
      second,
    )
    expect(await world.sql(`select 1 from ${table} where tenant_id = $1`, [second])).not.toEqual([])
    const clerk = await world.person()
    await world.tenantMember(first, clerk.id)
    for (const [login, who] of [
      ['liaison_delegate', person.id],
      ['liaison_tenant', clerk.id],
    ] as const) {
      expect(await world.sqlAs(login, `select 1 from ${table}`)).toEqual([])
      expect(
        await inContext(login, who, first, `select 1 from ${table} where tenant_id = '${second}'`),
      ).toEqual([])
      for (const write of [
        `update ${table} set tenant_id = '${first}' where tenant_id = '${second}'`,
        `delete from ${table} where tenant_id = '${second}'`,
        `insert into ${table} (tenant_id) values ('${second}')`,
      ]) {
        await expect(inContext(login, who, first, write)).rejects.toThrow(/permission denied/)
      }
    }
  },
)

/** Runs one statement as a login under the context of a person in one tenant. */
async function inContext(
  login: 'liaison_delegate' | 'liaison_tenant',
  personId: string,
  tenant: TenantId,
  text: string,
) {
  const token = `token-${randomUUID()}`
  await world.sql(
    `insert into session (token_hash, person_id, factor, factor_at, password_at, ends_at) values (sha256($1), $2, 'otp', now(), now(), now() + interval '1 hour')`,
    [Buffer.from(token), personId],
  )
  const client = await world.database.pool(login).connect()
  try {
    await client.query('begin')
    await client.query(
      `select access.enter_person(jsonb_build_object('session_hash', encode(sha256($1), 'hex'), 'tenant_id', $2::text, 'writes', false))`,
      [Buffer.from(token), tenant],
    )
    return (await client.query(text)).rows
  } finally {
    await client.query('rollback')
    client.release()
  }
}
