import './referrals-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { OwnReferral } from '@liaison/client'
import { useMemo } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { anyOr, FilterBar, Pick, useFilters } from '../../parts/filter-bar.tsx'
import { WriteProblem } from '../../parts/error-summary.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty, NoMatch, Refreshed } from '../../parts/states.tsx'
import { DateText, MoneyText, StatusChip } from '../../parts/values.tsx'
import { choiceField } from '../../platform/filters.ts'
import { formatDate } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { ProgramExportTools } from '../shared/export-link.tsx'
import { formatMonth } from '../reports/figures.ts'
import { optional, pageField, pagingOf, pagingQuery } from '../shared/list-fields.ts'
import { useMakeCode } from './code-columns.tsx'
import { blankCode } from './code-draft.ts'
import { Funnel } from './funnel.tsx'

const states = ['any', 'created', 'locked', 'voided'] as const
const spec = { state: choiceField(states, 'any'), page: pageField() }
/** The last months of a tenant that a list has room for. */
const SHOWN_MONTHS = 2

function TenantCell({ referral }: { referral: OwnReferral }) {
  const { tenant } = referral
  if (tenant === null) return <span className="muted">{t('referrals.tenant_gone')}</span>
  return (
    <>
      <span className="thing">{tenant.name}</span>
      <br />
      <span className="small muted">{tenant.slug}</span>
    </>
  )
}

function StateCell({ referral }: { referral: OwnReferral }) {
  return (
    <>
      <StatusChip family="referral" value={referral.state} />
      {referral.review !== null && (
        <>
          <br />
          <span className="small muted">{t('referrals.held')}</span>
        </>
      )}
      {referral.blocked_from !== null && (
        <>
          <br />
          <span className="small muted">
            {t('referrals.blocked', { date: formatDate(referral.blocked_from) })}
          </span>
        </>
      )}
      {referral.void_reason !== null && (
        <>
          <br />
          <span className="small muted">{referral.void_reason}</span>
        </>
      )}
    </>
  )
}

/** The last two months in which something was paid, each in its currency. */
function RevenueCell({ referral }: { referral: OwnReferral }) {
  const paid = referral.tenant?.monthly_revenue ?? []
  const months = [...new Set(paid.map(({ month }) => month))].slice(0, SHOWN_MONTHS)
  if (months.length === 0) return <span className="muted">–</span>
  return months.map((month) => (
    <span key={month} className="nowrap">
      <span className="small muted">{formatMonth(month)} </span>
      <MoneyText money={paid.filter((part) => part.month === month).map(({ amount }) => amount)} />
      <br />
    </span>
  ))
}

const revenueColumn: Column<OwnReferral> = {
  id: 'revenue',
  header: '',
  numeric: true,
  cell: (referral) => <RevenueCell referral={referral} />,
}

function toColumns(seesRevenue: boolean): Column<OwnReferral>[] {
  return [
    { id: 'tenant', header: t('referrals.tenant'), cell: (referral) => <TenantCell referral={referral} /> },
    { id: 'state', header: t('referrals.state'), cell: (referral) => <StateCell referral={referral} /> },
    {
      id: 'since',
      header: t('referrals.since'),
      cell: ({ tenant, referred_at: at }) => <DateText iso={tenant?.signed_up_at ?? at} />,
    },
    {
      id: 'code',
      header: t('referrals.code'),
      cell: ({ code, method }) => (
        <>
          {code === null ? <span className="muted">–</span> : <code className="mono">{code}</code>}
          <br />
          <span className="small muted">{tValue('referrals.method', method)}</span>
        </>
      ),
    },
    {
      id: 'status',
      header: t('referrals.status'),
      cell: ({ tenant }) => (tenant === null ? '–' : tValue('referrals.status', tenant.status)),
    },
    { id: 'tier', header: t('referrals.tier'), cell: ({ tenant }) => tenant?.subscription_tier ?? '–' },
    ...(seesRevenue ? [{ ...revenueColumn, header: t('referrals.revenue') }] : []),
  ]
}

type ReferralsQuery = { state: (typeof states)[number]; page: number }

function useReferrals({ state, page }: ReferralsQuery) {
  const query = { ...pagingQuery(page), ...optional('state', state) }
  return useRead(
    ['program-referrals', query],
    (frame, signal) => readBody(frame.client.GET('/program/referrals', { params: { query }, signal })),
    { keep: true },
  )
}

function Nobody({ isFiltered }: { isFiltered: boolean }) {
  const go = useGo()
  const { partnerId } = useFrame()
  return (
    <div className="list">
      {isFiltered ? (
        <NoMatch />
      ) : (
        <Empty title={t('referrals.none')} text={t('referrals.none_text')}>
          <Button onClick={() => go(partnerPlaces.codes(partnerId))}>{t('codes.title')}</Button>
        </Empty>
      )}
    </div>
  )
}

type ListProps = {
  page: NonNullable<ReturnType<typeof useReferrals>['data']>
  title: string
  columns: readonly Column<OwnReferral>[]
  onPage: (page: number) => void
}

function List({ page, title, columns, onPage }: ListProps) {
  return (
    <DataTable
      caption={title}
      columns={columns}
      rows={page.items}
      rowId={(referral) => referral.referral_id}
      paging={pagingOf(page, onPage)}
    />
  )
}

/** What is done most from here: a code and its link in one step, without leaving the list. */
function Tools() {
  const mayExport = useMay('partner_org.earnings.export')
  const mayMake = useMay('partner_org.codes.create')
  const make = useMakeCode(() => undefined)
  return (
    <>
      {mayExport && <ProgramExportTools kind="referrals" />}
      {mayMake && (
        <Button data-new="" loading={make.isPending} onClick={() => make.mutate(blankCode)}>
          {t('codes.new')}
        </Button>
      )}
      <WriteProblem error={make.error} />
    </>
  )
}

/** Whom the partner brought, in the seven fields that it may know: staff see those of their own codes. */
export function ReferralsPage() {
  const seesAll = useMay('partner_org.referrals.read_all')
  const filters = useFilters(spec)
  const { values, set, clear, active } = filters
  const list = useReferrals(values)
  const columns = useMemo(() => toColumns(seesAll), [seesAll])
  const title = t(seesAll ? 'referrals.title' : 'referrals.mine_title')
  return (
    <Page title={title} lead={t(seesAll ? 'referrals.lead' : 'referrals.mine_lead')} tools={<Tools />}>
      <div className="stack">
        <Funnel />
        <FilterBar active={active} onClear={clear} note={<Refreshed query={list} />}>
          <Pick
            label={t('referrals.state')}
            value={values.state}
            words={states}
            labelOf={anyOr('status.referral')}
            onValue={(state) => set({ state })}
          />
        </FilterBar>
        <Answer query={list} lines={6}>
          {(page) =>
            page.items.length === 0 ? (
              <Nobody isFiltered={active.length > 0} />
            ) : (
              <List page={page} title={title} columns={columns} onPage={(next) => set({ page: next })} />
            )
          }
        </Answer>
        <p className="small muted">
          {t('referrals.only_seven')} {!seesAll && t('referrals.revenue_hidden')}
        </p>
      </div>
    </Page>
  )
}
