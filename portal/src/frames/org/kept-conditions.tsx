import type { TenantLinkDetail } from '@liaison/client'

import { Panel } from '../../parts/page.tsx'
import { addWords, t } from '../../platform/words.ts'
import { keptConditions } from '../../words/kept-conditions.ts'

// They come with the page: whoever reads no access does not fetch them.
addWords(keptConditions)

type Conditions = NonNullable<TenantLinkDetail['conditions']>

const days = new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: 'UTC' })
const monday = Date.UTC(2024, 0, 1)

function hoursLine({ tz, windows }: NonNullable<Conditions['hours']>): string {
  const told = windows.map(({ days: open, from, to }) => {
    const names = open.map((day) => days.format(new Date(monday + (day - 1) * 86_400_000)))
    return `${names.join(', ')} ${from}–${to}`
  })
  return t('kept.hours', { hours: told.join('; '), zone: tz })
}

function factorLine(age: number): string {
  if (age % 3600 === 0) return t('kept.factor_hours', { age: age / 3600 })
  if (age % 60 === 0) return t('kept.factor_minutes', { age: age / 60 })
  return t('kept.factor_seconds', { age })
}

function networkLines({ ip_mode: mode, ip_allow: list }: Conditions): string[] {
  const ranges = list.join(', ')
  if (mode === 'enforce') return [t('kept.networks', { ranges })]
  return mode === 'monitor' && ranges !== '' ? [t('kept.noted', { ranges })] : []
}

/** The conditions of a link in plain words; nothing where they ask for nothing. */
export function keptLines(conditions: Conditions): string[] {
  const { mfa_max_age_s: age, hours } = conditions
  return [
    ...(conditions.read_reason_required ? [t('kept.reason')] : []),
    ...(age === null ? [] : [factorLine(age)]),
    ...(conditions.phishing_resistant ? [t('kept.passkey')] : []),
    ...networkLines(conditions),
    ...(hours ? [hoursLine(hours)] : []),
    ...(conditions.elevation_required ? [t('kept.elevation')] : []),
    ...(conditions.tenant_elevation_approval ? [t('kept.elevation_own')] : []),
  ]
}

/** What the people of a partner keep to in this organisation, besides its rules for every partner. */
export function KeptConditions({ link }: { link: TenantLinkDetail }) {
  const lines = link.conditions ? keptLines(link.conditions) : []
  if (lines.length === 0) return null
  return (
    <Panel title={t('kept.title', { partner: link.partner_name })}>
      <ul className="can">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </Panel>
  )
}
