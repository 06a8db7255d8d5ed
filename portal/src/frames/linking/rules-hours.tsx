import { Checkbox, NativeSelect, TextInput } from '@mantine/core'
import type { PartnerPolicy } from '@liaison/client'

import { t } from '../../platform/words.ts'

type Conditions = PartnerPolicy['conditions']
type Hours = NonNullable<Conditions['hours']>
type HoursProps = { hours: Conditions['hours']; onHours: (hours: Conditions['hours']) => void }

const days = [1, 2, 3, 4, 5, 6, 7] as const
const workdays = [1, 2, 3, 4, 5]

function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

function zones(): string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone')]
}

function WindowFields({ hours, onHours }: { hours: Hours; onHours: (hours: Hours) => void }) {
  const [first, ...others] = hours.windows
  const window = first ?? { days: workdays, from: '08:00', to: '18:00' }
  const set = (change: Partial<typeof window>) => {
    onHours({ ...hours, windows: [{ ...window, ...change }, ...others] })
  }
  return (
    <>
      <fieldset className="row">
        <legend className="small">{t('rules.hours_days')}</legend>
        {days.map((day) => (
          <Checkbox
            key={day}
            label={t(`rules.day_${day}`)}
            checked={window.days.includes(day)}
            onChange={(event) => {
              const left = window.days.filter((one) => one !== day)
              set({ days: event.currentTarget.checked ? [...left, day].toSorted((a, b) => a - b) : left })
            }}
          />
        ))}
      </fieldset>
      <div className="row">
        <TextInput
          id="from"
          type="time"
          label={t('rules.hours_from')}
          value={window.from}
          onChange={(event) => set({ from: event.currentTarget.value })}
        />
        <TextInput
          id="to"
          type="time"
          label={t('rules.hours_to')}
          value={window.to === '24:00' ? '00:00' : window.to}
          onChange={(event) => set({ to: event.currentTarget.value })}
        />
      </div>
    </>
  )
}

/** The hours in which partners get in; by itself at any time. */
export function HoursRule({ hours, onHours }: HoursProps) {
  return (
    <div className="stack tight">
      <Checkbox
        label={t('rules.hours')}
        description={t('rules.hours_about')}
        checked={hours !== null}
        onChange={(event) => {
          const start: Hours = { tz: ownZone(), windows: [{ days: workdays, from: '08:00', to: '18:00' }] }
          onHours(event.currentTarget.checked ? start : null)
        }}
      />
      {hours !== null && (
        <>
          <WindowFields hours={hours} onHours={onHours} />
          <NativeSelect
            id="tz"
            label={t('rules.hours_tz')}
            value={hours.tz}
            data={[...new Set([hours.tz, ...zones()])]}
            onChange={(event) => onHours({ ...hours, tz: event.currentTarget.value })}
          />
        </>
      )}
    </div>
  )
}

const ages = [900, 3600, 14_400, 43_200, 86_400] as const

function ageWords(seconds: number): string {
  return seconds < 3600
    ? t('rules.factor_minutes', { count: Math.round(seconds / 60) })
    : t('rules.factor_hours', { count: Math.round(seconds / 3600) })
}

type AgeProps = { seconds: number | null; onSeconds: (seconds: number | null) => void }

/** How old the second sign-in step of people of partners may be. */
export function FactorAgeRule({ seconds, onSeconds }: AgeProps) {
  const known = seconds === null ? [] : [seconds]
  const choices = [...new Set([...ages, ...known])].toSorted((left, right) => left - right)
  return (
    <NativeSelect
      id="mfa_max_age_s"
      label={t('rules.factor_age')}
      value={String(seconds ?? '')}
      onChange={(event) => {
        const { value } = event.currentTarget
        onSeconds(value === '' ? null : Number(value))
      }}
    >
      <option value="">{t('rules.factor_any')}</option>
      {choices.map((age) => (
        <option key={age} value={age}>
          {ageWords(age)}
        </option>
      ))}
    </NativeSelect>
  )
}
