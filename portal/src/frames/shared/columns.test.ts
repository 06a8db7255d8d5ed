import { expect, test } from 'vitest'

import { columnIds, columnText, shownColumns } from './columns.ts'

const all = ['name', 'role', 'tickets', 'act'].map((id) => ({ id }))
const always = ['name', 'act']
const idsOf = (text: string) => shownColumns(all, text, always).map(({ id }) => id)

test('a list shows all its columns until some are chosen', () => {
  expect(idsOf('')).toEqual(['name', 'role', 'tickets', 'act'])
})

test('chosen columns keep the order of the list, and the name and the acts are always there', () => {
  expect(idsOf('tickets')).toEqual(['name', 'tickets', 'act'])
  expect(idsOf('tickets.role')).toEqual(['name', 'role', 'tickets', 'act'])
})

test('an address that names only columns which no longer exist shows all of them', () => {
  expect(idsOf('gone..x')).toEqual(['name', 'role', 'tickets', 'act'])
  expect(idsOf('gone.role')).toEqual(['name', 'role', 'act'])
})

test('what an address holds of columns is read as it was written', () => {
  expect(columnIds(columnText(['role', 'tickets']))).toEqual(['role', 'tickets'])
  expect(columnIds('')).toEqual([])
})
