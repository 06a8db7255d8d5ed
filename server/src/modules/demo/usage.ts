import { addDays, Dice } from './dice.ts'
import type { Making } from './people.ts'
import type { DemoEndUser, DemoRealm } from './realm.ts'

/** How much of it a user does on one of the last days, the newest first. */
type Days = readonly number[]

interface Story {
  readonly name: string
  /** Operations today and on the days before. */
  readonly days: Days
  readonly limits: readonly [perDay: number | null, per7d: number | null]
}

/** Nobody goes beyond seven days by chance: every day is told. */
const STORIES: readonly Story[] = [
  { name: 'Mia Torres', days: [13, 6, 9, 4, 0, 7, 3, 5, 8, 2, 0, 6], limits: [20, 50] },
  { name: 'Noah Becker', days: [20, 18, 5, 2, 1, 0, 3, 4, 2, 0], limits: [20, 50] },
  { name: 'Lena Fischer', days: [2, 0, 1, 4, 3, 0, 2, 5], limits: [20, 50] },
  { name: 'Theo Lindgren', days: [2, 4], limits: [5, 20] },
  { name: 'Ida Berg', days: [5, 3, 2, 4, 1, 5], limits: [5, 20] },
  { name: 'Pavel Dvorak', days: [4], limits: [5, 20] },
  { name: 'Julia Novak', days: [64, 71, 38, 90, 55, 61, 47, 70, 66, 52, 49], limits: [null, null] },
  { name: 'Kenji Mori', days: [31, 12, 40, 22, 18, 9, 27, 33], limits: [null, null] },
  { name: 'Halvorsen Bakery', days: [210, 188, 240, 199, 120, 95, 230], limits: [null, null] },
  { name: 'Okafor Logistics', days: [340, 301, 288, 310, 295, 120, 88], limits: [null, null] },
]

/** A stream of chance of its own, so that the rest of the world stays as it is without usage. */
const SEED = 20_261_126

const dayOf = (at: Date): string => at.toISOString().slice(0, 10)

function midnightAfter(at: Date): Date {
  return new Date(`${dayOf(addDays(at, 1))}T00:00:00Z`)
}

function addDaysOf({ now, ledger }: Making, realm: DemoRealm, [user, story]: readonly [DemoEndUser, Story]) {
  for (const [age, operations] of story.days.entries()) {
    if (operations === 0) continue
    ledger.add('usage_bucket', {
      partner_id: realm.partnerId,
      end_user_id: user.id,
      day: dayOf(addDays(now, -age)),
      operations,
      counted: operations,
      beyond: 0,
      per_day: story.limits[0],
      per_7d: story.limits[1],
    })
  }
}

interface Happened {
  readonly name: string
  readonly kind: 'idle' | 'throttle' | 'review'
  readonly limit: 'ops.per_day' | 'ops.per_7d'
  readonly allowed: number
  /** How many hours ago. */
  readonly hours: number
}

const HAPPENED: readonly Happened[] = [
  { name: 'Ida Berg', kind: 'idle', limit: 'ops.per_7d', allowed: 20, hours: 1 },
  { name: 'Noah Becker', kind: 'review', limit: 'ops.per_day', allowed: 20, hours: 70 },
]

function addHappened(
  { now, ledger }: Making,
  dice: Dice,
  [realm, happened]: readonly [DemoRealm, Happened],
): void {
  const user = realm.users.find(({ name }) => name === happened.name)
  if (!user) return
  const at = addDays(now, -happened.hours / 24)
  ledger.add('usage_consequence', {
    id: dice.uuid(at),
    partner_id: realm.partnerId,
    end_user_id: user.id,
    kind: happened.kind,
    limit_key: happened.limit,
    limit_value: happened.allowed,
    decided_by: 'platform',
    status: 'in_force',
    started_at: at,
    ends_at: happened.kind === 'idle' ? null : midnightAfter(at),
  })
}

/** Adds what the end users of the realm did lately, who rests because of it, and a case that waits to be looked through. */
export function addUsage(making: Making, realm: DemoRealm): void {
  const dice = new Dice(SEED)
  for (const story of STORIES) {
    const user = realm.users.find(({ name }) => name === story.name)
    if (user) addDaysOf(making, realm, [user, story])
  }
  for (const happened of HAPPENED) addHappened(making, dice, [realm, happened])
  const held = realm.users.find(({ name }) => name === 'Okafor Logistics')
  if (!held) return
  const at = addDays(making.now, -6)
  making.ledger.add('limit_override', {
    id: dice.uuid(at),
    partner_id: realm.partnerId,
    end_user_id: held.id,
    role: 'company',
    key: 'ops.per_day',
    value: 400,
    reason: 'Agreed with the customer until its own system sends less.',
    set_by: realm.owner.id,
    set_by_name: realm.owner.name,
    set_at: at,
    expires_at: addDays(making.now, 24),
  })
}
