import { t } from '../../platform/words.ts'

/** A length of time as people say it: whole hours, minutes, or both. */
export function formatLength(minutes: number): string {
  const whole = Math.round(minutes)
  const hours = Math.floor(whole / 60)
  const rest = whole % 60
  if (hours === 0) return t('clock.length_minutes', { minutes: rest })
  return rest === 0
    ? t('clock.length_hours', { hours })
    : t('clock.length_both', { hours: String(hours), minutes: String(rest) })
}
