import './program-words.ts'
import { NativeSelect, TextInput } from '@mantine/core'
import { readTagged } from '@liaison/client'
import type { PayoutPolicy as Policy } from '@liaison/client'
import { useState } from 'react'

import { KeptForm } from '../../parts/kept-form.tsx'
import { fact, Facts } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { formatDate } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { Setting } from './setting.tsx'

const NO_DAY = ''
/** Every month has this day. */
const LAST_DAY = 28
const days = Array.from({ length: LAST_DAY }, (_, index) => String(index + 1))
const documents = ['block', 'warn'] as const

const dayWords = (day: string): string =>
  day === NO_DAY ? t('payout_policy.no_day') : t('payout_policy.day_of', { day })

type Draft = { day: string; document: (typeof documents)[number]; source: string }

function useSave(etag: string | null) {
  return useWrite(
    ({ day, document, source }: Draft, { client }) =>
      readTagged(
        client.PUT('/admin/payout-policy', {
          headers: { 'If-Match': etag ?? '' },
          body: {
            payout_day: day === NO_DAY ? null : Number(day),
            tax_document: document,
            finance_source: source.trim() === '' ? null : source.trim(),
          },
        }),
      ),
    () => showToast(t('program_settings.done')),
  )
}

type FieldsProps = { draft: Draft; onDraft: (change: Partial<Draft>) => void }

function Fields({ draft, onDraft }: FieldsProps) {
  return (
    <>
      <NativeSelect
        id="payout_day"
        label={t('payout_policy.day')}
        description={t('payout_policy.day_about')}
        value={draft.day}
        data={[NO_DAY, ...days].map((day) => ({ value: day, label: dayWords(day) }))}
        onChange={(event) => onDraft({ day: event.currentTarget.value })}
      />
      <NativeSelect
        id="tax_document"
        label={t('payout_policy.document')}
        value={draft.document}
        data={documents.map((value) => ({ value, label: t(`payout_policy.document_${value}`) }))}
        onChange={(event) => {
          const document = documents.find((name) => name === event.currentTarget.value)
          if (document !== undefined) onDraft({ document })
        }}
      />
      <TextInput
        id="finance_source"
        label={t('payout_policy.source')}
        description={t('payout_policy.source_about')}
        value={draft.source}
        maxLength={63}
        onChange={(event) => onDraft({ source: event.currentTarget.value })}
      />
    </>
  )
}

function Form({ policy, etag }: { policy: Policy; etag: string | null }) {
  const [draft, setDraft] = useState<Draft>({
    day: policy.payout_day === null ? NO_DAY : String(policy.payout_day),
    document: policy.tax_document,
    source: policy.finance_source ?? '',
  })
  const write = useSave(etag)
  return (
    <Setting
      title={t('payout_policy.title')}
      about={t('payout_policy.about')}
      lastSet={t('program_settings.set_by', {
        version: policy.version,
        name: policy.set_by_name,
        date: formatDate(policy.set_at),
      })}
      mayChange={useMay('platform.payouts.approve')}
      errors={[]}
      isBusy={write.isPending}
      error={write.error}
      now={
        <Facts
          facts={[
            fact(t('payout_policy.day'), dayWords(draft.day)),
            fact(t('payout_policy.document'), t(`payout_policy.document_${policy.tax_document}`)),
            fact(t('payout_policy.source'), policy.finance_source),
          ]}
        />
      }
      onSave={() => write.mutate(draft)}
    >
      <Fields draft={draft} onDraft={(change) => setDraft({ ...draft, ...change })} />
    </Setting>
  )
}

/** When partners are paid, and whether a missing tax document stands in the way. */
export function PayoutPolicy() {
  const policy = useRead(['payouts', 'policy'], (frame, signal) =>
    readTagged(frame.client.GET('/admin/payout-policy', { signal })),
  )
  return (
    <Answer query={policy} lines={4}>
      {(found) => (
        <KeptForm value={found} version={found.body.version}>
          {({ body, etag }) => <Form policy={body} etag={etag} />}
        </KeptForm>
      )}
    </Answer>
  )
}
