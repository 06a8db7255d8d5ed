import { expect, test } from 'vitest'

import { readKey } from './keyboard.ts'

const plain = { ctrlKey: false, metaKey: false, altKey: false, inField: false, afterG: false }

test.each([
  ['/', { act: 'filter' }],
  ['j', { act: 'next' }],
  ['k', { act: 'previous' }],
  ['Enter', { act: 'open' }],
  ['?', { act: 'help' }],
  ['n', { act: 'new' }],
  ['a', { act: 'approve' }],
  ['g', { act: 'wait' }],
  ['z', null],
])('the key %s means %o', (key, meaning) => {
  expect(readKey({ ...plain, key })).toEqual(meaning)
})

test('a letter after g names a page', () => {
  expect(readKey({ ...plain, key: 'a', afterG: true })).toEqual({ act: 'go', letter: 'a' })
})

test.each(['/', 'j', 'k', 'Enter', '?', 'g', 'n', 'a'])('the key %s is text inside a field', (key) => {
  expect(readKey({ ...plain, key, inField: true })).toBeNull()
})

test.each(['ctrlKey', 'metaKey', 'altKey'])('a letter with %s belongs to the browser', (modifier) => {
  expect(readKey({ ...plain, key: 'j', [modifier]: true })).toBeNull()
})

test('the palette opens with Ctrl and with Cmd, also inside a field', () => {
  const meanings = [
    readKey({ ...plain, key: 'k', ctrlKey: true, inField: true }),
    readKey({ ...plain, key: 'K', metaKey: true, inField: true }),
  ]
  expect(meanings).toEqual([{ act: 'palette' }, { act: 'palette' }])
})
