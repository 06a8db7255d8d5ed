import { ProblemError, registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

const ALERT_PROBLEMS = {
  ALERT_NOT_FOUND: {
    status: 404,
    title: 'Alert not found',
    cause: 'No alert that this caller may see and work on has this id.',
    remedy: 'Open it from the list of alerts.',
  },
  ALERT_STATE_CONFLICT: {
    status: 409,
    title: 'Alert was dealt with',
    cause: 'The alert is acknowledged or resolved already; `details.status` says which.',
    remedy: 'Read the list again. A resolved alert is history; the same condition raises a new one.',
  },
  ALERT_RULE_NOT_FOUND: {
    status: 404,
    title: 'Alert rule not found',
    cause: 'Your organisation has no alert rule with this id.',
    remedy: 'Check the id in the list of rules.',
  },
  ALERT_RULE_EXISTS: {
    status: 409,
    title: 'Rule exists',
    cause: 'There is a rule for this kind of alert and these customers already.',
    remedy: 'Change that rule instead.',
  },
  ALERT_RULE_NOT_YOURS: {
    status: 403,
    title: 'Rule is not yours to set',
    cause:
      'A rule for all customers or for a group concerns every colleague, so an owner of the organisation sets it. A rule for one customer needs the permission in that customer.',
    remedy:
      'Ask an owner of your organisation, or make a rule for a customer in which you may change alerts.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(ALERT_PROBLEMS)

/** The refusal of an alert that the caller may not see, or that does not exist: the same. */
export const alertNotFound = () =>
  new ProblemError(404, 'ALERT_NOT_FOUND', 'There is no alert with this id that you can work on.')

/** The refusal of a rule that is not the partner's, or does not exist. */
export const ruleNotFound = () =>
  new ProblemError(404, 'ALERT_RULE_NOT_FOUND', 'There is no alert rule with this id.')
