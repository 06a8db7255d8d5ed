import { findTerms } from '#modules/sla/index.ts'
import type { WorkingHours } from '#modules/sla/index.ts'
import type { Mandate } from '#platform/mandate.ts'
import { hoursOfZone } from './clock-store.ts'

interface Counted {
  readonly sla_version_id: string | null
  readonly sla_is_business: boolean | null
  readonly sla_timezone: string | null
}

/** The working hours in which a ticket's clock counts. */
export type HoursOf = (ticket: Pick<Counted, 'sla_version_id' | 'sla_timezone'>) => WorkingHours

/** The working hours of some tickets, read at once; nothing is read for those that count around the clock. */
export async function findHours(mandate: Mandate, tickets: readonly Counted[]): Promise<HoursOf> {
  const ids = tickets.flatMap((ticket) => (ticket.sla_is_business === true ? [ticket.sla_version_id] : []))
  const terms = await findTerms(mandate, ids)
  return ({ sla_version_id: id, sla_timezone: timeZone }) =>
    (id === null ? undefined : terms.get(id)?.business_hours) ?? hoursOfZone(timeZone)
}
