import { says } from './phrase.ts'
import type { Phrase } from './phrase.ts'

/** What becomes of a request for more access for a while; its label is the person who asked. */
export const ELEVATION_PHRASES: Readonly<Record<string, Phrase>> = {
  'elevations.request': says('asked for more access for a while'),
  'elevations.approve': says('approved more access for a while{of}'),
  'elevations.deny': says('denied more access for a while{of}'),
  'elevations.withdraw': says('withdrew the request for more access for a while{of}'),
  'elevations.end': says('ended the access that was granted for a while{of}'),
  'elevations.lapse': says('Nobody answered the request for more access for a while{of}'),
}
