import { generateKeyPairSync, sign } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeWebhookRoutes } from '#modules/webhooks/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import {
  seedAgency,
  seedForm,
  seedFormToken,
  seedTenantAdmin,
  seedVoucherTypes,
} from '#testing/agency-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeAgencyKey, makeAgencyRoutes, makeFormToken, readLeakReportKeys } from './index.ts'

const REPORTS = '/api/v1/leak-reports'

const scanner = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const imposter = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const keyFile = (key: string) =>
  JSON.stringify({ public_keys: [{ key_identifier: 'key-1', key, is_current: true }] })
const KEY_FILE = keyFile(String(scanner.publicKey.export({ type: 'spki', format: 'pem' })))

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(
    (services) => [...makeAgencyRoutes(services), ...makeWebhookRoutes(services)],
    { isDemo: true, leakReportKeys: readLeakReportKeys(KEY_FILE) },
  )
})
afterAll(() => world[Symbol.asyncDispose]())

const stranger: Caller | null = null
const report = (body: unknown) => world.call(stranger, 'POST', REPORTS, { body: JSON.stringify(body) })
const post = (caller: Caller, path: string, body: unknown) => world.call(caller, 'POST', path, { body })

async function seedTenant(name: string) {
  const { tenant, admin } = await seedTenantAdmin(world, name)
  await seedVoucherTypes(world, tenant, 'router')
  const agency = await seedAgency(world, tenant, 'Bright Travel')
  const form = await seedForm(world, { tenant, agency }, ['router'])
  const token = await seedFormToken(world, { tenant, agency, form: form.uuid })
  const [row] = await world.sql<{ id: string }>('select id from agency where id = $1', [agency])
  const made = await post(admin, `/api/v1/tenant/agencies/${publicIdOf('agency', row?.id ?? '')}/keys`, {
    name: 'Server',
  })
  return { tenant, admin, token, key: made.json() }
}

const statusOf = async (uuid: string) =>
  (await world.sql<{ status: string }>('select status from delegation where id = $1', [uuid]))[0]?.status
const mailsAbout = async (text: string) =>
  world.sql(`select 1 from outbox where topic = 'mail' and payload ->> 'subject' like $1`, [`%${text}%`])

test('a form token that is found in public is told and goes on working, since it is public by design (E12)', async () => {
  const { tenant, admin, token } = await seedTenant('Acme Fiber')
  const answer = await report([
    { token: token.token, type: 'liaison_form_token', url: 'https://code.example/a/b', source: 'content' },
  ])
  expect([answer.statusCode, answer.json()]).toEqual([202, { received: true }])
  expect(await statusOf(token.uuid)).toBe('active')
  const listed = await world.call(admin, 'GET', '/api/v1/tenant/leak-reports')
  expect(listed.json().items).toMatchObject([
    { kind: 'form_token', outcome: 'told', found_in: 'https://code.example/a/b', source: 'content' },
  ])
  expect(listed.body).not.toContain(token.token.slice(14, -4))
  expect(await mailsAbout('form token was found')).toHaveLength(1)
  const events = await world.sql(
    `select e.action from audit_event e join audit_scope s on s.event_id = e.id where s.scope_id = $1 and e.action = 'leak.reported'`,
    [tenant],
  )
  expect(events).toHaveLength(1)
})

