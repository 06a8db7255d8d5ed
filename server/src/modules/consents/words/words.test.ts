import { expect, test } from 'vitest'
import { html, Html } from '#platform/html.ts'
import { CONSENT_WORDS } from './index.ts'

const VALUES = Array.from({ length: 4 }, (_, index) => `«value ${index}»`)

/** Every word with its path; what takes values is asked with values that can be told apart. */
function listWords(words: object, path = ''): [path: string, text: string][] {
  return Object.entries(words).flatMap(([name, word]: [string, unknown]): [string, string][] => {
    const place = `${path}.${name}`
    if (typeof word === 'string') return [[place, word]]
    if (typeof word === 'object' && word !== null) return listWords(word, place)
    if (typeof word !== 'function') return []
    const told: unknown = Reflect.apply(
      word,
      null,
      VALUES.map((value) => new Html(html`${value}`.text)),
    )
    return [[place, String(told)]]
  })
}

const ENGLISH = new Map(listWords(CONSENT_WORDS.en))
/** Words that are the same in two languages, and right in both. */
const SHARED = new Set(['.kinds.auditor'])

test.each(['es', 'fr'] as const)(
  'every word of the consent pages is there in %s, is its own, and says every value that the English says (U12)',
  (language) => {
    const own = new Map(listWords(CONSENT_WORDS[language]))
    expect([...own.keys()]).toEqual([...ENGLISH.keys()])
    const borrowed = [...own].filter(
      ([path, text]) => text.replaceAll(/«value \d»/g, '').length > 4 && ENGLISH.get(path) === text,
    )
    expect(borrowed.filter(([path]) => !SHARED.has(path))).toEqual([])
    const valuesOf = (text = '') => [...new Set(text.match(/«value \d»/g))].toSorted()
    for (const [path, text] of own)
      expect([path, valuesOf(text)]).toEqual([path, valuesOf(ENGLISH.get(path))])
  },
)

test('French is spaced as French prints it: no plain space before high signs, no straight apostrophe (U12)', () => {
  const faulty = listWords(CONSENT_WORDS.fr).filter(([, text]) =>
    / [;:!?»]|[^\u202f][;!?]|'|« /.test(text.replaceAll(/«value \d»/g, 'value')),
  )
  expect(faulty).toEqual([])
})
