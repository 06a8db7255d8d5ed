import './vouchers-words.ts'
import { Button, NativeSelect, TextInput } from '@mantine/core'
import { LiaisonProblem, readBody } from '@liaison/client'
import type { VoucherType } from '@liaison/client'
import { useState } from 'react'

import { errorOf, ErrorSummary, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { useAttemptKey } from '../../platform/attempt.ts'
import { showToast } from '../../platform/live.ts'
import { useGo, useParam } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces as places } from '../../places.ts'
import { readTypes } from './calls.ts'

type Draft = { type: string; first: string; last: string; born: string; adults: string; children: string }
type FieldsProps = {
  draft: Draft
  types: readonly VoucherType[]
  errors: readonly FormError[]
  onDraft: (change: Partial<Draft>) => void
}

const isSmallNumber = (text: string) => /^\d{1,2}$/.test(text) && Number(text) <= 20

function checkDraft(draft: Draft): FormError[] {
  const missing = (['first', 'last', 'born'] as const).filter((name) => draft[name].trim() === '')
  const wrong = (['adults', 'children'] as const).filter((name) => !isSmallNumber(draft[name]))
  return [
    ...missing.map((field) => ({ field, text: t('vnew.missing') })),
    ...wrong.map((field) => ({ field, text: t('vnew.number_wrong') })),
  ]
}

function Fields({ draft, types, errors, onDraft }: FieldsProps) {
  const field = (name: Exclude<keyof Draft, 'type'>) => ({
    id: name,
    label: t(`vnew.${name}`),
    value: draft[name],
    autoComplete: 'off',
    error: errorOf(errors, name),
    onChange: (event: { currentTarget: { value: string } }) => onDraft({ [name]: event.currentTarget.value }),
  })
  return (
    <>
      <NativeSelect
        id="type"
        label={t('vouchers.type')}
        data={types.map(({ code, label }) => ({ value: code, label }))}
        value={draft.type}
        onChange={(event) => onDraft({ type: event.currentTarget.value })}
      />
      <div className="halves">
        <TextInput {...field('first')} maxLength={80} />
        <TextInput {...field('last')} maxLength={80} />
      </div>
      <TextInput {...field('born')} type="date" />
      <div className="halves">
        <TextInput {...field('adults')} inputMode="numeric" maxLength={2} />
        <TextInput {...field('children')} inputMode="numeric" maxLength={2} />
      </div>
    </>
  )
}

function toBody(draft: Draft, sendToReview: boolean) {
  return {
    voucher_type: draft.type,
    first_name: draft.first.trim(),
    last_name: draft.last.trim(),
    date_of_birth: draft.born,
    household_adults: Number(draft.adults),
    household_children: Number(draft.children),
    send_to_review: sendToReview,
  }
}

function useIssue(draft: Draft) {
  const go = useGo()
  const ten = useParam('ten')
  const attempt = useAttemptKey(draft)
  return useWrite(
    ({ sendToReview }: { sendToReview: boolean }, { client }) =>
      readBody(
        client.POST('/tenant/vouchers', {
          headers: { 'Idempotency-Key': `${attempt}${sendToReview ? '-review' : ''}` },
          body: toBody(draft, sendToReview),
        }),
      ),
    (made) => {
      showToast(t(made.status === 'issued' ? 'vnew.done' : 'vnew.waits'))
      go(places.voucher(ten, made.voucher_id))
    },
  )
}

function IssueForm({ types }: { types: readonly VoucherType[] }) {
  const [draft, setDraft] = useState<Draft>({
    type: types[0]?.code ?? '',
    first: '',
    last: '',
    born: '',
    adults: '1',
    children: '0',
  })
  const [errors, setErrors] = useState<FormError[]>([])
  const write = useIssue(draft)
  const isDuplicate = write.error instanceof LiaisonProblem && write.error.code === 'DUPLICATE_VOUCHER'
  const send = (sendToReview: boolean) => {
    const found = checkDraft(draft)
    setErrors(found)
    if (found.length === 0) write.mutate({ sendToReview })
  }
  return (
    <form
      className="stack form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        send(false)
      }}
    >
      <ErrorSummary errors={errors} />
      <WriteProblem error={write.error} />
      <Fields
        draft={draft}
        types={types}
        errors={errors}
        onDraft={(change) => setDraft({ ...draft, ...change })}
      />
      <div className="row">
        <Button type="submit" loading={write.isPending}>
          {t('vnew.send')}
        </Button>
        {isDuplicate && (
          <Button variant="default" onClick={() => send(true)}>
            {t('vnew.review_anyway')}
          </Button>
        )}
      </div>
    </form>
  )
}

/** Issues a voucher for somebody who stands before the reader. */
export function NewVoucherPage() {
  const ten = useParam('ten')
  const types = useRead(['voucher-types'], readTypes)
  return (
    <Page
      title={t('vnew.title')}
      lead={t('vnew.lead')}
      back={{ to: places.vouchers(ten), label: t('vouchers.title') }}
    >
      <Answer query={types} lines={6}>
        {({ items }) => {
          const offered = items.filter((type) => type.is_active)
          return offered.length === 0 ? (
            <div className="list">
              <Empty title={t('vnew.no_types')} text={t('vnew.no_types_text')} />
            </div>
          ) : (
            <IssueForm types={offered} />
          )
        }}
      </Answer>
    </Page>
  )
}
