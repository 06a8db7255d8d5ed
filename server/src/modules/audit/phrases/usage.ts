import { says } from './phrase.ts'
import type { Phrase } from './phrase.ts'

const USER = { one: 'user', many: 'users' }

/** What end users do against their limits, and what is done about it. */
export const USAGE_PHRASES: Readonly<Record<string, Phrase>> = {
  'usage.operate': says('used the service as the {x}', USER),
  'usage.exceed': says('went beyond a limit as the {x}', USER),
  'usage.reset': says('let the {x} go on', USER),
  'usage.review': says('looked through the usage of the {x}', USER),
  'usage.limit.set': says('set a limit of the {x}', USER),
  'usage.limit.lift': says('lifted a limit of the {x}', USER),
}
