import { expect, test } from 'vitest'

import { currencyOf } from './new-batch-page.tsx'

test('a payout is built in the currency that its form shows (D7)', () => {
  expect(currencyOf('USD', ['EUR', 'USD'])).toBe('USD')
  expect([currencyOf('', ['EUR', 'USD']), currencyOf('USD', ['EUR']), currencyOf('USD', [])]).toEqual([
    'EUR',
    'EUR',
    '',
  ])
})
