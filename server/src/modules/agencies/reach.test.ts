import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import {
  callForm,
  EMBED_ORIGIN,
  entries,
  openEmbedScene,
  seedAgencyKey,
  ticketOf,
} from '#testing/embed-acts.ts'
import { openVoucherScene, startVoucherWorld } from '#testing/voucher-acts.ts'
import type { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await startVoucherWorld({ embedOrigin: () => EMBED_ORIGIN })
})
afterAll(() => world[Symbol.asyncDispose]())

const DAY_MS = 86_400_000

async function openScene() {
  const { tenant, admin, worker } = await openVoucherScene(world)
  const form = await openEmbedScene(world, 'Harbour Help', tenant)
  const { uuid: keyId } = await seedAgencyKey(form)
  const agencyId = publicIdOf('agency', form.agency)
  const [{ now } = { now: new Date(0) }] = await world.sql<{ now: Date }>('select now() as now')
  const from = new Date(now.getTime() - DAY_MS).toISOString()
  const to = new Date(now.getTime() + DAY_MS).toISOString()
  const read = (query: string = `from=${from}&to=${to}`, caller = admin) =>
    world.call(caller, 'GET', `/api/v1/tenant/agencies/${agencyId}/reach?${query}`)
  return { form, keyId, read, from, to, worker, admin }
}

test('the report of an agency tells what each of its credentials could do and did, of one credential only that, and of no other agency (A13, E10)', async () => {
  const { form, keyId, read, from, to } = await openScene()
  const other = await openEmbedScene(world, 'Other Help', form.tenant)
  const issue = (scene: typeof form) =>
    callForm(scene, 'vouchers', { body: { ...entries(), ticket: ticketOf(scene).ticket } })
  expect((await issue(form)).statusCode).toBe(201)
  expect((await issue(other)).statusCode).toBe(201)
  await callForm(form, 'lookups', { body: { code: '7KQ4-M2XR-9TBV', ticket: ticketOf(form).ticket } })
  const tokenId = publicIdOf('form_token', form.tokenId)
  const whole = (await read()).json()
  expect(whole).toMatchObject({
    agency_name: 'Harbour Help',
    vouchers: [{ voucher_type: 'router', times: 1 }],
  })
  expect(whole.credentials).toMatchObject([
    {
      delegation_id: tokenId,
      kind: 'form_token',
      status: 'active',
      open_until: null,
      may: ['vouchers.issue:own', 'vouchers.read:own'],
    },
    { delegation_id: publicIdOf('agency_key', keyId), kind: 'agency_key' },
  ])
  expect(whole.acts).toContainEqual(
    expect.objectContaining({ action: 'voucher.issued', outcome: 'allowed', times: 1 }),
  )
  const one = (await read(`from=${from}&to=${to}&token_id=${tokenId}`)).json()
  expect(one.credentials).toHaveLength(1)
  expect(one.vouchers).toEqual(whole.vouchers)
  const key = publicIdOf('agency_key', keyId)
  const silent = (await read(`from=${from}&to=${to}&key_id=${key}`)).json()
  expect(silent).toMatchObject({ vouchers: [], acts: [] })
  const foreign = publicIdOf('form_token', other.tokenId)
  expect((await read(`from=${from}&to=${to}&token_id=${foreign}`)).json()).toMatchObject({
    credentials: [],
    acts: [],
    vouchers: [],
  })
})

test('the report covers the time that is asked for, tells nothing of persons, and is itself in the log (A13, E13)', async () => {
  const { form, read, from, worker } = await openScene()
  const person = entries({ first_name: 'Quintessa', last_name: 'Untold' })
  await callForm(form, 'vouchers', { body: { ...person, ticket: ticketOf(form).ticket } })
  const before = (await read(`from=2020-01-01T00:00:00Z&to=2020-12-31T00:00:00Z`)).json()
  expect(before).toMatchObject({ credentials: [], acts: [], vouchers: [] })
  expect((await read(`from=${from}&to=2020-01-01T00:00:00Z`)).statusCode).toBe(422)
  expect((await read('from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z')).statusCode).toBe(422)
  expect((await read(undefined, worker)).statusCode).toBe(403)
  const told = await read()
  for (const secret of ['Quintessa', 'Untold', '1980-05-17']) expect(told.body).not.toContain(secret)
  const events = await world.sql(
    `select 1 from audit_event where action = 'agency.reach_read' and resource_id = $1`,
    [form.agency],
  )
  expect(events.length).toBeGreaterThan(0)
})

test('the report of an agency is asked by its own organisation alone, also in the database (A13)', async () => {
  const { form } = await openScene()
  const { admin } = await openVoucherScene(world)
  const id = publicIdOf('agency', form.agency)
  const foreign = await world.call(
    admin,
    'GET',
    `/api/v1/tenant/agencies/${id}/reach?from=2026-01-01T00:00:00Z&to=2026-12-31T00:00:00Z`,
  )
  expect(foreign.json().code).toBe('AGENCY_NOT_FOUND')
  const call = `select access.agency_reach('${form.agency}', null, '-infinity', 'infinity')`
  await expect(world.sqlAs('liaison_tenant', call)).rejects.toThrow('only the organisation asks')
  for (const login of [
    'liaison_program',
    'liaison_platform',
    'liaison_delegate',
    'liaison_job',
    'liaison_auth',
  ] as const)
    await expect(world.sqlAs(login, call)).rejects.toThrow('permission denied')
})

test('a moment that is none is refused beside one of long ago, and beside another that is none (R8)', async () => {
  const { read } = await openScene()
  for (const query of ['from=0583-09-02T06:01:54Z&to=', 'from=0583-09-02T06:01:54Z&to=2026', 'from=x&to=x'])
    expect((await read(query)).statusCode, query).toBe(422)
})
