import './vouchers-words.ts'
import { Button } from '@mantine/core'
import type { VoucherDetail } from '@liaison/client'
import { useMemo } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useGo, useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { orgPlaces as places } from '../../places.ts'
import { readVoucher } from './calls.ts'
import { VoucherActs } from './voucher-acts.tsx'
import { PersonFacts, VoucherFacts } from './voucher-facts.tsx'
import { toColumns } from './voucher-table.tsx'

type HistoryProps = { history: VoucherDetail['history'] }

function aboutEvent(event: HistoryProps['history'][number]): string {
  return [
    event.actor_name !== null && t('voucher.event_by', { name: event.actor_name }),
    event.place,
    event.receipt_id !== null && t('voucher.event_receipt', { receipt: event.receipt_id }),
  ]
    .filter((part) => part !== false && part !== null)
    .join(' · ')
}

function History({ history }: HistoryProps) {
  return (
    <Panel title={t('voucher.history')}>
      <ol className="voucher-history">
        {history.map((event, index) => (
          <li key={`${String(index)} ${event.at}`}>
            <strong>{tValue('voucher.event', event.action)}</strong>
            <span>{aboutEvent(event)}</span>
            {event.note !== null && <q>{event.note}</q>}
            <span className="small muted">{formatDateTime(event.at)}</span>
          </li>
        ))}
      </ol>
    </Panel>
  )
}

function SamePerson({ vouchers }: { vouchers: VoucherDetail['same_person'] }) {
  const ten = useParam('ten')
  const columns = useMemo(() => toColumns((voucher) => places.voucher(ten, voucher)), [ten])
  return (
    <section className="stack tight">
      <h2 className="section-title">{t('voucher.same')}</h2>
      {vouchers.length === 0 ? (
        <p className="muted">{t('voucher.same_none')}</p>
      ) : (
        <DataTable
          caption={t('voucher.same')}
          columns={columns}
          rows={vouchers}
          rowId={(voucher) => voucher.voucher_id}
        />
      )}
    </section>
  )
}

/** One voucher: what it is, whom it is for, what happened to it, and what can be done. */
export function VoucherPage() {
  const go = useGo()
  const ten = useParam('ten')
  const id = useParam('voucher')
  const voucher = useRead(['voucher', id], (frame, signal) => readVoucher(frame, id, signal))
  const found = voucher.data
  return (
    <Page
      title={found ? t('voucher.title', { code: found.code }) : t('vouchers.title')}
      lead={found && <StatusChip family="voucher" value={found.status} />}
      back={{ to: places.vouchers(ten), label: t('vouchers.title') }}
      tools={
        found && (
          <>
            {found.status === 'issued' && (
              <Button variant="default" onClick={() => go(places.voucherPrint(ten, id))}>
                {t('voucher.print')}
              </Button>
            )}
            <VoucherActs voucher={found} />
          </>
        )
      }
    >
      <Answer query={voucher} lines={10}>
        {(body) => (
          <div className="stack">
            <div className="halves">
              <div className="stack">
                <Panel title={t('voucher.facts')}>
                  <VoucherFacts voucher={body} />
                </Panel>
                <Panel title={t('voucher.person')}>
                  <PersonFacts voucher={body} />
                </Panel>
              </div>
              <History history={body.history} />
            </div>
            <SamePerson vouchers={body.same_person} />
          </div>
        )}
      </Answer>
    </Page>
  )
}
