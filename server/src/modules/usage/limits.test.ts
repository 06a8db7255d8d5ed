import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONFIGURATION_KEYS } from '#modules/configuration/index.ts'
import { TestWorld } from '#testing/world.ts'
import { CONSEQUENCES, LIMIT_KEYS, LIMIT_UNITS, resolveLimits } from './limits.ts'
import type { LimitKey, LimitLayer, LimitPolicies, LimitPolicy, LimitValue } from './limits.ts'

const NOTHING: LimitLayer = {}
const OPEN: LimitPolicy = { value: null, relaxable: false, fixed: false, maximum: null }

function policies(given: Partial<Record<LimitKey, Partial<LimitPolicy>>>): LimitPolicies {
  const all = LIMIT_KEYS.map((key): [LimitKey, LimitPolicy] => [key, { ...OPEN, ...given[key] }])
  return Object.fromEntries(all) as LimitPolicies
}

test('every key is listed once, with its unit (C5)', () => {
  expect([...LIMIT_KEYS].toSorted()).toEqual(Object.keys(LIMIT_UNITS).toSorted())
})

describe('of what platform, plan, partner and user say', () => {
  const key = 'ops.per_day'

  test('the strictest holds, and the least particular of those who say the same is named (C5)', () => {
    const given = policies({ [key]: { value: 20 } })
    const resolve = (plan: LimitValue, partner: LimitValue, user: LimitValue) =>
      resolveLimits(given, { plan: { [key]: plan }, partner: { [key]: partner }, user: { [key]: user } })[key]
    expect(resolve(null, null, null)).toEqual({ value: 20, layer: 'platform' })
    expect(resolve(100, null, null)).toEqual({ value: 20, layer: 'platform' })
    expect(resolve(20, 10, 10)).toEqual({ value: 10, layer: 'partner' })
    expect(resolve(10, 15, 3)).toEqual({ value: 3, layer: 'user' })
    expect(resolve(0, 15, 3)).toEqual({ value: 0, layer: 'plan' })
  })

  test('what the platform leaves open, any layer may limit (C5)', () => {
    const resolved = resolveLimits(policies({}), { plan: NOTHING, partner: { [key]: 1000 }, user: NOTHING })
    expect(resolved[key]).toEqual({ value: 1000, layer: 'partner' })
  })

  test('the most particular decides a relaxable key, up to the maximum of the platform (C5)', () => {
    const given = policies({ [key]: { value: 20, relaxable: true, maximum: 50 } })
    const resolve = (plan: LimitValue, user: LimitValue) =>
      resolveLimits(given, { plan: { [key]: plan }, partner: NOTHING, user: { [key]: user } })[key]
    expect(resolve(40, null)).toEqual({ value: 40, layer: 'plan' })
    expect(resolve(40, 30)).toEqual({ value: 30, layer: 'user' })
    expect(resolve(40, 60)).toEqual({ value: 50, layer: 'platform' })
  })

  test('nobody changes a fixed key (C5)', () => {
    const given = policies({ [key]: { value: 5, fixed: true } })
    const layers = { plan: { [key]: 1 }, partner: { [key]: 100 }, user: { [key]: 0 } }
    expect(resolveLimits(given, layers)[key]).toEqual({ value: 5, layer: 'platform' })
  })
})

const someNumber = fc.integer({ min: 0, max: 60 })
const someConsequence = fc.constantFrom(...CONSEQUENCES)
const valueOf = (key: LimitKey): fc.Arbitrary<LimitValue> =>
  key === 'on_exceed' ? someConsequence : someNumber

const somePolicy = (key: LimitKey): fc.Arbitrary<LimitPolicy> =>
  fc
    .record({
      value: fc.option(valueOf(key), { nil: null }),
      way: fc.constantFrom('strict', 'relaxable', 'fixed'),
      maximum: key === 'on_exceed' ? fc.constant(null) : fc.option(someNumber, { nil: null }),
    })
    .map(({ value, way, maximum }) => ({
      value,
      relaxable: way === 'relaxable',
      fixed: way === 'fixed',
      maximum: way === 'relaxable' ? maximum : null,
    }))

