import './payouts-words.ts'
import { FileInput, NativeSelect, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { TaxDocument } from '@liaison/client'
import { useState } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { WriteForm } from '../../parts/write-form.tsx'
import { useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { TaxKind } from './parts.tsx'

const kinds = ['w9', 'w8', 'vat_certificate', 'tax_residency', 'other'] as const
const mostBytes = 2 * 1024 * 1024
const bytesAtOnce = 32_768

async function toBase64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  let text = ''
  for (let from = 0; from < bytes.length; from += bytesAtOnce)
    text += String.fromCharCode(...bytes.subarray(from, from + bytesAtOnce))
  return btoa(text)
}

const columns: Column<TaxDocument>[] = [
  {
    id: 'kind',
    header: t('payouts.tax_kind'),
    cell: (row) => <TaxKind document={row} />,
  },
  {
    id: 'state',
    header: t('payouts.state'),
    cell: (row) => <StatusChip family="tax_document" value={row.state} />,
  },
  { id: 'given', header: t('payouts.given'), cell: (row) => <DateText iso={row.handed_in_at} /> },
  { id: 'until', header: t('payouts.tax_until'), cell: (row) => <DateText iso={row.valid_until} /> },
  { id: 'reason', header: t('payouts.tax_reason'), cell: (row) => row.reason ?? '–' },
]

type Draft = { kind: (typeof kinds)[number]; file: File | null; until: string }

function useHandIn(draft: Draft, onSent: () => void) {
  return useWrite(
    async (chosen: File, { client }) =>
      readBody(
        client.POST('/program/tax-documents', {
          body: {
            kind: draft.kind,
            file_name: chosen.name,
            content_base64: await toBase64(chosen),
            valid_until: draft.until === '' ? null : draft.until,
          },
        }),
      ),
    () => {
      onSent()
      showToast(t('payouts.tax_sent'))
    },
  )
}

type FieldsProps = { draft: Draft; isMissing: boolean; onDraft: (change: Partial<Draft>) => void }

function Fields({ draft, isMissing, onDraft }: FieldsProps) {
  return (
    <>
      <NativeSelect
        label={t('payouts.tax_kind')}
        data={kinds.map((value) => ({ value, label: tValue('payouts.tax_kind', value) }))}
        value={draft.kind}
        onChange={(event) =>
          onDraft({ kind: kinds.find((one) => one === event.currentTarget.value) ?? 'other' })
        }
      />
      <FileInput
        id="tax-file"
        label={t('payouts.tax_file')}
        description={t('payouts.tax_file_about')}
        placeholder={t('payouts.choose_file')}
        accept="application/pdf,image/png,image/jpeg"
        value={draft.file}
        error={isMissing ? t('payouts.tax_file_missing') : undefined}
        onChange={(file) => onDraft({ file })}
      />
      <TextInput
        type="date"
        label={t('payouts.tax_until')}
        description={t('payouts.tax_until_about')}
        value={draft.until}
        onChange={(event) => onDraft({ until: event.currentTarget.value })}
      />
    </>
  )
}

function HandIn() {
  const [draft, setDraft] = useState<Draft>({ kind: 'w9', file: null, until: '' })
  const [isMissing, setMissing] = useState(false)
  const write = useHandIn(draft, () => setDraft({ ...draft, file: null, until: '' }))
  const send = () => {
    const { file } = draft
    const isWrong = file === null || file.size > mostBytes
    setMissing(isWrong)
    if (file !== null && !isWrong) write.mutate(file)
  }
  return (
    <WriteForm
      write={write}
      act={t('payouts.tax_send')}
      look="second"
      className="stack tight form"
      onSend={send}
    >
      <Fields draft={draft} isMissing={isMissing} onDraft={(change) => setDraft({ ...draft, ...change })} />
    </WriteForm>
  )
}

/** The tax documents of the partner, and a way to hand in another one. */
export function TaxDocuments() {
  const mayHandIn = useMay('partner_org.payout_account.manage')
  const documents = useRead(['payouts', 'tax'], (frame, signal) =>
    readBody(frame.client.GET('/program/tax-documents', { params: { query: { limit: 20 } }, signal })),
  )
  return (
    <Panel title={t('payouts.tax')}>
      <div className="stack tight">
        <p className="muted">{t('payouts.tax_text')}</p>
        <Answer query={documents}>
          {({ items }) =>
            items.length === 0 ? (
              <p>{t('payouts.tax_none')}</p>
            ) : (
              <DataTable
                caption={t('payouts.tax')}
                columns={columns}
                rows={items}
                rowId={(row) => row.document_id}
              />
            )
          }
        </Answer>
        {mayHandIn && <HandIn />}
      </div>
    </Panel>
  )
}
