import { expect, test } from 'vitest'
import { mayProviderLift } from './freeze-words.ts'

test("the provider is offered to lift its own freezes, and that of a person whom their partner froze; no other side's (B11)", () => {
  const sides = ['provider', 'partner', 'tenant'] as const
  const offered = sides.flatMap((side) =>
    (['person', 'partner', 'tenant', 'delegation', 'platform'] as const)
      .filter((scope) => mayProviderLift({ set_by_side: side, scope }))
      .map((scope) => `${side} ${scope}`),
  )
  expect(offered).toEqual([
    'provider person',
    'provider partner',
    'provider tenant',
    'provider delegation',
    'provider platform',
    'partner person',
  ])
})
