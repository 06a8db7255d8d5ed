import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findRelationshipFaults } from './commercial-rules.ts'
import { SimulatedFulfilment } from './fulfilment.ts'
import { MAXIMUM_ITEMS, MAXIMUM_QUANTITY, priceItems, totalsOf } from './rules.ts'
import type { Offer } from './rules.ts'

const UNIT_MAXIMUM = 9_999_999_999

const priceInMinor = fc.integer({ min: 0, max: UNIT_MAXIMUM })
const line = fc.record({
  product_code: fc.constantFrom('A', 'B', 'C', 'D'),
  quantity: fc.integer({ min: 1, max: MAXIMUM_QUANTITY }),
  once_unit_minor: priceInMinor,
  monthly_unit_minor: priceInMinor,
})
const lines = fc.array(line, { minLength: 1, maxLength: MAXIMUM_ITEMS })

describe('the totals of an order', () => {
  test('are the exact sums of their lines for every order that can be placed (A7)', () => {
    fc.assert(
      fc.property(lines, (items) => {
        const exact = items.reduce(
          (sum, item) => ({
            once: sum.once + BigInt(item.quantity) * BigInt(item.once_unit_minor),
            monthly: sum.monthly + BigInt(item.quantity) * BigInt(item.monthly_unit_minor),
          }),
          { once: 0n, monthly: 0n },
        )
        const totals = totalsOf(items)
        expect([BigInt(totals.once), BigInt(totals.monthly)]).toEqual([exact.once, exact.monthly])
      }),
    )
  })

  test('of two parts are the totals of the whole, in any order', () => {
    fc.assert(
      fc.property(lines, lines, (left, right) => {
        const [one, two, both] = [totalsOf(left), totalsOf(right), totalsOf([...right, ...left])]
        expect(both).toEqual({ once: one.once + two.once, monthly: one.monthly + two.monthly })
      }),
    )
  })

  test('at the largest order that can be placed are still exact', () => {
    const largest = {
      product_code: 'A',
      quantity: MAXIMUM_QUANTITY,
      once_unit_minor: UNIT_MAXIMUM,
      monthly_unit_minor: UNIT_MAXIMUM,
    }
    const { once } = totalsOf(Array.from({ length: MAXIMUM_ITEMS }, () => largest))
    expect(BigInt(once)).toBe(BigInt(MAXIMUM_ITEMS * MAXIMUM_QUANTITY) * BigInt(UNIT_MAXIMUM))
    expect(() => totalsOf([{ ...largest, once_unit_minor: Number.MAX_SAFE_INTEGER }])).toThrow('exact range')
  })
})

describe('pricing', () => {
  const offer = (code: string): Offer => ({ code, name: `Product ${code}`, once_minor: 1, monthly_minor: 2 })
  const codes = fc.uniqueArray(fc.constantFrom('A', 'B', 'C', 'D'))

  test('prices every item in its order, or names exactly those that are not offered', () => {
    fc.assert(
      fc.property(lines, codes, (wanted, offered) => {
        const priced = priceItems(wanted, offered.map(offer))
        const missing = wanted.flatMap((item, index) => (offered.includes(item.product_code) ? [] : [index]))
        const items = wanted.map(({ product_code, quantity }, index) => ({
          position: index + 1,
          product_code,
          quantity,
          product_name: `Product ${product_code}`,
          once_unit_minor: 1,
          monthly_unit_minor: 2,
        }))
        expect(priced).toEqual(missing.length > 0 ? { unknown: missing } : { items })
      }),
    )
  })
})

describe('a commercial relationship', () => {
  const account = { id: 'a', currency: 'EUR', status: 'active' }
  const seller = { status: 'active', kinds: ['wholesaler'], home_tenant_id: 'h' }
  const good = {
    kind: 'resale',
    tenant: { id: 't', status: 'active' },
    account,
    seller,
    payerAccount: account,
  } as const
  const codes = (parties: Parameters<typeof findRelationshipFaults>[0]) =>
    findRelationshipFaults(parties).map(({ code }) => code)

  test('is a wholesaler selling to another, or a tenant paying for itself', () => {
    expect(codes(good)).toEqual([])
    expect(codes({ ...good, kind: 'direct', seller: undefined })).toEqual([])
  })

  test.each([
    ['TENANT_UNKNOWN', { tenant: undefined }],
    ['TENANT_CLOSED', { tenant: { id: 't', status: 'closed' } }],
    ['PARTNER_UNKNOWN', { seller: undefined }],
    ['NOT_A_WHOLESALER', { seller: { ...seller, kinds: ['reseller'] } }],
    ['NOT_A_WHOLESALER', { seller: { ...seller, status: 'suspended' } }],
    ['NO_HOME_TENANT', { seller: { ...seller, home_tenant_id: null } }],
    ['OWN_TENANT', { seller: { ...seller, home_tenant_id: 't' } }],
    ['ACCOUNT_UNKNOWN', { account: undefined }],
    ['ACCOUNT_UNKNOWN', { payerAccount: undefined }],
    ['ACCOUNT_CLOSED', { account: { ...account, status: 'closed' } }],
    ['ACCOUNT_CLOSED', { payerAccount: { ...account, status: 'closed' } }],
    ['CURRENCY_DIFFERS', { payerAccount: { ...account, currency: 'USD' } }],
  ])('is not made with %s', (code, change) => {
    expect(codes({ ...good, ...change })).toEqual([code])
  })

  test('tells all faults at once', () => {
    expect(codes({ ...good, seller: undefined, account: undefined, payerAccount: undefined })).toEqual([
      'PARTNER_UNKNOWN',
      'ACCOUNT_UNKNOWN',
      'ACCOUNT_UNKNOWN',
    ])
  })
})

describe('the simulated fulfilment', () => {
  const now = new Date('2026-11-22T12:00:00Z')
  const order = (status: 'acknowledged' | 'in_progress' | 'completed', secondsAgo: number) => ({
    id: 'o',
    status,
    requested_on: '2026-11-22',
    status_changed_at: new Date(now.getTime() - secondsAgo * 1000),
  })

  test('takes an order one step further once it stood still for its time', () => {
    const fulfilment = new SimulatedFulfilment(20)
    expect(fulfilment.next(order('acknowledged', 19), now)).toBeNull()
    expect(fulfilment.next(order('acknowledged', 20), now)).toBe('in_progress')
    expect(fulfilment.next(order('in_progress', 20), now)).toBe('completed')
    expect(fulfilment.next(order('completed', 9999), now)).toBeNull()
  })
})
