import { says } from './phrase.ts'
import type { Phrase } from './phrase.ts'

const CASE = { one: 'warning', many: 'warnings' }

/** What becomes of sign-ups and payout accounts that look wrong. The tenant is not named, nor what was seen. */
export const RISK_PHRASES: Readonly<Record<string, Phrase>> = {
  'platform.risk.list': says('listed {x}', CASE),
  'platform.risk.read': says('looked at the {x}', CASE),
  'program.risk.flagged': says('A check was begun{of}'),
  'program.risk.resolved': says('decided a check{of}'),
  'program.risk_rule.changed': says('changed what is checked at sign-ups'),
}
