import type { BillingParties } from './billing.ts'
import type { Conditions, Override } from './facts.ts'
import type { LinkRole, RelationshipType } from './roles.ts'

/** What an edit of one field does to what the partner may do. */
export type Direction = 'widening' | 'narrowing' | 'mixed' | 'neutral'

/** The terms of a link that bound what its partner may do. */
export interface LinkTerms {
  readonly role: LinkRole
  readonly role_version: number
  readonly relationship_type: RelationshipType
  readonly starts_at: Date
  readonly ends_at: Date | null
  /** The days by which a link renews itself at its end; 0 when it does not. */
  readonly auto_renew_days: number
  readonly overrides: readonly Override[]
  readonly conditions: Conditions
  /** Whether only the partner's own accounts are open; absent means all of the tenant. */
  readonly own_accounts_only?: boolean
  /** Who pays for what the partner does; absent means as usual. */
  readonly billing_parties?: BillingParties
}

/** One line of a comparison page. */
export interface ChangeRow {
  /** The field of the terms, or the name of a permission. */
  readonly field: string
  readonly label: string
  readonly before: string
  readonly after: string
  readonly direction: Direction
}

/** An edit of some fields: what it says, and the value that lets through no more than before. */
export interface FieldChange<Value> {
  readonly rows: readonly ChangeRow[]
  /** The part of the edit that may hold at once. */
  readonly narrowed: Value
}

/** The direction of an edit that takes something away, adds something, both or neither. */
export function directionOf(adds: boolean, takes: boolean): Direction {
  if (adds && takes) return 'mixed'
  if (adds) return 'widening'
  return takes ? 'narrowing' : 'neutral'
}

/** The value of a field that may hold at once: the old one when the edit widens, the new one when it does not. */
export function keepNarrower<Value>(
  direction: Direction,
  values: readonly [before: Value, after: Value],
): Value {
  return direction === 'widening' ? values[0] : values[1]
}
