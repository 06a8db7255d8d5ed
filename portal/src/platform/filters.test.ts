import { expect, test } from 'vitest'

import {
  activeFilters,
  choiceField,
  numberField,
  parseSearch,
  readFilters,
  stringifySearch,
  textField,
  writeFilters,
} from './filters.ts'

const spec = {
  search: textField(),
  status: choiceField(['any', 'open', 'closed'] as const, 'any'),
  sort: choiceField(['name', 'ends'] as const, 'name'),
  page: numberField(0, { min: 0, max: 400 }),
}

test('an address gives back the filters it was made from', () => {
  const values = { search: 'Birch & Bay = ?', status: 'open', sort: 'ends', page: 3 } as const
  const address = stringifySearch(writeFilters(spec, values))
  expect(readFilters(spec, parseSearch(address))).toEqual(values)
})

test('filters at their fallback leave the address empty', () => {
  const values = readFilters(spec, {})
  expect([values, stringifySearch(writeFilters(spec, values))]).toEqual([
    { search: '', status: 'any', sort: 'name', page: 0 },
    '',
  ])
})

test.each(['?status=stolen', '?page=-1', '?page=401', '?page=1e3', '?page=', '?sort=constructor'])(
  'the address %s makes no sense and falls back',
  (address) => expect(readFilters(spec, parseSearch(address))).toEqual(readFilters(spec, {})),
)

test('order and page do not count as filters that hide something', () => {
  expect(activeFilters(spec, { search: 'acme', status: 'any', sort: 'ends', page: 2 })).toEqual(['search'])
})

test('the first of a repeated name counts', () => {
  expect(parseSearch('?status=open&status=closed')).toEqual({ status: 'open' })
})
