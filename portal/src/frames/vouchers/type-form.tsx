import './vouchers-words.ts'
import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { VoucherType } from '@liaison/client'
import { useState } from 'react'

import { errorOf, ErrorSummary, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

const policies = ['refuse', 'review', 'allow'] as const
const numbers = ['valid_days', 'window', 'keep'] as const

type Draft = {
  code: string
  label: string
  policy: (typeof policies)[number]
  reset: string
  active: boolean
} & Record<(typeof numbers)[number], string>

const usual = {
  code: '',
  label: '',
  duplicate_policy: 'refuse',
  yearly_reset: null,
  is_active: true,
  valid_days: 30,
  duplicate_window_days: 90,
  keep_recipient_days: 180,
} as const

function toDraft(type: VoucherType | null): Draft {
  const from: Omit<VoucherType, 'voucher_type_id' | 'version' | 'created_at' | 'updated_at'> = type ?? usual
  return {
    code: from.code,
    label: from.label,
    policy: from.duplicate_policy,
    reset: from.yearly_reset ?? '',
    active: from.is_active,
    valid_days: String(from.valid_days),
    window: String(from.duplicate_window_days),
    keep: String(from.keep_recipient_days),
  }
}

function isNumber(text: string, least: number): boolean {
  return /^\d{1,4}$/.test(text) && Number(text) >= least && Number(text) <= 3650
}

function checkDraft(draft: Draft, isNew: boolean): FormError[] {
  const found: FormError[] = []
  if (isNew && !/^[a-z0-9][a-z0-9_-]{0,39}$/.test(draft.code))
    found.push({ field: 'code', text: t('vtypes.code_wrong') })
  if (draft.label.trim() === '') found.push({ field: 'label', text: t('vtypes.label_missing') })
  for (const name of numbers) {
    const least = name === 'window' ? 0 : 1
    if (!isNumber(draft[name], least)) found.push({ field: name, text: t('vtypes.number_wrong', { least }) })
  }
  if (draft.reset !== '' && !/^\d\d-\d\d$/.test(draft.reset))
    found.push({ field: 'reset', text: t('vtypes.reset_wrong') })
  return found
}

function toBody(draft: Draft) {
  return {
    label: draft.label.trim(),
    valid_days: Number(draft.valid_days),
    duplicate_policy: draft.policy,
    duplicate_window_days: Number(draft.window),
    yearly_reset: draft.reset === '' ? null : draft.reset,
    keep_recipient_days: Number(draft.keep),
    is_active: draft.active,
  }
}

function useSave(type: VoucherType | null, onClose: () => void) {
  return useWrite(
    (draft: Draft, { client }) =>
      type === null
        ? readBody(client.POST('/tenant/voucher-types', { body: { code: draft.code, ...toBody(draft) } }))
        : readBody(
            client.PUT('/tenant/voucher-types/{voucher_type_id}', {
              params: { path: { voucher_type_id: type.voucher_type_id } },
              headers: { 'If-Match': `"v${String(type.version)}"` },
              body: toBody(draft),
            }),
          ),
    () => {
      onClose()
      showToast(t(type === null ? 'vtypes.added' : 'vtypes.saved'))
    },
  )
}

type FieldsProps = {
  draft: Draft
  errors: readonly FormError[]
  onDraft: (change: Partial<Draft>) => void
}

function NameFields({ draft, errors, onDraft, isNew }: FieldsProps & { isNew: boolean }) {
  return (
    <>
      <TextInput
        id="label"
        label={t('vtypes.label')}
        value={draft.label}
        maxLength={80}
        error={errorOf(errors, 'label')}
        onChange={(event) => onDraft({ label: event.currentTarget.value })}
      />
      {isNew && (
        <TextInput
          id="code"
          label={t('vtypes.code')}
          description={t('vtypes.code_hint')}
          value={draft.code}
          maxLength={40}
          error={errorOf(errors, 'code')}
          onChange={(event) => onDraft({ code: event.currentTarget.value })}
        />
      )}
    </>
  )
}

function RuleFields({ draft, errors, onDraft }: FieldsProps) {
  const text = (name: (typeof numbers)[number] | 'reset') => ({
    id: name,
    label: t(`vtypes.${name}`),
    value: draft[name],
    maxLength: 5,
    error: errorOf(errors, name),
    onChange: (event: { currentTarget: { value: string } }) => onDraft({ [name]: event.currentTarget.value }),
  })
  return (
    <>
      <TextInput {...text('valid_days')} inputMode="numeric" />
      <NativeSelect
        id="policy"
        label={t('vtypes.second')}
        data={policies.map((value) => ({ value, label: t(`vtypes.policy.${value}`) }))}
        value={draft.policy}
        onChange={(event) => {
          const policy = policies.find((one) => one === event.currentTarget.value)
          if (policy !== undefined) onDraft({ policy })
        }}
      />
      {draft.policy === 'refuse' && (
        <>
          <TextInput {...text('window')} inputMode="numeric" />
          <TextInput {...text('reset')} />
        </>
      )}
      <TextInput {...text('keep')} inputMode="numeric" />
      <Checkbox
        label={t('vtypes.is_active')}
        checked={draft.active}
        onChange={(event) => onDraft({ active: event.currentTarget.checked })}
      />
    </>
  )
}

/** Adds a type of voucher, or changes one by the version that was read. */
export function TypeForm({ type, onClose }: { type: VoucherType | null; onClose: () => void }) {
  const [draft, setDraft] = useState<Draft>(() => toDraft(type))
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useSave(type, onClose)
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part })
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const found = checkDraft(draft, type === null)
        setErrors(found)
        if (found.length === 0) write.mutate(draft)
      }}
    >
      <ErrorSummary errors={errors} />
      <WriteProblem error={write.error} />
      <NameFields draft={draft} errors={errors} onDraft={change} isNew={type === null} />
      <RuleFields draft={draft} errors={errors} onDraft={change} />
      <div className="row ends">
        <Button variant="default" onClick={onClose}>
          {t('vtypes.cancel')}
        </Button>
        <Button type="submit" loading={write.isPending}>
          {t('vtypes.save')}
        </Button>
      </div>
    </form>
  )
}
