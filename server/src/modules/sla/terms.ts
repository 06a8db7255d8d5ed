import { z } from 'zod'
import { calendarDay, plainText, publicId } from '#platform/route-input.ts'
import type { WorkingHours } from './business-time.ts'

/** From the least to the most urgent. */
export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const
export type Priority = (typeof PRIORITIES)[number]

export const SLA_METRICS = ['first_response', 'resolution'] as const
export type SlaMetric = (typeof SLA_METRICS)[number]

/** At which shares of the promised time somebody can be warned, in percent. */
const WARN_LEVELS = [50, 75, 90] as const
/** At which shares a promise counts as missed, and missed again, in percent. */
const BREACH_LEVELS = [100, 150, 200] as const
export const SIGNAL_LEVELS = [...WARN_LEVELS, ...BREACH_LEVELS] as const
export type SignalLevel = (typeof SIGNAL_LEVELS)[number]

const PAUSE_STATES = ['pending', 'on_hold'] as const

/** Ninety days around the clock. */
const MAXIMUM_MINUTES = 129_600
const LEAST_WEEK_MINUTES = 240

const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

const clockTime = () => z.string().regex(TIME, 'must be a time of day, HH:MM')
const closingTime = () =>
  z.string().refine((text) => text === '24:00' || TIME.test(text), {
    message: 'must be a time of day, HH:MM, or 24:00',
    params: { code: 'INVALID_TIME' },
  })

function isTimeZone(name: string): boolean {
  try {
    // An offset has no changes of the clock, so it is no place where people work.
    return (
      new Intl.DateTimeFormat('en', { timeZone: name }) instanceof Intl.DateTimeFormat && !/^[+-]/.test(name)
    )
  } catch {
    return false
  }
}

type Open = { day: number; from: string; to: string }

function overlaps(week: readonly Open[]): boolean {
  return week.some((one, index) =>
    week
      .slice(index + 1)
      .some(
        (other) =>
          one.day === other.day &&
          minutesOf(one.from) < minutesOf(other.to) &&
          minutesOf(other.from) < minutesOf(one.to),
      ),
  )
}

const lengthOf = (week: readonly Open[]): number =>
  week.reduce((sum, { from, to }) => sum + minutesOf(to) - minutesOf(from), 0)

const Hours = z.strictObject({
  time_zone: z
    .string()
    .max(60)
    .refine(isTimeZone, {
      message: 'must be a time zone of the IANA list, for example Europe/Berlin',
      params: { code: 'UNKNOWN_TIME_ZONE' },
    }),
  week: z
    .array(
      z
        .strictObject({ day: z.int().min(1).max(7), from: clockTime(), to: closingTime() })
        .refine(({ from, to }) => minutesOf(to) > minutesOf(from), {
          path: ['to'],
          message: 'must be later than the beginning; hours over midnight are two entries',
          params: { code: 'ENDS_BEFORE_START' },
        }),
    )
    .max(42)
    .refine((week) => !overlaps(week), {
      message: 'hours of one day must not overlap',
      params: { code: 'HOURS_OVERLAP' },
    })
    .refine((week) => lengthOf(week) >= LEAST_WEEK_MINUTES, {
      message: 'must hold at least four hours a week',
      params: { code: 'TOO_FEW_HOURS' },
    }),
  holidays: z
    .array(z.strictObject({ date: calendarDay(), name: plainText(1, 100) }))
    .max(400)
    .refine((days) => new Set(days.map(({ date }) => date)).size === days.length, {
      message: 'names a day twice',
      params: { code: 'DUPLICATE_ITEM' },
    }),
})

const Promised = z
  .strictObject({
    first_response_min: z.int().min(1).max(MAXIMUM_MINUTES),
    resolution_min: z.int().min(1).max(MAXIMUM_MINUTES),
    calendar: z.enum(['24x7', 'business']),
  })
  .refine((promise) => promise.resolution_min >= promise.first_response_min, {
    path: ['resolution_min'],
    message: 'must not be shorter than the first response',
    params: { code: 'RESOLUTION_BEFORE_RESPONSE' },
  })

const escalation = <Person extends z.ZodType<string>>(person: Person) =>
  z.strictObject({
    level: z.literal([...SIGNAL_LEVELS]),
    person_id: person,
    action: z.enum(['notify', 'assign']),
  })

const isUnique = (items: readonly unknown[]): boolean => new Set(items).size === items.length

const fields = {
  priorities: z.strictObject({ urgent: Promised, high: Promised, normal: Promised, low: Promised }),
  business_hours: Hours,
  pause_states: z.array(z.enum(PAUSE_STATES)).max(2),
  warn_at: z.array(z.literal([...WARN_LEVELS])).max(3),
  uptime_target: z.number().min(0).max(100).nullable(),
  maintenance_excluded: z.boolean(),
}

/** What a policy says, as it is sent. Source: managed-tenants.md section 6, "SLA policy". */
export const Terms = z
  .strictObject({
    ...fields,
    escalate_to: z
      .array(escalation(publicId('person')))
      .max(30)
      .refine((steps) => isUnique(steps.map((step) => `${step.level} ${step.person_id} ${step.action}`)), {
        message: 'names a step twice',
        params: { code: 'DUPLICATE_ITEM' },
      })
      .refine(
        (steps) => isUnique(steps.filter((step) => step.action === 'assign').map((step) => step.level)),
        {
          message: 'gives the ticket to two people at one level',
          params: { code: 'ASSIGNED_TWICE' },
        },
      ),
  })
  .meta({ id: 'SlaTermsInput' })

