import { expect, test } from 'vitest'
import { median, medianRatio, percentile, spread } from './statistics.ts'

test('a percentile is a value that was measured, and order does not matter', () => {
  expect(percentile([40, 10, 30, 20], 0.5)).toBe(20)
  expect(percentile([40, 10, 30, 20], 0.99)).toBe(40)
  expect(percentile([7], 0.01)).toBe(7)
  expect(median([3, 1, 2])).toBe(2)
  expect(percentile([], 0.5)).toBeNaN()
})

test('a slow round does not move the ratio, because both sides were slow in it', () => {
  expect(medianRatio([50, 5, 50], [100, 10, 100])).toBe(0.5)
})

test('spread is relative to the median', () => {
  expect(spread([90, 100, 110])).toBeCloseTo(0.2)
})
