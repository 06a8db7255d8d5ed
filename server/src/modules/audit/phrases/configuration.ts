import { says } from './phrase.ts'
import type { Phrase } from './phrase.ts'

/** What becomes of the configuration of partners. */
export const CONFIGURATION_PHRASES: Readonly<Record<string, Phrase>> = {
  'configuration.read': says("read the partner's configuration"),
  'configuration.preview': says("looked at what a change of the partner's configuration would do"),
  'configuration.save': says("saved a version of the partner's configuration"),
  'configuration.activate': says("put a version of the partner's configuration in force"),
  'configuration.roll_back': says("went back to an older version of the partner's configuration"),
  'configuration.branding': says("changed the look of the partner's pages"),
  'configuration.image': says("handed in an image for the partner's pages"),
  'configuration.identity_care_asked': says(
    'asked a second person to let one person decide about identities at the partner',
  ),
  'configuration.identity_care_lowered': says('let one person decide about identities at the partner'),
  'configuration.identity_care_declined': says('declined one person for identity checks at the partner'),
  'configuration.identity_care_withdrawn': says(
    'took back the request for one person for identity checks at the partner',
  ),
}
