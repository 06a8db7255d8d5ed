import { says } from './phrase.ts'
import type { Phrase } from './phrase.ts'

const VOUCHER = { one: 'voucher', many: 'vouchers' }
const TYPE = { one: 'type of voucher', many: 'types of vouchers' }

/** What becomes of vouchers, at agencies, at the till and by the clock. */
export const VOUCHER_PHRASES: Readonly<Record<string, Phrase>> = {
  'voucher.issued': says('issued the {x}', VOUCHER),
  'voucher.review_requested': says('asked for the {x}, which waits for review', VOUCHER),
  'voucher.review_approved': says('approved the {x}', VOUCHER),
  'voucher.review_declined': says('declined the {x}', VOUCHER),
  'voucher.looked_up': says('looked up {x} by the code', VOUCHER),
  'voucher.searched': says('searched {x}', VOUCHER),
  'voucher.read': says('read {x}', VOUCHER),
  'voucher.redeemed': says('redeemed the {x}', VOUCHER),
  'voucher.redemption_repeated': says('sent the same redemption again, of the {x}', VOUCHER),
  'voucher.redemption_reversed': says('took the redemption back, of the {x}', VOUCHER),
  'voucher.voided': says('voided the {x}', VOUCHER),
  'voucher.expired': says('A voucher ran out{of}'),
  'voucher.recipient_exported': says('handed out what is kept of a person, from {x}', VOUCHER),
  'voucher.recipient_erased': says('erased a person from {x}', VOUCHER),
  'voucher.recipients_removed': says('removed the names from {x}', VOUCHER),
  'voucher_type.created': says('added the {x}', TYPE),
  'voucher_type.updated': says('changed the {x}', TYPE),
}
