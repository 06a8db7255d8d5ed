import { expect, test } from 'vitest'
import { quotable } from './quoted.ts'

test.each([
  ['To order routers.', 'To order routers.'],
  ['  To order\n\n\trouters, e.g. for Denver.  ', 'To order routers, e.g. for Denver.'],
  ['Pour commander 3 × « Fibre 1G » à 240 €', 'Pour commander 3 × « Fibre 1G » à 240 €'],
])('a mail quotes plain words on one line: %j', (text, line) => {
  expect(quotable(text)).toBe(line)
})

test.each([
  null,
  '',
  ' \n ',
  'Sign in at https://evil.example',
  'Sign in at evil.example/login',
  'See www.evil.example',
  'Write to help@evil.example',
  'Turned \u202Earound',
  'Zero\u200Bwidth',
  'Nul\u0000',
  'Z\u0300\u0301\u0302\u0303algo',
  '\u3164',
  'x'.repeat(501),
])('attack 30: a mail leaves out what leads anywhere or cannot be read in whole: %j', (text) => {
  expect(quotable(text)).toBeNull()
})
