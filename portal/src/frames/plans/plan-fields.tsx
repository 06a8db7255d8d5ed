import './plans-words.ts'
import { NativeSelect, Textarea, TextInput } from '@mantine/core'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { t, tValue } from '../../platform/words.ts'
import { Ticks } from '../shared/ticks.tsx'
import { periods, roles } from './plan-draft.ts'
import type { TermsDraft, Words } from './plan-draft.ts'

type FieldsProps<Draft> = {
  draft: Draft
  errors: readonly FormError[]
  onDraft: (change: Partial<Draft>) => void
}

/** What a plan is called, what is said of it, and for whom it is. */
export function WordsFields({ draft, errors, onDraft }: FieldsProps<Words>) {
  return (
    <>
      <TextInput
        id="name"
        label={t('plan_form.name')}
        value={draft.name}
        maxLength={100}
        error={errorOf(errors, 'name')}
        onChange={(event) => onDraft({ name: event.currentTarget.value })}
      />
      <Textarea
        id="description"
        label={t('plan_form.description')}
        rows={2}
        value={draft.description}
        maxLength={1000}
        onChange={(event) => onDraft({ description: event.currentTarget.value })}
      />
      <Ticks
        id="roles"
        legend={t('plan_form.roles')}
        entries={roles.map((role) => ({ value: role, label: tValue('realm_role', role) }))}
        ticked={draft.roles}
        onTicked={(ticked) => onDraft({ roles: ticked })}
      />
      <TextInput
        id="requires_flag"
        label={t('plan_form.flag')}
        value={draft.flag}
        maxLength={100}
        onChange={(event) => onDraft({ flag: event.currentTarget.value })}
      />
    </>
  )
}

const numbers = ['day', 'week', 'minute'] as const

function PriceFields({ draft, errors, onDraft }: FieldsProps<TermsDraft>) {
  return (
    <>
      <div className="halves">
        <TextInput
          id="amount"
          label={t('plan_form.amount')}
          inputMode="decimal"
          value={draft.amount}
          maxLength={12}
          error={errorOf(errors, 'amount')}
          onChange={(event) => onDraft({ amount: event.currentTarget.value })}
        />
        <TextInput
          id="currency"
          label={t('plan_form.currency')}
          value={draft.currency}
          maxLength={3}
          error={errorOf(errors, 'currency')}
          onChange={(event) => onDraft({ currency: event.currentTarget.value.toUpperCase() })}
        />
      </div>
      <NativeSelect
        id="period"
        label={t('plan_form.period')}
        data={periods.map((value) => ({ value, label: tValue('period', value) }))}
        value={draft.period}
        onChange={(event) => {
          const period = periods.find((one) => one === event.currentTarget.value)
          if (period !== undefined) onDraft({ period })
        }}
      />
    </>
  )
}

/** What a plan costs and gives. */
export function TermsFields({ draft, errors, onDraft }: FieldsProps<TermsDraft>) {
  return (
    <>
      <PriceFields draft={draft} errors={errors} onDraft={onDraft} />
      {numbers.map((name) => (
        <TextInput
          key={name}
          id={name}
          label={t(`plan_form.${name}`)}
          inputMode="numeric"
          value={draft[name]}
          maxLength={7}
          error={errorOf(errors, name)}
          onChange={(event) => onDraft({ [name]: event.currentTarget.value })}
        />
      ))}
      <Textarea
        id="benefits"
        label={t('plan_form.benefits')}
        rows={3}
        value={draft.benefits}
        onChange={(event) => onDraft({ benefits: event.currentTarget.value })}
      />
    </>
  )
}
