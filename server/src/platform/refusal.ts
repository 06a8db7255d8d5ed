import { REFUSAL_WORDS } from '@liaison/access'
import type { Decision, Facts, Permission, RefusalCode } from '@liaison/access'
import { ProblemError } from './problem.ts'

/** Names for the audit row of a refusal. */
export interface RefusalNames {
  readonly actor?: string
  readonly partner?: string
  readonly tenant?: string
}

/** What a refusal was decided on. */
export interface RefusalGrounds {
  readonly facts: Facts
  readonly permission: Permission
  readonly names: RefusalNames
  readonly details?: Readonly<Record<string, unknown>>
  /** Header fields that belong to the refusal, such as those of a rate limit. */
  readonly headers?: Readonly<Record<string, string>>
}

const ENDED_STATES: Readonly<Partial<Record<RefusalCode, string>>> = {
  TENANT_LINK_EXPIRED: 'ended_at',
  TENANT_LINK_REVOKED: 'ended_at',
}

const RENEWABLE_DAYS = 30

function detailsOf(
  { facts, details }: RefusalGrounds,
  code: RefusalCode,
): Record<string, unknown> | undefined {
  if (code === 'TENANT_LINK_EXPIRED' && facts.link?.ends_at) {
    const renewable = new Date(facts.link.ends_at.getTime() + RENEWABLE_DAYS * 86_400_000)
    return {
      ...details,
      ended_at: facts.link.ends_at.toISOString(),
      renewable_until: renewable.toISOString(),
    }
  }
  return details === undefined && ENDED_STATES[code] === undefined ? undefined : { ...details }
}

function stepUpChallenge(code: RefusalCode): Record<string, string> | undefined {
  if (code === 'STEP_UP_REQUIRED') {
    return {
      'WWW-Authenticate':
        'Session error="insufficient_user_authentication", error_description="A recent second factor is required", max_age="900"',
    }
  }
  return code === 'UNAUTHORIZED' ? { 'WWW-Authenticate': 'Session realm="liaison"' } : undefined
}

/** A decision that says no, on its way to the caller, the audit log and the explainer. */
export class RefusalError extends ProblemError {
  override name = 'RefusalError'
  readonly decision: Decision
  readonly grounds: RefusalGrounds

  constructor(decision: Decision, grounds: RefusalGrounds) {
    if (decision.code === 'ALLOWED') throw new Error('An allowance is no refusal.')
    const words = REFUSAL_WORDS[decision.code]
    const headers = grounds.headers ?? stepUpChallenge(decision.code)
    const details = detailsOf(grounds, decision.code)
    super(decision.status, decision.code, words.sentence, {
      nextStep: words.next_step,
      ...(headers && { headers }),
      ...(details && { details }),
    })
    this.decision = decision
    this.grounds = grounds
  }
}
