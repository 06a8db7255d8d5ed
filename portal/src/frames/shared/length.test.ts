import { expect, test } from 'vitest'

import './sla-words.ts'
import { formatLength } from './length.ts'

test.each([
  [0, '0 min'],
  [59.6, '1 h'],
  [130, '2 h 10 min'],
  [1440, '24 h'],
])('%s minutes are said as %s (B7)', (minutes, words) => {
  expect(formatLength(minutes)).toBe(words)
})
