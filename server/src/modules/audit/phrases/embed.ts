import { says } from './phrase.ts'
import type { Phrase } from './phrase.ts'

const FORM = { one: 'form', many: 'forms' }

/** What forms on the websites of agencies were refused. */
export const EMBED_PHRASES: Readonly<Record<string, Phrase>> = {
  'embed.refused': says('A request of the {x} was refused', FORM),
  'embed.rate_limited': says('The {x} was used more often than it may be', FORM),
  'embed.origin_refused': says('Another website tried to show or to use the {x}', FORM),
  'embed.token_unknown': says('Somebody sent a form token that does not exist'),
}
