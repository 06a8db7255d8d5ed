import { randomBytes } from 'node:crypto'
import { decodeId, encodeId } from '@liaison/access'
import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openForSystem } from '#platform/resolver-without-person.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { TestWorld } from '#testing/world.ts'
import type { SeededPerson } from '#testing/world.ts'
import { hashPassword, makeIdentityRoutes, sealTotpSecret, sweepIdentity } from './index.ts'

const PASSWORD = 'violet anchors drift home'
const NEXT = 'seven lanterns over grey water'

let world: TestWorld
let hash: string
let serial = 0
const newBrowser = () => new FormBrowser(world, `198.51.100.${(serial += 1)}`)

beforeAll(async () => {
  hash = await hashPassword(PASSWORD)
  world = await TestWorld.start((services) => makeIdentityRoutes(services), { passwordHashConcurrency: 4 })
})
afterAll(() => world[Symbol.asyncDispose]())

async function seedPerson(): Promise<SeededPerson> {
  const person = await world.person()
  await world.seed('insert into password_credential (person_id, hash) values ($1, $2)', [person.id, hash])
  return person
}

async function signIn(email: string, password = PASSWORD): Promise<FormBrowser> {
  const browser = newBrowser()
  const shown = await browser.post('/signin', { email, password })
  expect(shown.status).toBe(303)
  return browser
}

const isSignedIn = async (browser: FormBrowser) => (await browser.get('/api/v1/me')).status === 200

interface Mail extends Record<string, unknown> {
  readonly subject: string
  readonly text: string
}
const mailsTo = async (email: string) => (await world.sql<{ payload: Mail }>(`select payload from outbox where topic = 'mail' and payload ->> 'to' = $1 order by id`, [email])).map(({ payload }) => payload)
const linkIn = (mail: Mail | undefined) => /http:\/\/localhost:3000(\/\S+)/.exec(mail?.text ?? '')?.[1] ?? ''

