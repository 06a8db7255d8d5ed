import { compareBilling } from './change-billing.ts'
import { compareConditions } from './change-conditions.ts'
import { directionOf, keepNarrower } from './change-terms.ts'
import type { ChangeRow, Direction, FieldChange, LinkTerms } from './change-terms.ts'
import type { Override } from './facts.ts'
import { EMPTY_MASK, permissionsOf } from './mask.ts'
import type { Mask } from './mask.ts'
import { resolveGrant } from './overrides.ts'
import { PERMISSIONS } from './permissions.ts'
import { RELATIONSHIP_TITLES, ROLE_TITLES, formatInstant } from './words.ts'

type RightsTerms = Pick<LinkTerms, 'role' | 'role_version' | 'relationship_type' | 'overrides'>

interface Difference {
  /** Permissions that the partner gains or loses at some instant. */
  readonly gained: Mask
  readonly lost: Mask
  /** The same, of what elevations and grants could reach. */
  readonly reachGained: Mask
  readonly reachLost: Mask
}

function rightsAt(terms: RightsTerms, now: Date): { held: Mask; reach: Mask } {
  const { mask, layers } = resolveGrant({
    role: terms.role,
    roleVersion: terms.role_version,
    relationshipType: terms.relationship_type,
    overrides: terms.overrides,
    now,
  })
  return { held: mask, reach: layers.ceiling & ~layers.denied }
}

/** The instants from now on at which either side of the comparison changes by itself. */
function findTurningPoints(overrides: readonly Override[], now: Date): Date[] {
  const ends = overrides.flatMap(({ expires_at: end }) => (end && end.getTime() > now.getTime() ? [end] : []))
  return [now, ...ends]
}

function diffRights(before: RightsTerms, after: RightsTerms, now: Date): Difference {
  let difference = { gained: EMPTY_MASK, lost: EMPTY_MASK, reachGained: EMPTY_MASK, reachLost: EMPTY_MASK }
  for (const instant of findTurningPoints([...before.overrides, ...after.overrides], now)) {
    const old = rightsAt(before, instant)
    const next = rightsAt(after, instant)
    difference = {
      gained: difference.gained | (next.held & ~old.held),
      lost: difference.lost | (old.held & ~next.held),
      reachGained: difference.reachGained | (next.reach & ~old.reach),
      reachLost: difference.reachLost | (old.reach & ~next.reach),
    }
  }
  return difference
}

const HELD_WORDS: Readonly<Record<Direction, readonly [before: string, after: string]>> = {
  widening: ['No', 'Yes'],
  narrowing: ['Yes', 'No'],
  mixed: ['At some times', 'At other times'],
  neutral: ['Yes', 'Yes'],
}

function permissionRows(difference: Difference): ChangeRow[] {
  const { gained, lost } = difference
  const touched = new Set(permissionsOf(gained | lost))
  return PERMISSIONS.filter(({ name }) => touched.has(name)).map(({ name, sentence, bit }) => {
    const flag = 1n << BigInt(bit)
    const direction = directionOf((gained & flag) !== EMPTY_MASK, (lost & flag) !== EMPTY_MASK)
    const [before, after] = HELD_WORDS[direction]
    return { field: name, label: sentence, before, after, direction }
  })
}

function listNames(mask: Mask): string {
  return permissionsOf(mask).join(', ') || 'Nothing else'
}

function reachRows({ gained, lost, reachGained, reachLost }: Difference): ChangeRow[] {
  const extra = reachGained & ~gained
  const missing = reachLost & ~lost
  if ((extra | missing) === EMPTY_MASK) return []
  const direction = directionOf(extra !== EMPTY_MASK, missing !== EMPTY_MASK)
  return [
    {
      field: 'ceiling',
      label: 'May be added',
      before: listNames(missing),
      after: listNames(extra),
      direction,
    },
  ]
}

function describeRole({ role, role_version, relationship_type }: RightsTerms): string {
  return `${ROLE_TITLES[role]}, version ${role_version} (${RELATIONSHIP_TITLES[relationship_type]})`
}

function pickRights({ role, role_version, relationship_type, overrides }: LinkTerms): RightsTerms {
  return { role, role_version, relationship_type, overrides }
}

/** The old rights without everything that the edit would take away at some time. */
function denyLost(before: RightsTerms, { lost, reachLost }: Difference): RightsTerms {
  const denies = permissionsOf(lost | reachLost).map((pattern): Override => ({ pattern, effect: 'deny' }))
  return { ...before, overrides: [...before.overrides, ...denies] }
}

function compareRights(before: LinkTerms, after: LinkTerms, now: Date): FieldChange<RightsTerms> {
  const difference = diffRights(before, after, now)
  const direction = directionOf(
    (difference.gained | difference.reachGained) !== EMPTY_MASK,
    (difference.lost | difference.reachLost) !== EMPTY_MASK,
  )
  const rows = [...permissionRows(difference), ...reachRows(difference)]
  const [was, becomes] = [describeRole(before), describeRole(after)]
  if (was !== becomes) rows.unshift({ field: 'role', label: 'Role', before: was, after: becomes, direction })
  const sides = [pickRights(before), pickRights(after)] as const
  const narrowed = direction === 'mixed' ? denyLost(sides[0], difference) : keepNarrower(direction, sides)
  return { rows, narrowed }
}

