import { encodeId } from '@liaison/access'
import type { LinkId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openAlertScene } from '#testing/alert-scene.ts'
import { changedBy } from '#testing/raw-changes.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { alertRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => alertRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

async function get(caller: Caller, path: string) {
  const response = await world.call(caller, 'GET', path)
  expect(response.statusCode, response.body).toBe(200)
  return response.json()
}

const post = (caller: Caller, path: string, body: unknown = {}) => world.call(caller, 'POST', path, { body })

describe('rules', () => {
  const RULES = '/api/v1/partner/alert-rules'
  const forLink = (link: LinkId) => ({ kind: 'link', link_id: encodeId('link', link) })

  test('an owner makes, changes and deletes them with what was read; each step is in the log (B9)', async () => {
    const scene = await openAlertScene(world)
    const made = await post(scene.asOwner, RULES, {
      type: 'ar_threshold',
      applies_to: { kind: 'all' },
      warning: 50,
    })
    expect(made.statusCode).toBe(201)
    expect(made.json()).toMatchObject({
      warning: 50,
      critical: null,
      is_enabled: true,
      channels: ['in_app', 'mail', 'webhook'],
    })
    const twice = await post(scene.asOwner, RULES, { type: 'ar_threshold', applies_to: { kind: 'all' } })
    expect([twice.statusCode, twice.json().code]).toEqual([409, 'ALERT_RULE_EXISTS'])
    const path = `${RULES}/${made.json().rule_id}`
    const put = (version: string, body: unknown) =>
      world.call(scene.asOwner, 'PUT', path, { body, headers: { 'if-match': version } })
    expect((await put('"v9"', {})).statusCode).toBe(412)
    const changed = await put('"v1"', { warning: 60, critical: 90, channels: ['in_app'], digest: 'daily' })
    expect(changed.json()).toMatchObject({ warning: 60, critical: 90, digest: 'daily', version: 2 })
    const list = await get(scene.asOwner, RULES)
    expect(list.items).toHaveLength(1)
    expect(list.defaults).toContainEqual(
      expect.objectContaining({ type: 'ar_threshold', warning: 80, critical: 100, rearm_percent: 90 }),
    )
    expect((await world.call(scene.asOwner, 'DELETE', path)).statusCode).toBe(204)
    expect((await get(scene.asOwner, RULES)).items).toEqual([])
    const looks = await world.sql(
      `select distinct action from audit_event where partner_id = $1 and method = 'GET'`,
      [scene.partner],
    )
    expect(looks).toEqual([{ action: 'alert_rules.read' }])
    const events = await world.sql(
      `select action from audit_event where partner_id = $1 and (action like 'alert_rules.%' or action = 'alerts.config.write') and method <> 'GET' order by id`,
      [scene.partner],
    )
    expect(events.map((event) => event['action'])).toEqual([
      'alert_rules.create',
      'alert_rules.update',
      'alert_rules.delete',
    ])
  })

  test('staff set rules for the customers in which they may, and none for all; nobody for a link that is not reached (B9)', async () => {
    const [scene, other] = [await openAlertScene(world), await openAlertScene(world)]
    const make = (caller: Caller, applies_to: unknown) => post(caller, RULES, { type: 'uptime', applies_to })
    expect((await make(scene.asStaff, forLink(scene.link))).statusCode).toBe(201)
    const forAll = await make(scene.asStaff, { kind: 'all' })
    expect([forAll.statusCode, forAll.json().code]).toEqual([403, 'ALERT_RULE_NOT_YOURS'])
    const foreign = await make(scene.asStaff, forLink(other.link))
    expect([foreign.statusCode, foreign.json().errors[0].code]).toEqual([422, 'UNKNOWN_LINK'])
    const [own] = (await get(scene.asStaff, RULES)).items
    const stolen = await world.call(other.asOwner, 'DELETE', `${RULES}/${own.rule_id}`)
    expect([stolen.statusCode, stolen.json().code]).toEqual([404, 'ALERT_RULE_NOT_FOUND'])
    const billing = await openAlertScene(world, 'msp_billing')
    expect((await make(billing.asStaff, forLink(billing.link))).statusCode).toBe(422)
  })

  test('are read and written in raw SQL by those alone who may change alerts there, for many by an owner (B9, R1)', async () => {
    const [scene, billing] = [await openAlertScene(world), await openAlertScene(world, 'msp_billing')]
    const idle = await world.person()
    await world.partnerMember(scene.partner, idle.id)
    const asIdle = await world.signIn(idle.id)
    for (const applies_to of [{ kind: 'all' }, forLink(scene.link)])
      expect((await post(scene.asOwner, RULES, { type: 'uptime', applies_to })).statusCode).toBe(201)
    const outcome = (who: Caller, sql: string, ...values: unknown[]) =>
      changedBy(world, who, {
        login: 'liaison_delegate',
        permission: 'partner.alerts.config.write',
        sql,
        values,
      }).catch((error: Error) => error.message.replace(/^.*(row-level security).*$/s, '$1'))
    const insert = `insert into alert_rule (partner_id, type, applies_to, link_id, tenant_id, created_by, created_by_name) values ($1, 'ticket_clock', $2, $3, $4, access.context_id('actor_id'), 'x')`
    const told: unknown[] = []
    for (const who of [scene.asOwner, scene.asStaff, asIdle])
      told.push([
        await outcome(who, 'select from alert_rule'),
        await outcome(who, 'update alert_rule set is_enabled = false where tenant_id is null'),
        await outcome(who, 'update alert_rule set is_enabled = false where tenant_id is not null'),
        await outcome(who, 'delete from alert_rule'),
        await outcome(who, insert, scene.partner, 'all', null, null),
        await outcome(who, insert, scene.partner, 'link', scene.link, scene.tenant),
      ])
    const refused = 'row-level security'
    expect(told).toEqual([
      [2, 1, 1, 2, 1, 1],
      [2, refused, 1, 1, refused, 1],
      [1, refused, 0, 0, refused, refused],
    ])
    const own = [billing.partner, 'link', billing.link, billing.tenant]
    expect(await outcome(billing.asStaff, insert, ...own)).toBe(refused)
  })

  test('levels that make no sense are refused with every fault, and nothing is made (B9)', async () => {
    const scene = await openAlertScene(world)
    const wrong = await post(scene.asOwner, RULES, {
      type: 'overdue_threshold',
      applies_to: { kind: 'all' },
      warning: 0,
      critical: 400,
    })
    expect(wrong.json().errors).toHaveLength(2)
    expect((await get(scene.asOwner, RULES)).items).toEqual([])
  })
})
