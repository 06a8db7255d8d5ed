import { decodeId, encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { makeHomeActs, OF_PARTNER, OF_TENANT } from '#testing/home-acts.ts'
import { REQUEST, tenantPath } from '#testing/link-acts.ts'
import { meetAt } from '#testing/meet.ts'
import { stockShop } from '#testing/shop.ts'
import { wholeProduct } from '#testing/whole-product.ts'
import { TestWorld } from '#testing/world.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
beforeAll(async () => {
  world = await TestWorld.start(wholeProduct, { tokens })
  clients = new ApiClients(world, tokens)
  await stockShop(world)
})
afterAll(() => world[Symbol.asyncDispose]())
const { open, second, ask, askedId, act, list, homeOf } = makeHomeActs(() => world)

const stateAndCode = (answer: { statusCode: number; json: () => { status?: string; code?: string } }) =>
  `${answer.statusCode} ${answer.json().code ?? answer.json().status ?? ''}`

describe('a partner and a tenant are one', () => {
  test('once the tenant said so and the partner accepted; each is told, and both logs have it (A5)', async () => {
    const scene = await open()
    const asked = await ask(scene.admin, scene.slug)
    expect(asked.statusCode, asked.body).toBe(201)
    const id = String(asked.json().home_id)
    expect(asked.json()).toMatchObject({
      status: 'offered',
      tenant_id: encodeId('tenant', scene.tenant),
      tenant_name: 'Acme',
      partner_name: 'Northwind',
      asked_by_you: true,
      accepted_by_name: null,
    })
    expect(await homeOf(scene)).toBeNull()
    expect(await list(scene.owner)).toMatchObject([{ home_id: id, status: 'offered', asked_by_you: false }])
    const accepted = await act(scene.owner, id, 'accept')
    expect(accepted.json(), accepted.body).toMatchObject({ status: 'active', ended_at: null })
    expect(await homeOf(scene)).toBe(scene.tenant)
    expect(await list(scene.admin)).toMatchObject([{ home_id: id, status: 'active' }])
    const glance = await world.call(scene.admin, 'GET', '/api/v1/tenant/home')
    expect(glance.json().who_has_access).toMatchObject({
      partners: 1,
      partners_with_people: 0,
      own_partner_name: 'Northwind',
    })
    const readers = await world.sql(
      `select e.action, array_agg(s.kind order by s.kind) as told from audit_event e join audit_scope s on s.event_id = e.id
       where e.action like 'homes.%' and e.resource_id = $1 group by e.id, e.action, e.occurred_at order by e.occurred_at`,
      [decodeId('partner_home', id)],
    )
    expect(readers).toEqual([
      { action: 'homes.ask', told: ['partner', 'tenant'] },
      { action: 'homes.accept', told: ['partner', 'tenant'] },
    ])
    const mails = await world.sql<{ id: string; subject: string; text: string }>(
      `select p.id, o.payload ->> 'subject' as subject, o.payload ->> 'text' as text from outbox o join person p on p.email = o.payload ->> 'to'
       where o.topic = 'mail' and p.id = any ($1) order by o.created_at`,
      [[scene.people.tenant.id, scene.people.partner.id]],
    )
    // Whoever did it is not told of it.
    expect(mails.map(({ id: of, subject }) => [of, subject])).toEqual([
      [scene.people.partner.id, 'Acme says that it is Northwind: you accept or decline'],
      [scene.people.tenant.id, 'Northwind is Acme from now on'],
    ])
    expect(mails[0]?.text).toContain(`/partner/${encodeId('partner', scene.partner)}/profile`)
    expect(mails[1]?.text).toContain(`/org/${encodeId('tenant', scene.tenant)}/access/home`)
  })

  test.each([
    ['the organisation', 'end', 'admin'],
    ['the partner', 'end', 'owner'],
  ] as const)(
    'until %s ends it: its apps are refused at the next call, what it resells has no payer, and both come back when it is so again (A5, I7)',
    async (_who, step, by) => {
      const scene = await open()
      await world.seed(`update partner set kinds = '{wholesaler}' where id = $1`, [scene.partner])
      const end = await world.tenant('Endco')
      const [own, resold] = [await clients.account(scene.tenant, 'W-1'), await clients.account(end, 'E-7')]
      const client = await clients.client({ partner: scene.partner })
      await clients.paidBy(own)
      const relationship = await clients.paidBy(resold, own, scene.partner)
      const resale = await clients.resale({ partner: scene.partner, accounts: [resold], relationship })
      const places = async () => {
        const own_token = await clients.token({ client, account: own })
        const for_end = await clients.token({ client, account: resold, access: 'resale', delegation: resale })
        const body = { items: [{ product_code: 'ROUTER', quantity: 1 }] }
        const answers = [
          await clients.call(own_token, 'POST', '/api/v1/customers/W-1/orders', { body }),
          await clients.call(for_end, 'POST', '/api/v1/customers/E-7/orders', { body }),
        ]
        return answers.map((answer) => `${answer.statusCode} ${answer.json().code ?? ''}`.trim())
      }
      const refused = ['403 CUSTOMER_MISMATCH', '409 NO_BILLING_RELATIONSHIP']
      expect(await places()).toEqual(refused)
      const id = await askedId(scene)
      await act(scene.owner, id, 'accept')
      expect(await places()).toEqual(['201', '201'])
      expect(await places()).toEqual(['201', '201'])
      const ended = await act(scene[by], id, step, 'Sold')
      expect(ended.json(), ended.body).toMatchObject({
        status: 'ended',
        ended_by: by === 'admin' ? 'tenant' : 'partner',
        end_reason: 'Sold',
      })
      expect(await places()).toEqual(refused)
      expect(await homeOf(scene)).toBeNull()
      await act(scene.owner, await askedId(scene), 'accept')
      expect(await places()).toEqual(['201', '201'])
    },
  )

  test('by two people of a tenant that has two: the partner hears nothing before, and the first confirms nothing (B10)', async () => {
    const scene = await open()
    const other = await second(scene.tenant)
    const asked = await ask(scene.admin, scene.slug)
    expect(asked.json()).toMatchObject({ status: 'waiting', offered_at: null })
    const id = String(asked.json().home_id)
    expect(await list(scene.owner)).toEqual([])
    expect(stateAndCode(await act(scene.owner, id, 'accept'))).toBe('404 HOME_NOT_FOUND')
    expect(stateAndCode(await act(scene.admin, id, 'confirm'))).toBe('409 HOME_SECOND_PERSON')
    const mailed = async () =>
      (
        await world.sql<{ id: string }>(
          `select p.id from outbox o join person p on p.email = o.payload ->> 'to' where o.topic = 'mail' and p.id = any ($1)`,
          [[scene.people.tenant.id, scene.people.partner.id, other.id]],
        )
      ).map((row) => row.id)
    expect(await mailed()).toEqual([other.id])
    expect((await act(other.caller, id, 'confirm')).json()).toMatchObject({
      status: 'offered',
      confirmed_by_name: 'Bea Next',
    })
    expect(await list(scene.owner)).toMatchObject([{ home_id: id, status: 'offered' }])
    expect(stateAndCode(await act(scene.owner, id, 'accept'))).toBe('200 active')
    const told = await world.sql(
      `select e.action, count(*) filter (where s.kind = 'partner')::integer as partner from audit_event e join audit_scope s on s.event_id = e.id
       where e.resource_id = $1 group by e.id, e.action, e.occurred_at order by e.occurred_at`,
      [decodeId('partner_home', id)],
    )
    expect(told).toEqual([
      { action: 'homes.ask', partner: 0 },
      { action: 'homes.confirm', partner: 1 },
      { action: 'homes.accept', partner: 1 },
    ])
  })

  test('not by the word of somebody who has left: the next word is the first, and the log says so (B10)', async () => {
    const scene = await open()
    const [other, third] = [await second(scene.tenant), await second(scene.tenant)]
    const id = await askedId(scene)
    await world.seed(
      `update tenant_member set status = 'inactive' where person_id = $1`,
      [scene.people.tenant.id],
      scene.tenant,
    )
    const seen = { ...other.caller, tenantId: scene.tenant }
    expect(await list(seen)).toMatchObject([{ first_approval_counts: false }])
    expect(stateAndCode(await act(other.caller, id, 'confirm'))).toBe('200 waiting')
    expect(await list(seen)).toMatchObject([{ first_approval_counts: true }])
    expect(stateAndCode(await act(other.caller, id, 'confirm'))).toBe('409 HOME_SECOND_PERSON')
    expect(stateAndCode(await act(third.caller, id, 'confirm'))).toBe('200 offered')
    const [event] = await world.sql<{ reason: string }>(
      `select reason from audit_event where action = 'homes.confirm_first' and tenant_id = $1`,
      [scene.tenant],
    )
    expect(event?.reason).toContain('counts no more')
  })

  test.each([
    ['the organisation takes it back', 'admin', 'withdraw', 'withdrawn'],
    ['the partner declines', 'owner', 'decline', 'declined'],
  ] as const)('not where %s, and nothing can be done about it then', async (_name, by, step, status) => {
    const scene = await open()
    const id = await askedId(scene)
    expect((await act(scene[by], id, step)).json()).toMatchObject({ status })
    for (const [caller, next] of [
      [scene.owner, 'accept'],
      [scene.owner, 'decline'],
      [scene.owner, 'end'],
      [scene.admin, 'withdraw'],
      [scene.admin, 'end'],
      [scene.admin, 'confirm'],
    ] as const)
      expect(stateAndCode(await act(caller, id, next)), next).toBe('409 HOME_STATE_CONFLICT')
    expect(await homeOf(scene)).toBeNull()
    expect(stateAndCode(await ask(scene.admin, scene.slug))).toBe('201 offered')
  })

  test('not where nobody answers in fourteen days; the tenant can say it anew', async () => {
    const scene = await open()
    const id = await askedId(scene)
    await world.seed(
      `update partner_home set answer_by = now() - interval '1 second' where id = $1`,
      [decodeId('partner_home', id)],
      scene.tenant,
    )
    expect(await list(scene.owner)).toMatchObject([{ home_id: id, status: 'lapsed' }])
    expect(stateAndCode(await act(scene.owner, id, 'accept'))).toBe('409 HOME_STATE_CONFLICT')
    const again = await askedId(scene)
    expect(await list(scene.admin)).toMatchObject([
      { home_id: again, status: 'offered' },
      { home_id: id, status: 'lapsed' },
    ])
  })

  test('each with one other alone: neither a second partner nor a second organisation, also at the same moment', async () => {
    const [one, other] = [await open(), await open()]
    expect(stateAndCode(await ask(one.admin, 'no-such-partner'))).toBe('404 PARTNER_NOT_INVITED')
    const first = await askedId(one)
    expect(stateAndCode(await ask(one.admin, other.slug))).toBe('409 HOME_OPEN')
    const rival = String((await ask(other.admin, one.slug)).json().home_id)
    const lock = { text: 'select 1 from partner where id = $1 for update', values: [one.partner] }
    const answers = await meetAt(
      world,
      lock,
      [first, rival].map((id) => () => act(one.owner, id, 'accept')),
    )
    expect(answers.map(stateAndCode).toSorted()).toEqual(['200 active', '409 HOME_TAKEN'])
  })

  test('without a link: where one stands or is asked for they are not one, and where they are one none is begun (B1)', async () => {
    const scene = await open()
    const link = await world.link(scene.partner, scene.tenant)
    expect(stateAndCode(await ask(scene.admin, scene.slug))).toBe('409 HOME_HAS_LINK')
    await world.seed(`update delegation set status = 'revoked' where id = $1`, [link], scene.tenant)
    const id = await askedId(scene)
    const invite = () =>
      world.call(scene.admin, 'POST', '/api/v1/tenant/partner-access/links/invite', {
        body: { ...REQUEST, partner_slug: scene.slug },
      })
    await act(scene.owner, id, 'accept')
    // One that has expired is not renewed either.
    await world.seed(
      `update delegation set status = 'expired', ends_at = now() - interval '1 day' where id = $1`,
      [link],
      scene.tenant,
    )
    const renewed = await world.call(scene.admin, 'POST', tenantPath(encodeId('link', link), '/renew'), {
      body: {},
    })
    expect(renewed.json().code, renewed.body).toBe('LINK_WITH_ITSELF')
    const refused = await invite()
    expect(refused.json().code, refused.body).toBe('LINK_WITH_ITSELF')
    const [tenant] = await world.sql<{ slug: string }>('select slug from tenant where id = $1', [
      scene.tenant,
    ])
    const asked = await world.call(scene.owner, 'POST', '/api/v1/partner/links', {
      body: { ...REQUEST, tenant_slug: tenant?.slug },
    })
    expect(asked.json().code, asked.body).toBe('LINK_WITH_ITSELF')
  })

  test('until all partner access, or this partner, is stopped in one step (B10)', async () => {
    const stops = [
      ['/api/v1/tenant/partner-access/stop-all', 'Acme'],
      [null, 'Northwind'],
    ] as const
    for (const [path, name] of stops) {
      const scene = await open()
      const id = await askedId(scene)
      await act(scene.owner, id, 'accept')
      const one = `/api/v1/tenant/partner-access/partners/${encodeId('partner', scene.partner)}/stop`
      const stopped = await world.call(scene.admin, 'POST', path ?? one, {
        body: { reason: 'A leak', confirm_name: name },
      })
      expect(stopped.json(), stopped.body).toMatchObject({
        homes: [{ home_id: id, partner_name: 'Northwind', status_before: 'active' }],
      })
      expect(await homeOf(scene)).toBeNull()
    }
  })

  test('until all partner access is stopped, however it meets an owner who accepts at that moment (B10, I7)', async () => {
    const scene = await open()
    const id = await askedId(scene)
    const lock = {
      text: 'select 1 from partner_home where id = $1 for update',
      values: [decodeId('partner_home', id)],
    }
    const [stopped] = await meetAt(world, lock, [
      () =>
        world.call(scene.admin, 'POST', '/api/v1/tenant/partner-access/stop-all', {
          body: { reason: 'A leak', confirm_name: 'Acme' },
        }),
      () => act(scene.owner, id, 'accept'),
    ])
    expect(stopped?.statusCode, stopped?.body).toBe(200)
    expect(await homeOf(scene)).toBeNull()
  })

  test('until it is ended also where the partner has been terminated: the organisation is not held to it, nor is its emergency stop (B10)', async () => {
    for (const stop of [false, true]) {
      const scene = await open()
      const id = await askedId(scene)
      await act(scene.owner, id, 'accept')
      await world.seed(`update partner set status = 'terminated' where id = $1`, [scene.partner])
      const ended = stop
        ? await world.call(scene.admin, 'POST', '/api/v1/tenant/partner-access/stop-all', {
            body: { reason: 'A leak', confirm_name: 'Acme' },
          })
        : await act(scene.admin, id, 'end')
      expect(ended.statusCode, ended.body).toBe(200)
      expect(await homeOf(scene)).toBeNull()
    }
  })

  test.each([['partner'], ['tenant']] as const)(
    'and feel what the organisation freezes, scope %s; its own apps go on (B11)',
    async (scope) => {
      const scene = await open()
      const account = await clients.account(scene.tenant, 'F-1')
      await act(scene.owner, await askedId(scene), 'accept')
      const apps = [
        await clients.client({ partner: scene.partner }),
        await clients.client({ tenant: scene.tenant }),
      ]
      const read = () =>
        Promise.all(
          apps.map(async (client) => {
            const token = await clients.token({ client, account })
            const answer = await clients.call(token, 'GET', '/api/v1/customers/F-1/account')
            return answer.json().code ?? answer.statusCode
          }),
        )
      expect(await read()).toEqual([200, 200])
      const frozen = await world.call(scene.admin, 'POST', '/api/v1/tenant/partner-access/freeze', {
        body: { scope, ...(scope === 'partner' && { partner_id: encodeId('partner', scene.partner) }) },
      })
      expect(frozen.statusCode, frozen.body).toBe(201)
      expect(await read()).toEqual(['ACCESS_FROZEN', 200])
    },
  )

  test('and nobody else says so: neither members who decide nothing, nor strangers, nor an app', async () => {
    const scene = await open()
    const id = await askedId(scene)
    const [member, staff] = [await world.person(), await world.person()]
    await world.tenantMember(scene.tenant, member.id, 'TENANT_USER')
    await world.partnerMember(scene.partner, staff.id, 'PARTNER_STAFF')
    const user = await world.signIn(member.id, { tenantId: scene.tenant })
    const other = await open()
    expect((await ask(user, other.slug)).statusCode).toBe(403)
    expect((await world.call(user, 'GET', OF_TENANT)).statusCode).toBe(403)
    expect((await act(await world.signIn(staff.id), id, 'accept')).statusCode).toBe(403)
    expect(stateAndCode(await act(other.owner, id, 'accept'))).toBe('404 HOME_NOT_FOUND')
    expect(stateAndCode(await act(other.admin, id, 'withdraw'))).toBe('404 HOME_NOT_FOUND')
    const nobody = await world.call({ cookie: null }, 'GET', OF_PARTNER)
    expect(nobody.statusCode).toBe(401)
    expect(await homeOf(scene)).toBeNull()
  })
})
