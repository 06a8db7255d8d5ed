import { ACTION_NAMES, ACTIONS, CLIENT_PERMISSIONS } from '@liaison/access'
import type { Action } from '@liaison/access'
import { expect, test } from 'vitest'

import { mayOrder, orderedOf } from './ordered.ts'

test('what costs money here is what costs money in the catalogue', () => {
  const spends = (action: Action) => CLIENT_PERMISSIONS.find(({ name }) => name === ACTIONS[action])?.spends
  expect(ACTION_NAMES.filter((action) => mayOrder([action]))).toEqual(ACTION_NAMES.filter(spends))
})

test('where orders can only be changed, what they came to is told all the same', () => {
  const ordered = { order_limits: [{ amount_minor: 20_000, currency: 'USD' }], ordered_this_month: [] }
  expect(orderedOf({ ...ordered, actions: ['order.read', 'order.update'] })).toBe(
    '0.00\u00A0USD of 200.00\u00A0USD',
  )
  expect(orderedOf({ ...ordered, actions: ['order.read', 'order.cancel'] })).toBeNull()
})