/** What a policy says, as it is answered. */
export const TermsShown = z
  .strictObject({ ...fields, escalate_to: z.array(escalation(z.string())) })
  .meta({ id: 'SlaTerms' })

/** Terms as they are stored and reckoned with; people by their UUID. */
export type TermsValues = z.output<typeof Terms>

export type PromiseOfPriority = TermsValues['priorities'][Priority]

const weekdays = [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '17:00' }))

/** The hours that are meant where nobody has said other ones: weekdays, nine to five. */
export const defaultHours = (timeZone: string): WorkingHours => ({
  time_zone: timeZone,
  week: weekdays,
  holidays: [],
})

/**
 * What holds where nothing was agreed. The response time of a link replaces that of normal tickets; a resolution is never
 * promised before the response. Source: managed-tenants.md section 6, defaults.
 */
export function defaultTerms(responseHours: number | null, timeZone: string): TermsValues {
  const response = responseHours === null ? 480 : responseHours * 60
  return {
    priorities: {
      urgent: { first_response_min: 60, resolution_min: 240, calendar: '24x7' },
      high: { first_response_min: 240, resolution_min: 480, calendar: '24x7' },
      normal: {
        first_response_min: response,
        resolution_min: Math.max(1440, response),
        calendar: 'business',
      },
      low: { first_response_min: 1440, resolution_min: 4320, calendar: 'business' },
    },
    business_hours: { ...defaultHours(timeZone), week: [...weekdays], holidays: [] },
    pause_states: [...PAUSE_STATES],
    warn_at: [...WARN_LEVELS],
    escalate_to: [],
    uptime_target: null,
    maintenance_excluded: true,
  }
}

/** What makes terms looser than a floor; the pointer leads into the terms. */
export interface Looseness {
  readonly pointer: string
  readonly code: 'BELOW_FLOOR'
  readonly detail: string
}

const fault = (pointer: string, detail: string): Looseness => ({ pointer, code: 'BELOW_FLOOR', detail })

const sameHours = (left: TermsValues['business_hours'], right: TermsValues['business_hours']): boolean => {
  const normal = ({ time_zone, week, holidays }: TermsValues['business_hours']) =>
    JSON.stringify([
      time_zone,
      week.map(({ day, from, to }) => `${day} ${from} ${to}`).toSorted(),
      holidays.map(({ date }) => date).toSorted(),
    ])
  return normal(left) === normal(right)
}

function loosePromise(name: Priority, promise: PromiseOfPriority, floor: PromiseOfPriority): Looseness[] {
  const found: Looseness[] = []
  if (promise.calendar === 'business' && floor.calendar === '24x7')
    found.push(fault(`/priorities/${name}/calendar`, 'must be 24x7, as the floor asks'))
  for (const field of ['first_response_min', 'resolution_min'] as const)
    if (promise[field] > floor[field])
      found.push(fault(`/priorities/${name}/${field}`, `must be at most ${floor[field]}, as the floor asks`))
  return found
}

/** Everything in which terms are looser than a floor; nothing when they keep it. Source: B8, "HQ may set a floor". */
export function findLooseness(terms: TermsValues, floor: TermsValues): Looseness[] {
  const found = PRIORITIES.flatMap((name) =>
    loosePromise(name, terms.priorities[name], floor.priorities[name]),
  )
  const counts = PRIORITIES.some(
    (name) =>
      terms.priorities[name].calendar === 'business' && floor.priorities[name].calendar === 'business',
  )
  if (counts && !sameHours(terms.business_hours, floor.business_hours))
    found.push(fault('/business_hours', 'must be the hours of the floor while a promise counts in them'))
  for (const state of terms.pause_states)
    if (!floor.pause_states.includes(state))
      found.push(fault('/pause_states', `must not contain ${state}, as the floor asks`))
  const { uptime_target: floorUptime } = floor
  if (floorUptime !== null && (terms.uptime_target ?? 0) < floorUptime)
    found.push(fault('/uptime_target', `must be at least ${floorUptime}, as the floor asks`))
  if (terms.maintenance_excluded && !floor.maintenance_excluded)
    found.push(fault('/maintenance_excluded', 'must be false, as the floor asks'))
  return found
}

/** Terms of the demo world: day and night in everything, or high tickets in the office hours of a place. */
export function demoTerms(timeZone: string, kind: 'always' | 'office'): TermsValues {
  const terms = defaultTerms(null, timeZone)
  const { urgent, high, normal, low } = terms.priorities
  if (kind === 'always') {
    const calendar = '24x7' as const
    return {
      ...terms,
      priorities: { urgent, high, normal: { ...normal, calendar }, low: { ...low, calendar } },
      uptime_target: 99.9,
    }
  }
  const week = weekdays.map((open) => ({ ...open, from: '09:00', to: '18:00' }))
  return {
    ...terms,
    priorities: {
      urgent,
      high: { first_response_min: 60, resolution_min: 120, calendar: 'business' },
      normal,
      low,
    },
    business_hours: {
      time_zone: timeZone,
      week,
      holidays: [
        { date: '2026-12-25', name: 'Christmas Day' },
        { date: '2027-01-01', name: "New Year's Day" },
      ],
    },
    uptime_target: 99.9,
  }
}
