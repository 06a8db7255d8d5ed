import type { CheckName } from './check.ts'
import type { Decision, Step } from './decision.ts'
import type { Owner } from './facts.ts'

type Side = 'partner' | 'tenant' | 'provider'

/**
 * Checks whose content is private: to the side that owns the rule, or always to the partner. What the link asks of a
 * factor is not among them, since the step-up challenge (RFC 9470) must tell it.
 */
const PRIVACY: Partial<Record<CheckName, 'owner' | 'partner'>> = {
  freeze: 'owner',
  ip: 'owner',
  hours: 'owner',
  assignment_role: 'partner',
  feature: 'partner',
  token_scope: 'partner',
  rate_limit: 'partner',
}

function sideOf(owner: Owner): Side {
  return owner === 'self' ? 'partner' : owner
}

function isHiddenFrom(step: Step, viewer: Side): boolean {
  const privacy = PRIVACY[step.check]
  if (privacy === undefined || viewer === 'provider') return false
  const side = privacy === 'owner' ? sideOf(step.owner) : 'partner'
  return side !== 'provider' && side !== viewer
}

const SIDE_WORDS: Readonly<Record<Side, { rule: string; none: string; ask: string }>> = {
  partner: {
    rule: 'The partner has a rule that blocks this.',
    none: 'No rule of the partner blocks this.',
    ask: 'Ask the partner.',
  },
  tenant: {
    rule: 'The tenant has a rule that blocks this.',
    none: 'No rule of the tenant blocks this.',
    ask: 'Ask the tenant.',
  },
  provider: {
    rule: 'The provider has a rule that blocks this.',
    none: 'No rule of the provider blocks this.',
    ask: 'Ask the provider.',
  },
}

/** Hides what a rule says and, while it does not refuse, whether there is one. */
function hideStep(step: Step, viewer: Side): Step {
  const side = viewer === 'partner' ? 'tenant' : 'partner'
  const words = SIDE_WORDS[side]
  if (step.state === 'fail' || step.state === 'unknown') {
    return { ...step, state: 'hidden', detail: words.rule, owner: side, remedy: words.ask, evidence: null }
  }
  return { ...step, state: 'pass', detail: words.none, owner: side, remedy: null, evidence: null }
}

/**
 * The decision as one side may read it: the same effect, code and steps, with the other side's private rules hidden.
 * `self` is the person who asks, `provider` sees all. Source: B12, managed-tenants.md section 5.
 */
export function explainFor(decision: Decision, viewer: Owner): Decision {
  if (!decision.steps) return decision
  const side = sideOf(viewer)
  // Only a link has two sides; elsewhere people look at their own organisation.
  const hasSides = decision.steps.some(({ check, state }) => check === 'link_in_force' && state === 'pass')
  const blocker = decision.steps.findIndex(({ state }) => state === 'fail' || state === 'unknown')
  const steps = decision.steps.map((step, index) => {
    const isReached = blocker === -1 || index <= blocker
    const isPrivate = (hasSides || step.check === 'freeze') && isHiddenFrom(step, side)
    return isReached && isPrivate ? hideStep(step, side) : step
  })
  return { ...decision, steps }
}

/** The step that refused, or null when the decision allows or has no steps. */
export function findBlocker(decision: Decision): Step | null {
  return (
    decision.steps?.find(({ state }) => state === 'fail' || state === 'unknown' || state === 'hidden') ?? null
  )
}