describe('the account page', () => {
  test('changes name and shortcuts, and says so', async () => {
    const person = await seedPerson()
    const browser = await signIn(person.email)
    expect((await browser.post('/account/profile', { name: ' ' })).text).toContain('href="#name"')
    const saved = await browser.follow(await browser.post('/account/profile', { name: 'Dana "D" Kim' }))
    expect(saved.text).toContain('Saved.')
    expect(saved.text).toContain('value="Dana &quot;D&quot; Kim"')
    expect(await world.sql('select name, shortcuts from person where id = $1', [person.id])).toEqual([{ name: 'Dana "D" Kim', shortcuts: false }])
  })

  test('changes the password for whoever knows the old one, ends the other sessions and tells the owner by mail', async () => {
    const person = await seedPerson()
    const [browser, other] = [await signIn(person.email), await signIn(person.email)]
    expect((await browser.post('/account/password', { current: NEXT, password: NEXT })).text).toContain('The current password is not right.')
    expect((await browser.post('/account/password', { current: PASSWORD, password: 'password1234567' })).text).toContain('easy to guess')
    expect((await browser.post('/account/password', { current: PASSWORD, password: NEXT })).location).toBe('/account?saved=password')
    expect([await isSignedIn(browser), await isSignedIn(other)]).toEqual([true, false])
    expect((await newBrowser().post('/signin', { email: person.email, password: PASSWORD })).status).toBe(422)
    await signIn(person.email, NEXT)
    expect((await mailsTo(person.email)).map(({ subject }) => subject)).toEqual(['Your password was changed'])
  })

  test('lists the sessions and ends one, all others, and never one of somebody else', async () => {
    const [person, stranger] = [await seedPerson(), await seedPerson()]
    const [browser, second, third, foreign] = [await signIn(person.email), await signIn(person.email), await signIn(person.email), await signIn(stranger.email)]
    const shown = await browser.get('/account')
    expect([shown.text.match(/\/end"/g)?.length, shown.text.match(/This browser/g)?.length]).toEqual([2, 1])
    const [row] = await world.sql<{ id: string }>(`select id from session where token_hash = sha256(convert_to($1, 'UTF8'))`, [second.cookie?.split('=')[1]])
    const [theirs] = await world.sql<{ id: string }>('select id from session where person_id = $1', [stranger.id])
    const path = (id = '') => `/account/sessions/${encodeId('session', id as never)}/end`
    await browser.post(path(row?.id))
    await browser.post(path(theirs?.id))
    expect(await Promise.all([browser, second, third, foreign].map(isSignedIn))).toEqual([true, false, true, true])
    await browser.post('/account/sessions/end-others')
    expect(await Promise.all([browser, third, foreign].map(isSignedIn))).toEqual([true, false, true])
  })

  test('leads whoever is not signed in to sign-in and back', async () => {
    for (const path of ['/account', '/account/password', '/account/app', '/account/passkeys/new']) {
      const { location } = await newBrowser().get(path)
      expect(location, path).toBe(`/signin?return_to=${encodeURIComponent(path)}`)
    }
  })
})

describe('a forgotten password', () => {
  test('is asked for with one answer, whether or not the address is known', async () => {
    const person = await seedPerson()
    const ask = async (email: string) => {
      const { status, text, headers } = await newBrowser().post('/recover', { email })
      return { status, text: text.replaceAll(email, 'EMAIL'), names: Object.keys(headers).toSorted() }
    }
    expect(await ask(person.email)).toEqual(await ask('nobody@example.test'))
    expect(await mailsTo(person.email)).toHaveLength(1)
    expect(await mailsTo('nobody@example.test')).toHaveLength(0)
  })

  test('is replaced through the mailed link once, ends all sessions and does not go around the second factor', async () => {
    const person = await seedPerson()
    await world.seed('insert into totp_factor (person_id, secret, confirmed_at) values ($1, $2, now())', [person.id, sealTotpSecret(world.app.services.vault, person.id, randomBytes(20))])
    const session = await world.signIn(person.id)
    await newBrowser().post('/recover', { email: person.email })
    const link = linkIn((await mailsTo(person.email))[0])
    expect(link).toMatch(/^\/reset\/[A-Za-z0-9_-]{43}$/)
    expect((await newBrowser().get(link)).text).toContain(person.email)
    expect((await newBrowser().post(link, { password: 'too short' })).status).toBe(422)
    const tries = await Promise.all(Array.from({ length: 20 }, () => newBrowser().post(link, { password: NEXT })))
    expect(tries.filter(({ status }) => status === 303)).toHaveLength(1)
    // Beyond what hashes passwords at once, a try may also be told to come again.
    expect(tries.every(({ status }) => [303, 410, 503].includes(status))).toBe(true)
    expect((await newBrowser().get(link)).status).toBe(410)
    expect((await world.call(session, 'GET', '/api/v1/me')).statusCode).toBe(401)
    expect((await newBrowser().post('/signin', { email: person.email, password: NEXT })).location).toBe('/signin/mfa')
  })

  test('has a link that ends after 30 minutes and is sent three times an hour at most', async () => {
    const person = await seedPerson()
    for (let ask = 0; ask < 5; ask += 1) expect((await newBrowser().post('/recover', { email: person.email })).status).toBe(200)
    const mails = await mailsTo(person.email)
    expect(mails).toHaveLength(3)
    const [row] = await world.sql(`select extract(epoch from ends_at - created_at)::int as seconds from single_use_token where person_id = $1 limit 1`, [person.id])
    expect(row).toEqual({ seconds: 1800 })
    await world.sql(`update single_use_token set ends_at = now() where person_id = $1`, [person.id])
    expect((await newBrowser().post(linkIn(mails[0]), { password: NEXT })).status).toBe(410)
  })

  test('has a link that is useless after the address changed', async () => {
    const person = await seedPerson()
    await newBrowser().post('/recover', { email: person.email })
    await world.seed(`update person set email = 'changed.' || email where id = $1`, [person.id])
    expect((await newBrowser().get(linkIn((await mailsTo(person.email))[0]))).status).toBe(410)
  })
})

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
    const sent = await world.call(caller, 'POST', '/api/v1/partner/members/invite', { body: { email: email.toUpperCase(), role: 'PARTNER_STAFF' } })
    expect(sent.statusCode).toBe(201)
    expect(sent.json()).toMatchObject({ email, role: 'PARTNER_STAFF', invitation_id: expect.stringMatching(/^ivt_/) })
    const link = linkIn((await mailsTo(email))[0])
    const browser = newBrowser()
    expect((await browser.get(link)).text).toContain(owner.name)
    expect((await browser.post(link, { name: '', password: 'short' })).text).toMatch(/href="#name"[^]*href="#password"/)
    expect((await browser.post(link, { name: 'Lee Park', password: 'Lee Park Northwind 2026' })).text).toContain('easy to guess')
    const joined = await browser.post(link, { name: 'Lee Park', password: NEXT })
    expect(joined.location).toBe('/signin/enrol')
    expect(await isSignedIn(browser)).toBe(false)
    const page = await browser.get('/signin/enrol')
    const key = /class="secret">([A-Z2-7 ]+)</.exec(page.text)?.[1]?.replaceAll(' ', '') ?? ''
    const offer = /name="offer" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
    const codes = await browser.post('/signin/enrol', { offer, code: new TOTP({ secret: Secret.fromBase32(key) }).generate() })
    expect(codes.text).toContain('Keep your recovery codes')
    expect((await browser.get('/choose')).location).toBe(`/partner/${encodeId('partner', partner)}/customers`)
    const members = await world.call(caller, 'GET', '/api/v1/partner/members')
    expect(members.json().items).toContainEqual(expect.objectContaining({ name: 'Lee Park', email, role: 'PARTNER_STAFF', status: 'active', has_second_factor: true }))
  })

  test('is taken once, however many try at the same moment', async () => {
    const { caller } = await seedPartner()
    const email = newAddress()
    await world.call(caller, 'POST', '/api/v1/partner/members/invite', { body: { email, role: 'PARTNER_STAFF' } })
    const link = linkIn((await mailsTo(email))[0])
    const tries = await Promise.all(Array.from({ length: 20 }, () => newBrowser().post(link, { name: 'Lee Park', password: NEXT })))
    expect(tries.filter(({ status }) => status === 303)).toHaveLength(1)
    expect(await world.sql('select 1 from person where email = $1', [email])).toHaveLength(1)
    expect((await newBrowser().get(link)).status).toBe(410)
  })

  test('is replaced by a newer one to the same address, and ends after seven days', async () => {
    const { caller } = await seedPartner()
    const email = newAddress()
    for (let round = 0; round < 2; round += 1) await world.call(caller, 'POST', '/api/v1/partner/members/invite', { body: { email, role: 'PARTNER_STAFF' } })
    const [first, second] = await mailsTo(email)
    expect([(await newBrowser().get(linkIn(first))).status, (await newBrowser().get(linkIn(second))).status]).toEqual([410, 200])
    await world.sql(`update single_use_token set ends_at = now() where email = $1`, [email])
    expect((await newBrowser().get(linkIn(second))).status).toBe(410)
  })

  test('to somebody who has an account is taken with that account and no other', async () => {
    const { caller } = await seedPartner()
    const [known, other] = [await seedPerson(), await seedPerson()]
    await world.call(caller, 'POST', '/api/v1/partner/members/invite', { body: { email: known.email, role: 'PARTNER_STAFF' } })
    const link = linkIn((await mailsTo(known.email))[0])
    expect((await newBrowser().get(link)).text).toContain(`/signin?return_to=${encodeURIComponent(link)}`)
    await (await signIn(other.email)).post(link)
    expect(await world.sql('select 1 from partner_member where person_id in ($1, $2)', [known.id, other.id])).toEqual([])
    expect((await (await signIn(known.email)).post(link)).location).toBe('/account/app?return_to=%2Fchoose')
    expect(await world.sql('select role from partner_member where person_id = $1', [known.id])).toEqual([{ role: 'PARTNER_STAFF' }])
  })

  test('to a member of another partner is explained and stays open', async () => {
    const { caller } = await seedPartner()
    const person = await seedPerson()
    await world.call(caller, 'POST', '/api/v1/partner/members/invite', { body: { email: person.email, role: 'PARTNER_STAFF' } })
    const browser = await signIn(person.email)
    await world.partnerMember(await world.partner('Contoso'), person.id)
    const link = linkIn((await mailsTo(person.email))[0])
    expect((await browser.post(link)).status).toBe(409)
    expect((await browser.get(link)).status).toBe(200)
  })

  test('into a tenant is sent by its administrator, and may be taken without a second factor', async () => {
    const tenant = await world.tenant('Acme')
    const admin = await world.person()
    await world.tenantMember(tenant, admin.id)
    const email = newAddress()
    const sent = await world.call({ ...(await world.signIn(admin.id)), tenantId: tenant }, 'POST', '/api/v1/tenant/members/invite', { body: { email, role: 'TENANT_USER' } })
    expect(sent.statusCode).toBe(201)
    const browser = newBrowser()
    await browser.post(linkIn((await mailsTo(email))[0]), { name: 'Tom Bay', password: NEXT })
    expect((await browser.get('/signin/enrol')).text).toContain('Not now')
    expect((await browser.post('/signin/enrol/skip')).location).toBe('/choose')
    expect((await browser.get('/choose')).location).toBe(`/org/${encodeId('tenant', tenant)}/home`)
    const [event] = await world.sql(`select actor_name, resource_label from audit_event e where action = 'identity.member.join' and exists (select from audit_scope s where s.event_id = e.id and s.kind = 'tenant' and s.scope_id = $1)`, [tenant])
    expect(event).toEqual({ actor_name: 'Tom Bay', resource_label: 'Tom Bay' })
  })

  test('is refused to staff, for a member, and by the database for another organisation', async () => {
    const { partner, owner, caller } = await seedPartner()
    const staff = await world.person()
    await world.partnerMember(partner, staff.id)
    const body = { email: newAddress(), role: 'PARTNER_OWNER' }
    expect((await world.call(await world.signIn(staff.id), 'POST', '/api/v1/partner/members/invite', { body })).json().code).toBe('PERMISSION_DENIED')
    const again = await world.call(caller, 'POST', '/api/v1/partner/members/invite', { body: { ...body, email: owner.email } })
    expect([again.statusCode, again.json().code]).toEqual([409, 'MEMBER_EXISTS'])
    const faulty = await world.call(caller, 'POST', '/api/v1/partner/members/invite', { body: { email: 'nobody', role: 'SUPER_ADMIN' } })
    expect(faulty.json().errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/body/email', '/body/role'])
    for (const login of ['liaison_program', 'liaison_tenant', 'liaison_platform'] as const) {
      await expect(world.sqlAs(login, `select access.invite('{"kind":"platform","email":"a@b.cd","role":"SUPER_ADMIN","token_hash":"00"}')`)).rejects.toThrow(/does not invite/)
    }
    await expect(world.sqlAs('liaison_delegate', `select access.invite('{}')`)).rejects.toThrow(/permission denied/)
  })
})

