import { addWorkingTime } from './business-time.ts'
import type { Calendar, WorkingHours } from './business-time.ts'
import { defaultTerms, findLooseness, PRIORITIES } from './terms.ts'
import type { Priority, SlaMetric, TermsValues } from './terms.ts'

/** Terms with the version that says them; the id is null for what holds where nothing was agreed. */
export interface Agreed {
  readonly id: string | null
  readonly terms: TermsValues
}

/** What a ticket was opened under: an agreement, and the floor below which it does not fall. */
export interface Basis {
  readonly agreed: Agreed
  readonly floor: Agreed | null
}

/** One promised time: so many minutes of the hours of a version, or of all hours. */
export interface Promised {
  /** Whose working hours count; null for those that hold where nothing was agreed. */
  readonly versionId: string | null
  readonly targetMinutes: number
  readonly isBusiness: boolean
  /** The working hours of that version, also where the promise counts every minute. */
  readonly hours: WorkingHours
}

export const calendarOf = (promised: Pick<Promised, 'isBusiness' | 'hours'>): Calendar =>
  promised.isBusiness ? promised.hours : null

/** The agreement that counts for a priority: the floor, where what was agreed is looser than it. */
function sourceOf({ agreed, floor }: Basis, priority: Priority): Agreed {
  if (floor === null) return agreed
  const isLooser = findLooseness(agreed.terms, floor.terms).some(
    ({ pointer }) =>
      pointer.startsWith(`/priorities/${priority}/`) ||
      (pointer === '/business_hours' && agreed.terms.priorities[priority].calendar === 'business'),
  )
  return isLooser ? floor : agreed
}

/** What is promised for a priority. */
export function promiseOf(basis: Basis, priority: Priority): Readonly<Record<SlaMetric, Promised>> {
  const { id, terms } = sourceOf(basis, priority)
  const promise = terms.priorities[priority]
  const common = {
    versionId: id,
    isBusiness: promise.calendar === 'business',
    hours: terms.business_hours,
  }
  return {
    first_response: { ...common, targetMinutes: promise.first_response_min },
    resolution: { ...common, targetMinutes: promise.resolution_min },
  }
}

/** The states in which clocks of a ticket stand still: those that both the agreement and the floor allow. */
export function pauseStatesOf({ agreed, floor }: Basis): readonly string[] {
  return agreed.terms.pause_states.filter((state) => floor?.terms.pause_states.includes(state) ?? true)
}

/** The terms that hold in effect, with each priority from where it comes. */
export function effectiveTerms(basis: Basis): TermsValues {
  const { agreed, floor } = basis
  if (floor === null) return agreed.terms
  const of = (name: Priority) => sourceOf(basis, name).terms.priorities[name]
  const counting = PRIORITIES.map((name) => sourceOf(basis, name)).find(({ terms }, index) => {
    const name = PRIORITIES[index]
    return name !== undefined && terms.priorities[name].calendar === 'business'
  })
  return {
    ...agreed.terms,
    priorities: { urgent: of('urgent'), high: of('high'), normal: of('normal'), low: of('low') },
    business_hours: (counting ?? agreed).terms.business_hours,
    pause_states: agreed.terms.pause_states.filter((state) => floor.terms.pause_states.includes(state)),
    uptime_target: Math.max(agreed.terms.uptime_target ?? 0, floor.terms.uptime_target ?? 0) || null,
    maintenance_excluded: agreed.terms.maintenance_excluded && floor.terms.maintenance_excluded,
  }
}

/** When the promised times of a ticket end that is opened at an instant and never waits. */
export function previewDue(
  terms: TermsValues,
  priority: Priority,
  openedAt: Date,
): Readonly<Record<SlaMetric, Date>> {
  const promise = promiseOf({ agreed: { id: null, terms }, floor: null }, priority)
  const due = (promised: Promised) =>
    addWorkingTime(calendarOf(promised), openedAt, promised.targetMinutes * 60_000)
  return { first_response: due(promise.first_response), resolution: due(promise.resolution) }
}

/** What was agreed nowhere. */
export const nothingAgreed = (responseHours: number | null, timeZone: string): Agreed => ({
  id: null,
  terms: defaultTerms(responseHours, timeZone),
})
