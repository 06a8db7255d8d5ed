import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LOGINS as ALL_LOGINS } from '#platform/database.ts'
import { assess, openProgramScene, seedReferral, seedTenantOf } from '#testing/risk-acts.ts'
import type { ProgramScene } from '#testing/risk-acts.ts'
import { asSide, attempt, openScene } from '#testing/sides.ts'
import type { Scene, Side } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import { riskRoutes } from './index.ts'

const TABLES = ['risk_rule', 'risk_case', 'risk_event', 'mail_domain'] as const

let world: TestWorld
let program: ProgramScene
let scene: Scene
beforeAll(async () => {
  world = await TestWorld.start(() => riskRoutes)
  program = await openProgramScene(world)
  const other = await openScene(world)
  // The owner of the partner that the cases are about, in the words of the sides.
  scene = {
    ...other,
    partner: program.partner,
    people: { ...other.people, partner: program.owner, provider: program.provider },
  }
  await world.seed(
    `insert into risk_rule (program_id, rule, number, effect, set_by_name) select id, 'own_network', 1, 'hold', 'Test' from program`,
    [],
  )
})
afterAll(() => world[Symbol.asyncDispose]())

let serial = 0
async function openCase() {
  const tenant = await seedTenantOf(world, `isolation-${(serial += 1)}@mailinator.com`)
  await assess(world, program, tenant)
  const [row] = await world.sql<{ id: string }>('select id from risk_case where tenant_id = $1', [tenant])
  return { id: String(row?.id), tenant }
}

const as = <Result>(side: Side, work: Parameters<typeof asSide<Result>>[1]) =>
  asSide({ world, side, scene }, work)

describe('rows of warnings', () => {
  test.each(TABLES)('%s: no login sees a row without an access context (D5)', async (table) => {
    await openCase()
    for (const login of ALL_LOGINS) {
      const outcome = await world.sqlAs(login, `select * from ${table}`).then(
        (rows) => `${rows.length} rows`,
        (error: Error) => error.message,
      )
      expect(outcome, login).toMatch(/^0 rows$|permission denied/)
    }
  })

  test.each(TABLES)(
    '%s: the provider sees it, partners, tenants and the clock cannot even ask (D5)',
    async (table) => {
      expect(
        await as('provider', async (client) => (await client.query(`select * from ${table}`)).rowCount),
      ).not.toBe(0)
      for (const side of ['partner', 'tenant', 'clock'] as const)
        expect(await as(side, (client) => attempt(client, `select * from ${table}`)), side).toMatch(
          /permission denied/,
        )
    },
  )

  test('nobody but the rules themselves opens a case, save the provider by hand (D5)', async () => {
    const tenant = await seedTenantOf(world, `by-hand-${(serial += 1)}@mailinator.com`)
    const insert = (rules: string, outcome: string) =>
      `insert into risk_case (partner_id, program_id, tenant_id, outcome, rules, category) select '${program.partner}', p.id, '${tenant}', '${outcome}', '{${rules}}', 'review' from program p`
    for (const side of ['partner', 'tenant', 'clock'] as const)
      expect(await as(side, (client) => attempt(client, insert('manual', 'hold'))), side).toMatch(
        /permission denied/,
      )
    expect(await as('provider', (client) => attempt(client, insert('manual', 'hold')))).toBe('done')
    expect(await as('provider', (client) => attempt(client, insert('own_member', 'block')))).toMatch(
      /row-level/,
    )
    expect(await as('provider', (client) => attempt(client, insert('manual', 'flag')))).toMatch(/row-level/)
  })

  test('what was seen and decided never changes: no rewriting, no removal, no truncation, for nobody (D5)', async () => {
    const { id } = await openCase()
    const tries = [
      `update risk_case set evidence = '[]' where id = '${id}'`,
      `update risk_case set outcome = 'flag' where id = '${id}'`,
      `update risk_case set tenant_id = null where id = '${id}'`,
      `delete from risk_case where id = '${id}'`,
      `update risk_event set action = 'released'`,
      `delete from risk_event`,
      `update risk_rule set effect = 'off'`,
      `delete from risk_rule`,
      `truncate risk_event`,
      `truncate risk_rule cascade`,
      `truncate risk_case cascade`,
    ]
    for (const text of tries) {
      expect(await as('provider', (client) => attempt(client, text)), text).toMatch(/permission denied/)
      await expect(world.seed(text, []), text).rejects.toThrow(/is refused|keeps what was seen/)
    }
  })
})

describe('the moves of a case', () => {
  const STATES = ['open', 'released', 'confirmed'] as const
  const moves = STATES.flatMap((from) => STATES.map((to) => ({ from, to }))).filter(
    ({ from, to }) => from !== to,
  )

  test.each(moves)(
    '$from to $to is possible exactly where the table of moves says so (D5)',
    async ({ from, to }) => {
      const { id } = await openCase()
      const listed = await world.sql(
        `select actor_kind from state_transition where entity = 'risk_case' and from_state = $1 and to_state = $2`,
        [from, to],
      )
      const done = await as('provider', async (client) => {
        if (from !== 'open')
          await client.query(`update risk_case set state = $2, reason = 'x' where id = $1`, [id, from])
        return attempt(client, `update risk_case set state = $2, reason = 'x' where id = $1`, [id, to])
      })
      expect(done).toBe(listed.length > 0 ? 'done' : 'risk_case_transition')
      for (const side of ['partner', 'tenant', 'clock'] as const)
        expect(
          await as(side, (client) =>
            attempt(client, `update risk_case set state = $2 where id = $1`, [id, to]),
          ),
        ).toMatch(/permission denied/)
    },
  )

  test('a decision needs its reason, and nobody else’s name (D5)', async () => {
    const { id } = await openCase()
    expect(
      await as('provider', (client) =>
        attempt(client, `update risk_case set state = 'released' where id = $1`, [id]),
      ),
    ).toMatch(/check/)
    expect(
      await as('provider', (client) =>
        attempt(client, `update risk_case set decided_by_name = 'Somebody else' where id = $1`, [id]),
      ),
    ).toMatch(/permission denied/)
  })

  test('a change without its audit event does not commit (D9)', async () => {
    const { id } = await openCase()
    await expect(
      world.sql(`update risk_case set referral_id = gen_random_uuid() where id = $1`, [id]),
    ).rejects.toThrow(/no audit event/)
  })

  test('a referral made by hand meets the open case of its tenant and is held by it (D5)', async () => {
    const { id, tenant } = await openCase()
    const referral = await seedReferral(world, program, tenant)
    const [row] = await world.sql('select referral_id from risk_case where id = $1', [id])
    expect(row).toEqual({ referral_id: referral })
  })
})
