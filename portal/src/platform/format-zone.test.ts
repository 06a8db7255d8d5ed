import { afterAll, expect, test, vi } from 'vitest'

// The files of one run share what they read, and the zone is taken when it is read.
vi.stubEnv('TZ', 'America/Denver')
vi.resetModules()
const { formatDate, formatDateTime } = await import('./format.ts')
const { formatUtc, formatUtcClock, formatUtcDay } = await import('./utc.ts')
afterAll(() => {
  vi.unstubAllEnvs()
  vi.resetModules()
})

const end = '2026-12-03T03:07:13.000Z'

test("a time of day in the reader's zone names that zone", () => {
  expect(formatDateTime(end)).toMatch(/^2 Dec 2026, 20:07 (GMT-7|MST)$/)
  expect(formatDate(end)).toBe('2 Dec 2026')
})

test('when an access ends is told by one clock, wherever the reader is', () => {
  expect(formatUtc(end)).toBe('3 Dec 2026, 03:07 UTC')
  expect(formatUtcDay(end)).toBe('3 Dec 2026')
  expect([formatUtc(null), formatUtcDay(null)]).toEqual(['', ''])
})

test('a moment of today is told without its day', () => {
  expect(formatUtcClock(end, new Date('2026-12-03T23:00:00Z'))).toBe('03:07 UTC')
  expect(formatUtcClock(end, new Date('2026-12-04T00:00:00Z'))).toBe('3 Dec 2026, 03:07 UTC')
})
