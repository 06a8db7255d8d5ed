import { guardedBy } from '#platform/guarded.ts'

/** Runs a change; what the database's own rules refuse becomes the problem that names it. */
export const guarded = guardedBy({
  plan_partner_id_code_key: ['PLAN_CODE_TAKEN', 'Another plan has this code.'],
  plan_transition: ['PLAN_STATE_CONFLICT', 'The plan is in a state from which this is not done.'],
  plan_incomplete: ['PLAN_INCOMPLETE', 'A plan on offer is for one role at least.'],
  plan_role_used: ['PLAN_ROLE_USED', 'A user in this role has the plan.'],
  plan_version_used: ['PLAN_STATE_CONFLICT', 'These terms were offered in between; read the plan again.'],
  partner_plan_catalogue: ['PLAN_NOT_LENT', 'Only plans of the catalogue are lent.'],
  subscription_one_live: ['ALREADY_SUBSCRIBED', 'There is a subscription already; one plan at a time.'],
  subscription_not_eligible: ['PLAN_NOT_OPEN', 'The plan is not open to this user now.'],
  subscription_held: ['SUBSCRIPTION_HELD', 'Something holds the account or the subscription.'],
  subscription_ending: ['SUBSCRIPTION_ENDING', 'The subscription ends already.'],
  subscription_over: ['SUBSCRIPTION_STATE_CONFLICT', 'The subscription is over.'],
  subscription_transition: [
    'SUBSCRIPTION_STATE_CONFLICT',
    'This is not done in the state of the subscription.',
  ],
  subscription_unconfirmed: ['SUBSCRIPTION_STATE_CONFLICT', 'It waits to be confirmed.'],
  subscription_same_plan: ['SUBSCRIPTION_STATE_CONFLICT', 'This is the plan already.'],
  subscription_term_begun: ['SUBSCRIPTION_STATE_CONFLICT', 'The change has begun already.'],
  subscription_hold_once: ['HOLD_OPEN', 'A hold of this kind is open.'],
  subscription_hold_kind: ['HOLD_NOT_YOURS', 'This kind of hold is somebody else’s.'],
  subscription_hold_released: ['HOLD_NOT_YOURS', 'The hold was released already.'],
})
