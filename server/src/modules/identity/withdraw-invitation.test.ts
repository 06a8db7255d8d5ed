import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOGINS } from '#platform/database.ts'
import { linkIn, mailsTo, NEW_PASSWORD } from '#testing/account-holder.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { changedBy } from '#testing/raw-changes.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeAuditRoutes } from '#modules/audit/index.ts'
import { makeIdentityRoutes } from './index.ts'

let world: TestWorld
let serial = 0
beforeAll(async () => {
  world = await TestWorld.start(
    (services) => [...makeIdentityRoutes(services), ...makeAuditRoutes(services)],
    {
      passwordHashConcurrency: 4,
    },
  )
})
afterAll(() => world[Symbol.asyncDispose]())

const newBrowser = () => new FormBrowser(world, `10.9.${(serial += 1) >> 8}.${serial & 255}`)
const newAddress = () => `invited.${(serial += 1)}@example.test`

type Side = 'partner' | 'tenant'
const ROLES = { partner: 'PARTNER_STAFF', tenant: 'TENANT_USER' } as const
const pathOf = (side: Side, rest = '') => `/api/v1/${side}/members/invitations${rest}`

async function organisation(side: Side): Promise<{ manager: Caller; member: Caller }> {
  const [first, second] = [await world.person('Ana Ruiz'), await world.person()]
  if (side === 'partner') {
    const partner = await world.partner('Northwind')
    await world.partnerMember(partner, first.id, 'PARTNER_OWNER')
    await world.partnerMember(partner, second.id)
    return { manager: await world.signIn(first.id), member: await world.signIn(second.id) }
  }
  const tenant = await world.tenant('Acme')
  await world.tenantMember(tenant, first.id)
  await world.tenantMember(tenant, second.id, 'TENANT_USER')
  const inside = async (id: typeof first.id) => ({ ...(await world.signIn(id)), tenantId: tenant })
  return { manager: await inside(first.id), member: await inside(second.id) }
}

async function invite(side: Side, manager: Caller) {
  const email = newAddress()
  const sent = await world.call(manager, 'POST', `/api/v1/${side}/members/invite`, {
    body: { email, role: ROLES[side] },
  })
  expect(sent.statusCode, sent.body).toBe(201)
  const id: string = sent.json().invitation_id
  return { email, id, link: linkIn((await mailsTo(world, email))[0]) }
}

const list = async (side: Side, manager: Caller) =>
  (await world.call(manager, 'GET', pathOf(side))).json<{ items: { email: string; status: string }[] }>()
    .items

const withdraw = (side: Side, manager: Caller, id: string) =>
  world.call(manager, 'POST', pathOf(side, `/${id}/withdraw`))

