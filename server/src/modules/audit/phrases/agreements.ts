import { says } from './phrase.ts'
import type { Phrase } from './phrase.ts'

const AGREEMENT = { one: 'agreement', many: 'agreements' }
const TEMPLATE = { one: 'template of agreements', many: 'templates of agreements' }

/** What becomes of agreements, by hand and by the clock. */
export const AGREEMENT_PHRASES: Readonly<Record<string, Phrase>> = {
  'program.agreement.read': says('read the {x}', AGREEMENT),
  'program.agreement.created': says('drafted the {x}', AGREEMENT),
  'program.agreement.edited': says('changed the draft of the {x}', AGREEMENT),
  'program.agreement.offered': says('offered the {x} to be signed', AGREEMENT),
  'program.agreement.signed': says('signed the {x}', AGREEMENT),
  'program.agreement.approved': says('approved the {x}', AGREEMENT),
  'program.agreement.declined': says('declined the {x}', AGREEMENT),
  'program.agreement.rejected': says('rejected the {x}', AGREEMENT),
  'program.agreement.withdrawn': says('withdrew the {x}', AGREEMENT),
  'program.agreement.expired': says('The offer of the {x} ran out', AGREEMENT),
  'program.agreement.warned': says('The owners were told that the offer of the {x} runs out', AGREEMENT),
  'program.agreement.superseded': says('replaced the {x} by a later version', AGREEMENT),
  'program.agreement.terminated': says('ended the {x}', AGREEMENT),
  'program.agreement.notice_given': says('gave notice of the {x}', AGREEMENT),
  'program.agreement.downloaded': says('downloaded the {x}', AGREEMENT),
  'program.four_eyes.asked': says('asked a second person to confirm fewer people for agreements'),
  'program.four_eyes.declined': says('declined fewer people for agreements'),
  'program.four_eyes.withdrawn': says('took back the request for fewer people for agreements'),
  'program.four_eyes.changed': says('changed what two people do about agreements'),
  'program.demands.changed': says(
    'changed what live API clients need, how long contact addresses are kept, or how the program counts',
  ),
  'program.agreement_template.created': says('added the {x}', TEMPLATE),
}
