import './payouts-words.ts'
import { NativeSelect, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import { useState } from 'react'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { formatDateTime } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { useOwnAccount } from './own-account.tsx'

const methods = ['bank_transfer', 'external', 'credit'] as const
type Draft = {
  method: (typeof methods)[number]
  holder: string
  number: string
  bank: string
  country: string
}

const blank: Draft = { method: 'bank_transfer', holder: '', number: '', bank: '', country: '' }

function checkDraft({ holder, number, country }: Draft): FormError[] {
  const found: FormError[] = []
  if (holder.trim().length < 2) found.push({ field: 'holder', text: t('account_form.holder_wrong') })
  if (number.trim().length < 4) found.push({ field: 'number', text: t('account_form.number_wrong') })
  if (country.trim() !== '' && !/^[A-Za-z]{2}$/.test(country.trim()))
    found.push({ field: 'country', text: t('account_form.country_wrong') })
  return found
}

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())

function useChange(draft: Draft, etag: string | null) {
  const go = useGo()
  const { partnerId } = useFrame()
  const attempt = useAttemptKey(draft)
  return useWrite(
    (wanted: Draft, { client }) =>
      readBody(
        client.PUT('/program/payout-account', {
          headers: { 'If-Match': etag ?? '', 'Idempotency-Key': attempt },
          body: {
            method: wanted.method,
            holder_name: wanted.holder.trim(),
            account_number: wanted.number.trim(),
            bank_code: orNull(wanted.bank),
            country: orNull(wanted.country)?.toUpperCase() ?? null,
          },
        }),
      ),
    ({ account }) => {
      showToast(t('account_form.done', { at: account === null ? '' : formatDateTime(account.usable_from) }))
      go(partnerPlaces.payouts(partnerId))
    },
  )
}

type FieldsProps = { draft: Draft; errors: readonly FormError[]; onDraft: (change: Partial<Draft>) => void }

const lines = [
  { field: 'holder', label: 'payouts.holder', about: null, most: 200 },
  { field: 'number', label: 'account_form.number', about: 'account_form.number_about', most: 64 },
  { field: 'bank', label: 'account_form.bank', about: 'account_form.bank_about', most: 40 },
  { field: 'country', label: 'account_form.country', about: 'account_form.country_about', most: 2 },
] as const

function Fields({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <NativeSelect
        label={t('payouts.method')}
        data={methods.map((value) => ({ value, label: tValue('payout_method', value) }))}
        value={draft.method}
        onChange={(event) =>
          onDraft({ method: methods.find((one) => one === event.currentTarget.value) ?? 'bank_transfer' })
        }
      />
      {lines.map(({ field, label, about, most }) => (
        <TextInput
          key={field}
          id={field}
          label={t(label)}
          description={about === null ? undefined : t(about)}
          autoComplete="off"
          spellCheck={false}
          value={draft[field]}
          maxLength={most}
          error={errorOf(errors, field)}
          onChange={(event) => onDraft({ [field]: event.currentTarget.value })}
        />
      ))}
    </>
  )
}

function Form({ etag }: { etag: string | null }) {
  const [draft, setDraft] = useState(blank)
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useChange(draft, etag)
  const send = () => {
    const found = checkDraft(draft)
    setErrors(found)
    if (found.length === 0) write.mutate(draft)
  }
  return (
    <WriteForm write={write} errors={errors} act={t('account_form.save')} onSend={send}>
      <Fields draft={draft} errors={errors} onDraft={(change) => setDraft({ ...draft, ...change })} />
    </WriteForm>
  )
}

/** Gives another account to be paid on. The server asks for a fresh second step. */
export function AccountPage() {
  const { partnerId } = useFrame()
  const account = useOwnAccount()
  return (
    <Page
      title={t('account_form.title')}
      lead={t('account_form.lead')}
      back={{ to: partnerPlaces.payouts(partnerId), label: t('payouts.title') }}
    >
      <Answer query={account}>{({ etag }) => <Form etag={etag} />}</Answer>
    </Page>
  )
}
