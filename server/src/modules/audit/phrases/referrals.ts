import { says } from './phrase.ts'
import type { Phrase } from './phrase.ts'

const CODE = { one: 'referral code', many: 'referral codes' }
const REFERRAL = { one: 'referral', many: 'referrals' }
const DEAL = { one: 'registered deal', many: 'registered deals' }
const SIGN_UP = { one: 'sign-up', many: 'sign-ups' }
const PARTNER = { one: 'partner', many: 'partners' }

/** What becomes of codes, and of referrals that came of them. */
export const REFERRAL_PHRASES: Readonly<Record<string, Phrase>> = {
  'program.code.created': says('made the {x}', CODE),
  'program.code.activated': says('switched the {x} on', CODE),
  'program.code.deactivated': says('switched the {x} off', CODE),
  'program.referral.created': says('took note of the {x}', REFERRAL),
  'program.referral.locked': says('The {x} is final, since the first payment', REFERRAL),
  'program.referral.voided': says('withdrew the {x}', REFERRAL),
  'program.referral.blocked': says('stopped further earnings of the {x}', REFERRAL),
  'program.referral.change_blocked': says('tried to change the {x}, which is final', REFERRAL),
  'program.deal.registered': says('registered the {x}', DEAL),
  'program.deal.withdrawn': says('gave up the {x}', DEAL),
  'program.deal.approved': says('approved the {x}', DEAL),
  'program.deal.rejected': says('rejected the {x}', DEAL),
  'program.deal.ended': says('ended the protection of the {x}', DEAL),
  'program.deal.expired': says('The time of the {x} is over', DEAL),
  'program.deal.won': says('The prospect of the {x} signed up', DEAL),
  'program.deal.contacts_forgotten': says('The contacts of old registered deals were forgotten'),
  'program.leaderboard.choice_changed': says('chose whether the leaderboard names the partner'),
  'program.dashboard.token_made': says('let a product of the provider show the figures of {x}', PARTNER),
  'program.dashboard.refused': says('An embedded dashboard was refused'),
  'program.dashboard.origin_refused': says('Another website tried to show an embedded dashboard'),
  'program.sign_ups.imported': says('handed in {x}', SIGN_UP),
  'program.contacts.forgotten': says('The contact addresses of old sign-ups were forgotten'),
  'program.settings.changed': says('changed where links of partners may lead'),
}
