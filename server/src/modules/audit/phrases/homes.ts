import { says } from './phrase.ts'
import type { Phrase } from './phrase.ts'

const PARTNER = { one: 'partner', many: 'partners' }

/** What was said of a partner and an organisation that are one. */
export const HOME_PHRASES: Readonly<Record<string, Phrase>> = {
  'homes.ask': says('said that the organisation is the {x} itself', PARTNER),
  'homes.confirm_first': says('said, as the first of two, that the organisation is the {x} itself', PARTNER),
  'homes.confirm': says('confirmed that the organisation is the {x} itself', PARTNER),
  'homes.withdraw': says('took back that the organisation is the {x} itself', PARTNER),
  'homes.accept': says('accepted that the organisation is the {x} itself', PARTNER),
  'homes.decline': says('declined that the organisation is the {x} itself', PARTNER),
  'homes.end': says('ended that the organisation is the {x} itself', PARTNER),
}
