import { says } from './phrase.ts'
import type { Phrase } from './phrase.ts'

const EARNING = { one: 'earning', many: 'earnings' }

/** What becomes of earnings, by hand, by the clock and by payments. */
export const EARNING_PHRASES: Readonly<Record<string, Phrase>> = {
  'ingest.billing_events.import': says('handed in payments'),
  'program.earning.created': says('The {x} was added', EARNING),
  'program.earning.clawed_back': says('A part of the {x} was taken back', EARNING),
  'program.earning.adjusted': says('adjusted what the partner earned by the {x}', EARNING),
  'program.earning.approved_first': says('approved the {x} as the first of two', EARNING),
  'program.earning.approved': says('approved the {x}', EARNING),
  'program.earning.held': says('held the {x}', EARNING),
  'program.earning.released': says('released the {x}', EARNING),
  'program.earning.voided': says('made the {x} void', EARNING),
  'program.earning.claimed': says('put the {x} into a payout', EARNING),
  'program.earning.returned': says('took the {x} out of a payout that failed', EARNING),
  'program.earning.paid': says('The {x} was paid', EARNING),
  'program.earning.differs': says('A repetition would calculate the {x} otherwise', EARNING),
  'program.earnings.approve': says('decided to approve {x}', EARNING),
  'program.earnings.adjust': says('decided to adjust what a partner earned'),
  'program.earnings.hold': says('decided to hold {x}', EARNING),
  'program.earnings.release': says('decided to release {x}', EARNING),
  'program.earnings.void': says('decided to make {x} void', EARNING),
  'program.earning_policy.asked': says('asked a second person to confirm fewer people for earnings'),
  'program.earning_policy.declined': says('declined fewer people for earnings'),
  'program.earning_policy.withdrawn': says('took back the request for fewer people for earnings'),
  'program.earning_policy.changed': says('changed how earnings are approved'),
}
