import { expect, test } from 'vitest'
import { faultsOfCatalogue, unspacedFrench } from '#testing/catalogue.ts'
import { ELEVATION_WORDS } from './index.ts'

test.each(['es', 'fr'] as const)(
  'every word of the mails about more access is there in %s, is its own, and says every value that the English says (U12)',
  (language) => {
    expect(faultsOfCatalogue(ELEVATION_WORDS[language], ELEVATION_WORDS.en, new Set())).toEqual([])
  },
)

test('the French of more access is spaced as French prints it (U12)', () => {
  expect(unspacedFrench(ELEVATION_WORDS.fr)).toEqual([])
})
