import { says } from './phrase.ts'
import type { Phrase } from './phrase.ts'

const ALERT = { one: 'alert', many: 'alerts', isQuoted: true }
const RULE = { one: 'alert rule', many: 'alert rules' }

/** What becomes of alerts, by the clock and by hand. */
export const ALERT_PHRASES: Readonly<Record<string, Phrase>> = {
  'alerts.raise': says('raised the {x}{for}', ALERT),
  'alerts.escalate': says('told the {x}{for} again, because it got worse', ALERT),
  'alerts.ease': says('eased the {x}{for}', ALERT),
  'alerts.clear': says('cleared the {x}{for}', ALERT),
  'alerts.acknowledge': says('took the {x}', ALERT),
  'alerts.resolve': says('closed the {x}', ALERT),
  'alerts.reopen': says('opened the {x} again', ALERT),
  'alerts.snooze': says('snoozed or woke the {x}', ALERT),
  'alerts.assign': says('gave the {x} to somebody', ALERT),
  'alert_rules.read': says('looked at the {x}', RULE),
  'alert_rules.create': says('made the {x}', RULE),
  'alert_rules.update': says('changed the {x}', RULE),
  'alert_rules.delete': says('deleted the {x}', RULE),
}
