import { maskOf, toBits } from '@liaison/access'
import { addDays } from './dice.ts'

export const HOUR_OF_DAY = 1 / 24

/** The one elevation that runs while somebody looks at a new demo world. */
export const RUNNING = {
  id: '01940f3c-7a10-7c41-9d2e-5b8f0c6a1e70',
  tenant: 'beta-networks',
  person: 'Mia Chen',
  wanted: ['partner.billing.summary.read', 'partner.billing.invoices.read'],
  startedHoursAgo: 0.2,
  minutes: 240,
} as const

const NOT_ELEVATED = { elevation_id: null, elevated_mask: null, elevated_from: null, elevated_until: null }

/** What the running elevation leaves on its person's place in the link; nothing on any other. */
export function elevationColumns(now: Date, tenant: string, person: string) {
  if (tenant !== RUNNING.tenant || person !== RUNNING.person) return NOT_ELEVATED
  const from = addDays(now, -RUNNING.startedHoursAgo * HOUR_OF_DAY)
  return {
    elevation_id: RUNNING.id,
    elevated_mask: toBits(maskOf(RUNNING.wanted)),
    elevated_from: from,
    elevated_until: new Date(from.getTime() + RUNNING.minutes * 60_000),
  }
}
