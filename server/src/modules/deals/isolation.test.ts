import { decodeId } from '@liaison/access'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asPerson, openReferralScene, openSignUps } from '#testing/referral-acts.ts'
import type { ReferralScene, Somebody } from '#testing/referral-acts.ts'
import { makeIngestTestRoutes } from '#testing/referral-routes.ts'
import { attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import { makeDealRoutes } from './index.ts'

let world: TestWorld
let here: ReferralScene
let there: ReferralScene
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...makeIngestTestRoutes(services),
    ...makeDealRoutes(services),
  ])
  here = await openReferralScene(world)
  there = await openReferralScene(world)
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

const CLOSED = [
  'liaison_auth',
  'liaison_delegate',
  'liaison_tenant',
  'liaison_realm',
  'liaison_ingest',
] as const

let serial = 0
async function seedDeal(who: Somebody, act?: 'approve'): Promise<string> {
  const body = { company_name: 'Acme', domain: `sealed-${(serial += 1)}.example` }
  const made = await world.call(who.caller, 'POST', '/api/v1/program/deals', { body })
  const id = made.json().deal_id
  if (act) await world.call(here.admin.caller, 'POST', `/api/v1/admin/deals/${id}/approve`)
  return decodeId('deal', id) ?? ''
}

const asPartner = <Result>(who: Somebody, work: (client: pg.PoolClient) => Promise<Result>) =>
  asPerson(world, { plane: 'program', caller: who.caller }, work)
const asProvider = <Result>(work: (client: pg.PoolClient) => Promise<Result>) =>
  asPerson(world, { plane: 'platform', caller: here.admin.caller }, work)
async function asClock<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
  const client = await world.database.pool('liaison_job').connect()
  try {
    await client.query('begin')
    await client.query('select access.enter_system($1)', [{ actor_name: 'test', route: 'test' }])
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

describe('with SQL, a registered deal', () => {
  test('is closed to every login that has nothing to do with it, and to each without a context (D12, C10)', async () => {
    await seedDeal(here.owner)
    for (const login of CLOSED)
      await expect(world.sqlAs(login, 'select id from deal_registration'), login).rejects.toThrow(
        /permission denied/,
      )
    for (const login of ['liaison_program', 'liaison_platform', 'liaison_job'] as const)
      expect(await world.sqlAs(login, 'select id from deal_registration'), login).toEqual([])
  })

  test('is read by owners of its partner, by whoever registered it and by the provider alone (D8, D12)', async () => {
    const ids = [await seedDeal(here.staff), await seedDeal(here.owner), await seedDeal(there.owner)]
    const read = async (client: pg.PoolClient) => {
      const { rows } = await client.query('select id from deal_registration where id = any ($1)', [ids])
      return ids.map((id) => rows.some((row) => row.id === id))
    }
    expect(await asPartner(here.owner, read)).toEqual([true, true, false])
    expect(await asPartner(here.staff, read)).toEqual([true, false, false])
    expect(await asPartner(here.colleague, read)).toEqual([false, false, false])
    expect(await asPartner(there.owner, read)).toEqual([false, false, true])
    expect(await asProvider(read)).toEqual([true, true, true])
  })

  test('hides from partners by what it is compared, who decided, and with what it is in conflict (D2, D12)', async () => {
    const id = await seedDeal(here.owner, 'approve')
    await asPartner(here.owner, async (client) => {
      for (const column of ['prospect_key', 'decided_by', 'decided_by_name'])
        expect(await attempt(client, `select ${column} from deal_registration`)).toMatch(/permission denied/)
      expect(await attempt(client, 'select access.deal_conflicts($1)', [id])).toMatch(/permission denied/)
      expect(await attempt(client, `select access.deal_for_sign_up($1, 'a@b.example', now())`, [id])).toMatch(
        /permission denied/,
      )
    })
  })

  test('is registered in the own name for the own partner, and begins unread (D12)', async () => {
    const put = (client: pg.PoolClient, partner: string, by: string) =>
      attempt(
        client,
        `insert into deal_registration (partner_id, company_name, domain, created_by) values ($1, 'Acme', 'raw.example', $2)`,
        [partner, by],
      )
    await asPartner(here.staff, async (client) => {
      expect(await put(client, here.partner, here.staff.id)).toBe('done')
      expect(await put(client, here.partner, here.owner.id)).not.toBe('done')
      expect(await put(client, there.partner, here.staff.id)).not.toBe('done')
      for (const column of ['state', 'protected_until', 'prospect_key'])
        expect(
          await attempt(client, `insert into deal_registration (${column}) values (null)`),
          column,
        ).toMatch(/permission denied/)
    })
    await asProvider(async (client) => {
      expect(await put(client, here.partner, here.admin.id)).toMatch(/permission denied/)
    })
  })

  test('moves as the table of transitions says: a partner only gives its own up, the provider decides, the clock ends what is over (D12)', async () => {
    const [waiting, running] = [await seedDeal(here.staff), await seedDeal(here.staff, 'approve')]
    const move = (client: pg.PoolClient, id: string, state: string) =>
      attempt(client, `update deal_registration set state = $2 where id = $1`, [id, state])
    await asPartner(here.staff, async (client) => {
      for (const state of ['approved', 'won', 'expired', 'rejected'])
        expect(await move(client, waiting, state), state).not.toBe('done')
      expect(await move(client, running, 'lost')).toBe('done')
    })
    await asPartner(here.colleague, async (client) => {
      expect(await move(client, running, 'lost')).toBe('nothing')
    })
    await asPartner(there.owner, async (client) => {
      expect(await move(client, running, 'lost')).toBe('nothing')
    })
    await asProvider(async (client) => {
      expect(await move(client, waiting, 'approved')).toBe('done')
      expect(await move(client, waiting, 'rejected')).toBe('deal_registration_reason')
      expect(await move(client, running, 'lost')).toBe('deal_registration_reason')
      expect(await move(client, running, 'expired')).toBe('deal_registration_transition')
      expect(await move(client, running, 'submitted')).toBe('deal_registration_transition')
      expect(await move(client, waiting, 'won')).not.toBe('done')
      expect(await attempt(client, `update deal_registration set protected_until = now()`)).toMatch(
        /permission denied/,
      )
    })
    await asClock(async (client) => {
      expect(await move(client, running, 'expired')).toBe('deal_registration_transition')
      expect(await move(client, waiting, 'approved')).toBe('deal_registration_transition')
      expect(
        await attempt(
          client,
          `update deal_registration set contact_name = null, notes = null where id = $1`,
          [running],
        ),
      ).not.toBe('done')
    })
  })

  test('never changes what it says, whoever tries, and is never removed (D12)', async () => {
    const id = await seedDeal(here.owner)
    for (const change of [
      `partner_id = '${there.partner}'`,
      `company_name = 'Other'`,
      `domain = 'other.example'`,
      `prospect_key = 'other.example'`,
      `created_by = '${there.owner.id}'`,
    ])
      await expect(
        world.seed(`update deal_registration set ${change} where id = $1`, [id]),
        change,
      ).rejects.toThrow(/never changes/)
    await expect(world.seed('delete from deal_registration where id = $1', [id])).rejects.toThrow(/refused/)
  })

  test('is won by a sign-up and by nothing else (D5, D12)', async () => {
    const id = await seedDeal(here.owner, 'approve')
    const desk = await openSignUps(world)
    await desk.asIngest(async (client) => {
      expect(await attempt(client, `select access.win_deal($1, $1)`, [id])).toMatch(/permission denied/)
      expect(await attempt(client, `update deal_registration set state = 'won'`)).toMatch(/permission denied/)
    })
  })
})