const somePolicies = fc
  .tuple(...LIMIT_KEYS.map((key) => somePolicy(key).map((policy): [LimitKey, LimitPolicy] => [key, policy])))
  .map((entries) => Object.fromEntries(entries) as LimitPolicies)

const someLayer = fc
  .tuple(
    ...LIMIT_KEYS.map((key) =>
      fc
        .option(fc.option(valueOf(key), { nil: null }), { nil: undefined })
        .map((value): [LimitKey, LimitValue | undefined] => [key, value]),
    ),
  )
  .map((entries): LimitLayer => Object.fromEntries(entries.filter(([, value]) => value !== undefined)))

const someWorld = fc.record({ policies: somePolicies, plan: someLayer, partner: someLayer, user: someLayer })

test('no layer ever gives more than the platform, except what is relaxable, and that up to its maximum (C5)', () => {
  fc.assert(
    fc.property(someWorld, (world) => {
      const resolved = resolveLimits(world.policies, world)
      for (const key of LIMIT_KEYS) {
        const policy = world.policies[key]
        const { value, layer } = resolved[key]
        const said = layer === 'platform' ? [policy.value, policy.maximum] : [world[layer][key]]
        expect(said).toContain(value)
        const bound = policy.relaxable ? policy.maximum : policy.value
        const isBeyond =
          layer !== 'platform' && typeof bound === 'number' && typeof value === 'number' && value > bound
        expect(isBeyond).toBe(false)
      }
    }),
    { numRuns: 500 },
  )
})

describe('with the database', () => {
  let world: TestWorld
  beforeAll(async () => {
    world = await TestWorld.start(() => [])
  })
  afterAll(() => world[Symbol.asyncDispose]())

  test('the database resolves the limits of every generated world as the code does (C5)', async () => {
    const worlds = fc.sample(someWorld, { numRuns: 600, seed: 20_261_124 })
    const rows = await world.sql<{ resolved: unknown }>(
      `select access.resolve_limits(w -> 'policies', w -> 'plan', w -> 'partner', w -> 'user') as resolved
       from jsonb_array_elements($1::jsonb) with ordinality w(w, position) order by position`,
      [JSON.stringify(worlds)],
    )
    expect(rows.map(({ resolved }) => resolved)).toEqual(
      worlds.map((one) => resolveLimits(one.policies, one)),
    )
  })

  test('guests have 20 minutes, 5 operations a day and 20 in 7 days, fixed, then idle (C5)', async () => {
    const rows = await world.sql(
      `select key, value from limit_policy where role = 'guest' and fixed order by key`,
    )
    expect(Object.fromEntries(rows.map(({ key, value }) => [key, value]))).toMatchObject({
      'session.idle_s': 1200,
      'session.absolute_s': 1200,
      'ops.per_day': 5,
      'ops.per_7d': 20,
      on_exceed: 'idle',
    })
  })

  test('the limits of the platform are the defaults and bounds of the configuration, key for key (C2, C5)', async () => {
    const said = CONFIGURATION_KEYS.filter(
      ({ path: [section, audience] }) =>
        (section === 'sessions' || section === 'limits') && audience === 'end_users',
    ).map(({ path: [section = '', , role = '', name = ''], ...key }) => ({
      role,
      key: section === 'sessions' ? `session.${name}` : name,
      value: key.default,
      fixed: key.rule === 'fixed',
      relaxable: key.rule === 'free' || (key.rule === 'at_most' && key.bound !== key.default),
      maximum: key.rule === 'at_most' && key.bound !== key.default ? key.bound : null,
    }))
    const held = await world.sql(
      `select role, key, value, fixed, relaxable, maximum from limit_policy where key not in ('cooldown_s', 'throttle_percent')`,
    )
    const sorted = (rows: readonly object[]) =>
      rows
        .map((row) => JSON.stringify(row, ['role', 'key', 'value', 'fixed', 'relaxable', 'maximum']))
        .toSorted()
    expect(sorted(held)).toEqual(sorted(said))
  })
})
