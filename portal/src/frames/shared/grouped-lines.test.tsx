import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'

import { GroupedLines, groupLines } from './grouped-lines.tsx'

const lines = [
  'See invoices',
  'Download invoices',
  'See payments',
  'Dispute invoices',
  'Send payment reminders',
  'See balances',
  'Read tickets',
  'Place orders, which cost money',
]

test('what somebody can do is listed by what it is about, and what can cost money comes first', () => {
  expect(groupLines(lines).map(({ title, lines: found }) => [title, found.length])).toEqual([
    ['Can cost money', 1],
    ['Bills and payments', 6],
    ['Support', 1],
  ])
})

test('a sentence that the catalogue does not know is listed as it is', () => {
  expect(groupLines(['Something new'])).toEqual([{ title: null, lines: ['Something new'], isMoney: false }])
})

test('a long group shows its first lines and says how many more there are; no line is left out', () => {
  const shown = renderToStaticMarkup(<GroupedLines lines={lines} />)
  expect(shown).toContain('Show 2 more')
  expect(lines.filter((line) => !shown.includes(line))).toEqual([])
})
