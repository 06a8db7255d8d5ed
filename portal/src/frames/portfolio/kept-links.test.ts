import { expect, test } from 'vitest'

import { withAllFlipped, withFlipped } from '../shared/choose.tsx'
import { keepChosen, nothingKept, withoutOrdered } from './kept-links.ts'
import type { KeptLinks } from './kept-links.ts'

// Of a link only its id counts here.
const linkOf = (id: string) => JSON.parse(JSON.stringify({ link_id: id }))
const pageOf = (...ids: string[]) => ids.map(linkOf)
const idsOf = (kept: KeptLinks) => [...kept.keys()]

test('the box above a page of rows chooses these rows or takes them out, and leaves what is chosen elsewhere', () => {
  const first = withAllFlipped(new Set<string>(), ['a', 'b'])
  const both = withAllFlipped(withFlipped(first, 'c'), ['c', 'd'])
  expect([...both]).toEqual(['a', 'b', 'c', 'd'])
  expect([...withAllFlipped(both, ['c', 'd'])]).toEqual(['a', 'b'])
})

test('links that are chosen are kept while other pages are shown, in the order in which they were chosen', () => {
  const first = keepChosen(nothingKept, new Set(['b']), pageOf('a', 'b'))
  const second = keepChosen(first, new Set(['b', 'c']), pageOf('c', 'd'))
  expect(idsOf(second)).toEqual(['b', 'c'])
  expect(idsOf(keepChosen(second, new Set(['c']), pageOf('a', 'b')))).toEqual(['c'])
})

test('once some are ordered, what else is chosen stays so', () => {
  const kept = keepChosen(nothingKept, new Set(['a', 'b', 'c']), pageOf('a', 'b', 'c'))
  expect(idsOf(withoutOrdered(kept, ['a', 'b']))).toEqual(['c'])
})
