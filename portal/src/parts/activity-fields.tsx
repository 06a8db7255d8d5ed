import { NativeSelect, TextInput } from '@mantine/core'

import { choiceField, numberField, textField } from '../platform/filters.ts'
import type { FilterValues } from '../platform/filters.ts'
import { t } from '../platform/words.ts'
import { Pick, SearchBox } from './filter-bar.tsx'

const outcomes = ['any', 'allowed', 'denied', 'error'] as const

const sides = ['any', 'partner', 'tenant', 'provider'] as const

/** What the address of the feed holds. */
export const activitySpec = {
  search: textField(),
  outcome: choiceField(outcomes, 'any'),
  by: choiceField([...sides, 'default'] as const, 'default'),
  from: textField(),
  to: textField(),
  person: textField(),
  tenant: textField(),
  page: numberField(0, { min: 0, max: 0 }),
}

export type ActivityValues = FilterValues<typeof activitySpec>

export type Side = (typeof sides)[number]

/** What can be chosen besides, each by its id. */
export type ActivityChoice = { id: string; name: string }

type ChoiceProps = {
  label: string
  all: string
  value: string
  choices: readonly ActivityChoice[]
  onValue: (value: string) => void
}

/** A filter with one of the things that are there; one that the address names stays chosen although it is not among them. */
export function ChoicePick({ label, all, value, choices, onValue }: ChoiceProps) {
  const isKnown = value === '' || choices.some(({ id }) => id === value)
  return (
    <NativeSelect
      className="pick"
      label={label}
      value={value}
      onChange={(event) => onValue(event.currentTarget.value)}
    >
      <option value="">{all}</option>
      {choices.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
      {!isKnown && <option value={value}>{value}</option>}
    </NativeSelect>
  )
}

type DayProps = { label: string; value: string; onValue: (value: string) => void }

/** A day as a filter. */
export function Day({ label, value, onValue }: DayProps) {
  return (
    <TextInput
      className="pick"
      type="date"
      label={label}
      // An address may name a time of the day, which such a field cannot hold.
      value={value.slice(0, 10)}
      onChange={(event) => onValue(event.currentTarget.value)}
    />
  )
}

type FieldsProps = {
  values: ActivityValues
  by: Side
  /** Whose acts are shown at first. */
  side: Side
  hasSides: boolean
  people: readonly ActivityChoice[] | undefined
  tenants: readonly ActivityChoice[] | undefined
  set: (change: Partial<ActivityValues>) => void
}

function ChoiceFields({ values, people, tenants, set }: FieldsProps) {
  return (
    <>
      {people && (
        <ChoicePick
          label={t('activity.person')}
          all={t('activity.anybody')}
          value={values.person}
          choices={people}
          onValue={(person) => set({ person })}
        />
      )}
      {tenants && (
        <ChoicePick
          label={t('activity.tenant')}
          all={t('activity.everywhere')}
          value={values.tenant}
          choices={tenants}
          onValue={(tenant) => set({ tenant })}
        />
      )}
    </>
  )
}

/** The fields by which the feed is narrowed. */
export function ActivityFields(props: FieldsProps) {
  const { values, by, side, hasSides, set } = props
  return (
    <>
      <SearchBox label={t('activity.search')} value={values.search} onValue={(search) => set({ search })} />
      <Pick
        label={t('activity.outcome')}
        value={values.outcome}
        words={outcomes}
        labelOf={(word) => t(`activity.outcome.${word}`)}
        onValue={(outcome) => set({ outcome })}
      />
      {hasSides && (
        <Pick
          label={t('activity.by')}
          value={by}
          words={sides}
          labelOf={(word) => t(`activity.by.${word}`)}
          onValue={(next) => set({ by: next === side ? 'default' : next })}
        />
      )}
      <ChoiceFields {...props} />
      <Day label={t('activity.from')} value={values.from} onValue={(from) => set({ from })} />
      <Day label={t('activity.to')} value={values.to} onValue={(to) => set({ to })} />
    </>
  )
}
