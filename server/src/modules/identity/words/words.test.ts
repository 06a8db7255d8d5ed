import { expect, test } from 'vitest'
import { faultsOfCatalogue, unspacedFrench } from '#testing/catalogue.ts'
import { ACCOUNT_WORDS, IDENTITY_WORDS } from './index.ts'

const SHARED = new Set(['.minutes.one', '.minutes.other'])

test.each(['es', 'fr'] as const)(
  'every word of sign-in, step-up, recovery and the account is there in %s, is its own, and says every value that the English says (U12)',
  (language) => {
    expect(faultsOfCatalogue(IDENTITY_WORDS[language], IDENTITY_WORDS.en, SHARED)).toEqual([])
    expect(faultsOfCatalogue(ACCOUNT_WORDS[language], ACCOUNT_WORDS.en)).toEqual([])
  },
)

test('the French of sign-in and the account is spaced as French prints it (U12)', () => {
  expect([...unspacedFrench(IDENTITY_WORDS.fr), ...unspacedFrench(ACCOUNT_WORDS.fr)]).toEqual([])
})
