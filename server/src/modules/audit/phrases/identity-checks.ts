import { says } from './phrase.ts'
import type { Noun, Phrase } from './phrase.ts'

const CHECK: Noun = { one: 'identity check', many: 'identity checks' }

/** What is done to the identity checks of end users. */
export const IDENTITY_CHECK_PHRASES: Readonly<Record<string, Phrase>> = {
  'identity_checks.list': says('listed {x}', CHECK),
  'identity_checks.read': says('looked at the {x}', CHECK),
  'identity_checks.start': says('began the {x}', CHECK),
  'identity_checks.submit': says('sent the {x} in', CHECK),
  'identity_checks.take': says('began to review the {x}', CHECK),
  'identity_checks.approve': says('approved the {x}', CHECK),
  'identity_checks.verify': says('verified an identity with the {x}', CHECK),
  'identity_checks.ask_again': says('asked for a correction of the {x}', CHECK),
  'identity_checks.reject': says('rejected the {x}', CHECK),
  'identity_checks.revoke': says('withdrew a verification, the {x}', CHECK),
  'identity_checks.expire': says('A verified identity ran out{of}'),
  'identity_checks.cancel': says('took the {x} back', CHECK),
  'identity_checks.redact': says('removed names and documents from the {x}', CHECK),
  'identity_checks.hand_over': says('handed the {x} to its vendor', CHECK),
  'identity_checks.vendor_event': says('took an event of a vendor about the {x}', CHECK),
  'identity_vendors.rotate_key': says('put a new key of an identity vendor in force'),
}