test('whoever reads a form token in its page has nobody written to without end: five places and one mail in a day (E12)', async () => {
  const { tenant, admin, token } = await seedTenant('Flooded')
  const places = Array.from({ length: 100 }, (_, at) => ({
    token: token.token,
    url: `https://spam.example/${at}`,
  }))
  await Promise.all([report(places), report(places.toReversed()), report(places)])
  const count = async (sql: string) => (await world.sql(sql, [tenant])).length
  expect(await count('select 1 from leak_report where tenant_id = $1')).toBe(5)
  expect(
    await count(
      `select 1 from outbox o join tenant_member tm on tm.tenant_id = $1 join person p on p.id = tm.person_id and p.email = o.payload ->> 'to' where o.topic = 'mail'`,
    ),
  ).toBe(1)
  expect(
    await count(
      `select 1 from audit_event e join audit_scope s on s.event_id = e.id where s.scope_id = $1 and e.action = 'leak.reported'`,
    ),
  ).toBe(5)
  // What the organisation finds itself is taken nevertheless.
  const own = await post(admin, '/api/v1/tenant/leak-reports', {
    token: token.token,
    found_in: 'our own page',
  })
  expect(own.json().found).toMatchObject({ kind: 'form_token', outcome: 'told' })
  expect(await count('select 1 from leak_report where tenant_id = $1')).toBe(6)
})

test('a server key that is found in public ends at once, once, and its owners are told (E12)', async () => {
  const { key } = await seedTenant('Acme Fiber')
  await report([{ token: key.key, url: 'https://code.example' }])
  await report([{ token: key.key, url: 'https://code.example' }])
  const rows = await world.sql(
    `select k.status, k.revoked_reason, d.status as delegation, d.status_changed_by_side from agency_key k join delegation d using (id) where k.name = 'Server' and k.status = 'revoked'`,
  )
  expect(rows).toEqual([
    {
      status: 'revoked',
      revoked_reason: 'Found in public',
      delegation: 'revoked',
      status_changed_by_side: 'clock',
    },
  ])
  const outcomes = await world.sql(`select outcome from leak_report where kind = 'agency_key' order by id`)
  expect(outcomes).toEqual([{ outcome: 'revoked' }, { outcome: 'told' }])
})

test('the security contact of the organisation hears of it, too, once where an administrator reads there; a subject says stopped where something was (E12, A10)', async () => {
  const { tenant, admin, key } = await seedTenant('Acme Fiber')
  const nameContact = (email: string) =>
    world.seed(
      `insert into tenant_security_contact (tenant_id, email) values ($1, $2) on conflict (tenant_id) do update set email = excluded.email`,
      [tenant, email],
      tenant,
    )
  const subjectsTo = async (email: string) =>
    (
      await world.sql<{ subject: string }>(
        `select payload ->> 'subject' as subject from outbox where topic = 'mail' and lower(payload ->> 'to') = lower($1) order by xid, id`,
        [email],
      )
    ).map(({ subject }) => subject)
  await nameContact('leaks@acme.example')
  await report([{ token: key.key, url: 'https://code.example' }])
  await report([{ token: key.key, url: 'https://code.example/again' }])
  expect(await subjectsTo('leaks@acme.example')).toEqual(['A server key was found in public and was stopped'])
  // What the organisation finds itself is told each time: here of a key that was dead by then.
  const [own] = await world.sql<{ email: string }>(
    `select p.email from tenant_member tm join person p on p.id = tm.person_id where tm.tenant_id = $1 and tm.role = 'TENANT_ADMIN'`,
    [tenant],
  )
  const address = own?.email ?? ''
  await nameContact(address.toUpperCase())
  const before = (await subjectsTo(address)).length
  await post(admin, '/api/v1/tenant/leak-reports', { token: key.key })
  expect((await subjectsTo(address)).slice(before)).toEqual(['A server key was found in public'])
})

test('a webhook secret that is found in public disables its endpoint (E12)', async () => {
  const { admin } = await seedTenant('Acme Fiber')
  const hook = await post(admin, '/api/v1/tenant/webhook-endpoints', {
    url: 'http://localhost:9/hook',
    event_types: ['link.ended', 'link.revoked'].slice(1),
  })
  expect(hook.statusCode, hook.body).toBe(201)
  await report([{ token: hook.json().secret }])
  const read = await world.call(admin, 'GET', `/api/v1/tenant/webhook-endpoints/${hook.json().endpoint_id}`)
  expect(read.json()).toMatchObject({ status: 'disabled', disabled_reason: 'leaked' })
})

