import { says } from './phrase.ts'
import type { Phrase } from './phrase.ts'

const AGENCY = { one: 'agency', many: 'agencies' }
const FORM = { one: 'form', many: 'forms' }
const TOKEN = { one: 'form token', many: 'form tokens' }
const KEY = { one: 'server key', many: 'server keys' }

/** What becomes of agencies, of their forms and of what opens them. */
export const AGENCY_PHRASES: Readonly<Record<string, Phrase>> = {
  'tenant.agencies.read': says('looked at {x}', AGENCY),
  'agency.created': says('added the {x}', AGENCY),
  'agency.reach_read': says('read what the {x} could do and did', AGENCY),
  'agency.updated': says('changed the {x}', AGENCY),
  'agency.activated': says('let the {x} issue vouchers again', AGENCY),
  'agency.deactivated': says('stopped the {x}: its forms and server keys are refused', AGENCY),
  'form.created': says('made the {x}', FORM),
  'form.updated': says('changed how the {x} may be used', FORM),
  'form.origins_updated': says('changed which sites may show the {x}', FORM),
  'form.config_updated': says('changed what the {x} issues and says', FORM),
  'form.paused': says('paused the {x}', FORM),
  'form.resumed': says('let the {x} work again', FORM),
  'form.code_mailed': says('mailed to the agency how the {x} comes into its page', FORM),
  'form_token.created': says('made the {x}', TOKEN),
  'form_token.rotated': says('replaced the {x}', TOKEN),
  'form_token.revoked': says('stopped the {x}', TOKEN),
  'form_token.overlap_ended': says('The {x} that was replaced works no longer: its overlap is over', TOKEN),
  'agency_key.created': says('made the {x}', KEY),
  'agency_key.revoked': says('stopped the {x}', KEY),
  'leak.reported': says('Somebody reported that the {x} can be read in public', {
    one: 'credential',
    many: 'credentials',
  }),
  'embed.abuse_suspected': says('The {x} issues far more vouchers than usual', FORM),
}