describe('who am I', () => {
  test('names the person, every frame and the permissions of the one that is asked for', async () => {
    const person = await world.person('Dana Kim')
    const [northwind, acme, beta] = [await world.partner('Northwind'), await world.tenant('Acme'), await world.tenant('Beta')]
    const member = await world.partnerMember(northwind, person.id, 'PARTNER_OWNER')
    await world.tenantMember(beta, person.id, 'TENANT_USER')
    await world.assign(await world.link(northwind, acme), member)
    await world.link(northwind, await world.tenant('Not assigned'))
    const caller = await world.signIn(person.id)
    const answer = (await world.call(caller, 'GET', '/api/v1/me?frame=partner')).json()
    expect(answer).toMatchObject({
      person: { id: encodeId('person', person.id), name: 'Dana Kim', email: person.email, factor: 'otp', shortcuts: true },
      partner_id: encodeId('partner', northwind),
      managed_tenant_ids: [encodeId('tenant', acme)],
      active_managed_tenant_id: null,
      demo: false,
    })
    expect(answer.frames.map(({ kind, name }: { kind: string; name: string }) => [kind, name])).toEqual([['partner', 'Northwind'], ['org', 'Beta']])
    expect(answer.permissions).toContain('partner_org.members.manage')
    const inOrg = (await world.call(caller, 'GET', `/api/v1/me?frame=org&tenant_id=${encodeId('tenant', beta)}`)).json()
    expect(inOrg.permissions).toEqual(['tenant.profile.read', 'tenant.tickets.read', 'tenant.tickets.write'])
    expect((await world.call(caller, 'GET', '/api/v1/me?frame=platform')).json().permissions).toEqual([])
    expect((await world.call(caller, 'GET', `/api/v1/me?tenant_id=${encodeId('tenant', acme)}`)).json().active_managed_tenant_id).toBe(encodeId('tenant', acme))
  })

  test('stops naming a tenant at once when its link ends or the partner is suspended', async () => {
    const person = await world.person()
    const [partner, tenant] = [await world.partner('Northwind'), await world.tenant('Acme')]
    const link = await world.link(partner, tenant)
    await world.assign(link, await world.partnerMember(partner, person.id))
    const caller = await world.signIn(person.id)
    const managed = async () => (await world.call(caller, 'GET', '/api/v1/me')).json().managed_tenant_ids.length
    expect(await managed()).toBe(1)
    await world.seed(`update delegation set status = 'revoked', epoch = epoch + 1 where id = $1`, [link], tenant)
    expect(await managed()).toBe(0)
    await world.seed(`update partner set status = 'suspended' where id = $1`, [partner])
    expect((await world.call(caller, 'GET', '/api/v1/me')).json()).toMatchObject({ partner_id: null, frames: [] })
  })

  test('answers 401 to nobody in particular', async () => {
    const answer = await world.call(null, 'GET', '/api/v1/me')
    expect([answer.statusCode, answer.json().code]).toEqual([401, 'UNAUTHORIZED'])
  })
})

