import { createHash } from 'node:crypto'
import { encodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addApp } from '#testing/account-holder.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeIdentityRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => makeIdentityRoutes(services))
})
afterAll(() => world[Symbol.asyncDispose]())

const NOBODY = null
const MEMBERS = '/api/v1/tenant/members'

/** Acme with an admin, a user with an authenticator app and somebody who left; Beta with one admin. */
async function openScene() {
  const [acme, beta] = [await world.tenant('Acme Fiber'), await world.tenant('Beta')]
  const [dana, uli, gone, other] = [
    await world.person('Dana Kim'),
    await world.person('Uli Berg'),
    await world.person('Zoe Left'),
    await world.person('Other Admin'),
  ]
  await world.tenantMember(acme, dana.id)
  await world.tenantMember(acme, uli.id, 'TENANT_USER')
  await world.tenantMember(acme, gone.id, 'TENANT_USER')
  await world.tenantMember(beta, other.id)
  await world.seed(`update tenant_member set status = 'inactive' where person_id = $1`, [gone.id], acme)
  await addApp(world, uli.id)
  return {
    acme,
    beta,
    dana,
    uli,
    gone,
    admin: await world.signIn(dana.id, { tenantId: acme }),
    user: await world.signIn(uli.id, { tenantId: acme }),
    stranger: await world.signIn(other.id, { tenantId: beta }),
  }
}

test('an administrator sees the own members with address, role, state and whether a second factor is there', async () => {
  const { admin, dana, uli, gone } = await openScene()
  const answer = await world.call(admin, 'GET', MEMBERS)
  expect(answer.statusCode, answer.body).toBe(200)
  expect(answer.json()).toMatchObject({ total: 3, has_more: false })
  const shown = (answer.json().items as Record<string, unknown>[]).map(
    ({ person_id: id, name, email, role, status, has_second_factor: factor, since }) => ({
      id,
      name,
      email,
      role,
      status,
      factor,
      isInstant: !Number.isNaN(Date.parse(String(since))),
    }),
  )
  const row = (person: typeof dana, role: string, rest: object) => ({
    id: encodeId('person', person.id),
    name: person.name,
    email: person.email,
    role,
    isInstant: true,
    ...rest,
  })
  expect(shown).toEqual([
    row(dana, 'TENANT_ADMIN', { status: 'active', factor: false }),
    row(uli, 'TENANT_USER', { status: 'active', factor: true }),
    row(gone, 'TENANT_USER', { status: 'inactive', factor: false }),
  ])
})

test('pages follow each other by name, and another organisation shows only its own', async () => {
  const { admin, stranger } = await openScene()
  const second = await world.call(admin, 'GET', `${MEMBERS}?limit=1&offset=1`)
  expect(second.json()).toMatchObject({ items: [{ name: 'Uli Berg' }], total: 3, has_more: true })
  expect((await world.call(stranger, 'GET', MEMBERS)).json()).toMatchObject({
    items: [{ name: 'Other Admin' }],
    total: 1,
  })
})

test('a member without the permission, a stranger and nobody at all are refused', async () => {
  const { user, stranger, acme } = await openScene()
  expect((await world.call(user, 'GET', MEMBERS)).json()).toMatchObject({ code: 'PERMISSION_DENIED' })
  expect((await world.call({ ...stranger, tenantId: acme }, 'GET', MEMBERS)).statusCode).toBe(404)
  expect((await world.call(NOBODY, 'GET', MEMBERS)).statusCode).toBe(401)
})

/** What the database shows one person's context of the members, whatever the server asks. */
async function readAs(login: 'liaison_tenant' | 'liaison_delegate', caller: Caller, tenantId: TenantId) {
  const client = await world.database.pool(login).connect()
  try {
    await client.query('begin')
    const token = String(caller.cookie).split('=')[1] ?? ''
    await client.query('select access.enter_person($1)', [
      {
        session_hash: createHash('sha256').update(token).digest('hex'),
        tenant_id: tenantId,
        permission: 'tenant.members.read',
        writes: false,
        source: 'api',
      },
    ])
    return (await client.query('select name, email from access.own_members() order by name')).rows
  } finally {
    await client.query('rollback')
    client.release()
  }
}

test('the database itself shows addresses to administrators of the own organisation alone', async () => {
  const { acme, beta, admin, user, stranger, dana } = await openScene()
  expect(await readAs('liaison_tenant', admin, acme)).toContainEqual({ name: dana.name, email: dana.email })
  expect(await readAs('liaison_tenant', user, acme)).toEqual([])
  expect(await readAs('liaison_tenant', admin, beta)).toEqual([])
  expect(await readAs('liaison_tenant', stranger, acme)).toEqual([])
  await expect(readAs('liaison_delegate', admin, acme)).rejects.toThrow('permission denied')
  expect(await world.sqlAs('liaison_tenant', 'select * from access.own_members()')).toEqual([])
  await expect(world.sqlAs('liaison_tenant', 'select email from person')).rejects.toThrow('permission denied')
})

test('members of a partner are listed with the open links that they may use (B3)', async () => {
  const partner = await world.partner('Northwind')
  const [ana, lee] = [await world.person('Ana Ruiz'), await world.person('Lee Park')]
  await world.partnerMember(partner, ana.id, 'PARTNER_OWNER')
  const member = await world.partnerMember(partner, lee.id)
  const [acme, ended] = [await world.tenant('Acme Fiber'), await world.tenant('Beta')]
  const link = await world.link(partner, acme, { role: 'msp_support' })
  await world.assign(link, member)
  await world.assign(await world.link(partner, ended, { role: 'msp_support', status: 'revoked' }), member)
  const answer = await world.call(await world.signIn(ana.id), 'GET', '/api/v1/partner/members')
  expect(answer.json().items).toMatchObject([
    { name: 'Ana Ruiz', assignments: [] },
    {
      name: 'Lee Park',
      assignments: [
        {
          link_id: encodeId('link', link),
          tenant_id: encodeId('tenant', acme),
          tenant_name: 'Acme Fiber',
          role: null,
          ends_at: null,
        },
      ],
    },
  ])
})

test('a page beyond the last one still tells how many people there are (B5)', async () => {
  const { admin } = await openScene()
  const beyond = async (caller: Caller, path: string) =>
    (await world.call(caller, 'GET', `${path}offset=10&limit=5`)).json()
  expect(await beyond(admin, `${MEMBERS}?`)).toMatchObject({ items: [], total: 3, has_more: false })
  const partner = await world.partner('Northwind')
  const person = await world.person('Olga Owner')
  await world.partnerMember(partner, person.id, 'PARTNER_OWNER')
  const owner = await world.signIn(person.id)
  expect(await beyond(owner, '/api/v1/partner/members?')).toMatchObject({ items: [], total: 1 })
})
