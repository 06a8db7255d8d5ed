import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of plans and subscriptions. */
const PLAN_PROBLEMS = {
  PLAN_NOT_FOUND: {
    status: 404,
    title: 'Plan not found',
    cause: 'No plan that you can see has this id. End users see the plans for their own role alone.',
    remedy: 'Open it from the list of plans.',
  },
  PLAN_CODE_TAKEN: {
    status: 409,
    title: 'Code taken',
    cause: 'Another plan of the same owner has this code.',
    remedy: 'Choose another code.',
  },
  PLAN_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The plan is in a state from which this is not done; a discontinued plan stays as it is.',
    remedy: 'Read the plan; its state says what can be done with it.',
  },
  PLAN_INCOMPLETE: {
    status: 409,
    title: 'Plan for nobody',
    cause: 'A plan on offer is for one role at least.',
    remedy: 'Name the roles that may take it.',
  },
  PLAN_ROLE_USED: {
    status: 409,
    title: 'Somebody has it in this role',
    cause: 'A user in this role has the plan; whoever pays keeps what was bought.',
    remedy: 'Discontinue the plan, or leave the role.',
  },
  PLAN_NOT_LENT: {
    status: 409,
    title: 'Not yours to offer',
    cause: 'The plan is not one of the catalogue that the provider lets you offer.',
    remedy: 'Ask the provider.',
  },
  SUBSCRIPTION_NOT_FOUND: {
    status: 404,
    title: 'Subscription not found',
    cause: 'No subscription that you can see has this id, or you have none.',
    remedy: 'Open it from the list of subscriptions.',
  },
  SUBSCRIPTION_STATE_CONFLICT: {
    status: 409,
    title: 'Not possible in this state',
    cause: 'The subscription is over, or in a state from which this side does not do this.',
    remedy: 'Read it again; its state says what can be done with it.',
  },
  ALREADY_SUBSCRIBED: {
    status: 409,
    title: 'One plan at a time',
    cause: 'There is a subscription that is being signed, signed or suspended.',
    remedy: 'Change its plan, or cancel it first.',
  },
  PLAN_NOT_OPEN: {
    status: 409,
    title: 'Plan not open to you',
    cause: 'The plan is not on offer to your role, or your account cannot take a plan now.',
    remedy: 'Choose one of the plans in your list.',
  },
  SUBSCRIPTION_HELD: {
    status: 409,
    title: 'On hold',
    cause: 'Something holds the account or the subscription.',
    remedy: 'See what holds it; it works again when nothing does.',
  },
  SUBSCRIPTION_ENDING: {
    status: 409,
    title: 'Ends already',
    cause: 'The subscription is to end on a day that is set.',
    remedy: 'Keep it first, where that is possible.',
  },
  HOLD_NOT_FOUND: {
    status: 404,
    title: 'Hold not found',
    cause: 'No hold of this subscription has this id.',
    remedy: 'Read the subscription; it lists its holds.',
  },
  HOLD_OPEN: {
    status: 409,
    title: 'Held already',
    cause: 'A hold of this kind is open.',
    remedy: 'Release it, or leave it.',
  },
  HOLD_NOT_YOURS: {
    status: 409,
    title: "Somebody else's hold",
    cause: 'A hold is released by the side that places its kind, once.',
    remedy:
      'Ask that side: the provider for policy, the partner for its own; payment and quota release themselves.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(PLAN_PROBLEMS)
