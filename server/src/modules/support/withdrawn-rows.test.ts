import type { PersonId, TenantId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'
import { makeSupportRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeSupportRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

interface Scene {
  readonly tenant: TenantId
  readonly partner: string
  readonly link: string
  readonly lee: PersonId
  readonly ana: PersonId
  readonly clerk: PersonId
}

async function seedScene(): Promise<Scene> {
  const partner = await world.partner('Northwind MSP')
  const tenant = await world.tenant('Acme')
  const link = await world.link(partner, tenant, { role: 'msp_support' })
  const join = async (name: string) => {
    const { id } = await world.person(name)
    await world.assign(link, await world.partnerMember(partner, id))
    return id
  }
  const clerk = (await world.person()).id
  await world.tenantMember(tenant, clerk)
  return { tenant, partner, link, lee: await join('Lee Park'), ana: await join('Ana Ruiz'), clerk }
}

type Login = 'liaison_delegate' | 'liaison_tenant'
let serial = 0

/** Runs one statement as a login under the context of a person in the tenant, and takes it back; how many rows it changed. */
async function inContext(login: Login, who: PersonId, tenant: TenantId, text: string) {
  const token = Buffer.from(`withdrawn-${(serial += 1)}`)
  await world.sql(
    `insert into session (token_hash, person_id, factor, factor_at, password_at, ends_at) values (sha256($1), $2, 'otp', now(), now(), now() + interval '1 hour')`,
    [token, who],
  )
  const client = await world.database.pool(login).connect()
  try {
    await client.query('begin')
    await client.query(
      `select access.enter_person(jsonb_build_object('session_hash', encode(sha256($1), 'hex'), 'tenant_id', $2::text, 'writes', false))`,
      [token, tenant],
    )
    return (await client.query(text)).rowCount
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

/** A ticket that Lee opened for the partner, with what is different about it. */
async function seedTicket(scene: Scene, differs = ''): Promise<string> {
  const [row] = await world.seed<{ id: string }>(
    `insert into ticket (tenant_id, number, subject, created_by, created_by_partner_id) values ($1, $2, 'No signal', $3, $4) returning id`,
    [scene.tenant, `T-${(serial += 1)}`, scene.lee, scene.partner],
    scene.tenant,
  )
  if (differs !== '') await world.seed(`update ticket set ${differs} where id = $1`, [row?.id], scene.tenant)
  return row?.id ?? ''
}

const WITHDRAW = `update ticket set status = 'withdrawn', version = version + 1`
const STAYS = 'this ticket is not withdrawn any more, or not by you'

describe('as raw SQL', () => {
  test('whoever opened a ticket withdraws it at once, and nobody else does, on whatever side (B7)', async () => {
    const scene = await seedScene()
    const { tenant, lee, ana, clerk } = scene
    const id = await seedTicket(scene)
    const text = `${WITHDRAW} where id = '${id}'`
    expect(await inContext('liaison_delegate', lee, tenant, text)).toBe(1)
    expect(await inContext('liaison_delegate', ana, tenant, text)).toBe(STAYS)
    expect(await inContext('liaison_tenant', clerk, tenant, text)).toBe(STAYS)
    expect(await world.sqlAs('liaison_delegate', `select 1 from ticket where id = $1`, [id])).toEqual([])
  })

  test('a person of both sides withdraws on the side on which the ticket was opened', async () => {
    const scene = await seedScene()
    await world.tenantMember(scene.tenant, scene.lee)
    const text = `${WITHDRAW} where id = '${await seedTicket(scene)}'`
    expect(await inContext('liaison_tenant', scene.lee, scene.tenant, text)).toBe(STAYS)
    const own = `${WITHDRAW} where id = '${await seedTicket(scene, 'created_by_partner_id = null')}'`
    expect(await inContext('liaison_tenant', scene.lee, scene.tenant, own)).toBe(1)
    expect(await inContext('liaison_delegate', scene.lee, scene.tenant, own)).toBe(STAYS)
  })

  test.each([
    ['after a minute', `created_at = now() - interval '61 seconds'`],
    ['before it was opened', `created_at = now() + interval '1 hour'`],
    ['once it was changed', 'version = 2'],
    ['once it was given to somebody', 'assigned_to = created_by'],
    ['once it was answered', 'response_count = 1'],
    ['that the provider handed in', `source = 'telco', external_id = number`],
  ])('no ticket is withdrawn %s', async (_name, differs) => {
    const scene = await seedScene()
    const text = `${WITHDRAW} where id = '${await seedTicket(scene, differs)}'`
    expect(await inContext('liaison_delegate', scene.lee, scene.tenant, text)).toBe(STAYS)
  })

  test('nor once somebody wrote a note that its opener cannot read', async () => {
    const scene = await seedScene()
    await world.override(scene.link as never, 'partner.support.tickets.internal_notes.read', 'deny')
    const id = await seedTicket(scene)
    await world.seed(
      `insert into ticket_comment (tenant_id, ticket_id, author_name, content, is_internal) values ($1, $2, 'Dana', 'Look at this.', true)`,
      [scene.tenant, id],
      scene.tenant,
    )
    const text = `${WITHDRAW} where id = '${id}'`
    expect(await inContext('liaison_delegate', scene.lee, scene.tenant, text)).toBe(STAYS)
  })

  test.each(['pending', 'on_hold', 'resolved', 'closed'])('nor one that is %s', async (status) => {
    const scene = await seedScene()
    const id = await seedTicket(scene, `status = '${status}'`)
    const done = await inContext(
      'liaison_delegate',
      scene.lee,
      scene.tenant,
      `${WITHDRAW} where id = '${id}'`,
    )
    expect(done).toBe(`a ticket may not move from ${status} to withdrawn`)
  })

  test('and what is withdrawn stays so, whatever state is tried', async () => {
    const scene = await seedScene()
    const id = await seedTicket(scene, `status = 'withdrawn'`)
    for (const status of ['open', 'pending', 'on_hold', 'resolved', 'closed']) {
      for (const [login, who] of [
        ['liaison_delegate', scene.lee],
        ['liaison_tenant', scene.clerk],
      ] as const) {
        const text = `update ticket set status = '${status}' where id = '${id}'`
        const done = await inContext(login, who, scene.tenant, text)
        expect(done).toBe(`a ticket may not move from withdrawn to ${status}`)
      }
    }
  })

  test('nobody makes a ticket look as if it could be withdrawn, or was never there', async () => {
    const scene = await seedScene()
    const id = await seedTicket(scene, 'version = 3')
    const act = (text: string) => inContext('liaison_delegate', scene.lee, scene.tenant, text)
    for (const change of [
      'created_at = now()',
      'created_by = null',
      'created_by_partner_id = null',
      `source = 'telco'`,
      'opening_mailed = true',
      'id = uuidv7()',
    ])
      expect(await act(`update ticket set ${change} where id = '${id}'`)).toBe(
        'how a ticket was opened and how often it was changed stays as it was',
      )
    for (const version of ['1', '2147483647'])
      expect(await act(`update ticket set version = ${version} where id = '${id}'`)).toBe(
        'changes are counted one by one',
      )
    const born = `insert into ticket (tenant_id, number, subject, status) values ('${scene.tenant}', 'X-1', 'x', 'withdrawn')`
    expect(await act(born)).toBe('a ticket is opened before it is withdrawn')
    expect(await inContext('liaison_tenant', scene.clerk, scene.tenant, born)).toBe(
      'a ticket is opened before it is withdrawn',
    )
  })

  test('a link that ended takes the withdrawal with it', async () => {
    const scene = await seedScene()
    const text = `${WITHDRAW} where id = '${await seedTicket(scene)}'`
    await world.seed(`update delegation set status = 'suspended' where id = $1`, [scene.link], scene.tenant)
    expect(await inContext('liaison_delegate', scene.lee, scene.tenant, text)).not.toBe(1)
  })

  test('neither our own work nor a system of the provider withdraws a ticket', async () => {
    const scene = await seedScene()
    const id = await seedTicket(scene)
    await expect(world.sqlAs('liaison_job', `${WITHDRAW} where id = '${id}'`)).rejects.toThrow(
      'permission denied',
    )
    const [row] = await world.sql('select status from ticket where id = $1', [id])
    expect(row).toEqual({ status: 'open' })
  })
})
