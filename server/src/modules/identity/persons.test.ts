import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openForSystem } from '#platform/resolvers/resolver-without-person.ts'
import { addApp, codeOf, PASSWORD, seedAccount } from '#testing/account-holder.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { TestWorld } from '#testing/world.ts'
import { makeIdentityRoutes, sweepIdentity } from './index.ts'
import type { DemoSignIn } from './index.ts'

let world: TestWorld
let serial = 0
const newBrowser = () => new FormBrowser(world, `198.51.100.${(serial += 1)}`)

beforeAll(async () => {
  world = await TestWorld.start((services) => makeIdentityRoutes(services), { passwordHashConcurrency: 4 })
})
afterAll(() => world[Symbol.asyncDispose]())

describe('who am I', () => {
  test('names the person, every frame and the permissions of the one that is asked for', async () => {
    const person = await world.person('Dana Kim')
    const [northwind, acme, beta] = [
      await world.partner('Northwind'),
      await world.tenant('Acme'),
      await world.tenant('Beta'),
    ]
    const member = await world.partnerMember(northwind, person.id, 'PARTNER_OWNER')
    await world.tenantMember(beta, person.id, 'TENANT_USER')
    await world.assign(await world.link(northwind, acme), member)
    await world.link(northwind, await world.tenant('Not assigned'))
    const caller = await world.signIn(person.id)
    const answer = (await world.call(caller, 'GET', '/api/v1/me?frame=partner')).json()
    expect(answer).toMatchObject({
      person: {
        id: encodeId('person', person.id),
        name: 'Dana Kim',
        email: person.email,
        factor: 'otp',
        shortcuts: true,
      },
      partner_id: encodeId('partner', northwind),
      managed_tenant_ids: [encodeId('tenant', acme)],
      active_managed_tenant_id: null,
      demo: false,
    })
    expect(answer.frames.map(({ kind, name }: { kind: string; name: string }) => [kind, name])).toEqual([
      ['partner', 'Northwind'],
      ['org', 'Beta'],
    ])
    expect(answer.permissions).toContain('partner_org.members.manage')
    const inOrg = (
      await world.call(caller, 'GET', `/api/v1/me?frame=org&tenant_id=${encodeId('tenant', beta)}`)
    ).json()
    expect(inOrg.permissions).toEqual([
      'tenant.profile.read',
      'tenant.tickets.read',
      'tenant.tickets.write',
      'tenant.vouchers.read',
      'tenant.vouchers.issue',
      'tenant.vouchers.redeem',
    ])
    expect((await world.call(caller, 'GET', '/api/v1/me?frame=platform')).json().permissions).toEqual([])
    expect(
      (await world.call(caller, 'GET', `/api/v1/me?tenant_id=${encodeId('tenant', acme)}`)).json()
        .active_managed_tenant_id,
    ).toBe(encodeId('tenant', acme))
  })

  test('tells what may be used now in the tenant that the request names, and refuses two different ones (B19)', async () => {
    const person = await world.person()
    const [partner, acme, other] = [
      await world.partner('Northwind'),
      await world.tenant('Acme'),
      await world.tenant('Other'),
    ]
    const link = await world.link(partner, acme, { role: 'msp_full' })
    const member = await world.partnerMember(partner, person.id)
    await world.assign(link, member)
    await world.link(partner, other)
    const caller = await world.signIn(person.id)
    const named = (tenantId: typeof acme, query = '') =>
      world.call({ ...caller, tenantId }, 'GET', `/api/v1/me${query}`)
    const answer = await named(acme)
    expect(answer.json()).toMatchObject({
      active_managed_tenant_id: encodeId('tenant', acme),
      partner_id: encodeId('partner', partner),
      partner_access_role: 'msp_full',
    })
    expect(answer.json().permissions).toEqual(
      expect.arrayContaining(['partner.support.tickets.create', 'partner.audit.read']),
    )
    expect(answer.json().permissions).not.toContain('partner_org.links.read')
    expect(answer.headers['x-active-tenant-id']).toBe(encodeId('tenant', acme))
    // Nobody is assigned there, and no such tenant exists: both are answered the same way.
    for (const hidden of [other, await world.partner('Not a tenant')] as (typeof acme)[]) {
      const blind = await named(hidden)
      expect(blind.json()).toMatchObject({ active_managed_tenant_id: null, permissions: [] })
      expect(blind.headers['x-active-tenant-id']).toBeUndefined()
    }
    const two = await named(acme, `?tenant_id=${encodeId('tenant', other)}`)
    expect([two.statusCode, two.json().code]).toEqual([400, 'TENANT_CONTEXT_MISMATCH'])
    expect((await named(acme, `?tenant_id=${encodeId('tenant', acme)}`)).statusCode).toBe(200)
    await world.seed(`update delegation set status = 'suspended' where id = $1`, [link], acme)
    expect((await named(acme)).json()).toMatchObject({
      active_managed_tenant_id: null,
      partner_access_role: null,
      permissions: [],
    })
  })

  test('stops naming a tenant at once when its link ends or the partner is suspended', async () => {
    const person = await world.person()
    const [partner, tenant] = [await world.partner('Northwind'), await world.tenant('Acme')]
    const link = await world.link(partner, tenant)
    await world.assign(link, await world.partnerMember(partner, person.id))
    const caller = await world.signIn(person.id)
    const managed = async () =>
      (await world.call(caller, 'GET', '/api/v1/me')).json().managed_tenant_ids.length
    expect(await managed()).toBe(1)
    await world.seed(
      `update delegation set status = 'revoked', epoch = epoch + 1 where id = $1`,
      [link],
      tenant,
    )
    expect(await managed()).toBe(0)
    await world.seed(`update partner set status = 'suspended' where id = $1`, [partner])
    expect((await world.call(caller, 'GET', '/api/v1/me')).json()).toMatchObject({
      partner_id: null,
      frames: [],
    })
  })

  test('answers 401 to nobody in particular', async () => {
    const { status, text } = await newBrowser().get('/api/v1/me')
    expect([status, JSON.parse(text).code]).toEqual([401, 'UNAUTHORIZED'])
  })
})

