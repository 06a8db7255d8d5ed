import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeDelegationRoutes } from '#modules/delegations/index.ts'
import { openAlertScene } from '#testing/alert-scene.ts'
import { TestWorld } from '#testing/world.ts'
import { evaluateAlerts, makeAlertTopics } from './evaluate.ts'
import { alertRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [...alertRoutes, ...makeDelegationRoutes()])
})
afterAll(() => world[Symbol.asyncDispose]())

const evaluate = () => evaluateAlerts(world.database, ['access'])

describe('a freeze', () => {
  const SCOPES = [
    ['platform', {}],
    ['partner', { partner: true }],
    ['tenant', { tenant: true }],
    ['delegation', { partner: true, tenant: true, delegation: true }],
    ['person', { person: true }],
  ] as const

  test.each(SCOPES)(
    'of scope %s is critical at once to both sides and the provider, and cleared when lifted (B9, B11)',
    async (scope, names) => {
      const scene = await openAlertScene(world)
      const [freeze] = await world.seed<{ id: string }>(
        `insert into access_freeze (scope, partner_id, tenant_id, delegation_id, person_id, set_by, set_by_name, set_by_side)
       values ($1, $2, $3, $4, $5, gen_random_uuid(), 'x', 'provider') returning id`,
        [
          scope,
          'partner' in names ? scene.partner : null,
          'tenant' in names ? scene.tenant : null,
          'delegation' in names ? scene.link : null,
          'person' in names ? scene.staff.id : null,
        ],
        scene.tenant,
      )
      await evaluate()
      await evaluate()
      const ofFreeze = (state: string) =>
        world.sql<{ audience: string; severity: string }>(
          `select audience, severity from alert where type = 'freeze' and metadata ->> 'freeze_id' = $1 and state = $2
           and (audience = 'provider' or partner_id = $3 or tenant_id = $4) order by audience`,
          [freeze?.id, state, scene.partner, scene.tenant],
        )
      expect(await ofFreeze('active')).toEqual([
        { audience: 'partner', severity: 'critical' },
        { audience: 'provider', severity: 'critical' },
        { audience: 'tenant', severity: 'critical' },
      ])
      await world.seed(
        `update access_freeze set lift_asked_by = gen_random_uuid(), lift_asked_at = now(), lifted_by = gen_random_uuid(), lifted_at = now(), lift_reason = 'over' where id = $1`,
        [freeze?.id],
        scene.tenant,
      )
      await evaluate()
      expect(await ofFreeze('resolved')).toHaveLength(3)
    },
  )
})

test('a freeze names the customer to the partner that it stops, and to its own people who set it and why; nobody reads of a tenant (B9)', async () => {
  const scene = await openAlertScene(world)
  await world.seed(
    `insert into access_freeze (scope, partner_id, tenant_id, set_by, set_by_name, set_by_side, reason)
     values ('partner', $1, $2, gen_random_uuid(), 'Dana Kim', 'tenant', 'A laptop was lost')`,
    [scene.partner, scene.tenant],
    scene.tenant,
  )
  await evaluate()
  const told = async (audience: string) => {
    const [row] = await world.sql<{ title: string; message: string }>(
      `select title, message from alert where type = 'freeze' and audience = $1 and state = 'active' and (partner_id = $2 or tenant_id = $3)`,
      [audience, scene.partner, scene.tenant],
    )
    return `${row?.title}. ${row?.message}`
  }
  const [row] = await world.sql<{ name: string }>('select name from tenant where id = $1', [scene.tenant])
  expect(await told('partner')).toMatch(
    new RegExp(`^${row?.name} cut off your organisation. Set by ${row?.name} on [^.]*. Nothing opens`),
  )
  expect(await told('tenant')).toMatch(/Set by Dana Kim on [^.]*\. Reason given: "A laptop was lost"\./)
  for (const audience of ['partner', 'tenant']) expect(await told(audience)).not.toContain('the tenant')
})

test('a freeze that a partner sets, and its lifting, are told through the queue without waiting for the clock (B9)', async () => {
  const scene = await openAlertScene(world)
  const topic = makeAlertTopics(world.database)['alerts.evaluate']
  const work = async () => {
    const messages = await world.sql<{ payload: Record<string, unknown> }>(
      `delete from outbox where topic = 'alerts.evaluate' returning payload`,
    )
    for (const { payload } of messages) await topic(payload, randomUUID())
  }
  await work()
  const path = '/api/v1/partner/freezes'
  const set = await world.call(scene.asOwner, 'POST', path, {
    body: { scope: 'partner', reason: 'Incident' },
  })
  expect(set.statusCode, set.body).toBe(201)
  await work()
  const frozen = () =>
    world.sql(`select state from alert where type = 'freeze' and audience = 'tenant' and tenant_id = $1`, [
      scene.tenant,
    ])
  expect(await frozen()).toEqual([{ state: 'active' }])
  const lifted = await world.call(scene.asOwner, 'DELETE', `${path}/${set.json().freeze_id}`, {
    body: { reason: 'Over' },
  })
  expect(lifted.statusCode, lifted.body).toBe(200)
  await work()
  expect(await frozen()).toEqual([{ state: 'resolved' }])
})
