import fc from 'fast-check'
import { idFromUuid } from '@liaison/access'
import { expect, test } from 'vitest'
import { addAmounts, BOARD_SORTS, daysUntil, slaStateOf, sortBoard } from './rules.ts'
import type { BoardRow, Figures } from './rules.ts'

const amount = fc.record({
  currency: fc.constantFrom('EUR', 'USD', 'JPY'),
  minor: fc.integer({ min: -9, max: 9 }),
})

test('amounts are added within a currency only', () => {
  fc.assert(
    fc.property(fc.array(amount), (amounts) => {
      const added = addAmounts(amounts)
      expect(added.map((entry) => entry.currency)).toEqual(
        [...new Set(added.map((entry) => entry.currency))].toSorted(),
      )
      for (const currency of ['EUR', 'USD', 'JPY']) {
        const sum = amounts
          .filter((entry) => entry.currency === currency)
          .reduce((total, entry) => total + entry.minor, 0)
        expect(added.find((entry) => entry.currency === currency)?.minor ?? 0).toBe(sum)
      }
    }),
  )
})

const figures: fc.Arbitrary<Figures> = fc.record({
  outstanding: fc.option(fc.array(amount, { maxLength: 2 })),
  overdue: fc.option(fc.array(amount, { maxLength: 2 })),
  openTickets: fc.option(fc.nat(3)),
  ticketsAtRisk: fc.option(fc.nat(3)),
  ticketsPressing: fc.option(fc.nat(3)),
  ticketsOverdue: fc.option(fc.nat(3)),
  breaches30d: fc.option(fc.nat(3)),
  totalSubscribers: fc.option(fc.nat(3)),
  activeSubscribers: fc.option(fc.nat(3)),
  suspendedSubscribers: fc.option(fc.nat(3)),
  openAlerts: fc.option(fc.nat(3)),
  criticalAlerts: fc.option(fc.nat(3)),
})
const row: fc.Arbitrary<BoardRow> = fc.record({
  tenantId: fc.uuid().map((uuid) => idFromUuid('tenant', uuid)),
  name: fc.constantFrom('Acme', 'acme', 'Beta'),
  createdAt: fc.nat(3).map((ms) => new Date(ms)),
  endsAt: fc.option(fc.nat(3).map((ms) => new Date(ms))),
  figures,
})

test('the board has one order whatever order its rows came in, and what is not known comes last', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(row, { selector: (entry) => entry.tenantId }),
      fc.constantFrom(...BOARD_SORTS),
      fc.constantFrom('asc' as const, 'desc' as const),
      (rows, sort, direction) => {
        const sorted = sortBoard(rows, sort, direction)
        expect(sortBoard(rows.toReversed(), sort, direction)).toEqual(sorted)
      },
    ),
  )
})

test.each(['asc', 'desc'] as const)(
  'by open tickets %s the known numbers are in order, before the unknown',
  (direction) => {
    fc.assert(
      fc.property(fc.uniqueArray(row, { selector: (entry) => entry.tenantId }), (rows) => {
        const keys = sortBoard(rows, 'open_tickets', direction).map((entry) => entry.figures.openTickets)
        const known = keys.filter((key) => key !== null)
        const sign = direction === 'asc' ? 1 : -1
        expect(keys.slice(0, known.length)).toEqual(known.toSorted((left, right) => (left - right) * sign))
      }),
    )
  },
)

test('the worst running promise is the state of a tenant, and none is shown where tickets are closed to the reader', () => {
  const known = { openTickets: 2, ticketsPressing: 0, ticketsOverdue: 0 } as Figures
  expect(slaStateOf(known)).toBe('ok')
  expect(slaStateOf({ ...known, ticketsPressing: 1 })).toBe('at_risk')
  expect(slaStateOf({ ...known, ticketsPressing: 1, ticketsOverdue: 1 })).toBe('breached')
  expect(slaStateOf({ ...known, openTickets: null })).toBeNull()
})

test('a begun day counts until a link ends', () => {
  const now = new Date('2026-11-21T12:00:00Z')
  expect(daysUntil(new Date('2026-11-22T12:00:00Z'), now)).toBe(1)
  expect(daysUntil(new Date('2026-11-22T12:00:01Z'), now)).toBe(2)
  expect(daysUntil(null, now)).toBeNull()
})
