import type { Action } from '@liaison/access'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { checkNarrowing, toNarrowing } from './consent-narrow-form.tsx'
import type { NarrowDraft } from './consent-narrow-form.tsx'

const account = (id: string) => ({
  billing_account_id: id,
  ban: id,
  currency: 'EUR',
  customer_ref: null,
  name: null,
  status: 'active' as const,
  who_pays: null,
})
const actions: Action[] = ['order.read', 'order.create']
const held = {
  actions,
  accounts: [account('ban_1'), account('ban_2')],
  ends_at: '2027-06-30T12:00:00.000Z',
  approver_leaves: 'ask' as const,
  order_limits: [{ amount_minor: 500_000, currency: 'EUR' }],
  max_revocation_seconds: null,
  networks: [],
}
const same: NarrowDraft = {
  actions: held.actions,
  accounts: ['ban_1', 'ban_2'],
  day: '',
  leaves: 'ask',
  limits: { EUR: '5000.00' },
  bound: '',
  networks: '',
}
const now = new Date('2027-01-01T00:00:00Z')

test('a draft that changes nothing sends nothing and says so', () => {
  expect(toNarrowing(held, same)).toEqual({})
  expect(checkNarrowing(held, same, now)).toHaveLength(1)
})

test('only what was taken away is sent', () => {
  const draft: NarrowDraft = { ...same, actions: ['order.read'], day: '2027-03-31', leaves: 'suspend' }
  expect(toNarrowing(held, draft)).toEqual({
    actions: ['order.read'],
    ends_at: '2027-04-01T00:00:00.000Z',
    approver_leaves: 'suspend',
  })
  expect(checkNarrowing(held, draft, now)).toEqual([])
})

test('how soon a stop counts can be set, or made sooner; later, nothing and no number are refused before they are sent', () => {
  const bounded = (bound: string) => ({ ...same, bound })
  expect(toNarrowing(held, bounded(' 60 '))).toEqual({ max_revocation_seconds: 60 })
  expect(checkNarrowing(held, bounded('60'), now)).toEqual([])
  for (const written of ['0', '300', 'soon', '1.5'])
    expect(checkNarrowing(held, bounded(written), now)).toMatchObject([{ field: 'max_revocation_seconds' }])
  const sixty = { ...held, max_revocation_seconds: 60 }
  expect(toNarrowing(sixty, bounded('60'))).toEqual({})
  expect(checkNarrowing(sixty, bounded('59'), now)).toEqual([])
  for (const written of ['61', ''])
    expect(checkNarrowing(sixty, bounded(written), now)).toMatchObject([{ field: 'max_revocation_seconds' }])
})

test('networks can be named, or made fewer; others, none and what is no network are refused before they are sent', () => {
  const from = (networks: string) => ({ ...same, networks })
  expect(toNarrowing(held, from('192.0.2.0/24\n 2001:db8::/32 '))).toEqual({
    networks: ['192.0.2.0/24', '2001:db8::/32'],
  })
  expect(checkNarrowing(held, from('192.0.2.0/24'), now)).toEqual([])
  for (const written of ['office', '192.0.2.7/24'])
    expect(checkNarrowing(held, from(written), now)).toMatchObject([{ field: 'networks' }])
  const bounded = { ...held, networks: ['192.0.2.0/24'] }
  expect(toNarrowing(bounded, from('192.0.2.0/24'))).toEqual({})
  expect(checkNarrowing(bounded, from('192.0.2.128/25'), now)).toEqual([])
  for (const written of ['192.0.2.0/23', '192.0.2.128/25\n203.0.113.7', ''])
    expect(checkNarrowing(bounded, from(written), now)).toMatchObject([{ field: 'networks' }])
})

test('a limit can be lowered, or set where there was none; a higher one, none and no amount are refused before they are sent', () => {
  const limited = (EUR: string) => ({ ...same, limits: { EUR } })
  expect(toNarrowing(held, limited('4999,99'))).toEqual({
    order_limits: [{ amount_minor: 499_999, currency: 'EUR' }],
  })
  expect(checkNarrowing(held, limited('4999,99'), now)).toEqual([])
  for (const written of ['5000.01', '', '0', 'five'])
    expect(checkNarrowing(held, limited(written), now).map(({ field }) => field)).toEqual(['limit-EUR'])
  const free = { ...held, order_limits: [] }
  const unlimited = { ...same, limits: { EUR: '' } }
  expect(toNarrowing(free, unlimited)).toEqual({})
  expect(checkNarrowing(free, { ...unlimited, limits: { EUR: '7' } }, now)).toEqual([])
})

test('an access without any act or any account is stopped, not narrowed', () => {
  const fields = checkNarrowing(held, { ...same, actions: [], accounts: [] }, now).map(({ field }) => field)
  expect(fields).toEqual(['actions', 'billing_account_ids'])
})

test('a last day behind us or beyond the present end is refused before it is sent', () => {
  for (const day of ['2026-12-30', '2027-06-30', '2028-01-01', '31 March'])
    expect(checkNarrowing(held, { ...same, day }, now).map(({ field }) => field)).toEqual(['ends_at'])
})

test('what passes the check never asks for more than is held', () => {
  const drafts = fc.record({
    actions: fc.subarray(actions),
    accounts: fc.subarray(['ban_1', 'ban_2']),
    day: fc.oneof(
      fc.constant(''),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
    ),
    leaves: fc.constantFrom('ask' as const, 'keep' as const, 'suspend' as const),
    limits: fc.record({
      EUR: fc.oneof(
        fc.constant('5000.00'),
        fc.nat(600_000).map((cents) => String(cents / 100)),
      ),
    }),
    bound: fc.constantFrom('', '60', '300', 'soon'),
    networks: fc.constantFrom('', '192.0.2.0/24', 'office'),
  })
  fc.assert(
    fc.property(drafts, (draft) => {
      if (checkNarrowing(held, draft, now).length > 0) return
      const sent = toNarrowing(held, draft)
      expect(Object.keys(sent)).not.toEqual([])
      expect(new Date(sent.ends_at ?? held.ends_at) <= new Date(held.ends_at)).toBe(true)
      expect((sent.actions ?? []).every((name) => actions.includes(name))).toBe(true)
      const limits = sent.order_limits ?? held.order_limits
      expect(limits.every(({ amount_minor: minor }) => minor > 0 && minor <= 500_000)).toBe(true)
      expect(limits).toHaveLength(1)
    }),
  )
})
