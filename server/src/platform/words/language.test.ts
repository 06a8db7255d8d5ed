import { expect, test } from 'vitest'
import { acceptedLanguage, firstLanguage, languageOfTag } from './language.ts'

test.each([
  ['fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5', 'fr'],
  ['en;q=0.3, es-419;q=0.9', 'es'],
  ['EN-us', 'en'],
  ['de, frr;q=0.9, es;q=0.1', 'es'],
  ['fr;q=0.5, es;q=0.5', 'fr'],
  ['fr;q=0, es;q=0.2', 'es'],
  ['fr;q=0', 'en'],
  ['*', 'en'],
  ['en;q=0, *;q=0.5', 'es'],
  ['de, en;q=0.1, *;q=0.9', 'es'],
  ['fr;q=2, es;q=x, en;q=0.1', 'en'],
  ['fr;q=1.0, en;q=1.001', 'fr'],
  ['fr ; q=0.8 , es;Q=0.9', 'es'],
  ['fr;level=1', 'en'],
  ['de', 'en'],
  ['', 'en'],
  [undefined, 'en'],
  [`${'de,'.repeat(1000)}fr`, 'en'],
] as const)('of what a browser accepts, %s, the language is %s (U12)', (field, language) => {
  expect(acceptedLanguage(field)).toBe(language)
})

test.each([
  ['fr-CA fr en', 'fr'],
  ['de es', 'es'],
  ['de', null],
  ['', null],
  [undefined, null],
  [['fr'], null],
] as const)('of the list that an application sends, %s, the first of ours is %s (U12)', (list, language) => {
  expect(firstLanguage(list)).toBe(language)
})

test.each(['fr"><script>', 'french', '-fr', 'constructor'])('%s is no language', (text) => {
  expect(languageOfTag(text)).toBeNull()
})
