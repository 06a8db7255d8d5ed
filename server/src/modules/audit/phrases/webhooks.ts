import { says } from './phrase.ts'
import type { Phrase } from './phrase.ts'

const ENDPOINT = { one: 'webhook endpoint', many: 'webhook endpoints' }

/** What happened to the endpoints that messages are sent to. */
export const WEBHOOK_PHRASES: Readonly<Record<string, Phrase>> = {
  'webhooks.create': says('added the {x}', ENDPOINT),
  'webhooks.verify': says('The {x} answered and is told of events from now on', ENDPOINT),
  'webhooks.change': says('changed the {x}', ENDPOINT),
  'webhooks.rotate_secret': says('put a new secret of the {x} in force', ENDPOINT),
  'webhooks.enable': says('enabled the {x}', ENDPOINT),
  'webhooks.disable': says('disabled the {x}', ENDPOINT),
  'webhooks.delete': says('deleted the {x}', ENDPOINT),
  'webhooks.test': says('sent a test message to the {x}', ENDPOINT),
  'webhooks.replay': says('had messages sent again to the {x}', ENDPOINT),
  'webhooks.give_up': says('The {x} was disabled, because messages did not arrive', ENDPOINT),
}
