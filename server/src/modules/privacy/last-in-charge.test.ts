import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { makePartnerRoutes } from '#modules/partners/index.ts'
import { inAdminTransaction } from '#platform/admin.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { CommandBench } from '#testing/command.ts'
import { SOON } from '#testing/patience.ts'
import { TestWorld } from '#testing/world.ts'
import { erasePerson } from './index.ts'

let world: TestWorld
let bench: CommandBench
beforeAll(async () => {
  world = await TestWorld.start(makePartnerRoutes)
  bench = await CommandBench.start(world)
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

test('erasing refuses the last owner of a partner, the last admin of a tenant and whoever is not there, and changes nothing', async () => {
  const owner = await world.person()
  await world.partnerMember(await world.partner('Small'), owner.id, 'PARTNER_OWNER')
  await expect(bench.run(['person', 'erase', owner.id, '--reason', 'Asked for.'])).rejects.toThrow(
    'last owner',
  )
  expect(await world.sql('select name from person where id = $1', [owner.id])).toEqual([{ name: owner.name }])
  const [admin, tenant] = [await world.person(), await world.tenant('Small')]
  await world.tenantMember(tenant, admin.id)
  const erase = () => bench.run(['person', 'erase', admin.id, '--reason', 'Asked for.'])
  await expect(erase()).rejects.toThrow('This person is the last admin of Small')
  await world.tenantMember(tenant, (await world.person()).id)
  await erase()
  expect(await world.sql('select status from tenant_member where person_id = $1', [admin.id])).toEqual([
    { status: 'inactive' },
  ])
  await expect(bench.run(['person', 'erase', 'nobody@example.test', '--reason', 'x'])).rejects.toThrow(
    'There is no person',
  )
  await expect(bench.run(['person', 'erase', owner.id])).rejects.toThrow('--reason')
})

describe('the owners of a partner (attack 86)', () => {
  /** A partner with two owners. */
  async function pair() {
    const partner = await world.partner('Pair')
    const owners = [await world.person(), await world.person()] as const
    for (const { id } of owners) await world.partnerMember(partner, id, 'PARTNER_OWNER')
    const left = async () =>
      (
        await world.sql(
          `select 1 from partner_member m join person h on h.id = m.person_id and h.status = 'active'
           where m.partner_id = $1 and m.role = 'PARTNER_OWNER' and m.status = 'active'`,
          [partner],
        )
      ).length
    return { partner, owners, left }
  }

  test('are not both erased by two operators at the same moment', async () => {
    for (let round = 0; round < 3; round += 1) {
      const { owners, left } = await pair()
      const erasures = await Promise.allSettled(
        owners.map(({ id }) => bench.run(['person', 'erase', id, '--reason', 'Asked for.'])),
      )
      expect(erasures.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      expect(await left()).toBe(1)
    }
  })

  test('are not removed while the other one is being erased', async () => {
    const { partner, owners, left } = await pair()
    const [gone, other] = owners
    const staff = await world.person()
    await world.platformAdmin(staff.id)
    const provider = await world.signIn(staff.id)
    const [member] = await world.sql<{ id: string }>('select id from partner_member where person_id = $1', [
      other.id,
    ])
    const path = `/api/v1/admin/partners/${encodeId('partner', partner)}/members/${publicIdOf('member', member?.id ?? '')}`
    const isWaiting = async () =>
      (
        await world.sql(
          `select 1 from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`,
        )
      ).length > 0
    const state = { isAnswered: false, code: '' }
    await inAdminTransaction(world.connection, async (run) => {
      await erasePerson(run, gone.id)
      await run(
        `insert into audit_event (plane, action, outcome, actor_type, source) values ('system', 'test.seeded', 'allowed', 'system', 'job')`,
      )
      const remove = async () => {
        const answer = await world.call(provider, 'DELETE', path)
        state.code = answer.statusCode === 200 ? 'OK' : String(answer.json().code)
        state.isAnswered = true
      }
      void remove()
      await vi.waitUntil(async () => state.isAnswered || (await isWaiting()), SOON)
    })
    await vi.waitUntil(() => state.isAnswered, SOON)
    expect([state.code, await left()]).toEqual(['PARTNER_LAST_OWNER', 1])
  })
})
