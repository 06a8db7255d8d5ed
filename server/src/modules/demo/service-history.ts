import { addDays, addMinutes, Dice, toDay } from './dice.ts'
import type { DemoTenant, Making } from './people.ts'

/** The older part of the year, before the ninety days that `addMonitoring` fills. */
const FROM_DAYS_AGO = 380
const TO_DAYS_AGO = 91

const SERVICES = ['access network', 'core router', 'DNS', 'upstream link'] as const

/** How often a tenant's service fails unplanned in a month, and for how long at most, in minutes. */
const FAULTS: Readonly<Record<string, readonly [perMonth: number, longest: number]>> = {
  'beta-networks': [3, 240],
  'garonne-telecom': [2, 150],
  'iberia-rural': [2, 320],
}
const USUAL: readonly [perMonth: number, longest: number] = [0.6, 45]

/** A number that belongs to a tenant alone, so that its history changes nothing in that of others. */
const seedOf = (tenant: DemoTenant) =>
  Buffer.from(tenant.slug).reduce((sum, byte) => (sum * 31 + byte) >>> 0, 7)

function addUsage({ ledger, now }: Making, tenant: DemoTenant, dice: Dice): void {
  for (let day = FROM_DAYS_AGO; day >= TO_DAYS_AGO; day -= 1) {
    const grown = 0.72 + (0.28 * (FROM_DAYS_AGO - day)) / FROM_DAYS_AGO
    const active = Math.round(tenant.subscribers * grown * (0.92 + dice.next() * 0.06))
    // Now and then a day's report is lost; a report of the product then shows a gap.
    if (dice.isLucky(0.02)) continue
    ledger.add('usage_day', {
      tenant_id: tenant.id,
      day: toDay(addDays(now, -day)),
      active_subscribers: active,
      data_gb: Math.round(active * (8 + dice.next() * 5) * 1000) / 1000,
      peak_mbps: Math.round(active * (38 + dice.next() * 18)),
      average_mbps: Math.round(active * (8 + dice.next() * 4)),
    })
  }
}

function addOutage(
  { ledger }: Making,
  outage: { tenant: DemoTenant; dice: Dice; from: Date; minutes: number; isPlanned: boolean },
): void {
  const { tenant, dice, from, minutes, isPlanned } = outage
  ledger.add('outage', {
    tenant_id: tenant.id,
    id: dice.uuid(from),
    service: dice.pick(SERVICES),
    started_at: from,
    ended_at: addMinutes(from, minutes),
    is_planned: isPlanned,
    affected_subscribers: dice.between(3, tenant.subscribers),
    created_at: from,
  })
}

function addOutages(making: Making, tenant: DemoTenant, dice: Dice): void {
  const [perMonth, longest] = FAULTS[tenant.slug] ?? USUAL
  for (let day = FROM_DAYS_AGO; day >= TO_DAYS_AGO; day -= 1) {
    const from = addDays(making.now, -day - dice.next())
    if (dice.isLucky(perMonth / 30))
      addOutage(making, { tenant, dice, from, minutes: dice.between(4, longest), isPlanned: false })
    // Work on the network, in the night of every fourth Sunday or so.
    if (day % 28 === 3)
      addOutage(making, { tenant, dice, from, minutes: dice.between(60, 180), isPlanned: true })
  }
}

/** Adds the older history of a tenant's service: a year of usage and outages, and when somebody watched. */
export function addServiceHistory(making: Making, tenant: DemoTenant): void {
  if (!tenant.isMonitored) return
  const dice = new Dice(seedOf(tenant))
  addUsage(making, tenant, dice)
  addOutages(making, tenant, dice)
  const since = addDays(making.now, -FROM_DAYS_AGO)
  making.ledger.add('monitoring_period', {
    tenant_id: tenant.id,
    id: dice.uuid(since),
    service: null,
    started_at: since,
    ended_at: null,
    created_at: since,
  })
}
