import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkLevels, RULED_TYPES } from './rule-rules.ts'
import { FLOOD_LIMIT, newsOf, planMails } from './rules.ts'
import type { WaitingMails } from './rules.ts'

const now = new Date('2026-03-10T12:30:00Z')
const mails = (over: Partial<WaitingMails>): WaitingMails => ({
  digest: 'none',
  waiting: 1,
  oldestAt: new Date('2026-03-10T12:29:00Z'),
  told: 0,
  lastDigestAt: null,
  ...over,
})

describe('mails about alerts', () => {
  test('up to twenty in ten minutes go out alone; the twenty-first makes them one digest (B9)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 60 }), (waiting, told) => {
        expect(planMails(mails({ waiting, told }), now)).toBe(
          waiting + told <= FLOOD_LIMIT ? 'single' : 'digest',
        )
      }),
    )
  })

  test('while a flood lasts, the next digest waits until ten minutes after the last (B9)', () => {
    const lastDigestAt = new Date('2026-03-10T12:25:00Z')
    expect(planMails(mails({ waiting: 30, told: 40, lastDigestAt }), now)).toBe('wait')
    // The store forgets a digest after ten minutes.
    expect(planMails(mails({ waiting: 30, told: 0 }), now)).toBe('digest')
  })

  test('an hourly digest goes out after the full hour, a daily one at seven o’clock (B9)', () => {
    const plan = (digest: 'hourly' | 'daily', oldest: string, at: string) =>
      planMails(mails({ digest, oldestAt: new Date(oldest) }), new Date(at))
    expect(plan('hourly', '2026-03-10T12:29:00Z', '2026-03-10T12:59:59Z')).toBe('wait')
    expect(plan('hourly', '2026-03-10T12:29:00Z', '2026-03-10T13:00:00Z')).toBe('digest')
    expect(plan('daily', '2026-03-10T06:59:00Z', '2026-03-10T07:00:00Z')).toBe('digest')
    expect(plan('daily', '2026-03-10T07:00:00Z', '2026-03-10T23:59:00Z')).toBe('wait')
    expect(plan('daily', '2026-03-10T07:00:00Z', '2026-03-11T07:00:00Z')).toBe('digest')
  })
})

test('subscribers hear of what was raised, got worse and cleared; of easing, of the provider’s alerts and without the channel of nothing (B9)', () => {
  const change = {
    change: 'alerts.raise',
    audience: 'partner',
    area: 'billing',
    channels: ['webhook'],
    was_told: true,
  } as const
  expect(newsOf(change)).toEqual(['alert.raised', 'partner.tenant.billing_threshold'])
  expect(newsOf({ ...change, audience: 'tenant' })).toEqual(['alert.raised'])
  expect(newsOf({ ...change, area: 'sla', change: 'alerts.escalate' })).toEqual(['alert.raised'])
  expect(newsOf({ ...change, change: 'alerts.clear', was_told: false })).toEqual(['alert.resolved'])
  expect(newsOf({ ...change, change: 'alerts.ease' })).toEqual([])
  expect(newsOf({ ...change, audience: 'provider' })).toEqual([])
  expect(newsOf({ ...change, channels: ['mail'] })).toEqual([])
  expect(newsOf({ ...change, was_told: false })).toEqual([])
})

describe('the levels of a rule', () => {
  test('the defaults of every kind are allowed, and a rule that passes never warns after it is critical (B9)', () => {
    for (const type of RULED_TYPES) expect(checkLevels(type, { warning: null, critical: null })).toEqual([])
    const level = fc.option(fc.integer({ min: -5, max: 1100 }))
    fc.assert(
      fc.property(fc.constantFrom(...RULED_TYPES), level, level, (type, warning, critical) => {
        if (checkLevels(type, { warning, critical }).length > 0) return
        const defaults = {
          ticket_clock: [75, 100],
          uptime: [75, 100],
          ar_threshold: [80, 100],
          overdue_threshold: [30, 60],
          link_expiry: [30, 1],
        }[type]
        const [first, then] = [warning ?? defaults[0] ?? 0, critical ?? defaults[1] ?? 0]
        expect(type === 'link_expiry' ? first > then : first < then).toBe(true)
      }),
    )
  })

  test('every fault is told at once, with its place (B9)', () => {
    expect(
      checkLevels('ar_threshold', { warning: 0, critical: 5000 }).map(
        ({ pointer, code }) => `${pointer} ${code}`,
      ),
    ).toEqual(['/body/warning OUT_OF_RANGE', '/body/critical OUT_OF_RANGE'])
    expect(checkLevels('ticket_clock', { warning: 60, critical: 90 }).map(({ code }) => code)).toEqual([
      'OUT_OF_RANGE',
      'FIXED',
    ])
    expect(checkLevels('overdue_threshold', { warning: 70, critical: null })).toMatchObject([
      { pointer: '/body/warning', code: 'NOT_AFTER_WARNING' },
    ])
  })
})
