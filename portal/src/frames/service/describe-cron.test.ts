import { expect, test } from 'vitest'

import { describeCron } from './describe-cron.ts'

test.each([
  ['* * * * *', 'Every minute'],
  ['*/5 * * * *', 'Every 5 minutes'],
  ['7 * * * *', 'Every hour at :07'],
  ['41 2 * * *', 'Every day at 02:41'],
  ['0 4 * * 1', '0 4 * * 1'],
  ['5-10 * * * *', '5-10 * * * *'],
])('a schedule of %s is told as %s, and what has no words stays as it is', (cron, words) => {
  expect(describeCron(cron)).toBe(words)
})