describe.each(['partner', 'tenant'] as const)('an invitation of a %s (U1)', (side) => {
  test('is seen with its state and its end, and leaves the list when somebody joins', async () => {
    const { manager } = await organisation(side)
    const [open, late, taken] = [
      await invite(side, manager),
      await invite(side, manager),
      await invite(side, manager),
    ]
    await world.sql(`update single_use_token set ends_at = now() - interval '1 minute' where email = $1`, [
      late.email,
    ])
    await newBrowser().post(taken.link, { name: 'Tom Bay', password: NEW_PASSWORD })
    const seen = await list(side, manager)
    expect(seen.map(({ email, status }) => [email, status])).toEqual([
      [late.email, 'ran_out'],
      [open.email, 'open'],
    ])
    expect(seen[1]).toMatchObject({ role: ROLES[side], invited_by: 'Ana Ruiz', invitation_id: open.id })
  })

  test('is withdrawn once: the link says so and brings nobody in, and the log has it', async () => {
    const { manager } = await organisation(side)
    const { email, id, link } = await invite(side, manager)
    expect((await withdraw(side, manager, id)).statusCode).toBe(204)
    const browser = newBrowser()
    const page = await browser.get(link)
    expect([page.status, page.text.includes('This invitation was withdrawn')]).toEqual([410, true])
    expect((await browser.post(link, { name: 'Lee Park', password: NEW_PASSWORD })).status).toBe(410)
    expect(await world.sql('select 1 from person where email = $1', [email])).toEqual([])
    expect((await list(side, manager)).map(({ status }) => status)).toEqual(['withdrawn'])
    const again = await withdraw(side, manager, id)
    expect([again.statusCode, again.json().code]).toEqual([404, 'INVITATION_UNKNOWN'])
    const events = await world.sql(
      `select resource_label from audit_event where action = 'identity.member.withdraw_invitation' and resource_label = $1`,
      [email],
    )
    expect(events).toHaveLength(1)
  })

  test('is either joined by or withdrawn, however the two meet', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { manager } = await organisation(side)
      const { email, id, link } = await invite(side, manager)
      const [joined, withdrawn] = await Promise.all([
        newBrowser().post(link, { name: 'Lee Park', password: NEW_PASSWORD }),
        withdraw(side, manager, id),
      ])
      const people = await world.sql('select 1 from person where email = $1', [email])
      expect([people.length, joined.status === 303]).toEqual(
        withdrawn.statusCode === 204 ? [0, false] : [1, true],
      )
    }
  })

  test('is seen and withdrawn by those who may invite there alone', async () => {
    const { manager, member } = await organisation(side)
    const { id } = await invite(side, manager)
    const other = await organisation(side)
    expect((await world.call(member, 'GET', pathOf(side))).statusCode).toBe(403)
    expect((await withdraw(side, member, id)).statusCode).toBe(403)
    expect((await withdraw(side, other.manager, id)).statusCode).toBe(404)
    expect(await list(side, other.manager)).toEqual([])
    expect((await list(side, manager)).map(({ status }) => status)).toEqual(['open'])
  })
})

test('the database withdraws nothing for a login without a context of its own that manages members', async () => {
  const { manager } = await organisation('partner')
  await invite('partner', manager)
  const [row] = await world.sql<{ id: string }>(
    `select id from single_use_token where purpose = 'invitation' order by created_at desc limit 1`,
  )
  for (const login of LOGINS) {
    const call = world.sqlAs(login, 'select access.withdraw_invitation($1)', [row?.id])
    await expect(call, login).rejects.toThrow(/permission denied|withdraws no invitation/)
    const seen = await world.sqlAs(login, 'select * from access.own_invitations()').catch(() => [])
    expect(seen, login).toEqual([])
  }
  const open = await world.sql('select 1 from single_use_token where id = $1 and used_at is null', [row?.id])
  expect(open).toHaveLength(1)
})

test('an invitation is made, read and withdrawn in raw SQL by those alone who manage the people (R1)', async () => {
  const partner = await world.partner('Northwind')
  const owner = await world.person()
  await world.partnerMember(partner, owner.id, 'PARTNER_OWNER')
  const tenant = await world.tenant('Acme')
  const [staff, left] = [await world.person(), await world.person()]
  const [admin, user] = [await world.person(), await world.person()]
  await world.partnerMember(partner, staff.id)
  await world.partnerMember(partner, left.id, 'PARTNER_OWNER')
  await world.seed(`update partner_member set status = 'inactive' where person_id = $1`, [left.id])
  await world.tenantMember(tenant, admin.id)
  await world.tenantMember(tenant, user.id, 'TENANT_USER')
  for (const [login, kind, organisation, who] of [
    ['liaison_program', 'partner', partner, [owner, staff, left]],
    ['liaison_tenant', 'tenant', tenant, [admin, user]],
  ] as const) {
    const [first, ...others] = await Promise.all(who.map((one) => world.signIn(one.id)))
    const permission = login === 'liaison_tenant' ? 'tenant.members.manage' : 'partner_org.members.manage'
    const sql = 'select access.invite($1)'
    const values = [{ kind, organisation_id: organisation, email: 'new.raw@example.test', token_hash: '00' }]
    const withdraw = { login, permission, sql: 'select access.withdraw_invitation(uuidv7())' }
    for (const other of others) {
      await expect(changedBy(world, other, { login, permission, sql, values })).rejects.toThrow(
        /does not invite/,
      )
      await expect(changedBy(world, other, withdraw)).rejects.toThrow(/withdraws no/)
    }
    expect(first && (await changedBy(world, first, { login, permission, sql, values }))).toBe(1)
    expect(first && (await changedBy(world, first, withdraw))).toBe(1)
  }
})
