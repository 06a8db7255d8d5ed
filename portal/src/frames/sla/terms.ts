import type { SlaTerms } from '@liaison/client'

export const priorities = ['urgent', 'high', 'normal', 'low'] as const
export type Priority = (typeof priorities)[number]
export const days = [1, 2, 3, 4, 5, 6, 7] as const
export const warnLevels = [50, 75, 90] as const
export const levels = [50, 75, 90, 100, 150, 200] as const
export const pauses = ['pending', 'on_hold'] as const

/** Terms that are being written. */
export type FormProps = { terms: SlaTerms; onTerms: (terms: SlaTerms) => void }

/** The names of time zones that this browser knows; an empty list when it tells none. */
export function knownZones(): string[] {
  return typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : []
}
