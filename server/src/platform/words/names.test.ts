import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { faultsOfCatalogue, unspacedFrench } from '#testing/catalogue.ts'
import { NAME_WORDS } from './name-words.ts'
import { findNameFaults, looksLike, readableName } from './names.ts'

describe('attack 30: names', () => {
  test.each([
    ['Liaison', 'look_alike'],
    ['LIAISON Support', 'look_alike'],
    ['L1ais0n', 'look_alike'],
    ['Lіaіson', 'look_alike'],
    ['Lia-ison', 'look_alike'],
    ['Ｌｉａｉｓｏｎ', 'look_alike'],
    ['Líäison', 'look_alike'],
    ['Lіaison', 'mixed_script'],
    ['Aсme', 'mixed_script'],
    ['Acme\u202Egnitekram', 'unseen'],
    ['Ac\u200Bme', 'unseen'],
    ['Ac\u3164me', 'unseen'],
    ['Ac\uFFA0me', 'unseen'],
    ['Ac\u115F\u1160me', 'unseen'],
    ['Ac\u034Fme', 'unseen'],
    ['Ac\u2800me', 'unseen'],
    ['Ac\uFE0Fme', 'unseen'],
  ] as const)('%j is told to be %s', (name, fault) => {
    expect(findNameFaults(name, 'Liaison')).toContain(fault)
  })

  test.each([
    'Northwind MSP',
    'Société Générale',
    'Яндекс',
    'Ελληνικά',
    '東京電力 Tokyo',
    'Müller & Söhne',
    'محمد',
    'Acme 24/7',
    'Lia Sonzo',
  ])('%s is a name like any other', (name) => {
    expect(findNameFaults(name, 'Liaison')).toEqual([])
  })

  test('what is shown holds nothing that cannot be seen, and is never empty', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const shown = readableName(name)
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/u)
        expect(shown.length).toBeGreaterThan(0)
      }),
    )
    for (const name of ['\u3164', '\u115F \u1160', '\u2800\u2800', '\uFFA0'])
      expect(readableName(name, 'Nameless')).toBe('Nameless')
  })
})

test('a name without letters looks like none, and none like it', () => {
  expect(looksLike('Acme', '—')).toBe(false)
  expect(looksLike('—', 'Acme')).toBe(false)
  expect(looksLike('Acme Fiber Help', 'Αcme Fibег')).toBe(false)
  expect(looksLike('Acme Fiber Help', 'Acmе Fibеr')).toBe(true)
})

test('what is said of names is there in every language, with every value, and French is spaced (U12)', () => {
  expect(faultsOfCatalogue(NAME_WORDS.es, NAME_WORDS.en, new Set())).toEqual([])
  expect(faultsOfCatalogue(NAME_WORDS.fr, NAME_WORDS.en, new Set())).toEqual([])
  expect(unspacedFrench(NAME_WORDS.fr)).toEqual([])
})
