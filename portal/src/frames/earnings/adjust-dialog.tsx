import './earnings-words.ts'
import { Button, Modal, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { errorOf, ErrorSummary, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Finder } from '../../parts/finder.tsx'
import type { Found } from '../../parts/finder.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { findPartners } from '../platform/finds.ts'
import { missing } from '../platform/form-words.ts'
import { readAmount } from '../program/amounts.ts'

const directions = ['give', 'take'] as const

type Draft = {
  partner: Found | null
  direction: (typeof directions)[number]
  currency: string
  amount: string
  reason: string
}

const blank: Draft = { partner: null, direction: 'give', currency: 'USD', amount: '', reason: '' }

/** Whether money of that name is paid anywhere: an amount in "EUT" would be owed for good and could be paid to nobody. */
const isInUse = (currency: string): boolean => Intl.supportedValuesOf('currency').includes(currency)

function check({ partner, currency, amount, reason }: Draft): FormError[] {
  const minor = readAmount(amount, currency)
  return [
    ...missing('partner_id', t('earnings.partner'), partner !== null),
    ...(isInUse(currency) ? [] : [{ field: 'currency', text: t('adjust.currency_wrong') }]),
    ...(minor === null || minor === 0 ? [{ field: 'amount', text: t('adjust.amount_wrong') }] : []),
    ...missing('adjust_reason', t('confirm.reason'), reason.trim() !== ''),
  ]
}

type FieldsProps = { draft: Draft; errors: readonly FormError[]; onDraft: (change: Partial<Draft>) => void }

function AmountFields({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <NativeSelect
        id="direction"
        label={t('adjust.direction')}
        value={draft.direction}
        data={directions.map((value) => ({ value, label: t(`adjust.${value}`) }))}
        onChange={(event) => onDraft({ direction: event.currentTarget.value === 'take' ? 'take' : 'give' })}
      />
      <TextInput
        id="currency"
        label={t('earnings.currency')}
        description={t('adjust.currency_about')}
        value={draft.currency}
        maxLength={3}
        error={errorOf(errors, 'currency')}
        onChange={(event) => onDraft({ currency: event.currentTarget.value.toUpperCase() })}
      />
      <TextInput
        id="amount"
        label={t('earnings.amount')}
        inputMode="decimal"
        value={draft.amount}
        maxLength={14}
        error={errorOf(errors, 'amount')}
        onChange={(event) => onDraft({ amount: event.currentTarget.value })}
      />
    </>
  )
}

function Fields(props: FieldsProps) {
  const { draft, errors, onDraft } = props
  return (
    <>
      <Finder
        id="partner_id"
        kind="partner"
        label={t('earnings.partner')}
        find={findPartners}
        chosen={draft.partner}
        error={errorOf(errors, 'partner_id')}
        onChosen={(partner) => onDraft({ partner })}
      />
      <AmountFields {...props} />
      <Textarea
        id="adjust_reason"
        label={t('confirm.reason')}
        description={t('adjust.reason_about')}
        rows={2}
        maxLength={500}
        value={draft.reason}
        error={errorOf(errors, 'adjust_reason')}
        onChange={(event) => onDraft({ reason: event.currentTarget.value })}
      />
    </>
  )
}

function useAdjust(draft: Draft, onClose: () => void) {
  const attempt = useAttemptKey(draft)
  return useWrite(
    ({ partner, direction, currency, amount, reason }: Draft, { client }) => {
      const minor = readAmount(amount, currency) ?? 0
      return readBody(
        client.POST('/admin/earnings/adjustments', {
          headers: { 'Idempotency-Key': attempt },
          body: {
            partner_id: partner?.id ?? '',
            currency,
            amount_minor: direction === 'take' ? -minor : minor,
            reason: reason.trim(),
          },
        }),
      )
    },
    () => {
      onClose()
      showToast(t('adjust.done'))
    },
  )
}

/** Writes an adjustment: it waits until another person approves it. */
export function AdjustDialog({ onClose }: { onClose: () => void }) {
  const [draft, setDraft] = useState(blank)
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useAdjust(draft, onClose)
  return (
    <Modal opened onClose={onClose} title={t('adjust.title')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          const found = check(draft)
          setErrors(found)
          if (found.length === 0) write.mutate(draft)
        }}
      >
        <p className="muted">{t('adjust.about')}</p>
        <ErrorSummary errors={errors} />
        <WriteProblem error={write.error} />
        <Fields
          draft={draft}
          errors={errors}
          onDraft={(change) => setDraft((before) => ({ ...before, ...change }))}
        />
        <div className="row ends">
          <Button variant="default" onClick={onClose}>
            {t('adjust.keep')}
          </Button>
          <Button type="submit" loading={write.isPending}>
            {t('adjust.act')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
