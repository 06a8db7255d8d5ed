import type { OrderingAccount } from '@liaison/client'
import { expect, test } from 'vitest'

import '../shared/consent-words.ts'
import './ordering-words.ts'
import { blankOrder, checkOrder, itemsOf, totalsOf } from './order-draft.ts'

const money = (amount_minor: number) => ({ amount_minor, currency: 'EUR' })
const account: OrderingAccount = {
  billing_account_id: 'ban_1',
  customer_ban: 'A-1',
  name: 'Main',
  currency: 'EUR',
  billing: null,
  relationship_id: null,
  products: [
    { product_code: 'FIBRE', name: 'Fibre', once: money(9900), monthly: money(4999) },
    { product_code: 'IP', name: 'Address', once: money(0), monthly: money(500) },
  ],
}

test('an order holds what has a number, and costs the sum of its lines', () => {
  const draft = { ...blankOrder, quantities: { FIBRE: '2', IP: '', OLD: '0' } }
  expect(itemsOf(draft)).toEqual([{ product_code: 'FIBRE', quantity: 2 }])
  expect(totalsOf(draft, account)).toEqual({ once: 19_800, monthly: 9998 })
  expect(checkOrder(draft, account)).toEqual([])
})

test('an order without an account, without a product or with no whole number is not sent', () => {
  expect(checkOrder(blankOrder, undefined)).toMatchObject([{ field: 'account' }])
  expect(checkOrder(blankOrder, account)).toMatchObject([{ field: 'quantity_FIBRE' }])
  for (const typed of ['1.5', '-1', '101', 'many'])
    expect(checkOrder({ ...blankOrder, quantities: { IP: typed } }, account)).toMatchObject([
      { field: 'quantity_IP' },
    ])
})
