import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assess, openProgramScene, seedTenantOf } from '#testing/risk-acts.ts'
import type { ProgramScene } from '#testing/risk-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { riskRoutes } from './index.ts'

const RULES = '/api/v1/admin/risk-rules'
let world: TestWorld
let scene: ProgramScene
beforeAll(async () => {
  world = await TestWorld.start(() => riskRoutes)
  scene = await openProgramScene(world)
})
afterAll(() => world[Symbol.asyncDispose]())

const put = (rule: string, etag: string, body: object) =>
  world.call(scene.provider.caller, 'PUT', `${RULES}/${rule}`, { body, headers: { 'if-match': etag } })

const effects = async () => {
  const answer = await world.call(scene.provider.caller, 'GET', RULES)
  const items: { rule: string; effect: string; version: number }[] = answer.json().items
  return items.map(({ rule, effect, version }) => `${rule} ${effect} ${version}`)
}

describe('the rules of the program (D5)', () => {
  test('by default the first two refuse the referral and the others make its earnings wait', async () => {
    expect(await effects()).toEqual([
      'own_address block 0',
      'own_member block 0',
      'shared_payout_account hold 0',
      'disposable_address hold 0',
      'own_network hold 0',
      'hasty_sign_up hold 0',
      'banned_source hold 0',
    ])
  })

  test('a rule that is set anew counts from then on, every setting before it stays readable', async () => {
    const tenant = () => seedTenantOf(world, `x${Math.floor(performance.now() * 1000)}@throwaway.example`)
    expect((await assess(world, scene, await tenant())).outcome).toBe('clear')
    const first = await put('disposable_address', '"v0"', {
      effect: 'flag',
      settings: { domains: ['throwaway.example'] },
      reason: 'Seen in three sign-ups',
    })
    expect(first.statusCode).toBe(200)
    expect(first.headers['etag']).toBe('"v1"')
    expect(await assess(world, scene, await tenant())).toEqual({
      outcome: 'flag',
      rules: ['disposable_address'],
    })
    const second = await put('disposable_address', '"v1"', { effect: 'off', reason: 'Too many false ones' })
    expect(second.json()).toMatchObject({
      version: 2,
      effect: 'off',
      settings: { domains: [] },
      versions: [{ version: 2 }, { version: 1, settings: { domains: ['throwaway.example'] } }],
    })
    expect((await assess(world, scene, await tenant())).outcome).toBe('clear')
    const told = await world.sql(`select changes from audit_event where action = 'program.risk_rule.changed'`)
    expect(told).toHaveLength(2)
  })

  test('a change of a rule that somebody changed in between is refused, and of two at once one wins', async () => {
    const body = { effect: 'flag', reason: 'At once' }
    expect((await put('own_member', '"v4"', body)).statusCode).toBe(412)
    const answers = await Promise.all([put('own_member', '"v0"', body), put('own_member', '"v0"', body)])
    expect(answers.map(({ statusCode }) => statusCode).toSorted((left, right) => left - right)).toEqual([
      200, 412,
    ])
  })

  test('every fault of the settings is told at once, and nothing changes', async () => {
    const answer = await put('hasty_sign_up', '"v0"', {
      effect: 'hold',
      settings: { seconds: -1, clicks_per_hour: 'many', unknown: true },
      reason: 'Wrong',
    })
    expect(answer.statusCode).toBe(422)
    expect(
      answer
        .json()
        .errors.map(({ pointer }: { pointer: string }) => pointer)
        .toSorted(),
    ).toEqual(['/body/settings', '/body/settings/clicks_per_hour', '/body/settings/seconds'])
    expect(await effects()).toContain('hasty_sign_up hold 0')
  })

  test('a partner reads no rules', async () => {
    for (const { caller } of [scene.owner, scene.staff])
      expect((await world.call(caller, 'GET', RULES)).statusCode).toBe(403)
  })
})
