import './payouts-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { PayoutBatchDetail, PayoutItem } from '@liaison/client'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { MoveButton, RowActs } from '../../parts/move-button.tsx'
import { Panel } from '../../parts/page.tsx'
import { formatMoney } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { saveBytes } from './parts.tsx'

type ActsProps = { batch: PayoutBatchDetail; etag: string | null }

type Act = 'submit' | 'submit_anew' | 'approve' | 'cancel' | 'export'

function wordsOf(act: Act, batch: PayoutBatchDetail) {
  const names = { number: batch.number, total: formatMoney(batch.total), items: batch.item_count }
  return {
    act: t(`batch.${act}`),
    title: t(`batch.${act}_title`, names),
    effect: t(`batch.${act}_effect`, names),
    keep: t(`batch.${act}_keep`),
    done: t(`batch.${act}_done`, names),
  }
}

function Move({ batch, etag, act }: ActsProps & { act: Exclude<Act, 'cancel'> }) {
  const step = act === 'submit_anew' ? 'submit' : act
  return (
    <MoveButton
      words={wordsOf(act, batch)}
      isApproval={act === 'approve'}
      move={(_reason, { client }) =>
        readBody(
          client.POST(`/admin/payout-batches/{batch_id}/${step}`, {
            params: { path: { batch_id: batch.batch_id } },
            headers: { 'If-Match': etag ?? '' },
          }),
        )
      }
    />
  )
}

function Cancel({ batch, etag }: ActsProps) {
  return (
    <MoveButton
      words={wordsOf('cancel', batch)}
      reason="required"
      isDanger
      move={(reason, { client }) =>
        readBody(
          client.POST('/admin/payout-batches/{batch_id}/cancel', {
            params: { path: { batch_id: batch.batch_id } },
            headers: { 'If-Match': etag ?? '' },
            body: { reason },
          }),
        )
      }
    />
  )
}

/** How a submitted payout goes on: somebody else approves it, or submits it anew where whoever did is no admin any more. */
function Submitted({ batch, etag }: ActsProps) {
  const mayRun = useMay('platform.payouts.run')
  const mayApprove = useMay('platform.payouts.approve')
  if (batch.submission_counts === false) return mayRun && <Move batch={batch} etag={etag} act="submit_anew" />
  return mayApprove && !batch.is_mine && <Move batch={batch} etag={etag} act="approve" />
}

/** What can be done with a payout in its state, by whom it can be done. */
export function BatchActs({ batch, etag }: ActsProps) {
  const mayRun = useMay('platform.payouts.run')
  const isOpen = batch.state === 'draft' || batch.state === 'submitted'
  const kept = { batch, etag }
  return (
    <div className="row">
      {mayRun && isOpen && <Cancel {...kept} />}
      {mayRun && batch.state === 'draft' && <Move {...kept} act="submit" />}
      {batch.state === 'submitted' && <Submitted {...kept} />}
      {mayRun && batch.state === 'approved' && <Move {...kept} act="export" />}
    </div>
  )
}

const namesOf = (item: PayoutItem) => ({
  partner: item.partner_name,
  amount: formatMoney(item.amount),
  account: item.account_label,
})

function itemWords(act: 'mark_paid' | 'fail', item: PayoutItem) {
  const names = namesOf(item)
  return {
    act: t(`batch.${act}`),
    title: t(`batch.${act}_title`, names),
    effect: t(`batch.${act}_effect`, names),
    keep: t(`batch.${act}_keep`),
    done: t(`batch.${act}_done`, names),
  }
}

/** Records what became of one partner's payout. */
export function ItemActs({ item }: { item: PayoutItem }) {
  const params = { path: { batch_id: item.batch_id, item_id: item.item_id } }
  return (
    <RowActs>
      <MoveButton
        isInRow
        reason="required"
        asks={{ label: t('batch.reference'), missing: t('batch.reference_missing') }}
        words={itemWords('mark_paid', item)}
        move={(reference, { client }) =>
          readBody(
            client.POST('/admin/payout-batches/{batch_id}/items/{item_id}/mark-paid', {
              params,
              body: { reference },
            }),
          )
        }
      />
      <MoveButton
        isInRow
        isDanger
        reason="required"
        words={itemWords('fail', item)}
        move={(reason, { client }) =>
          readBody(
            client.POST('/admin/payout-batches/{batch_id}/items/{item_id}/fail', {
              params,
              body: { reason },
            }),
          )
        }
      />
    </RowActs>
  )
}

/** The file from which the bank is told, with whole account numbers. */
export function BankFile({ batch }: { batch: PayoutBatchDetail }) {
  const write = useWrite(
    (_: null, { client }) =>
      readBody(
        client.POST('/admin/payout-batches/{batch_id}/file', {
          params: { path: { batch_id: batch.batch_id } },
        }),
      ),
    (file) => saveBytes(file.file_name, new Blob([file.content], { type: 'text/csv' })),
  )
  return (
    <Panel title={t('batch.file')}>
      <div className="stack tight">
        <p className="muted">{t('batch.file_text')}</p>
        <WriteProblem error={write.error} />
        <div>
          <Button variant="default" loading={write.isPending} onClick={() => write.mutate(null)}>
            {t('payouts.file')}
          </Button>
        </div>
      </div>
    </Panel>
  )
}
