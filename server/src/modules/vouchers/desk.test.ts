import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  issue,
  makeType,
  openVoucherScene,
  seedAgency,
  VOUCHERS,
  VOUCHER_TYPES,
  wish,
} from '#testing/voucher-acts.ts'
import type { VoucherScene } from '#testing/voucher-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeVoucherRoutes } from './index.ts'

let world: TestWorld
let scene: VoucherScene
beforeAll(async () => {
  world = await TestWorld.start(makeVoucherRoutes)
  scene = await openVoucherScene(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const post = (path: string, body: object, caller = scene.worker) => world.call(caller, 'POST', path, { body })
const lookUp = (code: string) => post(`${VOUCHERS}/look-up`, { code })

describe('types of vouchers', () => {
  test('an administrator adds and changes a type by the version that was read; a member may not (E9)', async () => {
    const made = await post(VOUCHER_TYPES, { code: 'visit', label: 'Installation visit' }, scene.admin)
    expect(made.statusCode, made.body).toBe(201)
    expect(made.json()).toMatchObject({
      valid_days: 30,
      duplicate_window_days: 90,
      duplicate_policy: 'refuse',
      yearly_reset: null,
      is_active: true,
    })
    expect((await post(VOUCHER_TYPES, { code: 'visit', label: 'Again' }, scene.admin)).json()).toMatchObject({
      status: 409,
      code: 'VOUCHER_TYPE_TAKEN',
    })
    expect((await post(VOUCHER_TYPES, { code: 'mine', label: 'Mine' })).statusCode).toBe(403)
    const path = `${VOUCHER_TYPES}/${made.json().voucher_type_id}`
    const change = (match: string | null, body: object = { label: 'Visit', valid_days: 10 }) =>
      world.call(scene.admin, 'PUT', path, { body, headers: match === null ? {} : { 'if-match': match } })
    expect((await change(null)).statusCode).toBe(428)
    expect((await change('"v9"')).statusCode).toBe(412)
    const etag = String((await world.call(scene.admin, 'GET', path)).headers['etag'])
    const changed = await change(etag)
    expect(changed.json()).toMatchObject({ label: 'Visit', valid_days: 10, version: 2 })
    expect((await change(etag)).statusCode).toBe(412)
    const bad = await change(String(changed.headers['etag']), {
      label: '',
      valid_days: 0,
      yearly_reset: '02-30',
      colour: 1,
    })
    expect(
      bad
        .json()
        .errors.map((fault: { pointer: string }) => fault.pointer)
        .toSorted(),
    ).toEqual(['/body/colour', '/body/label', '/body/valid_days', '/body/yearly_reset'])
    const list = await world.call(scene.worker, 'GET', VOUCHER_TYPES)
    expect(list.json().items.map((type: { code: string }) => type.code)).toEqual(['router', 'visit'])
  })

  test('a type that is switched off is not issued any more; its vouchers stay good (E9)', async () => {
    const type = await makeType(world, scene, { code: 'once', label: 'Once' })
    const voucher = await issue(world, scene, { voucher_type: 'once' })
    await world.call(scene.admin, 'PUT', `${VOUCHER_TYPES}/${String(type['voucher_type_id'])}`, {
      body: { label: 'Once', is_active: false },
      headers: { 'if-match': '"v1"' },
    })
    expect((await post(VOUCHERS, wish({ voucher_type: 'once' }))).json()).toMatchObject({
      status: 403,
      code: 'VOUCHER_TYPE_NOT_ALLOWED',
    })
    expect((await lookUp(voucher.code)).json()).toMatchObject({ status: 'issued' })
  })
})

describe('printing', () => {
  test('what is printed has the code twice, as letters and as a square, and not the person (E9, E13)', async () => {
    const { code, voucher_id: id } = await issue(world, scene, { last_name: 'Unprinted' })
    const printed = await world.call(scene.worker, 'GET', `${VOUCHERS}/${id}/print`)
    expect(printed.json()).toMatchObject({ code, tenant_name: 'Acme Fiber', voucher_type_label: 'Router' })
    expect(printed.json().square.path).toMatch(/^(M\d+ \d+h1v1h-1z)+$/)
    expect(printed.body).not.toContain('Unprinted')
  })
})

describe('finding', () => {
  test('vouchers are found by code, by names, day of birth, agency, type and state (E11)', async () => {
    const agency = await seedAgency(world, scene.tenant, 'Harbour Help')
    const made = await issue(world, scene, {
      first_name: 'Zoë',
      last_name: 'Findable',
      date_of_birth: '1971-02-03',
    })
    await world.seed(
      `with v as (insert into voucher (tenant_id, code, voucher_type_id, status, agency_id, agency_name, form_token_id, issuer_mode)
         select $1, '7KQ4M2XR9TBV', t.id, 'issued', $2, 'Harbour Help', $3, 'form' from voucher_type t where t.tenant_id = $1 and t.code = 'router' returning id)
       insert into voucher_recipient (tenant_id, voucher_id, first_name, last_name, date_of_birth, household_adults, household_children, identity_key, purge_after)
       select $1, id, 'Agata', 'Findable', '1971-02-03', 1, 0, sha256('x'), now() + interval '1 day' from v`,
      [scene.tenant, agency.id, agency.token],
      scene.tenant,
    )
    const search = async (query: string) =>
      (await world.call(scene.worker, 'GET', `${VOUCHERS}?${query}`))
        .json()
        .items.map((item: { recipient_name: string }) => item.recipient_name)
    expect(await search(`search=${made.code}`)).toEqual(['Zoë Findable'])
    expect(await search('search=findable%20zo')).toEqual(['Zoë Findable'])
    expect(await search('search=findable')).toEqual(['Agata Findable', 'Zoë Findable'])
    expect(await search('date_of_birth=1971-02-03&order=oldest')).toEqual(['Zoë Findable', 'Agata Findable'])
    expect(await search('search=findable&status=voided')).toEqual([])
    const all = (await world.call(scene.admin, 'GET', `${VOUCHERS}?search=agata`)).json()
    expect(all.items).toMatchObject([{ agency_name: 'Harbour Help', issuer_mode: 'form' }])
    expect(await search(`agency_id=${all.items[0].agency_id}`)).toEqual(['Agata Findable'])
    expect((await world.call(scene.admin, 'GET', `${VOUCHERS}?colour=1&limit=0`)).json().errors).toHaveLength(
      2,
    )
  })

  test('finds people whose names read like a code (E9)', async () => {
    // Twelve letters whose last one checks the others.
    await issue(world, scene, { first_name: 'Maria', last_name: 'Fischer' })
    const search = async (text: string) =>
      (await world.call(scene.worker, 'GET', `${VOUCHERS}?search=${encodeURIComponent(text)}`))
        .json()
        .items.map((item: { recipient_name: string }) => item.recipient_name)
    expect(await search('Maria Fischer')).toEqual(['Maria Fischer'])
    expect(await search('fischer maria')).toEqual(['Maria Fischer'])
  })
})
