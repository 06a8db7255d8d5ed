import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'
import { EffectiveConfiguration } from './effective.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

test('a partner without a version of its own has the defaults of the platform (C2)', async () => {
  const partner = await world.partner('Lumen')
  const [row] = await world.sql<{ document: unknown }>('select access.configuration($1) as document', [
    partner,
  ])
  const document = EffectiveConfiguration.parse(row?.document)
  expect(document.sessions.end_users.guest).toMatchObject({ idle_s: 1200, absolute_s: 1200 })
  expect(document.limits.end_users.guest).toMatchObject({
    'ops.per_day': 5,
    'ops.per_7d': 20,
    on_exceed: 'idle',
  })
  expect(document.sessions.staff).toEqual({ idle_s: 1800, absolute_s: 43_200, max_concurrent: null })
  expect(document.roles.company.permissions).toContain('realm.subscription.change')
})
