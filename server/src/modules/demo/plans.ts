import { addDays, Dice } from './dice.ts'
import type { Making } from './people.ts'
import type { DemoRealm } from './realm.ts'

interface PlanLine {
  readonly code: string
  readonly name: string
  readonly description: string
  readonly priceMinor: number
  readonly period: 'month' | 'year'
  readonly roles: readonly ('basic' | 'advanced' | 'company')[]
  readonly limits: Readonly<Record<string, number | string>>
  readonly benefits: readonly string[]
  readonly isDiscontinued?: boolean
}

const PLANS: readonly PlanLine[] = [
  {
    code: 'lumen-light',
    name: 'Lumen Light',
    description: 'For one phone and everyday use.',
    priceMinor: 900,
    period: 'month',
    roles: ['basic', 'advanced'],
    limits: { 'rate.per_min': 30, 'session.max_concurrent': 2 },
    benefits: ['One line', 'Number kept when you move'],
  },
  {
    code: 'lumen-plus',
    name: 'Lumen Plus',
    description: 'For those who need more than one line.',
    priceMinor: 1900,
    period: 'month',
    roles: ['basic', 'advanced'],
    limits: { 'rate.per_min': 60, 'session.max_concurrent': 4 },
    benefits: ['Up to three lines', 'Roaming in Europe', 'Help by phone'],
  },
  {
    code: 'lumen-business',
    name: 'Lumen Business',
    description: 'For companies with a fleet of phones.',
    priceMinor: 89_000,
    period: 'year',
    roles: ['company'],
    limits: { 'rate.per_min': 600, 'api.access_level': 'live' },
    benefits: ['Fifty lines', 'A person to call', 'Access by API'],
  },
  {
    code: 'lumen-first',
    name: 'Lumen First',
    description: 'The plan of the first year.',
    priceMinor: 700,
    period: 'month',
    roles: ['basic'],
    limits: { 'rate.per_min': 20 },
    benefits: ['One line'],
    isDiscontinued: true,
  },
]

interface SubscriptionLine {
  readonly user: string
  readonly plan: string
  readonly status: 'signing' | 'signed' | 'unsigned'
  readonly daysAgo: number
  readonly endsInDays?: number
  readonly holds?: readonly (readonly [kind: string, side: string, reason: string, by: string])[]
}

/** One user in each state; Mia Torres has none, so that whoever tries the pages can take one. */
const SUBSCRIPTIONS: readonly SubscriptionLine[] = [
  { user: 'Noah Becker', plan: 'lumen-plus', status: 'signed', daysAgo: 80 },
  {
    user: 'Lena Fischer',
    plan: 'lumen-light',
    status: 'signed',
    daysAgo: 50,
    holds: [
      ['payment', 'clock', 'The payment of this month failed.', 'Payments'],
      ['manual', 'partner', 'The address does not match the identity check.', 'Vera Lindholm'],
    ],
  },
  { user: 'Julia Novak', plan: 'lumen-plus', status: 'signed', daysAgo: 160, endsInDays: 12 },
  { user: 'Kenji Mori', plan: 'lumen-light', status: 'signing', daysAgo: 0.1 },
  { user: 'Halvorsen Bakery', plan: 'lumen-business', status: 'signed', daysAgo: 180 },
  { user: 'Omar Haddad', plan: 'lumen-first', status: 'unsigned', daysAgo: 140 },
]

function addPlan(making: Making, { realm, dice }: { realm: DemoRealm; dice: Dice }, line: PlanLine): string {
  const { now, ledger } = making
  const at = addDays(now, -250)
  const id = dice.uuid(at)
  const endedAt = line.isDiscontinued === true ? addDays(now, -100) : null
  ledger.add('plan', {
    id,
    partner_id: realm.partnerId,
    code: line.code,
    name: line.name,
    description: line.description,
    state: endedAt ? 'discontinued' : 'offered',
    running: endedAt ? 'end_at_period_end' : null,
    current_number: 1,
    version: 1,
    created_at: at,
    updated_at: endedAt ?? at,
    discontinued_at: endedAt,
  })
  ledger.add('plan_version', {
    id: dice.uuid(at),
    plan_id: id,
    number: 1,
    price_minor: line.priceMinor,
    currency: 'EUR',
    period: line.period,
    limits: line.limits,
    benefits: line.benefits,
    used_at: at,
    created_by_name: realm.owner.name,
    created_at: at,
  })
  for (const role of line.roles) ledger.add('plan_role', { plan_id: id, role })
  return id
}

function addSubscription(
  making: Making,
  { realm, dice, plans }: { realm: DemoRealm; dice: Dice; plans: ReadonlyMap<string, string> },
  line: SubscriptionLine,
): void {
  const { now, ledger } = making
  const user = realm.users.find(({ name }) => name === line.user)
  const plan = plans.get(line.plan)
  if (!user || plan === undefined) throw new Error('The cast is not complete.')
  const at = addDays(now, -line.daysAgo)
  const isOver = line.status === 'unsigned'
  const id = dice.uuid(at)
  ledger.add('subscription', {
    id,
    partner_id: realm.partnerId,
    end_user_id: user.id,
    first_plan_id: plan,
    status: line.status,
    asked_at: at,
    signing_until: addDays(at, 1),
    signed_at: line.status === 'signing' ? null : at,
    cancel_cause: line.endsInDays === undefined ? null : 'end_user',
    cancel_at: line.endsInDays === undefined ? null : addDays(now, line.endsInDays),
    ended_at: isOver ? addDays(now, -90) : null,
    end_reason: isOver ? 'discontinued' : null,
  })
  for (const [kind, side, reason, by] of line.holds ?? [])
    ledger.add('subscription_hold', {
      id: dice.uuid(addDays(now, -3)),
      partner_id: realm.partnerId,
      end_user_id: user.id,
      subscription_id: id,
      kind,
      reason,
      placed_by_side: side,
      placed_by_name: by,
      placed_at: addDays(now, -3),
    })
}

/** Four plans of Lumen Mobile, one of them discontinued, and a subscription in each state. */
export function addPlans(making: Making, realm: DemoRealm): void {
  const dice = new Dice(20_261_125)
  const plans = new Map(PLANS.map((line) => [line.code, addPlan(making, { realm, dice }, line)]))
  for (const line of SUBSCRIPTIONS) addSubscription(making, { realm, dice, plans }, line)
}
