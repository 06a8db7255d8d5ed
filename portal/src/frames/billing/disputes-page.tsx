import { readBody } from '@liaison/client'
import type { Dispute, DisputePage } from '@liaison/client'
import { useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { anyOr, FilterBar, Pick, useFilters } from '../../parts/filter-bar.tsx'
import type { Filters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty, NoMatch, Refreshed, ScopeNote } from '../../parts/states.tsx'
import { DateText, MoneyText, StatusChip } from '../../parts/values.tsx'
import { choiceField } from '../../platform/filters.ts'
import { formatDate, formatMoney } from '../../platform/format.ts'
import { clientFor, useFrame, useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { actingPlaces, orgPlaces, partnerPlaces } from '../../places.ts'
import { optional, pageField, pagingOf, pagingQuery } from '../shared/list-fields.ts'

const statuses = ['any', 'open', 'accepted', 'rejected', 'withdrawn'] as const
const spec = { status: choiceField(statuses, 'any'), page: pageField() }

function whoColumns(): Column<Dispute>[] {
  return [
    {
      id: 'by',
      header: t('disputes.by'),
      cell: (dispute) =>
        t('invoice.reminded', {
          person: dispute.created_by_name,
          partner: dispute.created_by_partner_name,
        }),
    },
    { id: 'when', header: t('disputes.when'), cell: (dispute) => <DateText iso={dispute.created_at} /> },
  ]
}

/** What is disputed and what was answered, below each other: both are sentences, and two columns of them are narrow. */
function Told({ dispute }: { dispute: Dispute }) {
  return (
    <div className="dispute-told">
      <span className="strong">{tValue('dispute_reason', dispute.reason)}</span>
      <br />
      <span className="small">{dispute.explanation}</span>
      {dispute.decided_at !== null && (
        <p className="small muted">
          {t('disputes.answered', {
            person: dispute.decided_by_name ?? '',
            date: formatDate(dispute.decided_at),
            note: dispute.decision_note ?? '',
          })}
        </p>
      )}
    </div>
  )
}

function columnsOf(withTenant: boolean, addressOf: (dispute: Dispute) => string): Column<Dispute>[] {
  const tenant: Column<Dispute> = {
    id: 'tenant',
    header: t('money.tenant'),
    isStrong: true,
    cell: (dispute) => dispute.tenant_name,
  }
  return [
    ...(withTenant ? [tenant] : []),
    {
      id: 'invoice',
      header: t('invoice.number'),
      cell: (dispute) => (
        <GoLink className="thing num nowrap" to={addressOf(dispute)}>
          {dispute.invoice_number}
        </GoLink>
      ),
    },
    {
      id: 'status',
      header: t('disputes.state'),
      cell: (dispute) => <StatusChip family="dispute" value={dispute.status} />,
    },
    {
      id: 'amount',
      header: t('disputes.amount'),
      numeric: true,
      cell: (dispute) => <MoneyText money={dispute.amount} />,
    },
    {
      id: 'what',
      header: t('disputes.what'),
      cell: (dispute) => <Told dispute={dispute} />,
    },
    ...whoColumns(),
  ]
}

type ListProps = {
  page: DisputePage
  filters: Filters<typeof spec>
  columns: readonly Column<Dispute>[]
  emptyText: string
}

function DisputeList({ page, filters, columns, emptyText }: ListProps) {
  const isFiltered = filters.active.length > 0
  if (page.items.length === 0) {
    return (
      <div className="list">
        {isFiltered ? <NoMatch /> : <Empty title={t('disputes.none')} text={emptyText} />}
      </div>
    )
  }
  return (
    <DataTable
      caption={t('disputes.caption')}
      columns={columns}
      rows={page.items}
      rowId={(dispute) => dispute.dispute_id}
      paging={pagingOf(page, (next) => filters.set({ page: next }))}
    />
  )
}

function StatusFilter({ filters, note }: { filters: Filters<typeof spec>; note: React.ReactNode }) {
  return (
    <FilterBar active={filters.active} onClear={filters.clear} note={note}>
      <Pick
        label={t('disputes.state')}
        value={filters.values.status}
        words={statuses}
        labelOf={anyOr('status.dispute')}
        onValue={(status) => filters.set({ status })}
      />
    </FilterBar>
  )
}

function WithdrawButton({ dispute }: { dispute: Dispute }) {
  const [isOpen, setOpen] = useState(false)
  const names = { number: dispute.invoice_number, tenant: dispute.tenant_name }
  const write = useWrite(
    (note: string) =>
      readBody(
        clientFor(dispute.tenant_id).POST('/partner/billing/disputes/{dispute_id}/withdraw', {
          params: { path: { dispute_id: dispute.dispute_id } },
          headers: { 'If-Match': `"v${String(dispute.version)}"` },
          body: note === '' ? {} : { note },
        }),
      ),
    () => {
      showToast(t('disputes.withdrawn'))
      setOpen(false)
    },
  )
  return (
    <>
      <button type="button" className="row-tool" onClick={() => setOpen(true)}>
        {t('disputes.withdraw')}…
      </button>
      <Ask
        opened={isOpen}
        title={t('disputes.withdraw_title', names)}
        act={t('disputes.withdraw_act')}
        keep={t('disputes.withdraw_keep')}
        reason="optional"
        isBusy={write.isPending}
        error={write.error}
        onKeep={() => setOpen(false)}
        onAct={(reason) => write.mutate(reason)}
      >
        <p>{t('disputes.withdraw_effect')}</p>
      </Ask>
    </>
  )
}

function withdrawColumn(partnerId: string): Column<Dispute> {
  return {
    id: 'act',
    header: '',
    cell: (dispute) =>
      dispute.status === 'open' &&
      dispute.created_by_partner_id === partnerId && <WithdrawButton dispute={dispute} />,
  }
}

/** Disputes about the invoices of all tenants, from the partner's side. */
export function PartnerDisputesPage() {
  const { partnerId } = useFrame()
  const filters = useFilters(spec)
  const query = { ...pagingQuery(filters.values.page), ...optional('status', filters.values.status) }
  const disputes = useRead(
    ['disputes', query],
    (frame, signal) => readBody(frame.client.GET('/partner/billing/disputes', { params: { query }, signal })),
    { keep: true },
  )
  const columns = [
    ...columnsOf(true, (dispute) => actingPlaces.invoice(partnerId, dispute.tenant_id, dispute.invoice_id)),
    withdrawColumn(partnerId),
  ]
  return (
    <Page
      title={t('disputes.title')}
      lead={t('disputes.lead')}
      back={{ to: partnerPlaces.money(partnerId), label: t('money.title') }}
    >
      <StatusFilter filters={filters} note={<Refreshed query={disputes} />} />
      <Answer query={disputes} lines={8}>
        {(page) => (
          <div className="stack">
            <ScopeNote scope={page.scope} />
            <DisputeList
              page={page}
              filters={filters}
              columns={columns}
              emptyText={t('disputes.none_text')}
            />
          </div>
        )}
      </Answer>
    </Page>
  )
}

type Ending = 'accept' | 'reject'

/** Sends the answer that is shown. */
function useAnswer(dispute: Dispute, shown: Ending, onDone: () => void) {
  return useWrite(
    (note: string, frame) => {
      const options = {
        params: { path: { dispute_id: dispute.dispute_id } },
        headers: { 'If-Match': `"v${String(dispute.version)}"` },
        body: { note },
      }
      return readBody(
        shown === 'accept'
          ? frame.client.POST('/tenant/billing/disputes/{dispute_id}/accept', options)
          : frame.client.POST('/tenant/billing/disputes/{dispute_id}/reject', options),
      )
    },
    () => {
      showToast(t(shown === 'accept' ? 'disputes.accepted' : 'disputes.rejected'))
      onDone()
    },
  )
}

function AnswerButtons({ dispute }: { dispute: Dispute }) {
  const [act, setAct] = useState<Ending | null>(null)
  const [shown, setShown] = useState<Ending>('accept')
  const write = useAnswer(dispute, shown, () => setAct(null))
  const open = (wanted: Ending) => {
    setShown(wanted)
    setAct(wanted)
  }
  return (
    <div className="row">
      <button type="button" className="row-tool" onClick={() => open('accept')}>
        {t('disputes.accept')}…
      </button>
      <button type="button" className="row-tool" onClick={() => open('reject')}>
        {t('disputes.reject')}…
      </button>
      <Ask
        opened={act !== null}
        title={t(`disputes.${shown}_title`, { number: dispute.invoice_number })}
        act={t(`disputes.${shown}_act`)}
        keep={t('disputes.undecided')}
        reason="required"
        isBusy={write.isPending}
        error={write.error}
        onKeep={() => setAct(null)}
        onAct={(note) => write.mutate(note)}
      >
        <p>
          {t(`disputes.${shown}_effect`, {
            partner: dispute.created_by_partner_name,
            amount: formatMoney(dispute.amount),
          })}
        </p>
      </Ask>
    </div>
  )
}

const answerColumn: Column<Dispute> = {
  id: 'act',
  header: '',
  cell: (dispute) => dispute.status === 'open' && <AnswerButtons dispute={dispute} />,
}

/** Disputes about the organisation's own invoices, with the buttons that answer them. */
export function OrgDisputesPage() {
  const { name, tenantId } = useFrame()
  const mayAnswer = useMay('tenant.billing.manage')
  const filters = useFilters(spec)
  const query = { ...pagingQuery(filters.values.page), ...optional('status', filters.values.status) }
  const disputes = useRead(
    ['disputes', query],
    (frame, signal) => readBody(frame.client.GET('/tenant/billing/disputes', { params: { query }, signal })),
    { keep: true },
  )
  const columns = [
    ...columnsOf(false, (dispute) => orgPlaces.invoice(tenantId, dispute.invoice_id)),
    ...(mayAnswer ? [answerColumn] : []),
  ]
  return (
    <Page
      title={t('disputes.title')}
      lead={t('disputes.lead_own', { tenant: name })}
      back={{ to: orgPlaces.billing(tenantId), label: t('nav.billing') }}
    >
      <StatusFilter filters={filters} note={<Refreshed query={disputes} />} />
      <Answer query={disputes} lines={8}>
        {(page) => (
          <DisputeList page={page} filters={filters} columns={columns} emptyText={t('disputes.none_own')} />
        )}
      </Answer>
    </Page>
  )
}
