import type { Conditions, Hours } from '@liaison/access'
import { writeCount } from '#platform/words/instant-words.ts'
import type { Language } from '#platform/words/language.ts'
import { LINK_WORDS } from './words/index.ts'

/** The age of a second factor that the tick of the review asks for. */
export const FRESH_SECONDS = 3600

const MONDAY = Date.UTC(2024, 0, 1)

function writeDays(days: readonly number[], language: Language): string {
  const writer = new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' })
  return days.map((day) => writer.format(new Date(MONDAY + (day - 1) * 86_400_000))).join(', ')
}

function hoursLine({ tz, windows }: Hours, language: Language): string {
  const told = windows.map(({ days, from, to }) => `${writeDays(days, language)} ${from}–${to}`)
  return LINK_WORDS[language].keep.hours(told.join('; '), tz)
}

function factorLine(age: number, language: Language): string {
  const { choose, keep, hours, minutes, seconds } = LINK_WORDS[language]
  if (age === FRESH_SECONDS) return choose.fresh
  if (age % 3600 === 0) return keep.factor(writeCount(age / 3600, hours, language))
  if (age % 60 === 0) return keep.factor(writeCount(age / 60, minutes, language))
  return keep.factor(writeCount(age, seconds, language))
}

function networkLines({ ip_mode, ip_allow }: Conditions, language: Language): string[] {
  const { choose, keep } = LINK_WORDS[language]
  const list = ip_allow.join(', ')
  if (ip_mode === 'enforce') return [`${choose.networks}: ${list}`]
  return ip_mode === 'monitor' && list !== '' ? [keep.noted(list)] : []
}

/** What conditions ask of the partner's people, in plain words and exactly; nothing where they ask for nothing. */
export function conditionLines(conditions: Conditions, language: Language): string[] {
  const { choose, keep } = LINK_WORDS[language]
  const { mfa_max_age_s: age, hours } = conditions
  return [
    ...(conditions.read_reason_required ? [choose.reason] : []),
    ...(age === null ? [] : [factorLine(age, language)]),
    ...(conditions.phishing_resistant ? [choose.passkey] : []),
    ...networkLines(conditions, language),
    ...(hours ? [hoursLine(hours, language)] : []),
    ...(conditions.elevation_required === true ? [keep.elevation] : []),
    ...(conditions.tenant_elevation_approval === true ? [keep.elevationOwn] : []),
  ]
}
