import { expect, test } from 'vitest'
import { expressionsOf } from './scanners/regular-expressions.ts'

test('every literal regular expression of a text is found with its flags and line, and nothing else', () => {
  const text = "const a = /x\\/[/]+/giu\nconst half = b / c / d // /no/\nconst t = '/none/'\nuse(/z$/)\n"
  expect(expressionsOf(text, 'a.ts')).toEqual([
    { source: String.raw`x\/[/]+`, flags: 'giu', place: 'a.ts:1' },
    { source: 'z$', flags: '', place: 'a.ts:4' },
  ])
})