test('a platform administrator is idle after 15 minutes', async () => {
  const person = await seedAccount(world)
  await world.platformAdmin(person.id)
  const seed = await addApp(world, person.id)
  const browser = newBrowser()
  await browser.post('/signin', { email: person.email, password: PASSWORD })
  await browser.post('/signin/mfa', { code: codeOf(seed) })
  expect(await world.sql('select idle_seconds from session where person_id = $1', [person.id])).toEqual([
    { idle_seconds: 900 },
  ])
})

test('the outbox shows mails where they are kept, and is not there where they are sent', async () => {
  const [mail] = await world.sql<{ id: string }>(
    `insert into mail_message (recipient, subject, body_text) values ('dana@acme.example', 'A <b>subject</b>', 'Open http://localhost:3000/reset/abc now') returning id`,
  )
  const list = await newBrowser().get('/dev/outbox')
  expect(list.text).toContain('Development only.')
  expect(list.text).toContain('A &lt;b&gt;subject&lt;/b&gt;')
  expect((await newBrowser().get(`/dev/outbox/${mail?.id}`)).text).toContain('href="/reset/abc"')
  const routes = makeIdentityRoutes({ ...world.app.services, keepsMail: false })
  expect(routes.filter(({ path }) => path.startsWith('/dev'))).toEqual([])
})

test('the tables of sign-in are closed to every login but the one of sign-in', async () => {
  for (const login of [
    'liaison_platform',
    'liaison_program',
    'liaison_delegate',
    'liaison_tenant',
    'liaison_ingest',
    'liaison_guard',
    'liaison_sealer',
  ] as const) {
    for (const relation of [
      'password_credential',
      'totp_factor',
      'passkey',
      'recovery_code',
      'single_use_token',
      'sign_in_throttle',
    ]) {
      await expect(world.sqlAs(login, `select 1 from ${relation}`), `${login} ${relation}`).rejects.toThrow(
        /permission denied/,
      )
    }
  }
})

test('what is over is swept away, and nothing else', async () => {
  await world.sql(
    `insert into single_use_token (purpose, token_hash, ends_at) values ('sign_in', '\\x01', now() - interval '8 days'), ('sign_in', '\\x02', now() - interval '6 days')`,
  )
  await world.sql(
    `insert into sign_in_throttle (key, last_failure_at) values ('old', now() - interval '25 hours'), ('new', now())`,
  )
  const { mandate, transaction } = await openForSystem(world.database, 'sweep', 'req_sweep_1')
  expect(await sweepIdentity(mandate)).toBeGreaterThanOrEqual(2)
  await transaction.commit([], 'durable')
  expect(
    await world.sql(
      `select encode(token_hash, 'hex') as hash from single_use_token where token_hash in ('\\x01', '\\x02')`,
    ),
  ).toEqual([{ hash: '02' }])
  expect(await world.sql(`select key from sign_in_throttle where key in ('old', 'new')`)).toEqual([
    { key: 'new' },
  ])
})

test('a made-up person of a demo installation signs in without a phone', async () => {
  const people: DemoSignIn[] = []
  const options = { demoSignIns: () => people }
  await using demo = await TestWorld.start((services) => makeIdentityRoutes(services, options), {
    isDemo: true,
  })
  const person = await seedAccount(demo)
  await addApp(demo, person.id)
  people.push({ name: person.name, email: person.email, password: PASSWORD, role: 'Owner of Northwind' })
  expect((await new FormBrowser(demo).get('/signin')).text).toContain('Owner of Northwind')
  // Twice within one step of the clock: the second time the next code is filled in.
  for (let round = 0; round < 2; round += 1) {
    const browser = new FormBrowser(demo)
    const page = await browser.follow(
      await browser.post('/signin', { email: person.email, password: PASSWORD }),
    )
    const code = /name="code"[^>]* value="(\d{6})"/.exec(page.text)?.[1] ?? ''
    expect((await browser.post('/signin/mfa', { code })).status).toBe(303)
  }
})

test('only a demo installation shows sign-ins, whoever hands some in', async () => {
  const shown = { name: 'Dana Kim', email: 'dana@acme.example', password: PASSWORD, role: 'Admin of Acme' }
  await using plain = await TestWorld.start((services) =>
    makeIdentityRoutes(services, { demoSignIns: () => [shown] }),
  )
  expect((await new FormBrowser(plain).get('/signin')).text).not.toContain('Dana Kim')
})
