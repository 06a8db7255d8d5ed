import { expect, test } from 'vitest'
import { faultsOfCatalogue, unspacedFrench } from '#testing/catalogue.ts'
import { OAUTH_WORDS } from './index.ts'

test('every word of the short pages of the authorization server is there in Spanish and French, and spaced as French prints it (U12)', () => {
  for (const language of ['es', 'fr'] as const)
    expect(faultsOfCatalogue(OAUTH_WORDS[language], OAUTH_WORDS.en)).toEqual([])
  expect(unspacedFrench(OAUTH_WORDS.fr)).toEqual([])
})
