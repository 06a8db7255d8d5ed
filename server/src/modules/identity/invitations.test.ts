import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codeOfKey, linkIn, mailsTo, NEW_PASSWORD, PASSWORD, seedAccount } from '#testing/account-holder.ts'
import { CommandBench, OPERATOR } from '#testing/command.ts'
import { attempts, patience, tellFigures } from '#testing/figures.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { TestWorld } from '#testing/world.ts'
import { makeIdentityRoutes } from './index.ts'

let world: TestWorld
let serial = 0
const newBrowser = () => {
  serial += 1
  return new FormBrowser(world, `10.${(serial >> 16) & 255}.${(serial >> 8) & 255}.${serial & 255}`)
}

beforeAll(async () => {
  world = await TestWorld.start((services) => makeIdentityRoutes(services), { passwordHashConcurrency: 4 })
})
afterAll(() => world[Symbol.asyncDispose]())

async function signIn(email: string, password = PASSWORD): Promise<FormBrowser> {
  const browser = newBrowser()
  const shown = await browser.post('/signin', { email, password })
  expect(shown.status).toBe(303)
  return browser
}

const isSignedIn = async (browser: FormBrowser) => (await browser.get('/api/v1/me')).status === 200

describe('an invitation', () => {
  async function seedPartner() {
    const partner = await world.partner('Northwind')
    const owner = await world.person()
    await world.partnerMember(partner, owner.id, 'PARTNER_OWNER')
    return { partner, owner, caller: await world.signIn(owner.id) }
  }

  const newAddress = () => `new.${(serial += 1)}@example.test`

  test('brings somebody new into the partner, who sets up a second factor before anything opens', async () => {
    const { partner, owner, caller } = await seedPartner()
    const email = newAddress()
    const sent = await world.call(caller, 'POST', '/api/v1/partner/members/invite', {
      body: { email: email.toUpperCase(), role: 'PARTNER_STAFF' },
    })
    expect(sent.statusCode).toBe(201)
    expect(sent.json()).toMatchObject({
      email,
      role: 'PARTNER_STAFF',
      invitation_id: expect.stringMatching(/^ivt_/),
    })
    const link = linkIn((await mailsTo(world, email))[0])
    const browser = newBrowser()
    expect((await browser.get(link)).text).toContain(owner.name)
    expect((await browser.post(link, { name: '', password: 'short' })).text).toMatch(
      /href="#name"[^]*href="#password"/,
    )
    expect(
      (await browser.post(link, { name: 'Lee Park', password: 'Lee Park Northwind 2026' })).text,
    ).toContain('easy to guess')
    const joined = await browser.post(link, { name: 'Lee Park', password: NEW_PASSWORD })
    expect(joined.location).toBe('/signin/enrol')
    expect(await isSignedIn(browser)).toBe(false)
    const page = await browser.get('/signin/enrol')
    const key = /class="secret">([A-Z2-7 ]+)</.exec(page.text)?.[1] ?? ''
    const offer = /name="offer" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
    const codes = await browser.post('/signin/enrol', {
      offer,
      code: codeOfKey(key),
    })
    expect(codes.text).toContain('Keep your recovery codes')
    expect((await browser.get('/choose')).location).toBe(`/partner/${encodeId('partner', partner)}/queue`)
    const members = await world.call(caller, 'GET', '/api/v1/partner/members')
    expect(members.json().items).toContainEqual(
      expect.objectContaining({
        name: 'Lee Park',
        email,
        role: 'PARTNER_STAFF',
        status: 'active',
        has_second_factor: true,
      }),
    )
  })

  test('from the machine brings in an administrator of the platform, once, who sets up a second factor first; the log has the operator and the reason', async () => {
    await using bench = await CommandBench.start(world)
    const email = newAddress()
    const line = ['person', 'invite-admin', email, '--reason', 'Two people decide from now on.']
    const { pathname } = new URL((await bench.run(line)).out.trim())
    const told: { email: string; link: string } = JSON.parse((await bench.run([...line, '--json'])).out)
    const link = new URL(told.link).pathname
    expect((await newBrowser().get(pathname)).status).toBe(410)
    const browser = newBrowser()
    expect((await browser.get(link)).text).toContain('Administrator of the platform')
    const joined = await browser.post(link, { name: 'Sam Whitfield', password: NEW_PASSWORD })
    expect(joined.location).toBe('/signin/enrol')
    expect(await isSignedIn(browser)).toBe(false)
    expect((await newBrowser().get(link)).status).toBe(410)
    expect(
      await world.sql(
        `select s.role, s.status from platform_staff s join person p on p.id = s.person_id where p.email = $1`,
        [email],
      ),
    ).toEqual([{ role: 'SUPER_ADMIN', status: 'active' }])
    expect(
      await world.sql(
        `select actor_name, reason, changes from audit_event where action = 'identity.member.invite' and resource_label = $1`,
        [email],
      ),
    ).toEqual(
      Array.from({ length: 2 }, () => ({
        actor_name: OPERATOR.name,
        reason: 'Two people decide from now on.',
        changes: { role: 'SUPER_ADMIN' },
      })),
    )
    await expect(bench.run(['person', 'invite-admin', 'nobody', '--reason', 'x'])).rejects.toThrow('e-mail')
    await expect(bench.run(['person', 'invite-admin', email])).rejects.toThrow('--reason')
  })

  test(
    'is taken once, however many try at the same moment',
    async () => {
      const rounds = attempts(1, 50)
      for (let round = 0; round < rounds; round += 1) {
        const { caller } = await seedPartner()
        const email = newAddress()
        await world.call(caller, 'POST', '/api/v1/partner/members/invite', {
          body: { email, role: 'PARTNER_STAFF' },
        })
        const link = linkIn((await mailsTo(world, email))[0])
        const tries = await Promise.all(
          Array.from({ length: 20 }, () =>
            newBrowser().post(link, { name: 'Lee Park', password: NEW_PASSWORD }),
          ),
        )
        expect(tries.filter(({ status }) => status === 303)).toHaveLength(1)
        expect(await world.sql('select 1 from person where email = $1', [email])).toHaveLength(1)
        expect((await newBrowser().get(link)).status).toBe(410)
      }
      tellFigures([{ name: 'uses of one invitation', count: rounds * 20 }])
    },
    patience(20_000),
  )

  test('is replaced by a newer one to the same address, and ends after seven days', async () => {
    const { caller } = await seedPartner()
    const email = newAddress()
    for (let round = 0; round < 2; round += 1)
      await world.call(caller, 'POST', '/api/v1/partner/members/invite', {
        body: { email, role: 'PARTNER_STAFF' },
      })
    const [first, second] = await mailsTo(world, email)
    expect([
      (await newBrowser().get(linkIn(first))).status,
      (await newBrowser().get(linkIn(second))).status,
    ]).toEqual([410, 200])
    await world.sql(`update single_use_token set ends_at = now() where email = $1`, [email])
    expect((await newBrowser().get(linkIn(second))).status).toBe(410)
  })

  test('to somebody who has an account is taken with that account and no other', async () => {
    const { caller } = await seedPartner()
    const [known, other] = [await seedAccount(world), await seedAccount(world)]
    await world.call(caller, 'POST', '/api/v1/partner/members/invite', {
      body: { email: known.email, role: 'PARTNER_STAFF' },
    })
    const link = linkIn((await mailsTo(world, known.email))[0])
    expect((await newBrowser().get(link)).text).toContain(`/signin?return_to=${encodeURIComponent(link)}`)
    await (await signIn(other.email)).post(link)
    expect(
      await world.sql('select 1 from partner_member where person_id in ($1, $2)', [known.id, other.id]),
    ).toEqual([])
    expect((await (await signIn(known.email)).post(link)).location).toBe('/account/app?return_to=%2Fchoose')
    expect(await world.sql('select role from partner_member where person_id = $1', [known.id])).toEqual([
      { role: 'PARTNER_STAFF' },
    ])
  })

  test('to a member of another partner is explained and stays open', async () => {
    const { caller } = await seedPartner()
    const person = await seedAccount(world)
    await world.call(caller, 'POST', '/api/v1/partner/members/invite', {
      body: { email: person.email, role: 'PARTNER_STAFF' },
    })
    const browser = await signIn(person.email)
    await world.partnerMember(await world.partner('Contoso'), person.id)
    const link = linkIn((await mailsTo(world, person.email))[0])
    expect((await browser.post(link)).status).toBe(409)
    expect((await browser.get(link)).status).toBe(200)
  })

  test('into a tenant is sent by its administrator, and may be taken without a second factor', async () => {
    const tenant = await world.tenant('Acme')
    const admin = await world.person()
    await world.tenantMember(tenant, admin.id)
    const email = newAddress()
    const sent = await world.call(
      { ...(await world.signIn(admin.id)), tenantId: tenant },
      'POST',
      '/api/v1/tenant/members/invite',
      { body: { email, role: 'TENANT_USER' } },
    )
    expect(sent.statusCode).toBe(201)
    const browser = newBrowser()
    await browser.post(linkIn((await mailsTo(world, email))[0]), { name: 'Tom Bay', password: NEW_PASSWORD })
    expect((await browser.get('/signin/enrol')).text).toContain('Not now')
    expect((await browser.post('/signin/enrol/skip')).location).toBe('/choose')
    expect((await browser.get('/choose')).location).toBe(`/org/${encodeId('tenant', tenant)}/home`)
    const [event] = await world.sql(
      `select actor_name, resource_label from audit_event e where action = 'identity.member.join' and exists (select from audit_scope s where s.event_id = e.id and s.kind = 'tenant' and s.scope_id = $1)`,
      [tenant],
    )
    expect(event).toEqual({ actor_name: 'Tom Bay', resource_label: 'Tom Bay' })
  })

  test.each([
    ['was removed', `update partner_member set status = 'inactive' where person_id = $1`],
    ['is an owner no more', `update partner_member set role = 'PARTNER_STAFF' where person_id = $1`],
    ['was made inactive', `update person set status = 'inactive' where id = $1`],
  ])('ends when the owner who sent it %s: nobody comes back through it', async (_, change) => {
    const { partner, owner, caller } = await seedPartner()
    const [email, second] = [newAddress(), await world.person()]
    await world.partnerMember(partner, second.id, 'PARTNER_OWNER')
    await world.call(caller, 'POST', '/api/v1/partner/members/invite', {
      body: { email, role: 'PARTNER_OWNER' },
    })
    const link = linkIn((await mailsTo(world, email))[0])
    const browser = newBrowser()
    expect((await browser.get(link)).status).toBe(200)
    await world.seed(change, [owner.id])
    expect((await browser.get(link)).status).toBe(410)
    expect((await browser.post(link, { name: 'The Same', password: NEW_PASSWORD })).status).toBe(410)
    expect(await world.sql('select 1 from person where email = $1', [email])).toEqual([])
  })

  describe('to somebody who was a member before', () => {
    async function seedLeaver() {
      const { partner, caller } = await seedPartner()
      const { id, email } = await seedAccount(world)
      const member = await world.partnerMember(partner, id, 'PARTNER_OWNER')
      const invite = async (role: string) => {
        const sent = await world.call(caller, 'POST', '/api/v1/partner/members/invite', {
          body: { email, role },
        })
        expect(sent.statusCode, sent.body).toBe(201)
        return linkIn((await mailsTo(world, email)).at(-1))
      }
      const leave = () => world.seed(`update partner_member set status = 'inactive' where id = $1`, [member])
      const standing = async () => {
        const rows = await world.sql('select role, status from partner_member where person_id = $1', [id])
        return rows
      }
      return { partner, id, email, member, invite, leave, standing }
    }

    test('makes the person a member again, in the role that it names and without what was assigned before', async () => {
      const leaver = await seedLeaver()
      const tenant = await world.tenant('Acme')
      const link = await world.link(leaver.partner, tenant, { role: 'msp_support' })
      await world.assign(link, leaver.member)
      await leaver.leave()
      const path = await leaver.invite('PARTNER_STAFF')
      const joined = await (await signIn(leaver.email)).post(path)
      expect(joined.status, joined.text).toBe(303)
      expect(await leaver.standing()).toEqual([{ role: 'PARTNER_STAFF', status: 'active' }])
      expect(await world.sql('select 1 from link_member where link_id = $1', [link])).toEqual([])
      const events = await world.sql<{ action: string }>(
        `select e.action from audit_event e join audit_scope s on s.event_id = e.id where s.kind = 'tenant' and s.scope_id = $1 and e.actor_id = $2`,
        [tenant, leaver.id],
      )
      expect(events).toEqual([{ action: 'links.assign' }])
    })

    test('that was sent before the membership ended brings nobody back', async () => {
      const leaver = await seedLeaver()
      await world.seed(`update partner_member set status = 'inactive' where id = $1`, [leaver.member])
      const path = await leaver.invite('PARTNER_OWNER')
      await world.seed(`update partner_member set status = 'active' where id = $1`, [leaver.member])
      await leaver.leave()
      const refused = await (await signIn(leaver.email)).post(path)
      expect([refused.status, refused.text.includes('You cannot join now')]).toEqual([409, true])
      expect(await leaver.standing()).toEqual([{ role: 'PARTNER_OWNER', status: 'inactive' }])
    })

    test('of a tenant makes the person a member again', async () => {
      const [tenant, admin] = [await world.tenant('Acme'), await world.person()]
      await world.tenantMember(tenant, admin.id)
      const { id, email } = await seedAccount(world)
      await world.tenantMember(tenant, id)
      await world.seed(`update tenant_member set status = 'inactive' where person_id = $1`, [id], tenant)
      const caller = { ...(await world.signIn(admin.id)), tenantId: tenant }
      await world.call(caller, 'POST', '/api/v1/tenant/members/invite', {
        body: { email, role: 'TENANT_USER' },
      })
      const joined = await (await signIn(email)).post(linkIn((await mailsTo(world, email)).at(-1)))
      expect(joined.status, joined.text).toBe(303)
      expect(await world.sql('select role, status from tenant_member where person_id = $1', [id])).toEqual([
        { role: 'TENANT_USER', status: 'active' },
      ])
    })

    test('is the only way back: no other login, and nobody without an invitation', async () => {
      const { partner } = await seedPartner()
      const call = `select access.rejoin('partner', $1, 'PARTNER_OWNER', '\\x00')`
      for (const login of [
        'liaison_program',
        'liaison_tenant',
        'liaison_platform',
        'liaison_delegate',
      ] as const)
        await expect(world.sqlAs(login, call, [partner])).rejects.toThrow('permission denied')
      await expect(world.sqlAs('liaison_auth', call, [partner])).rejects.toThrow('by their own sign-in alone')
    })
  })

  test('into a tenant is refused for somebody who is a member, however the address is written, and not for who was one', async () => {
    const [tenant, admin, member] = [await world.tenant('Acme'), await world.person(), await world.person()]
    await world.tenantMember(tenant, admin.id)
    await world.tenantMember(tenant, member.id, 'TENANT_USER')
    const caller = { ...(await world.signIn(admin.id)), tenantId: tenant }
    const invite = () =>
      world.call(caller, 'POST', '/api/v1/tenant/members/invite', {
        body: { email: member.email.toUpperCase(), role: 'TENANT_ADMIN' },
      })
    const again = await invite()
    expect([again.statusCode, again.json().code]).toEqual([409, 'MEMBER_EXISTS'])
    expect(await mailsTo(world, member.email)).toEqual([])
    await world.seed(`update tenant_member set status = 'inactive' where person_id = $1`, [member.id], tenant)
    expect((await invite()).statusCode).toBe(201)
  })

  test('into a tenant ends with the administrator who sent it', async () => {
    const [tenant, admin, email] = [await world.tenant('Acme'), await world.person(), newAddress()]
    await world.tenantMember(tenant, admin.id)
    await world.call(
      { ...(await world.signIn(admin.id)), tenantId: tenant },
      'POST',
      '/api/v1/tenant/members/invite',
      { body: { email, role: 'TENANT_ADMIN' } },
    )
    const link = linkIn((await mailsTo(world, email))[0])
    await world.seed(`update tenant_member set role = 'TENANT_USER' where person_id = $1`, [admin.id], tenant)
    expect((await newBrowser().post(link, { name: 'The Same', password: NEW_PASSWORD })).status).toBe(410)
    expect(await world.sql('select 1 from person where email = $1', [email])).toEqual([])
  })

  test('is refused to staff, for a member, and by the database for another organisation', async () => {
    const { partner, owner, caller } = await seedPartner()
    const staff = await world.person()
    await world.partnerMember(partner, staff.id)
    const body = { email: newAddress(), role: 'PARTNER_OWNER' }
    expect(
      (
        await world.call(await world.signIn(staff.id), 'POST', '/api/v1/partner/members/invite', { body })
      ).json().code,
    ).toBe('PERMISSION_DENIED')
    const again = await world.call(caller, 'POST', '/api/v1/partner/members/invite', {
      body: { ...body, email: owner.email },
    })
    expect([again.statusCode, again.json().code]).toEqual([409, 'MEMBER_EXISTS'])
    const faulty = await world.call(caller, 'POST', '/api/v1/partner/members/invite', {
      body: { email: 'nobody', role: 'SUPER_ADMIN' },
    })
    expect(faulty.json().errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/body/email',
      '/body/role',
    ])
    for (const login of ['liaison_program', 'liaison_tenant', 'liaison_platform'] as const) {
      await expect(
        world.sqlAs(
          login,
          `select access.invite('{"kind":"platform","email":"a@b.cd","role":"SUPER_ADMIN","token_hash":"00"}')`,
        ),
      ).rejects.toThrow(/does not invite/)
    }
    await expect(world.sqlAs('liaison_delegate', `select access.invite('{}')`)).rejects.toThrow(
      /permission denied/,
    )
  })
})
