import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeRealmRoutes } from '#modules/realms/index.ts'
import { PASSWORD } from '#testing/account-holder.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { offerPlan, openPlanScene, takePlan } from '#testing/plan-acts.ts'
import type { PlanScene } from '#testing/plan-acts.ts'
import { quickHash } from '#testing/quick-hash.ts'
import { TestWorld } from '#testing/world.ts'
import { planModuleRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...planModuleRoutes, ...makeRealmRoutes(services)])
})
afterAll(() => world[Symbol.asyncDispose]())

const told = async (scene: PlanScene) =>
  world.sql<{ topic: string; payload: Record<string, unknown> }>(
    `select topic, payload from outbox where payload ->> 'partner_id' = $1 and topic like 'subscription.%' order by id`,
    [scene.partner],
  )
const topics = async (scene: PlanScene) => (await told(scene)).map(({ topic }) => topic)

async function subscribed() {
  const scene = await openPlanScene(world)
  const taken = await takePlan(world, scene.caller, await offerPlan(world, scene, { code: 'mine' }))
  expect(taken.statusCode, taken.body).toBe(201)
  return scene
}

const act = async (scene: PlanScene, step: string, body: object) => {
  const answer = await world.call(scene.caller, 'POST', `/api/v1/realm/subscription/${step}`, { body })
  expect(answer.statusCode, answer.body).toBe(200)
}

describe('a partner is told', () => {
  test('of another plan, of one to come, and that it does not come after all (C7)', async () => {
    const scene = await subscribed()
    const [now, later] = [
      await offerPlan(world, scene, { code: 'now' }),
      await offerPlan(world, scene, { code: 'later' }),
    ]
    await act(scene, 'change', { plan_id: now, when: 'now' })
    expect(await topics(scene)).toEqual(['subscription.signed', 'subscription.changed'])
    await act(scene, 'change', { plan_id: later, when: 'period_end' })
    await act(scene, 'keep-plan', {})
    expect(await topics(scene)).toEqual([
      'subscription.signed',
      'subscription.changed',
      'subscription.changed',
      'subscription.changed',
    ])
  })

  test('that a subscription ended with the account of its user, which the user reads before (C7, C9)', async () => {
    const scene = await subscribed()
    await world.seed('insert into end_user_credential (partner_id, end_user_id, hash) values ($1, $2, $3)', [
      scene.partner,
      scene.user,
      quickHash(PASSWORD),
    ])
    const [user] = await world.sql<{ email: string }>('select email from end_user where id = $1', [
      scene.user,
    ])
    const [before] = await told(scene)
    const browser = new FormBrowser(world)
    await browser.post(`/p/${scene.slug}/sign-in`, { email: String(user?.email), password: PASSWORD })
    expect((await browser.get(`/p/${scene.slug}/delete`)).text).toContain(
      'A subscription that you have ends now',
    )
    const gone = await browser.post(`/p/${scene.slug}/delete`, { current: PASSWORD })
    expect(gone.status, gone.text).toBe(200)
    expect((await told(scene)).slice(1)).toEqual([
      { topic: 'subscription.unsigned', payload: { ...before?.payload, reason: 'account_deleted' } },
    ])
    const events = await world.sql<{ reason: string; text: string }>(
      `select reason, e::text as text from audit_event e where action = 'subscriptions.run_out' and partner_id = $1`,
      [scene.partner],
    )
    expect(events).toMatchObject([{ reason: 'account_deleted' }])
    expect(events[0]?.text).not.toContain(user?.email)
  })

  test('nothing of a subscription that was over when the account went', async () => {
    const scene = await subscribed()
    await act(scene, 'cancel', { when: 'now' })
    await world.seed('delete from end_user where id = $1', [scene.user])
    expect(await topics(scene)).toEqual(['subscription.signed', 'subscription.unsigned'])
  })
})
