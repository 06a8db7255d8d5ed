import { expect, test } from 'vitest'
import { contrastOf } from './contrast.ts'

test('contrast is the one of WCAG: 21 for black on white, and a grey that just carries white text', () => {
  expect(contrastOf('#000000', '#ffffff')).toBe(21)
  expect(contrastOf('#767676', '#ffffff')).toBeCloseTo(4.54, 2)
  expect(contrastOf('#777777', '#ffffff')).toBeLessThan(4.5)
})
