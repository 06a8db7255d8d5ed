import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'
import { applyDifferences, findDifferences, valueAt, withValueAt } from './difference.ts'
import { ConfigurationDocument } from './document.ts'
import { EffectiveConfiguration } from './effective.ts'
import { CONFIGURATION_KEYS } from './keys.ts'
import type { ConfigurationKey } from './keys.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

/** Values that fit a key, that pass its bound, and that are nonsense: a stored document is as old as it is. */
function valuesOf({ rule, bound, choices, default: value }: ConfigurationKey): fc.Arbitrary<unknown> {
  if (rule === 'at_most' || typeof value === 'number')
    return fc.oneof(fc.integer({ min: -5, max: 10_000_000 }), fc.constant(null), fc.string())
  if (rule === 'within')
    return fc.oneof(
      fc.subarray([...(Array.isArray(bound) ? bound : []), 'realm.users.manage', 'platform.partners.manage']),
      fc.constant('all'),
    )
  if (choices) return fc.constantFrom(...choices, 'everything', null)
  return fc.constant(value)
}

const documents = fc
  .tuple(...CONFIGURATION_KEYS.map((key) => fc.option(valuesOf(key), { nil: undefined, freq: 2 })))
  .map((values) =>
    values.reduce<Readonly<Record<string, unknown>>>((document, value, index) => {
      const key = CONFIGURATION_KEYS[index]
      // Where text is free the schema at the door decides; what is drawn here is what bounds hold.
      const isBound =
        key && (key.rule !== 'free' || (key.choices !== null && value !== 'everything' && value !== null))
      return isBound && value !== undefined ? withValueAt(document, key.path, value) : document
    }, {}),
  )

async function merge(document: unknown): Promise<unknown> {
  const [row] = await world.sql<{ merged: unknown }>('select access.merge_configuration($1) as merged', [
    JSON.stringify(document),
  ])
  return row?.merged
}

function isWithinBound({ rule, bound, choices, default: value }: ConfigurationKey, merged: unknown): boolean {
  if (rule === 'fixed') return JSON.stringify(merged) === JSON.stringify(value)
  if (rule === 'at_most')
    return bound === null
      ? merged === null || typeof merged === 'number'
      : typeof merged === 'number' && merged <= Number(bound)
  if (rule === 'within')
    return Array.isArray(merged) && merged.every((item) => Array.isArray(bound) && bound.includes(item))
  if (rule === 'ordered')
    return (
      choices !== null &&
      choices.indexOf(String(merged)) <= choices.indexOf(String(bound)) &&
      choices.includes(String(merged))
    )
  return true
}

test('whatever a stored document says, what comes of it is whole and within every bound of the platform (C2, C5)', async () => {
  await fc.assert(
    fc.asyncProperty(documents, async (document) => {
      const merged = await merge(document)
      expect(EffectiveConfiguration.safeParse(merged).error).toBeUndefined()
      for (const key of CONFIGURATION_KEYS) {
        const value = valueAt(merged, key.path)
        expect([key.path, value, isWithinBound(key, value)]).toEqual([key.path, value, true])
      }
    }),
    { numRuns: 60 },
  )
})

test('the differences of two configurations turn the one into the other, and there are none between equals (C2)', async () => {
  await fc.assert(
    fc.asyncProperty(documents, documents, async (one, other) => {
      const [before, after] = [
        EffectiveConfiguration.parse(await merge(one)),
        EffectiveConfiguration.parse(await merge(other)),
      ]
      expect(applyDifferences(before, findDifferences(before, after))).toEqual(after)
      expect(findDifferences(after, after)).toEqual([])
    }),
    { numRuns: 30 },
  )
})

test('the defaults of the platform are a document that the platform takes itself (C2)', async () => {
  expect(ConfigurationDocument.safeParse(await merge({})).error).toBeUndefined()
})
