import { afterAll, beforeAll, expect, test } from 'vitest'
import { issue, makeType, openVoucherScene, VOUCHERS, wish } from '#testing/voucher-acts.ts'
import type { VoucherScene } from '#testing/voucher-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeVoucherRoutes } from './index.ts'

const BASE = '/api/v1/tenant/voucher-recipients'

let world: TestWorld
let scene: VoucherScene
beforeAll(async () => {
  world = await TestWorld.start(makeVoucherRoutes)
  scene = await openVoucherScene(world)
  await makeType(world, scene, { code: 'visit', label: 'Visit' })
})
afterAll(() => world[Symbol.asyncDispose]())

const ADA = { first_name: 'Ada', last_name: 'Lovelace', date_of_birth: '1985-12-10' }
const ask = (what: 'export' | 'erase', body: object, caller = scene.admin) =>
  world.call(caller, 'POST', `${BASE}/${what}`, { body })

test('everything that is kept of one person is handed out, over all types and spellings, and nothing of anybody else (E13)', async () => {
  const [router, visit] = [
    await issue(world, scene, ADA),
    await issue(world, scene, { ...ADA, first_name: 'ÁDA', voucher_type: 'visit' }),
  ]
  await issue(world, scene, { ...ADA, first_name: 'Bea' })
  const answer = await ask('export', ADA)
  expect(answer.headers['cache-control']).toBe('no-store')
  const { items } = answer.json()
  expect(items.map(({ code }: { code: string }) => code)).toEqual([visit.code, router.code])
  expect(items[1]).toMatchObject({
    voucher_type: 'router',
    recipient: { ...ADA, household_adults: 2, household_children: 1, kept_until: expect.any(String) },
  })
  expect(JSON.stringify(items)).not.toContain('Bea')
  expect((await ask('export', { ...ADA, date_of_birth: '1985-12-11' })).json().items).toEqual([])
  const there = await openVoucherScene(world)
  expect((await ask('export', ADA, there.admin)).json().items).toEqual([])
})

test('of whom the names were removed on schedule what is left is found by the keyed digest (E13)', async () => {
  const person = { first_name: 'Kept', last_name: 'Digest', date_of_birth: '1970-01-01' }
  const made = await issue(world, scene, person)
  await world.seed(
    `update voucher_recipient set first_name = null, last_name = null, date_of_birth = null, household_adults = null, household_children = null, purged_at = now()
     where voucher_id = (select id from voucher where code = replace($1, '-', ''))`,
    [made.code],
    scene.tenant,
  )
  expect((await ask('export', person)).json().items).toMatchObject([{ code: made.code, recipient: null }])
})

test('a person is erased once, with a reason: no name, no digest is left, the voucher works on, and a new one is no duplicate (E13)', async () => {
  const person = { first_name: 'Erin', last_name: 'Erased', date_of_birth: '1991-04-04' }
  const made = await issue(world, scene, person)
  expect((await ask('erase', person)).statusCode).toBe(422)
  const erased = await ask('erase', { ...person, reason: 'Asked by letter' })
  expect(erased.json()).toEqual({ erased: 1 })
  expect((await ask('erase', { ...person, reason: 'Again' })).json()).toEqual({ erased: 0 })
  expect((await ask('export', person)).json().items).toEqual([])
  const [row] = await world.sql(
    `select first_name, last_name, date_of_birth, household_adults, erased_at is not null as erased from voucher_recipient where voucher_id = (select id from voucher where code = replace($1, '-', ''))`,
    [made.code],
  )
  expect(row).toEqual({
    first_name: null,
    last_name: null,
    date_of_birth: null,
    household_adults: null,
    erased: true,
  })
  const found = await world.call(scene.worker, 'POST', `${VOUCHERS}/look-up`, { body: { code: made.code } })
  expect(found.statusCode, found.body).toBe(200)
  expect(found.body).not.toContain('Erased')
  expect((await world.call(scene.worker, 'POST', VOUCHERS, { body: wish(person) })).statusCode).toBe(201)
})

test('only administrators with a fresh factor ask, and the log says that it was done and why, without the person (E13)', async () => {
  const person = { first_name: 'Quintessa', last_name: 'Untold', date_of_birth: '1962-02-02' }
  await issue(world, scene, person)
  expect((await ask('export', person, scene.worker)).json().code).toBe('PERMISSION_DENIED')
  expect((await ask('erase', { ...person, reason: 'x' }, scene.worker)).json().code).toBe('PERMISSION_DENIED')
  const somebody = await world.person()
  await world.tenantMember(scene.tenant, somebody.id)
  const stale = await world.signIn(somebody.id, { tenantId: scene.tenant, factorAgeSeconds: 3600 })
  for (const what of ['export', 'erase'] as const)
    expect((await ask(what, { ...person, reason: 'x' }, stale)).statusCode).not.toBe(200)
  expect((await ask('export', person, stale)).json().code).toBe('STEP_UP_REQUIRED')
  await ask('export', person)
  await ask('erase', { ...person, reason: 'Asked at the desk' })
  const events = await world.sql(
    `select action, reason, row_count from audit_event where action in ('voucher.recipient_exported', 'voucher.recipient_erased') order by occurred_at desc, id desc limit 2`,
  )
  expect(events.map(({ action, reason }) => [action, reason])).toEqual([
    ['voucher.recipient_erased', 'Asked at the desk'],
    ['voucher.recipient_exported', null],
  ])
  const log = JSON.stringify(await world.sql('select * from audit_event'))
  for (const secret of ['Quintessa', 'Untold', '1962-02-02']) expect(log).not.toContain(secret)
})

test('raw SQL erases nothing without the right to: not another login, not without a context, and no column by hand (E13)', async () => {
  const call = `select access.erase_recipient(array[sha256('x')])`
  await expect(world.sqlAs('liaison_tenant', call)).rejects.toThrow('only an organisation erases')
  for (const login of [
    'liaison_program',
    'liaison_platform',
    'liaison_embed',
    'liaison_delegate',
    'liaison_job',
  ] as const)
    await expect(world.sqlAs(login, call)).rejects.toThrow('permission denied')
  await expect(
    world.sqlAs('liaison_tenant', 'update voucher_recipient set erased_at = now()'),
  ).rejects.toThrow('permission denied')
})

test('a person is found and erased in an organisation with ever so many types, too (E13)', async () => {
  const own = await openVoucherScene(world)
  const person = { first_name: 'Mia', last_name: 'Many', date_of_birth: '1980-02-02' }
  await issue(world, own, person)
  await world.seed(
    `insert into voucher_type (tenant_id, code, label) select $1, 'a' || n, 'A ' || n from generate_series(1, 501) n`,
    [own.tenant],
    own.tenant,
  )
  expect((await ask('export', person, own.admin)).json().items).toHaveLength(1)
  const erased = await ask('erase', { ...person, reason: 'Asked by letter' }, own.admin)
  expect(erased.json()).toEqual({ erased: 1 })
})
