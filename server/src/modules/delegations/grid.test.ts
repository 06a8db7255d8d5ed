import { encodeId, idFromUuid } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeElevationRoutes } from '#modules/elevations/index.ts'
import { elevate, openElevationScene } from '#testing/elevation-acts.ts'
import type { ElevationScene } from '#testing/elevation-acts.ts'
import { permissionProbes } from '#testing/permission-probes.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeDelegationRoutes } from './index.ts'

let world: TestWorld
let staff: Caller
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...permissionProbes,
    ...makeDelegationRoutes(() => permissionProbes),
    ...makeElevationRoutes(services),
  ])
  const sam = await world.person('Sam Platform')
  await world.platformAdmin(sam.id)
  staff = await world.signIn(sam.id)
})
afterAll(() => world[Symbol.asyncDispose]())

const SUMMARY = 'partner.billing.summary.read'

interface Grid {
  readonly cells: {
    permission: string
    decision: string
    code: string
    given_by: string | null
    reason: string
  }[]
  readonly changes: { at: string; what: string; gained: string[]; lost: string[] }[]
  readonly not_known: string[]
}

async function readGrid(scene: ElevationScene, at?: string): Promise<Grid> {
  const answer = await world.call(staff, 'POST', '/api/v1/admin/partner-access/explain/grid', {
    body: {
      person_id: encodeId('person', scene.technician.id),
      tenant_id: encodeId('tenant', scene.tenant),
      ...(at !== undefined && { at }),
    },
  })
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json() as Grid
}

const cellOf = ({ cells }: Grid, permission: string) => cells.find((cell) => cell.permission === permission)

async function withFactor(scene: ElevationScene): Promise<void> {
  await world.seed(`insert into totp_factor (person_id, secret, confirmed_at) values ($1, '\\x00', now())`, [
    scene.technician.id,
  ])
}

test('the grid tells for each of the 34 permissions what enforcement does, and why (B12)', async () => {
  const scene = await openElevationScene(world)
  const grid = await readGrid(scene)
  expect(grid.cells).toHaveLength(34)
  for (const { permission, code } of grid.cells) {
    const used = await world.call(scene.acting, 'GET', `/api/v1/probe/${permission}`)
    expect(used.statusCode === 200 ? 'ALLOWED' : used.json().code, permission).toBe(code)
  }
  expect(cellOf(grid, 'partner.tenants.read')).toMatchObject({ decision: 'allow', given_by: 'role' })
  expect(cellOf(grid, SUMMARY)).toMatchObject({
    decision: 'deny',
    code: 'PERMISSION_DENIED',
    reason: expect.stringContaining('does not include this permission'),
  })
})

test('an answer of the past is told as it was, and each change with what it gave and took (B12)', async () => {
  const scene = await openElevationScene(world)
  await withFactor(scene)
  const start = (await readGrid(scene)).changes
  expect(start).toMatchObject([{ lost: [] }])
  const id = await elevate(world, scene)
  const during = new Date((await world.sql<{ now: Date }>('select clock_timestamp() as now'))[0]?.now ?? 0)
  expect(cellOf(await readGrid(scene), SUMMARY)).toMatchObject({ decision: 'allow', given_by: 'elevation' })
  await world.call(scene.owner.caller, 'POST', `/api/v1/partner/elevations/${id}/end`, { body: {} })
  await world.override(scene.link, 'partner.support.tickets.*', 'deny')
  await world.seed(
    `update delegation set status = 'suspended', status_changed_by_side = 'tenant' where id = $1`,
    [scene.link],
    scene.tenant,
  )
  const now = await readGrid(scene)
  expect(cellOf(now, SUMMARY)).toMatchObject({ code: 'TENANT_LINK_SUSPENDED' })
  const past = await readGrid(scene, during.toISOString())
  expect(cellOf(past, SUMMARY)).toMatchObject({ decision: 'allow', given_by: 'elevation' })
  expect(cellOf(past, 'partner.support.tickets.create')).toMatchObject({
    decision: 'allow',
    given_by: 'role',
  })
  expect(past.not_known).toEqual(expect.arrayContaining([expect.stringContaining('strongest of today')]))
  expect(now.changes.toReversed().slice(1)).toMatchObject([
    { gained: [SUMMARY], lost: [], what: expect.stringContaining('place in the link') },
    { gained: [], lost: [SUMMARY] },
    { gained: [], lost: expect.arrayContaining(['partner.support.tickets.create']) },
    { gained: [], what: 'The link changed.' },
  ])
  const born = await readGrid(scene, '2020-01-01T00:00:00Z')
  expect(cellOf(born, SUMMARY)).toMatchObject({
    code: expect.stringMatching(/^(PERSON|TENANT|PARTNER|WRONG)/),
  })
})

