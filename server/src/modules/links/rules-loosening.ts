import { compareConditions, LINK_ROLES, ROLE_TITLES } from '@liaison/access'
import type { PolicyTerms } from './policy-store.ts'
import { toConditions, toStoredConditions } from './rules.ts'

/** One line of what looser rules change. */
export interface RuleChange {
  readonly field: string
  readonly label: string
  readonly before: string
  readonly after: string
}

/** An edit of the rules: what of it lets in more, and the rules that may hold at once. */
export interface RulesEdit {
  /** Empty when the edit lets in nothing that the rules before did not. */
  readonly looser: readonly RuleChange[]
  /** The edit without what lets in more. */
  readonly narrowed: PolicyTerms
}

type Asking = Pick<PolicyTerms, 'who_may_ask' | 'listed_partner_ids'>

/** Whom rules let ask: only those named, or all but those named. */
function askersOf({ who_may_ask: who, listed_partner_ids: listed }: Asking) {
  const isOnly = who === 'listed' || who === 'none'
  return { isOnly, named: new Set(who === 'listed' || who === 'unlisted' ? listed : []) }
}

function letsMoreAsk(before: Asking, after: Asking): boolean {
  const [old, next] = [askersOf(before), askersOf(after)]
  const isNamed = (id: string) => old.named.has(id)
  if (next.isOnly) return [...next.named].some((id) => isNamed(id) !== old.isOnly)
  return old.isOnly || [...old.named].some((id) => !next.named.has(id))
}

function describeAsking({ who_may_ask: who, listed_partner_ids: listed }: Asking): string {
  if (who === 'any') return 'Any partner'
  if (who === 'none') return 'Nobody'
  return who === 'listed' ? `${listed.length} listed` : `Any but ${listed.length} listed`
}

const askingOf = ({ who_may_ask, listed_partner_ids }: PolicyTerms): Asking => ({
  who_may_ask,
  listed_partner_ids,
})

const describeRoles = ({ roles_allowed: roles }: PolicyTerms): string =>
  LINK_ROLES.flatMap((role) => (roles.includes(role) ? [ROLE_TITLES[role]] : [])).join(', ') || 'None'

function compareAsking(before: PolicyTerms, after: PolicyTerms): RulesEdit {
  if (!letsMoreAsk(before, after)) return { looser: [], narrowed: { ...after } }
  const row = { field: 'who_may_ask', label: 'Who may ask' }
  return {
    looser: [{ ...row, before: describeAsking(before), after: describeAsking(after) }],
    narrowed: { ...after, ...askingOf(before) },
  }
}

function compareRoles(before: PolicyTerms, after: PolicyTerms): RulesEdit {
  const isLooser = after.roles_allowed.some((role) => !before.roles_allowed.includes(role))
  if (!isLooser) return { looser: [], narrowed: after }
  const row = { field: 'roles_allowed', label: 'Roles that may be asked for' }
  return {
    looser: [{ ...row, before: describeRoles(before), after: describeRoles(after) }],
    narrowed: {
      ...after,
      roles_allowed: after.roles_allowed.filter((role) => before.roles_allowed.includes(role)),
    },
  }
}

const MEASURES = [
  { field: 'max_duration_days', label: 'Longest access, in days' },
  { field: 'acting_minutes', label: 'Longest stay at a time, in minutes' },
] as const

function compareMeasure(
  before: PolicyTerms,
  after: PolicyTerms,
  { field, label }: (typeof MEASURES)[number],
): RulesEdit {
  const [was, becomes] = [before[field], after[field]]
  if (becomes <= was) return { looser: [], narrowed: after }
  return {
    looser: [{ field, label, before: String(was), after: String(becomes) }],
    narrowed: { ...after, [field]: was },
  }
}

function compareTwoPeople(before: PolicyTerms, after: PolicyTerms): RulesEdit {
  if (!before.dual_approval || after.dual_approval) return { looser: [], narrowed: after }
  const row = { field: 'dual_approval', label: 'Two people approve', before: 'Yes', after: 'No' }
  return { looser: [row], narrowed: { ...after, dual_approval: true } }
}

function compareAlways(before: PolicyTerms, after: PolicyTerms): RulesEdit {
  const { rows, narrowed } = compareConditions(
    toConditions(before.conditions),
    toConditions(after.conditions),
  )
  const looser = rows
    .filter(({ direction }) => direction === 'widening' || direction === 'mixed')
    .map(({ field, label, before: was, after: becomes }) => ({ field, label, before: was, after: becomes }))
  return looser.length === 0
    ? { looser, narrowed: after }
    : { looser, narrowed: { ...after, conditions: toStoredConditions(narrowed) } }
}

/**
 * Compares two sets of a tenant's rules: what of the edit lets in more, and what may hold at once. Sending the weekly mail
 * lets nobody in and is never looser. Pure.
 */
export function compareRules(before: PolicyTerms, after: PolicyTerms): RulesEdit {
  const steps = [
    compareAsking,
    compareRoles,
    compareTwoPeople,
    compareAlways,
    ...MEASURES.map(
      (measure) => (was: PolicyTerms, becomes: PolicyTerms) => compareMeasure(was, becomes, measure),
    ),
  ]
  return steps.reduce<RulesEdit>(
    (edit, step) => {
      const { looser, narrowed } = step(before, edit.narrowed)
      return { looser: [...edit.looser, ...looser], narrowed }
    },
    { looser: [], narrowed: after },
  )
}
