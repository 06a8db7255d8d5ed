import { says } from './phrase.ts'
import type { Phrase } from './phrase.ts'

const PARTNER = { one: 'partner', many: 'partners' }
const APPLICATION = { one: 'application', many: 'applications' }

/** What becomes of partners and of those who want to be one. */
export const PARTNER_PHRASES: Readonly<Record<string, Phrase>> = {
  'partners.create': says('registered the {x}', PARTNER),
  'partners.update': says('changed the entry of the {x}', PARTNER),
  'partners.suspend': says('suspended the {x}', PARTNER),
  'partners.reactivate': says('let the {x} work again', PARTNER),
  'partners.request_termination': says(
    'asked a second person to end the work with the {x} for good',
    PARTNER,
  ),
  'partners.decline_termination': says('declined to end the work with the {x}', PARTNER),
  'partners.withdraw_termination': says('took back the request to end the work with the {x}', PARTNER),
  'partners.terminate': says('ended the work with the {x} for good', PARTNER),
  'platform.applications.read': says('read the {x}', APPLICATION),
  'partner_applications.start': says('An application was begun{of}'),
  'partner_applications.link': says('A link to an application was mailed{of}'),
  'partner_applications.save': says('An application was filled in{of}'),
  'partner_applications.send': says('An application was sent{of}'),
  'partner_applications.change': says('An application was changed by the applicant{of}'),
  'partner_applications.withdraw': says('An application was withdrawn{of}'),
  'partner_applications.answer': says('A question about an application was answered{of}'),
  'partner_applications.ask': says('asked about the {x}', APPLICATION),
  'partner_applications.approve': says('approved the {x}', APPLICATION),
  'partner_applications.decline': says('declined the {x}', APPLICATION),
  'partner_applications.remove': says('Applications that nobody came back to were removed'),
}