test('a platform administrator is idle after 15 minutes', async () => {
  const person = await seedPerson()
  await world.platformAdmin(person.id)
  const secret = randomBytes(20)
  await world.seed('insert into totp_factor (person_id, secret, confirmed_at) values ($1, $2, now())', [person.id, sealTotpSecret(world.app.services.vault, person.id, secret)])
  const browser = newBrowser()
  await browser.post('/signin', { email: person.email, password: PASSWORD })
  await browser.post('/signin/mfa', { code: new TOTP({ secret: new Secret({ buffer: new Uint8Array(secret).buffer }) }).generate() })
  expect(await world.sql('select idle_seconds from session where person_id = $1', [person.id])).toEqual([{ idle_seconds: 900 }])
})

test('the outbox shows mails where they are kept, and is not there where they are sent', async () => {
  const [mail] = await world.sql<{ id: string }>(`insert into mail_message (recipient, subject, body_text) values ('dana@acme.example', 'A <b>subject</b>', 'Open http://localhost:3000/reset/abc now') returning id`)
  const list = await newBrowser().get('/dev/outbox')
  expect(list.text).toContain('Development only.')
  expect(list.text).toContain('A &lt;b&gt;subject&lt;/b&gt;')
  expect((await newBrowser().get(`/dev/outbox/${mail?.id}`)).text).toContain('href="/reset/abc"')
  const routes = makeIdentityRoutes({ ...world.app.services, keepsMail: false })
  expect(routes.filter(({ path }) => path.startsWith('/dev'))).toEqual([])
})

