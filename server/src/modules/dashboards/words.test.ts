import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LANGUAGES } from '#platform/words/language.ts'
import { DASHBOARD_WORDS } from './words.ts'

const script = readFileSync(new URL('./frame/dashboard.js', import.meta.url), 'utf8')
const { en } = DASHBOARD_WORDS
const ids = Object.keys(en)
const placesOf = (text: string) => (text.match(/\{[a-z_]+\}/g) ?? []).toSorted()

test('each language has the same sentences, with the same places for values, and borrows none from English (D12, U12)', () => {
  for (const language of LANGUAGES.filter((one) => one !== 'en')) {
    const words: Readonly<Record<string, string>> = DASHBOARD_WORDS[language]
    expect(Object.keys(words)).toEqual(ids)
    for (const [id, text] of Object.entries(en)) expect(placesOf(words[id] ?? '')).toEqual(placesOf(text))
    expect(Object.entries(en).filter(([id, text]) => words[id] === text)).toEqual([])
  }
})

test('the frame asks for no sentence that is not there (D12)', () => {
  const said = [...script.matchAll(/\bsay\('([a-z_.]+)'/g)].flatMap(([, id]) => id ?? [])
  const figures = [...script.matchAll(/^ +\['([a-z_]+)', (?:count|amount)\(/gm)].flatMap(([, id]) => id ?? [])
  const refused = [...script.matchAll(/refuse\((?:[^')]*\? )?'([a-z]+)'(?: : '([a-z]+)')?\)/g)]
    .flatMap(([, ...found]) => found.filter((id) => id !== undefined))
    .flatMap((id) => [id, `${id}.title`])
  const asked = new Set([...said, ...figures, ...refused])
  expect([...asked].filter((id) => !ids.includes(id))).toEqual([])
  // The document itself says the one that is left.
  expect(ids.filter((id) => !asked.has(id))).toEqual(['no.script'])
})
