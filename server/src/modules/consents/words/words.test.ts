import { expect, test } from 'vitest'
import { faultsOfCatalogue, unspacedFrench } from '#testing/catalogue.ts'
import { CONSENT_WORDS, MAIL_WORDS } from './index.ts'

/** Words that are the same in two languages, and right in both. */
const SHARED = new Set(['.kinds.auditor', '.minutes.one', '.minutes.other'])

test.each(['es', 'fr'] as const)(
  'every word of the consent pages and of the mails about them is there in %s, is its own, and says every value that the English says (U12)',
  (language) => {
    expect(faultsOfCatalogue(CONSENT_WORDS[language], CONSENT_WORDS.en, SHARED)).toEqual([])
    expect(faultsOfCatalogue(MAIL_WORDS[language], MAIL_WORDS.en, SHARED)).toEqual([])
  },
)

test('French is spaced as French prints it: no plain space before high signs, no straight apostrophe (U12)', () => {
  expect([...unspacedFrench(CONSENT_WORDS.fr), ...unspacedFrench(MAIL_WORDS.fr)]).toEqual([])
})
