import { expect, test } from 'vitest'

import { blankRule, checkConfig, languagesOf, moveRule, toConfigBody, toConfigDraft } from './config-draft.ts'

const config = {
  allowed_voucher_types: ['router'],
  default_language: 'es' as const,
  texts: { es: { title: 'Vales', intro_text: 'Hola', rules_list: ['Uno por casa'] } },
  theme: {
    accent: '#0b5cad',
    radius: 'small' as const,
    appearance: 'auto' as const,
    density: 'comfortable' as const,
  },
}

test('a config that nobody changed is saved as it was (E6)', () => {
  expect(toConfigBody(toConfigDraft(config))).toEqual(config)
})

test('a new form starts with one language and nothing ticked, and cannot be saved like that (E6)', () => {
  const draft = toConfigDraft(null)
  expect(languagesOf(draft)).toEqual(['en'])
  expect(checkConfig(draft).map(({ field }) => field)).toEqual(['types'])
})

test('the default language always has its texts (E6)', () => {
  const draft = { ...toConfigDraft(config), languages: ['en' as const], defaultLanguage: 'fr' as const }
  expect(Object.keys(toConfigBody(draft).texts)).toEqual(['en', 'fr'])
})

test('a colour on which white text cannot be read is told before it is saved (E6)', () => {
  const draft = toConfigDraft(config)
  for (const accent of ['#ffee00', 'blue', '#12'])
    expect(checkConfig({ ...draft, theme: { ...draft.theme, accent } }).map(({ field }) => field)).toEqual([
      'accent',
    ])
})

test('a rule moves by one place, and not out of the list (E6)', () => {
  const rules = ['a', 'b', 'c'].map((text) => blankRule(text))
  const textsOf = (moved: typeof rules) => moved.map(({ text }) => text).join('')
  expect([
    textsOf(moveRule(rules, 0, 1)),
    textsOf(moveRule(rules, 2, -1)),
    textsOf(moveRule(rules, 0, -1)),
    textsOf(moveRule(rules, 2, 1)),
  ]).toEqual(['bac', 'acb', 'abc', 'abc'])
})
