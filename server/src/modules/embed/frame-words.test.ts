import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { LANGUAGES } from '#platform/words/language.ts'
import { AgencyVoucher } from '#modules/vouchers/index.ts'
import { languageOf } from './document.ts'
import { FRAME_WORDS } from './frame-words.ts'

const FRAME = join(import.meta.dirname, 'frame')
const sources = readdirSync(FRAME)
  .filter((name) => name.endsWith('.js'))
  .map((name) => readFileSync(join(FRAME, name), 'utf8'))
const words = new Map<string, Readonly<Record<string, string>>>(Object.entries(FRAME_WORDS))
const wordsOf = (language: string) => words.get(language) ?? {}

/** Every sentence that a script of the form asks for by name. */
function askedFor(): string[] {
  const text = sources.join('\n')
  const named = [...text.matchAll(/\b(?:say|press|fact)\(\s*'([a-z_.]+)'/g)].flatMap(([, id]) => id ?? [])
  const hints = [...text.matchAll(/'(hint\.[a-z_]+)'/g)].flatMap(([, id]) => id ?? [])
  const chosen = [...text.matchAll(/say\(\w+ \? '([a-z_.]+)' : '([a-z_.]+)'\)/g)].flatMap((found) =>
    found.slice(1),
  )
  const fields = [...text.matchAll(/\bfield\('([a-z_]+)'/g)].flatMap(([, name]) => [
    `field.${name}`,
    `fault.${name}`,
  ])
  const forms = [...text.matchAll(/'(tab\.[a-z]+|issue|lookup)'/g)].flatMap(([, id]) => id ?? [])
  return [
    ...named,
    ...hints,
    ...chosen,
    ...fields,
    ...forms,
    ...AgencyVoucher.shape.status.options.map((state) => `state.${state}`),
  ]
}

test('every fixed word that the form can show is there in each of its languages (E8)', () => {
  const asked = [...new Set(askedFor())]
  expect(asked.length).toBeGreaterThan(45)
  for (const language of LANGUAGES) expect(asked.filter((id) => !wordsOf(language)[id])).toEqual([])
})

test('no language borrows from another: each sentence is its own, with the same places for values (E8)', () => {
  const placesOf = (text: string | undefined) => (text?.match(/\{[a-z]+\}/g) ?? []).toSorted()
  for (const language of LANGUAGES.filter((one) => one !== 'en')) {
    const same = Object.entries(FRAME_WORDS.en).filter(([id, text]) => wordsOf(language)[id] === text)
    expect(same).toEqual([])
    for (const [id, text] of Object.entries(FRAME_WORDS.en))
      expect(placesOf(wordsOf(language)[id])).toEqual(placesOf(text))
  }
})

test('a refusal has a title and a next step in each language, also one that the form has no own words for (E7)', () => {
  const ids = Object.keys(FRAME_WORDS.en).filter((id) => /^refusal\.[A-Z_]+$/.test(id))
  expect(ids).toContain('refusal.OTHER')
  for (const language of LANGUAGES)
    for (const id of ids)
      expect([wordsOf(language)[id], wordsOf(language)[`${id}.title`]]).not.toContain(undefined)
  // The words of the server are English: no script of the form reads them.
  expect(sources.filter((text) => text.includes('next_step'))).toEqual([])
})

test.each([
  ['fr-CH, fr;q=0.9, en;q=0.8', 'fr'],
  ['en;q=0.3, es-419;q=0.9', 'es'],
  ['de, frr;q=0.9, en;q=0', 'es'],
  ['*, nonsense;;q=x', 'es'],
  [undefined, 'es'],
] as const)(
  'a browser that asks for %s is spoken to in %s by a form whose own language is Spanish (E8)',
  (accepted, language) => {
    expect(languageOf({ query: undefined, accepted }, 'es')).toBe(language)
    expect(languageOf({ query: 'fr', accepted }, 'es')).toBe('fr')
  },
)

test('a value stands in its sentence as it is, whatever signs it holds (E8)', () => {
  const script = readFileSync(join(FRAME, 'context.js'), 'utf8').replaceAll(/^export /gm, '')
  const act = `app.given = { words: { names: '{tenant}!' } }; say('names', { tenant: "Cash $$ & $' Co" })`
  expect(runInNewContext(`${script}; ${act}`, {})).toBe("Cash $$ & $' Co!")
})