test.each([
  ['an unknown token', () => [{ token: makeFormToken('live') }]],
  ['an unknown key', () => [{ token: makeAgencyKey() }]],
  ['a malformed token', () => [{ token: 'papt_live_x' }]],
  ['something else', () => ({ a: 1 })],
  ['nothing', () => []],
  ['too much', () => Array.from({ length: 150 }, () => ({ token: 'x' }))],
  ['odd members', () => [null, 7, { token: 7 }, { token: makeFormToken('test'), url: 5 }]],
])('the report of %s answers as any other and tells nobody (E12)', async (_case, body) => {
  const before = await world.sql(`select count(*)::integer as n from leak_report`)
  const answer = await report(body())
  expect([answer.statusCode, answer.json()]).toEqual([202, { received: true }])
  expect(await world.sql(`select count(*)::integer as n from leak_report`)).toEqual(before)
})

test('an organisation reports what it found by pasting it, and learns nothing of what belongs to another (E12)', async () => {
  const [mine, theirs] = [await seedTenant('Acme Fiber'), await seedTenant('Zenith')]
  const own = await post(mine.admin, '/api/v1/tenant/leak-reports', { token: ` ${mine.token.token} ` })
  expect(own.json().found).toMatchObject({ kind: 'form_token', outcome: 'told' })
  for (const token of [theirs.token.token, theirs.key.key, makeAgencyKey(), 'hello']) {
    const other = await post(mine.admin, '/api/v1/tenant/leak-reports', { token })
    expect([other.statusCode, other.json()]).toEqual([200, { found: null }])
  }
  const [key] = await world.sql<{ status: string }>('select status from agency_key where tenant_id = $1', [
    theirs.tenant,
  ])
  expect(key?.status).toBe('active')
})

test('a signed report is checked over its bytes: a false signature does nothing, and is answered as any other (E12)', async () => {
  const { key } = await seedTenant('Acme Fiber')
  const body = JSON.stringify(
    [{ token: key.key, type: 'liaison_agency_key', url: 'https://code.example' }],
    null,
    1,
  )
  const signedBy = (signer: typeof scanner, text = body) =>
    sign('sha256', Buffer.from(text), signer.privateKey).toString('base64')
  const send = (id: string, signature: string, text = body) =>
    world.app.http.inject({
      method: 'POST',
      url: REPORTS,
      headers: {
        'content-type': 'application/json',
        'github-public-key-identifier': id,
        'github-public-key-signature': signature,
      },
      payload: text,
    })
  const status = async () =>
    (await world.sql<{ status: string }>('select status from agency_key order by created_at desc limit 1'))[0]
      ?.status
  for (const [id, signature] of [
    ['key-1', signedBy(imposter)],
    ['key-2', signedBy(scanner)],
    ['key-1', signedBy(scanner, `${body} `)],
    ['key-1', ''],
    ['', 'no signature'],
  ] as const) {
    const answer = await send(id, signature)
    expect([answer.statusCode, answer.json()]).toEqual([202, { received: true }])
    expect(await status()).toBe('active')
  }
  const answer = await send('key-1', signedBy(scanner))
  expect([answer.statusCode, answer.json()]).toEqual([202, { received: true }])
  expect(await status()).toBe('revoked')
})

test('keys of another kind, and a file without keys, are refused when the server starts (E12)', () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({
    type: 'spki',
    format: 'pem',
  })
  expect(() => readLeakReportKeys(keyFile(String(other)))).toThrow('P-256')
  for (const [text, fault] of [
    ['{"public_keys":[]}', 'public_keys'],
    ['{}', 'public_keys'],
    ['x', 'JSON'],
    [keyFile('not a key'), 'DECODER'],
  ] as const)
    expect(() => readLeakReportKeys(text)).toThrow(fault)
  for (const text of ['x', '{}', keyFile('not a key'), keyFile(String(other))])
    expect(() => readLeakReportKeys(text)).toThrow(/^LEAK_REPORT_KEYS: /)
})
