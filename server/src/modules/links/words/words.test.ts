import { expect, test } from 'vitest'
import { faultsOfCatalogue, unspacedFrench } from '#testing/catalogue.ts'
import { LINK_NEWS_WORDS, LINK_WORDS, RULES_NEWS_WORDS } from './index.ts'

/** Words that are the same in two languages, and right in both. */
const SHARED = new Set(['.minutes.one', '.minutes.other', '.roles.auditor', '.screens.tickets', '.version'])

test.each(['es', 'fr'] as const)(
  'every word of the pages and mails of links is there in %s, is its own, and says every value that the English says (U12)',
  (language) => {
    expect(faultsOfCatalogue(LINK_WORDS[language], LINK_WORDS.en, SHARED)).toEqual([])
    expect(faultsOfCatalogue(LINK_NEWS_WORDS[language], LINK_NEWS_WORDS.en, SHARED)).toEqual([])
    expect(faultsOfCatalogue(RULES_NEWS_WORDS[language], RULES_NEWS_WORDS.en, SHARED)).toEqual([])
  },
)

test('the French of links is spaced as French prints it (U12)', () => {
  expect([
    ...unspacedFrench(LINK_WORDS.fr),
    ...unspacedFrench(LINK_NEWS_WORDS.fr),
    ...unspacedFrench(RULES_NEWS_WORDS.fr),
  ]).toEqual([])
})
