import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openAlertedScene, storedAlerts } from '#testing/alert-scene.ts'
import { asSide, attempt, openScene } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { evaluateAlerts } from './evaluate.ts'
import { alertRoutes } from './index.ts'

const BASE = '/api/v1/partner/alerts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => alertRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const openAlerted = () => openAlertedScene(world)
const post = (caller: Caller, path: string) => world.call(caller, 'POST', path, { body: {} })

describe('taking back', () => {
  test('the last step on an alert is taken back: a closed one is as it was, a taken one waits again, and the log tells both (B9)', async () => {
    const { asStaff, staff, link, ticketAlert } = await openAlerted()
    const step = async (name: string) => (await post(asStaff, `${BASE}/${ticketAlert}/${name}`)).json()
    expect((await step('reopen')).code).toBe('ALERT_STATE_CONFLICT')
    await step('resolve')
    expect(await step('reopen')).toMatchObject({
      status: 'active',
      resolved_at: null,
      resolved_by_name: null,
      assigned_to: null,
    })
    await step('acknowledge')
    await step('resolve')
    expect(await step('reopen')).toMatchObject({ status: 'acknowledged', assigned_to_name: staff.name })
    expect(await step('reopen')).toMatchObject({ status: 'active', assigned_to: null })
    const stored = (await storedAlerts(world, { link })).find(({ type }) => type === 'ticket_clock')
    expect(stored).toMatchObject({ state: 'active' })
    const told = await world.sql(
      `select changes->'state' as state from audit_event where action = 'alerts.reopen' and resource_id = $1 and outcome = 'allowed' order by id`,
      [stored?.id],
    )
    expect(told.map(({ state }) => state)).toEqual([
      { before: 'resolved', after: 'active' },
      { before: 'resolved', after: 'acknowledged' },
      { before: 'acknowledged', after: 'active' },
    ])
  })

  test('of what is not told by webhook no step is told by it either (B9)', async () => {
    const { asStaff, partner, ticketAlert, overdueAlert } = await openAlerted()
    const told = () =>
      world.sql(`select topic from outbox where payload ->> 'partner_id' = $1 and topic like 'alert.%'`, [
        partner,
      ])
    await world.seed(
      `insert into alert_rule (partner_id, type, applies_to, channels, created_by, created_by_name) values ($1, 'ticket_clock', 'all', '{in_app,mail}', gen_random_uuid(), 'x')`,
      [partner],
    )
    await evaluateAlerts(world.database, ['sla'])
    await world.sql('delete from outbox')
    for (const step of ['acknowledge', 'resolve'])
      expect((await post(asStaff, `${BASE}/${ticketAlert}/${step}`)).statusCode).toBe(200)
    expect(await told()).toEqual([])
    await post(asStaff, `${BASE}/${overdueAlert}/resolve`)
    expect(await told()).toEqual([{ topic: 'alert.resolved' }])
  })

  test('what has cleared meanwhile is not opened again, and nobody opens what is not theirs (B9)', async () => {
    const [scene, other] = [await openAlerted(), await openAlerted()]
    await post(scene.asStaff, `${BASE}/${scene.overdueAlert}/resolve`)
    const reopen = async (caller: Caller) => {
      const answer = await post(caller, `${BASE}/${scene.overdueAlert}/reopen`)
      return [answer.statusCode, answer.json().code]
    }
    expect(await reopen(other.asStaff)).toEqual([404, 'ALERT_NOT_FOUND'])
    await world.seed(
      `update invoice set status = 'paid', paid_minor = total_minor, paid_on = current_date where tenant_id = $1`,
      [scene.tenant],
      scene.tenant,
    )
    await evaluateAlerts(world.database)
    expect(await reopen(scene.asStaff)).toEqual([409, 'ALERT_STATE_CONFLICT'])
  })

  test('opens a closed alert again only while its condition stands, and changes nothing else of it (B9)', async () => {
    const scene = await openScene(world)
    const close = async (level: number) => {
      const [row] = await world.seed<{ id: string }>(
        `insert into alert (audience, type, area, severity, title, message, dedupe_key, level, state, resolved_at, resolved_by_name)
         values ('provider', 'freeze', 'access', 'critical', 'x', 'x', gen_random_uuid()::text, $1, 'resolved', now(), 'Ann') returning id`,
        [level],
      )
      return row?.id
    }
    const [stands, over] = [await close(1), await close(0)]
    const open = `update alert set state = 'active', resolved_at = null, resolved_by_name = null where id = $1`
    const outcomes = await asSide({ world, side: 'provider', scene }, async (client) => [
      await attempt(client, `update alert set note = 'x' where id = $1`, [stands]),
      await attempt(client, open, [over]),
      await attempt(client, open, [stands]),
    ])
    expect(outcomes).toEqual(['alert_transition', 'alert_transition', 'done'])
  })
})