test('the tables of sign-in are closed to every login but the one of sign-in', async () => {
  for (const login of ['liaison_platform', 'liaison_program', 'liaison_delegate', 'liaison_tenant', 'liaison_ingest', 'liaison_guard', 'liaison_sealer'] as const) {
    for (const relation of ['password_credential', 'totp_factor', 'passkey', 'recovery_code', 'single_use_token', 'sign_in_throttle']) {
      await expect(world.sqlAs(login, `select 1 from ${relation}`), `${login} ${relation}`).rejects.toThrow(/permission denied/)
    }
  }
})

test('what is over is swept away, and nothing else', async () => {
  await world.sql(`insert into single_use_token (purpose, token_hash, ends_at) values ('sign_in', '\\x01', now() - interval '8 days'), ('sign_in', '\\x02', now() - interval '6 days')`)
  await world.sql(`insert into sign_in_throttle (key, last_failure_at) values ('old', now() - interval '25 hours'), ('new', now())`)
  const { mandate, transaction } = await openForSystem(world.database, 'sweep', 'req_sweep_1')
  expect(await sweepIdentity(mandate)).toBeGreaterThanOrEqual(2)
  await transaction.commit([], 'durable')
  expect(await world.sql(`select encode(token_hash, 'hex') as hash from single_use_token where token_hash in ('\\x01', '\\x02')`)).toEqual([{ hash: '02' }])
  expect(await world.sql(`select key from sign_in_throttle where key in ('old', 'new')`)).toEqual([{ key: 'new' }])
})

test('a made-up person of a demo installation signs in without a phone', async () => {
  const person = await seedPerson()
  const demo = { name: person.name, email: person.email, password: PASSWORD, role: 'Owner of Northwind' }
  await using demoWorld = await TestWorld.start((services) => makeIdentityRoutes(services, { demoSignIns: () => [demo] }), { isDemo: true })
  const [row] = await demoWorld.seed<{ id: string }>('insert into person (email, name) values ($1, $2) returning id', [person.email, person.name])
  await demoWorld.seed('insert into password_credential (person_id, hash) values ($1, $2)', [row?.id, hash])
  await demoWorld.seed('insert into totp_factor (person_id, secret, confirmed_at) values ($1, $2, now())', [row?.id, sealTotpSecret(demoWorld.app.services.vault, row?.id ?? '', randomBytes(20))])
  expect((await new FormBrowser(demoWorld).get('/signin')).text).toContain('Owner of Northwind')
  // Twice within one step of the clock: the second time the next code is filled in.
  for (let round = 0; round < 2; round += 1) {
    const browser = new FormBrowser(demoWorld)
    const page = await browser.follow(await browser.post('/signin', { email: person.email, password: PASSWORD }))
    const code = /name="code"[^>]* value="(\d{6})"/.exec(page.text)?.[1] ?? ''
    expect((await browser.post('/signin/mfa', { code })).status).toBe(303)
  }
  expect((await newBrowser().get('/signin')).text).not.toContain('demo installation')
})

test('ids of sessions in addresses are the public ones', () => {
  expect(decodeId('session', 'ses_nonsense')).toBeNull()
})
