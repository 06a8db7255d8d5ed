import type { Link } from '@liaison/client'

import { addWords, joinNames, t } from '../../platform/words.ts'
import { payers } from '../../words/payers.ts'

// They come with what says them: most pages of a partner say nothing of it.
addWords(payers)

/** What somebody pays for, by its kind. */
export const kindsPaid = ['services', 'api_calls', 'seats', 'exports'] as const

/** Who can pay. */
export const parties = ['tenant', 'partner', 'split'] as const

/** Who pays for what a partner does, as the partner reads it: one sentence for each who pays for something. */
export function payersOf(pays: Link['billing_parties']): string {
  return parties
    .flatMap((party) => {
      const what = kindsPaid.filter((kind) => pays[kind] === party).map((kind) => t(`payers.${kind}`))
      return what.length === 0 ? [] : [t(`payers.${party}`, { what: joinNames(what) })]
    })
    .join(' ')
}
