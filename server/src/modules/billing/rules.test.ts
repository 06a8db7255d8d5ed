import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  addDays,
  bucketOf,
  daysBetween,
  daysOverdue,
  INVOICE_STATUSES,
  isWholeStates,
  nextInvoiceOn,
  splitByMonth,
  statusOn,
  STORED_STATUSES,
  storedStatusesOf,
} from './rules.ts'

const day = fc
  .integer({ min: 0, max: 20_000 })
  .map((offset) => new Date(offset * 86_400_000).toISOString().slice(0, 10))

const isInside = (probe: string, { from = probe, to = probe }: { from?: string; to?: string }) =>
  probe >= from && probe <= to

test('a split span holds every one of its days exactly once and no other', () => {
  const near = fc
    .tuple(day, fc.integer({ min: -3, max: 120 }))
    .map(([from, length]) => [from, addDays(from, length)] as const)
  fc.assert(
    fc.property(near, fc.boolean(), fc.boolean(), ([from, to], hasFrom, hasTo) => {
      const span = { ...(hasFrom && { from }), ...(hasTo && { to }) }
      const { firstMonth, endMonth, edges } = splitByMonth(span)
      expect(firstMonth >= endMonth || (firstMonth.endsWith('-01') && endMonth.endsWith('-01'))).toBe(true)
      const first = addDays(from, -40)
      for (const probe of Array.from({ length: 200 }, (_, index) => addDays(first, index))) {
        const parts = edges.filter((edge) => probe >= edge.from && probe <= edge.to).length
        const inMonths = Number(probe >= firstMonth && probe < endMonth)
        expect([probe, parts + inMonths]).toEqual([probe, Number(isInside(probe, span))])
      }
    }),
    { numRuns: 300 },
  )
})

test('whole months are answered by months alone', () => {
  const february = { firstMonth: '2026-02-01', endMonth: '2026-03-01', edges: [] }
  expect(splitByMonth({ from: '2026-02-01', to: '2026-02-28' })).toEqual(february)
})

const invoice = fc.record({
  status: fc.constantFrom(...STORED_STATUSES),
  dueOn: fc.integer({ min: -120, max: 40 }).map((days) => addDays('2026-11-21', days)),
  balanceMinor: fc.integer({ min: -5, max: 5 }),
})

test('an invoice is overdue exactly when money is owed on it and its due day is past', () => {
  fc.assert(
    fc.property(invoice, (state) => {
      const isOwed = ['finalized', 'partially_paid'].includes(state.status) && state.balanceMinor > 0
      const isPast = Date.parse(state.dueOn) < Date.parse('2026-11-21')
      expect(statusOn(state, '2026-11-21')).toBe(isOwed && isPast ? 'overdue' : state.status)
      expect(daysOverdue(state, '2026-11-21')).toBe(
        isOwed && isPast ? (Date.parse('2026-11-21') - Date.parse(state.dueOn)) / 86_400_000 : 0,
      )
    }),
  )
})

test.each([
  ['2026-11-21', 'current'],
  ['2026-11-20', '1-30'],
  ['2026-10-22', '1-30'],
  ['2026-10-21', '31-60'],
  ['2026-09-22', '31-60'],
  ['2026-09-21', '61-90'],
  ['2026-08-23', '61-90'],
  ['2026-08-22', '90+'],
])('an invoice due on %s is in the bucket %s', (dueOn, bucket) => {
  expect(bucketOf({ status: 'finalized', dueOn, balanceMinor: 100 }, '2026-11-21')).toBe(bucket)
})

test('an invoice on which nothing is owed is in no bucket', () => {
  expect(bucketOf({ status: 'paid', dueOn: '2020-01-01', balanceMinor: 0 }, '2026-11-21')).toBeNull()
})

test('the stored states of a name take in every invoice that is called so', () => {
  fc.assert(
    fc.property(invoice, fc.subarray([...INVOICE_STATUSES], { minLength: 1 }), (state, names) => {
      const isCalled = names.includes(statusOn(state, '2026-11-21'))
      const isStored = storedStatusesOf(names).includes(state.status)
      expect(isStored || !isCalled).toBe(true)
      expect(isStored === isCalled || !isWholeStates(names)).toBe(true)
    }),
  )
})

test.each([
  ['2026-01-31', 'monthly', '2026-02-28'],
  ['2028-01-31', 'monthly', '2028-02-29'],
  ['2026-11-30', 'quarterly', '2027-02-28'],
  ['2028-02-29', 'annual', '2029-02-28'],
  ['2026-12-15', 'monthly', '2027-01-15'],
] as const)('after an invoice of %s the next of a %s cycle is expected on %s', (last, cycle, next) => {
  expect(nextInvoiceOn(last, cycle)).toBe(next)
  expect(daysBetween(last, next)).toBeGreaterThan(27)
})