test('what is removed for good is remembered: a deny that was lifted, a person who was taken off (B12)', async () => {
  const scene = await openElevationScene(world)
  await withFactor(scene)
  await world.override(scene.link, 'partner.tenants.read', 'deny')
  const denied = new Date((await world.sql<{ now: Date }>('select clock_timestamp() as now'))[0]?.now ?? 0)
  await world.seed('delete from link_override where link_id = $1', [scene.link], scene.tenant)
  await world.seed('delete from link_member where link_id = $1', [scene.link], scene.tenant)
  expect(cellOf(await readGrid(scene), 'partner.tenants.read')).toMatchObject({ code: 'NOT_ASSIGNED' })
  const past = await readGrid(scene, denied.toISOString())
  expect(cellOf(past, 'partner.tenants.read')).toMatchObject({ code: 'PERMISSION_DENIED' })
  expect(cellOf(past, 'partner.tenants.list')).toMatchObject({ decision: 'allow' })
})

test('about nobody, and about somebody of no partner, there is nothing to tell (B12)', async () => {
  const scene = await openElevationScene(world)
  const nobody = idFromUuid('person', '01900000-0000-7000-8000-00000000dead')
  const outsider = (await world.person()).id
  for (const person of [nobody, outsider]) {
    const about = { person_id: encodeId('person', person), tenant_id: encodeId('tenant', scene.tenant) }
    const grid = await world.call(staff, 'POST', '/api/v1/admin/partner-access/explain/grid', { body: about })
    expect(grid.json()).toMatchObject({ status: 404, code: 'PERSON_NOT_FOUND' })
    const single = await world.call(staff, 'POST', '/api/v1/admin/partner-access/explain', {
      body: { ...about, permission: SUMMARY },
    })
    expect(single.json()).toMatchObject({ status: 404, code: 'PERSON_NOT_FOUND' })
  }
})

test('no other plane asks for the past, and nobody changes it (B12)', async () => {
  const scene = await openElevationScene(world)
  const body = {
    person_id: encodeId('person', scene.technician.id),
    tenant_id: encodeId('tenant', scene.tenant),
  }
  for (const caller of [scene.technician.caller, scene.admin.caller])
    expect(
      (await world.call(caller, 'POST', '/api/v1/admin/partner-access/explain/grid', { body })).statusCode,
    ).toBeGreaterThan(399)
  for (const login of [
    'liaison_program',
    'liaison_tenant',
    'liaison_delegate',
    'liaison_platform',
    'liaison_job',
  ] as const)
    await expect(world.sqlAs(login, 'select 1 from access_past')).rejects.toThrow('permission denied')
  await expect(world.sql('delete from access_past')).rejects.toThrow('history')
})

test('a question can name an operation, a record and other circumstances, and says what is unknown (B12)', async () => {
  const scene = await openElevationScene(world, {
    conditions: { ip_mode: 'enforce', ip_allow: ['192.0.2.0/24'] },
  })
  const ask = (
    body: Record<string, unknown>,
    path = 'partner/access/explain',
    caller = scene.technician.caller,
  ) =>
    world.call(caller, 'POST', `/api/v1/${path}`, {
      body: { tenant_id: encodeId('tenant', scene.tenant), ...body },
    })
  const operation = await ask({ operation_id: 'getProbePartner.support.tickets.create' })
  expect(operation.json(), operation.body).toMatchObject({
    permission: 'partner.support.tickets.create',
    code: 'IP_NOT_ALLOWED',
    decision: 'deny',
  })
  const permission = 'partner.support.tickets.create'
  expect((await ask({ permission, conditions: { ip: '192.0.2.9' } })).json().decision).toBe('allow')
  const sensitive = { permission: 'partner.reports.export', conditions: { ip: '192.0.2.9' } }
  expect((await ask(sensitive)).json()).toMatchObject({
    code: 'PERMISSION_DENIED',
    remedies: [{ action: 'request_elevation', link: expect.stringMatching(/\/elevations$/) }],
  })
  await elevate(world, scene, { permissions: ['partner.reports.export'] })
  const aged = { ip: '192.0.2.9', mfa_age_s: 3600 }
  expect((await ask(sensitive)).json().decision).toBe('allow')
  expect((await ask({ ...sensitive, conditions: aged })).json()).toMatchObject({
    code: 'STEP_UP_REQUIRED',
    remedies: [{ action: 'confirm_factor' }],
  })
  expect((await ask({ ...sensitive, conditions: { ip: '192.0.2.9', acr: 'none' } })).json().code).toBe(
    'MFA_REQUIRED',
  )
  expect(
    (await ask({ permission, conditions: { ip: '192.0.2.9', at: '2101-01-01T00:00:00Z' } })).json().code,
  ).toBe('TENANT_LINK_EXPIRED')
  const asOwner = await ask(
    { permission, user_id: encodeId('person', scene.technician.id) },
    undefined,
    scene.owner.caller,
  )
  expect(asOwner.json()).toMatchObject({ decision: 'unknown', code: 'IP_NOT_ALLOWED' })
  const record = { type: 'ticket', id: encodeId('ticket', scene.tenant as never) }
  expect((await ask({ permission, conditions: { ip: '192.0.2.9' }, resource: record })).json().code).toBe(
    'RESOURCE_NOT_FOUND',
  )
  const faults = await Promise.all(
    [{}, { permission, operation_id: 'x' }, { operation_id: 'x' }].map((body) => ask(body)),
  )
  expect(faults.map(({ statusCode }) => statusCode)).toEqual([422, 422, 422])
})
