import { Checkbox, NativeSelect, TextInput } from '@mantine/core'
import type { ConfigurationKey } from '@liaison/client'

import { t } from '../../platform/words.ts'
import { Ticks } from '../shared/ticks.tsx'
import type { Value } from './draft.ts'
import { sentenceOf, tellValue } from './value-words.ts'

export type FieldProps = {
  field: ConfigurationKey
  label: string
  /** What holds now, whoever said it. */
  now: Value | undefined
  /** What the draft says; undefined leaves it to the platform. */
  value: Value | undefined
  fault: string | undefined
  mayWrite: boolean
  onValue: (value: Value | undefined) => void
}

/** How many of the server's unit one of the form's unit is. */
const scaleOf = ({ unit }: ConfigurationKey): number => (unit === 'seconds' ? 60 : 1)

function about({ field, now }: Pick<FieldProps, 'field' | 'now'>): string {
  const parts = [
    t('config.now', { now: tellValue(field, now) }),
    t('config.default', { value: tellValue(field, field.default) }),
  ]
  const isNumber = ['seconds', 'count', 'days'].includes(field.unit)
  if (isNumber && field.bound !== null)
    parts.push(t('config.bound', { bound: tellValue(field, field.bound) }))
  return parts.join(' ')
}

function NumberField({ field, label, now, value, fault, mayWrite, onValue }: FieldProps) {
  const scale = scaleOf(field)
  const title =
    field.unit === 'seconds'
      ? t('config.minutes', { title: label })
      : field.unit === 'days'
        ? t('config.days', { title: label })
        : label
  return (
    <TextInput
      id={field.path.join('-')}
      type="number"
      min={1}
      {...(typeof field.bound === 'number' ? { max: field.bound / scale } : {})}
      label={title}
      description={about({ field, now })}
      placeholder={typeof field.default === 'number' ? String(field.default / scale) : t('config.no_limit')}
      value={typeof value === 'number' ? String(value / scale) : ''}
      error={fault}
      disabled={!mayWrite}
      onChange={(event) => {
        const text = event.currentTarget.value
        onValue(text === '' ? undefined : Math.round(Number(text) * scale))
      }}
    />
  )
}

function ChoiceField({ field, label, now, value, fault, mayWrite, onValue }: FieldProps) {
  const isSwitch = field.unit === 'switch'
  const choices = isSwitch ? ['true', 'false'] : (field.choices ?? [])
  const read = (text: string): Value | undefined => {
    if (text === '') return undefined
    return isSwitch ? text === 'true' : text
  }
  return (
    <NativeSelect
      id={field.path.join('-')}
      label={label}
      description={t('config.now', { now: tellValue(field, now) })}
      value={value === undefined ? '' : String(value)}
      error={fault}
      disabled={!mayWrite}
      onChange={(event) => onValue(read(event.currentTarget.value))}
    >
      <option value="">{t('config.as_platform', { value: tellValue(field, field.default) })}</option>
      {choices.map((choice) => (
        <option key={choice} value={choice}>
          {tellValue(field, isSwitch ? choice === 'true' : choice)}
        </option>
      ))}
    </NativeSelect>
  )
}

const listOf = (value: Value | undefined): string[] => (Array.isArray(value) ? [...value] : [])

function PermissionsField({ field, label, value, fault, mayWrite, onValue }: FieldProps) {
  const isOwn = value !== undefined
  return (
    <div className="stack tight">
      <Checkbox
        id={field.path.join('-')}
        label={t('config.compose')}
        description={isOwn ? undefined : tellValue(field, field.default)}
        checked={isOwn}
        disabled={!mayWrite}
        error={fault}
        onChange={(event) => onValue(event.currentTarget.checked ? listOf(field.default) : undefined)}
      />
      {isOwn && (
        <Ticks
          id={`${field.path.join('-')}-list`}
          legend={label}
          entries={listOf(field.bound).map((name) => ({ value: name, label: sentenceOf(name) }))}
          ticked={listOf(value)}
          onTicked={(names) => mayWrite && onValue(names)}
        />
      )}
    </div>
  )
}

/** One key of the configuration: what holds, what the platform has, and what the new version would say. */
export function Field(props: FieldProps) {
  const { field, label } = props
  if (field.is_fixed)
    return (
      <div className="config-fixed">
        <span className="strong">{label}</span>
        <span className="muted small">{t('config.fixed', { value: tellValue(field, field.default) })}</span>
      </div>
    )
  if (field.unit === 'permissions') return <PermissionsField {...props} />
  if (field.unit === 'choice' || field.unit === 'switch') return <ChoiceField {...props} />
  return <NumberField {...props} />
}
