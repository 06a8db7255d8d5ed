import { addDays, Dice } from './dice.ts'
import type { Making } from './people.ts'
import type { DemoRealm } from './realm.ts'

type State =
  | 'draft'
  | 'submitted'
  | 'in_review'
  | 'verified'
  | 'resubmit'
  | 'rejected'
  | 'expired'
  | 'revoked'
  | 'cancelled'

interface Line {
  readonly name: string
  readonly state: State
  readonly target: 'basic' | 'advanced' | 'company'
  /** How many days ago it was begun. */
  readonly begun: number
  readonly reasons?: readonly string[]
}

const VALID_DAYS = 365

/** A check in every state; those with more than a guest's role stand on a verification that lasts. */
const LINES: readonly Line[] = [
  { name: 'Mia Torres', state: 'verified', target: 'basic', begun: 117 },
  { name: 'Noah Becker', state: 'verified', target: 'basic', begun: 96 },
  { name: 'Lena Fischer', state: 'verified', target: 'basic', begun: 63 },
  { name: 'Omar Haddad', state: 'verified', target: 'basic', begun: 149 },
  { name: 'Julia Novak', state: 'verified', target: 'advanced', begun: 333 },
  { name: 'Julia Novak', state: 'submitted', target: 'advanced', begun: 1 },
  { name: 'Kenji Mori', state: 'verified', target: 'advanced', begun: 320 },
  { name: 'Kenji Mori', state: 'draft', target: 'advanced', begun: 3 },
  { name: 'Halvorsen Bakery', state: 'revoked', target: 'basic', begun: 187, reasons: ['name_mismatch'] },
  { name: 'Halvorsen Bakery', state: 'verified', target: 'company', begun: 160 },
  { name: 'Okafor Logistics', state: 'verified', target: 'company', begun: 43 },
  { name: 'Sana Iqbal', state: 'expired', target: 'basic', begun: 400 },
  { name: 'Ida Berg', state: 'cancelled', target: 'basic', begun: 8 },
  { name: 'Ida Berg', state: 'resubmit', target: 'basic', begun: 4, reasons: ['document_unreadable'] },
  { name: 'Pavel Dvorak', state: 'rejected', target: 'basic', begun: 0.9, reasons: ['details_missing'] },
  { name: 'Pavel Dvorak', state: 'in_review', target: 'basic', begun: 0.5 },
]

const DECISIONS: Readonly<Partial<Record<State, string>>> = {
  verified: 'approve',
  expired: 'approve',
  revoked: 'revoke',
  resubmit: 'resubmit',
  rejected: 'reject',
}

/** A stream of chance of its own, so that the rest of the world stays as it is without identity checks. */
const SEED = 20_261_125

interface Moments {
  readonly begun: Date
  readonly submitted: Date | null
  readonly decided: Date | null
  readonly expires: Date | null
  readonly ended: Date | null
}

function momentsOf(now: Date, { state, begun: daysAgo }: Line): Moments {
  const begun = addDays(now, -daysAgo)
  const isVerified = state === 'verified' || state === 'expired' || state === 'revoked'
  const isDecided = isVerified || state === 'resubmit' || state === 'rejected'
  const submitted = state === 'draft' || state === 'cancelled' ? null : addDays(begun, 0.02)
  const decided = isDecided ? addDays(begun, 0.3) : null
  const expires = decided && isVerified ? addDays(decided, VALID_DAYS) : null
  const ends: Partial<Record<State, Date | null>> = {
    rejected: decided,
    expired: expires,
    revoked: addDays(begun, 20),
    cancelled: addDays(begun, 0.1),
  }
  return { begun, submitted, decided, expires, ended: ends[state] ?? null }
}

/** What the user stated; nothing before it was sent in. */
function statedOf(dice: Dice, { name, state }: Line) {
  const isStated = state !== 'draft' && state !== 'cancelled'
  const stated = {
    legal_name: name,
    birth_date: `19${dice.between(60, 99)}-0${dice.between(1, 9)}-${dice.between(10, 28)}`,
    country: dice.pick(['DE', 'SE', 'FR', 'NL']),
    document_kind: dice.pick(['passport', 'identity_card']),
    document_number: `C${dice.between(1_000_000, 9_999_999)}`,
  }
  const nothing = {
    legal_name: null,
    birth_date: null,
    country: null,
    document_kind: null,
    document_number: null,
  }
  return isStated ? stated : nothing
}

function addCheck(
  { now, ledger }: Making,
  dice: Dice,
  { realm, line }: { realm: DemoRealm; line: Line },
): void {
  const user = realm.users.find(({ name }) => name === line.name)
  if (!user) return
  const moments = momentsOf(now, line)
  const id = dice.uuid(moments.begun)
  const isTaken = moments.decided !== null || line.state === 'in_review'
  ledger.add('kyc_case', {
    id,
    partner_id: realm.partnerId,
    end_user_id: user.id,
    target_role: line.target,
    provider: 'manual',
    state: line.state,
    attempt: 1,
    ...statedOf(dice, line),
    reason_codes: line.reasons ?? [],
    taken_by: isTaken ? realm.owner.id : null,
    taken_by_name: isTaken ? realm.owner.name : null,
    created_at: moments.begun,
    submitted_at: moments.submitted,
    decided_at: moments.decided,
    verified_at: moments.expires ? moments.decided : null,
    expires_at: moments.expires,
    ended_at: moments.ended,
    version: 1,
  })
  const decision = DECISIONS[line.state]
  if (decision === undefined) return
  ledger.add('kyc_review', {
    id: dice.uuid(moments.begun),
    partner_id: realm.partnerId,
    case_id: id,
    attempt: 1,
    decision,
    reviewer_id: realm.owner.id,
    reviewer_name: realm.owner.name,
    reason_codes: line.reasons ?? [],
    decided_at: moments.ended ?? moments.decided,
  })
}

/** What the verifications of the demo world leave on the roles that stand on them. */
export const CARRY_VERIFICATIONS = `update end_user u set verified_until = c.expires_at from kyc_case c where c.end_user_id = u.id and c.state = 'verified'`

/** Adds an identity check in every state to the realm, decided by its owner. */
export function addIdentityChecks(making: Making, realm: DemoRealm): void {
  const dice = new Dice(SEED)
  for (const line of LINES) addCheck(making, dice, { realm, line })
}
