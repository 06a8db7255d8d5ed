import './payouts-words.ts'
import { readBody } from '@liaison/client'
import type { TaxDocument } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { MoveButton, RowActs } from '../../parts/move-button.tsx'
import { Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText } from '../../parts/values.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { FileButton, saveBytes } from './parts.tsx'

function TakeFile({ row }: { row: TaxDocument }) {
  const write = useWrite(
    (_: null, { client }) =>
      readBody(
        client.GET('/admin/tax-documents/{document_id}/file', {
          params: { path: { document_id: row.document_id } },
          parseAs: 'blob',
        }),
      ),
    (file: unknown) => {
      if (file instanceof Blob) saveBytes(row.file_name, file)
    },
  )
  return (
    <FileButton
      label={row.file_name}
      text={t('payouts.file')}
      write={write}
      onTake={() => write.mutate(null)}
    />
  )
}

function Acts({ row }: { row: TaxDocument }) {
  const params = { path: { document_id: row.document_id } }
  const names = { partner: row.partner_name }
  return (
    <RowActs>
      <TakeFile row={row} />
      <MoveButton
        isInRow
        words={{
          act: t('checks.verify'),
          title: t('checks.verify_title', names),
          effect: t('checks.verify_effect'),
          keep: t('checks.verify_keep'),
          done: t('checks.verify_done', names),
        }}
        move={(_reason, { client }) =>
          readBody(client.POST('/admin/tax-documents/{document_id}/verify', { params }))
        }
      />
      <MoveButton
        isInRow
        isDanger
        reason="required"
        words={{
          act: t('checks.reject'),
          title: t('checks.reject_title', names),
          effect: t('checks.reject_effect'),
          keep: t('checks.reject_keep'),
          done: t('checks.reject_done'),
        }}
        move={(reason, { client }) =>
          readBody(client.POST('/admin/tax-documents/{document_id}/reject', { params, body: { reason } }))
        }
      />
    </RowActs>
  )
}

const columns: Column<TaxDocument>[] = [
  { id: 'partner', header: t('batch.partner'), cell: (row) => row.partner_name },
  { id: 'kind', header: t('payouts.tax_kind'), cell: (row) => tValue('payouts.tax_kind', row.kind) },
  { id: 'given', header: t('payouts.given'), cell: (row) => <DateText iso={row.handed_in_at} /> },
  { id: 'until', header: t('payouts.tax_until'), cell: (row) => <DateText iso={row.valid_until} /> },
  { id: 'acts', header: '', cell: (row) => <Acts row={row} /> },
]

/** Tax documents that wait for somebody to look at them. */
export function DocumentChecks() {
  const query = { state: 'submitted', limit: 50 }
  const documents = useRead(['payouts', 'checks'], (frame, signal) =>
    readBody(frame.client.GET('/admin/tax-documents', { params: { query }, signal })),
  )
  return (
    <Panel title={t('checks.accounts')}>
      <Answer query={documents} lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="muted">{t('checks.none')}</p>
          ) : (
            <DataTable
              caption={t('checks.accounts')}
              columns={columns}
              rows={items}
              rowId={(row) => row.document_id}
            />
          )
        }
      </Answer>
    </Panel>
  )
}
