import { says } from './phrase.ts'
import type { Phrase } from './phrase.ts'

const PLAN = { one: 'plan', many: 'plans' }
const SUBSCRIPTION = { one: 'subscription', many: 'subscriptions' }

/** What becomes of plans and of subscriptions to them, by hand and by the clock. */
export const PLAN_PHRASES: Readonly<Record<string, Phrase>> = {
  'plans.create': says('drafted the {x}', PLAN),
  'plans.change': says('changed the {x}', PLAN),
  'plans.change_terms': says('put new terms of the {x} on sale', PLAN),
  'plans.offer': says('put the {x} on offer', PLAN),
  'plans.discontinue': says('discontinued the {x}', PLAN),
  'plans.lend': says('let a partner offer the {x}', PLAN),
  'plans.take_back': says('let a partner no longer offer the {x}', PLAN),
  'plans.offer_lent': says('decided about offering the {x} of the catalogue', PLAN),
  'subscriptions.start': says('asked for the {x}', SUBSCRIPTION),
  'subscriptions.confirm': says('confirmed the {x}', SUBSCRIPTION),
  'subscriptions.decline': says('declined the {x}', SUBSCRIPTION),
  'subscriptions.cancel': says('cancelled the {x}', SUBSCRIPTION),
  'subscriptions.plan_cancel': says('set the {x} to end with its paid period', SUBSCRIPTION),
  'subscriptions.plan_end': says('The {x} was set to end with its paid period', SUBSCRIPTION),
  'subscriptions.keep': says('kept the {x} after all', SUBSCRIPTION),
  'subscriptions.change_plan': says('changed the plan of the {x}', SUBSCRIPTION),
  'subscriptions.keep_plan': says('took a change of plan of the {x} back', SUBSCRIPTION),
  'subscriptions.end': says('ended the {x}', SUBSCRIPTION),
  'subscriptions.hold': says('held the {x}', SUBSCRIPTION),
  'subscriptions.release': says('released a hold of the {x}', SUBSCRIPTION),
  'subscriptions.pay': says('told of a payment for the {x}', SUBSCRIPTION),
  'subscriptions.run_out': says('The {x} is over', SUBSCRIPTION),
}