type DateTerms = Pick<LinkTerms, 'starts_at' | 'ends_at' | 'auto_renew_days'>

function describeEnd(end: Date | null): string {
  return end ? formatInstant(end) : 'No end'
}

function compareDates(before: LinkTerms, after: LinkTerms): FieldChange<DateTerms> {
  const rows: ChangeRow[] = []
  const start = after.starts_at.getTime() - before.starts_at.getTime()
  const [oldEnd, nextEnd] = [before.ends_at?.getTime() ?? Infinity, after.ends_at?.getTime() ?? Infinity]
  const startDirection = directionOf(start < 0, start > 0)
  const endDirection = directionOf(nextEnd > oldEnd, nextEnd < oldEnd)
  const renewDirection = directionOf(
    after.auto_renew_days > before.auto_renew_days,
    after.auto_renew_days < before.auto_renew_days,
  )
  const add = (row: ChangeRow): void => {
    if (row.direction !== 'neutral') rows.push(row)
  }
  add({
    field: 'starts_at',
    label: 'Start',
    before: formatInstant(before.starts_at),
    after: formatInstant(after.starts_at),
    direction: startDirection,
  })
  add({
    field: 'ends_at',
    label: 'End',
    before: describeEnd(before.ends_at),
    after: describeEnd(after.ends_at),
    direction: endDirection,
  })
  add({
    field: 'auto_renew_days',
    label: 'Days by which it renews itself',
    before: String(before.auto_renew_days),
    after: String(after.auto_renew_days),
    direction: renewDirection,
  })
  const narrowed = {
    starts_at: keepNarrower(startDirection, [before.starts_at, after.starts_at]),
    ends_at: keepNarrower(endDirection, [before.ends_at, after.ends_at]),
    auto_renew_days: keepNarrower(renewDirection, [before.auto_renew_days, after.auto_renew_days]),
  }
  return { rows, narrowed }
}

/** A restriction to own accounts is made by either side at once; only the tenant lifts it. Source: B18. */
function compareAccounts(
  before: LinkTerms,
  after: LinkTerms,
): FieldChange<Pick<LinkTerms, 'own_accounts_only'>> {
  const [old, next] = [before.own_accounts_only ?? false, after.own_accounts_only ?? false]
  const direction = directionOf(old && !next, next && !old)
  const narrowed = old || next ? { own_accounts_only: true } : {}
  if (direction === 'neutral') return { rows: [], narrowed }
  const [was, becomes] = [old, next].map((isRestricted) => (isRestricted ? 'Yes' : 'No'))
  const row = {
    field: 'own_accounts_only',
    label: 'Only its own accounts',
    before: was ?? '',
    after: becomes ?? '',
    direction,
  }
  return { rows: [row], narrowed }
}

/** An edit of a link, taken apart. */
export interface Change {
  readonly kind: 'none' | 'narrowing' | 'widening' | 'mixed'
  /** The comparison, one line per field and per permission that changes. */
  readonly rows: readonly ChangeRow[]
  /** The terms that hold at once: the old ones without everything that the edit takes away. */
  readonly applyNow: LinkTerms
  /** The terms that wait for the tenant, or null when nothing widens. */
  readonly proposed: LinkTerms | null
}

function kindOf(rows: readonly ChangeRow[]): Change['kind'] {
  const has = (...directions: Direction[]): boolean => rows.some((row) => directions.includes(row.direction))
  const direction = directionOf(has('widening', 'mixed'), has('narrowing', 'mixed'))
  return direction === 'neutral' ? 'none' : direction
}

/**
 * Separates what an edit of a link takes away, which holds at once, from what it adds, which waits for the tenant.
 * Permissions are compared at every instant from `now` on, so that an exception that runs out later counts as well.
 * Source: product.md "Widening needs the tenant, narrowing needs nobody", managed-tenants.md section 2, "Change rule".
 */
export function classifyChange(before: LinkTerms, after: LinkTerms, now: Date): Change {
  const rights = compareRights(before, after, now)
  const dates = compareDates(before, after)
  const conditions = compareConditions(before.conditions, after.conditions)
  const accounts = compareAccounts(before, after)
  const billing = compareBilling(before, after)
  const rows = [...rights.rows, ...dates.rows, ...conditions.rows, ...accounts.rows, ...billing.rows]
  const kind = kindOf(rows)
  return {
    kind,
    rows,
    applyNow: {
      ...rights.narrowed,
      ...dates.narrowed,
      ...accounts.narrowed,
      ...billing.narrowed,
      conditions: conditions.narrowed,
    },
    proposed: kind === 'widening' || kind === 'mixed' ? after : null,
  }
}
