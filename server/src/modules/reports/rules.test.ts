import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clipSpans, lengthWithin, mergeSpans, withoutSpans } from './spans.ts'
import {
  findWorstDay,
  meanRepairMinutes,
  measureUptime,
  meetsTarget,
  toShownPercentage,
  toTimeline,
} from './uptime.ts'
import { round } from './sums.ts'
import type { Outage, Records } from './uptime.ts'

const MINUTE = 60_000
const DAY = 1440

const minutes = (count: number) => count * MINUTE
const span = fc
  .tuple(fc.integer({ min: 0, max: 4 * DAY }), fc.integer({ min: 0, max: DAY }))
  .map(([from, length]) => ({ from: minutes(from), to: minutes(from + length) }))
const outage = fc
  .record({ span, isPlanned: fc.boolean(), isOpen: fc.boolean() })
  .map(({ span: { from, to }, isPlanned, isOpen }): Outage => ({
    startedAt: from,
    endedAt: isOpen ? null : to,
    isPlanned,
  }))
const records = fc.record({
  outages: fc.array(outage, { maxLength: 8 }),
  watched: fc.array(span, { maxLength: 4 }),
})

/** Looks at every minute by itself: slow, and with no idea of intervals. */
function countMinutes({ outages, watched }: Records, now: number, window: { from: number; to: number }) {
  const count = { known: 0, planned: 0, down: 0, all: 0 }
  for (let at = window.from; at < window.to; at += MINUTE) {
    const isIn = (outage: Outage) => outage.startedAt <= at && at < Math.min(outage.endedAt ?? now, now)
    const isPlanned = outages.some((one) => one.isPlanned && isIn(one))
    const isDown = outages.some((one) => !one.isPlanned && isIn(one))
    count.all += 1
    count.planned += isPlanned ? 1 : 0
    count.down += isDown && !isPlanned ? 1 : 0
    count.known +=
      isPlanned || isDown || watched.some((one) => one.from <= at && at < Math.min(one.to, now)) ? 1 : 0
  }
  return count
}

const within = fc
  .tuple(fc.integer({ min: 0, max: 3 * DAY }), fc.integer({ min: 1, max: 2 * DAY }))
  .map(([from, length]) => ({ from: minutes(from), to: minutes(from + length) }))

test('uptime, downtime, planned time and coverage agree with a count of every single minute (B8)', () => {
  fc.assert(
    fc.property(records, within, fc.integer({ min: 0, max: 5 * DAY }), (known, window, at) => {
      const now = minutes(at)
      const { coverage, ...standing } = measureUptime(toTimeline(known, now), window)
      const count = countMinutes(known, now, window)
      const measured = count.all - count.planned
      const exact = measured === 0 ? null : 100 * (1 - count.down / measured)
      expect(coverage).toBeCloseTo(count.known / count.all, 12)
      expect({ ...standing, uptimePercentage: round(standing.uptimePercentage, 9) }).toEqual(
        count.known === 0
          ? { uptimePercentage: null, downtimeMinutes: null, plannedMinutes: null }
          : {
              uptimePercentage: round(exact, 9),
              downtimeMinutes: count.down,
              plannedMinutes: count.planned,
            },
      )
    }),
    { numRuns: 300 },
  )
})

test('the harness bites: outages that overlap and are added instead of merged disagree with the minutes', () => {
  const known: Records = {
    outages: [
      { startedAt: 0, endedAt: minutes(60), isPlanned: false },
      { startedAt: minutes(30), endedAt: minutes(90), isPlanned: false },
    ],
    watched: [],
  }
  const added = known.outages.reduce((sum, { startedAt, endedAt }) => sum + ((endedAt ?? 0) - startedAt), 0)
  const counted = countMinutes(known, minutes(DAY), { from: 0, to: minutes(DAY) }).down
  expect(added / MINUTE).not.toBe(counted)
  expect(measureUptime(toTimeline(known, minutes(DAY)), { from: 0, to: minutes(DAY) }).downtimeMinutes).toBe(
    counted,
  )
})

