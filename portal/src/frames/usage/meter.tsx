import './usage.css'
import type { EndUserUsage } from '@liaison/client'

import { formatDateTime, formatCount } from '../../platform/format.ts'
import { t, tValue } from '../../platform/words.ts'

type Quota = EndUserUsage['day']
type InForce = EndUserUsage['in_force'][number]

const words = ({ used, allowed }: Quota): string =>
  allowed === null
    ? t('usage.free', { used: formatCount(used) })
    : t('usage.of', { used: formatCount(used), allowed: formatCount(allowed) })

/** How much of a limit is used: the words say it, the bar only repeats them. */
export function Meter({ quota }: { quota: Quota }) {
  const { used, allowed } = quota
  if (allowed === null) return <span>{words(quota)}</span>
  const share = allowed === 0 ? 100 : Math.min(100, Math.round((used / allowed) * 100))
  return (
    <span className="usage-meter" data-full={used >= allowed}>
      <span>{words(quota)}</span>
      <span className="usage-track" aria-hidden="true">
        <span className="usage-fill" style={{ width: `${share}%` }} />
      </span>
    </span>
  )
}

/** What is in force for somebody, with its end. */
export function Standing({ inForce }: { inForce: readonly InForce[] }) {
  if (inForce.length === 0) return <span className="muted">{t('usage.within')}</span>
  return (
    <>
      {inForce.map(({ kind, until, since }) => (
        <div key={kind + since}>
          {until === null
            ? tValue('usage.kind', kind)
            : t('usage.until', {
                what: tValue('usage.kind', kind),
                when: formatDateTime(until) ?? until,
              })}
        </div>
      ))}
    </>
  )
}

/** The name of a limit in words. */
export function limitName(key: string): string {
  return tValue('usage.key', key.replaceAll('.', '_'))
}

const [HOUR_SECONDS, DAY_SECONDS] = [3600, 86_400]

/** The largest unit in which the time is a whole number. */
function timeText(seconds: number): string {
  if (seconds >= DAY_SECONDS && seconds % DAY_SECONDS === 0)
    return t('usage.days_long', { days: seconds / DAY_SECONDS })
  if (seconds >= HOUR_SECONDS && seconds % HOUR_SECONDS === 0)
    return t('usage.hours_long', { hours: seconds / HOUR_SECONDS })
  return t('usage.minutes_long', { minutes: Math.round(seconds / 60) })
}

/** The value of a limit in words, with its unit. */
export function limitText(key: string, value: number | string | null): string {
  if (value === null) return t('usage.no_limit')
  if (typeof value === 'string') return tValue('usage.kind', value)
  if (key.endsWith('_s')) return timeText(value)
  return key === 'throttle_percent' ? t('usage.percent', { value }) : formatCount(value)
}