test('the order of outages, and cutting one in two, change nothing (B8)', () => {
  fc.assert(
    fc.property(records, within, fc.nat(), (known, window, seed) => {
      const now = minutes(5 * DAY)
      const cut = known.outages.flatMap((one) => {
        const to = one.endedAt ?? now
        const middle = one.startedAt + Math.floor((to - one.startedAt) / 2 / MINUTE) * MINUTE
        return [
          { ...one, endedAt: middle },
          { ...one, startedAt: middle },
        ]
      })
      const turned = cut.toSorted((a, b) => ((a.startedAt + seed) % 7) - ((b.startedAt + seed) % 7))
      const before = measureUptime(toTimeline(known, now), window)
      expect(measureUptime(toTimeline({ ...known, outages: turned }, now), window)).toEqual(before)
    }),
  )
})

test('merged stretches are in order, apart, and cover exactly what was given', () => {
  fc.assert(
    fc.property(fc.array(span, { maxLength: 10 }), fc.array(span, { maxLength: 5 }), (all, taken) => {
      const merged = mergeSpans(all)
      for (const [index, one] of merged.entries())
        expect(one.from).toBeGreaterThan(merged[index - 1]?.to ?? -1)
      const holes = mergeSpans(taken)
      const left = withoutSpans(merged, holes)
      const both = mergeSpans(merged.flatMap((one) => clipSpans(holes, one)))
      const always = { from: -Infinity, to: Infinity }
      expect(lengthWithin(left, always) + lengthWithin(both, always)).toBe(lengthWithin(merged, always))
    }),
  )
})

test('the worst day is the one that a measure of each day finds, the first of equals (B8)', () => {
  const days = Array.from({ length: 5 }, (_, index) => ({
    name: `day ${index}`,
    from: minutes(index * DAY),
    to: minutes((index + 1) * DAY),
  }))
  fc.assert(
    fc.property(records, (known) => {
      const timeline = toTimeline(known, minutes(5 * DAY))
      const measured = days.map((day) => measureUptime(timeline, day).uptimePercentage ?? 100)
      const lowest = Math.min(...measured)
      const worst = findWorstDay(timeline, days)
      const wanted = { date: `day ${measured.indexOf(lowest)}`, uptimePercentage: lowest }
      expect(worst).toEqual(lowest === 100 ? null : wanted)
    }),
  )
})

test('345 minutes of a month of 30 days are 99.201 %, and exactly a tenth of a percent down still keeps 99.9 (section 1)', () => {
  const month = { from: 0, to: minutes(30 * DAY) }
  const after = (down: number) =>
    measureUptime(
      toTimeline(
        { outages: [{ startedAt: 0, endedAt: minutes(down), isPlanned: false }], watched: [month] },
        month.to,
      ),
      month,
    ).uptimePercentage
  expect(toShownPercentage(after(345))).toBe(99.201)
  expect(after(43.2)).toBeCloseTo(99.9, 9)
  expect(meetsTarget(after(43.2), 99.9)).toBe(true)
  expect(toShownPercentage(after(43.2))).toBe(99.9)
  expect(meetsTarget(after(43.3), 99.9)).toBe(false)
  expect(toShownPercentage(after(43.3))).toBe(99.899)
  expect(meetsTarget(null, 99.9)).toBeNull()
})

test('the mean time to repair takes unplanned outages that ended in the window, whole (B8)', () => {
  const window = { from: minutes(100), to: minutes(200) }
  const outages: Outage[] = [
    { startedAt: minutes(50), endedAt: minutes(110), isPlanned: false },
    { startedAt: minutes(150), endedAt: minutes(170), isPlanned: false },
    { startedAt: minutes(190), endedAt: minutes(260), isPlanned: false },
    { startedAt: minutes(180), endedAt: null, isPlanned: false },
    { startedAt: minutes(120), endedAt: minutes(190), isPlanned: true },
  ]
  expect(meanRepairMinutes(outages, window)).toBe(40)
  expect(meanRepairMinutes(outages.slice(2), window)).toBeNull()
})
