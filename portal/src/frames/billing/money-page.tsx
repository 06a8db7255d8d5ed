import { TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { BillingSummary } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { FilterBar, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty, Refreshed, ScopeNote } from '../../parts/states.tsx'
import { DateText, MoneyText } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { textField } from '../../platform/filters.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { actingPlaces, partnerPlaces } from '../../places.ts'
import { GroupPick } from '../shared/group-pick.tsx'
import { optional } from '../shared/list-fields.ts'
import { displayCurrency, RateNote, ShowInPick } from '../shared/rates.tsx'
import { AgeingPanel, AgeingPanels } from './ageing.tsx'

const spec = { as_of: textField(), show: textField(), group: textField() }

type TenantTotals = BillingSummary['by_tenant'][number]['totals'][number]
type Line = { tenant: BillingSummary['by_tenant'][number]; totals: TenantTotals }

/** One line for each tenant and currency, the most overdue of each currency first. */
function linesOf(summary: BillingSummary): Line[] {
  const lines = summary.by_tenant.flatMap((tenant) => tenant.totals.map((totals) => ({ tenant, totals })))
  return lines.toSorted(
    (left, right) =>
      left.totals.currency.localeCompare(right.totals.currency) ||
      right.totals.overdue_amount.amount_minor - left.totals.overdue_amount.amount_minor ||
      right.totals.outstanding_balance.amount_minor - left.totals.outstanding_balance.amount_minor,
  )
}

function columnsOf(partnerId: string): Column<Line>[] {
  const bucket = (name: string): Column<Line> => ({
    id: name,
    header: tValue('bucket', name),
    numeric: true,
    cell: ({ totals }) => {
      const found = totals.ageing.find((one) => one.bucket === name)
      return found === undefined || found.amount.amount_minor === 0 ? (
        <span className="muted">–</span>
      ) : (
        <MoneyText money={found.amount} late={name !== 'current'} />
      )
    },
  })
  return [
    {
      id: 'tenant',
      header: t('money.tenant'),
      cell: ({ tenant }) => (
        <GoLink className="thing" to={actingPlaces.billing(partnerId, tenant.tenant_id)}>
          {tenant.tenant_name}
        </GoLink>
      ),
    },
    bucket('current'),
    bucket('1-30'),
    bucket('31-60'),
    bucket('61-90'),
    bucket('90+'),
    {
      id: 'last',
      header: t('money.last_payment'),
      numeric: true,
      cell: ({ tenant }) =>
        tenant.withheld.length > 0 ? (
          <span className="muted">{t('money.withheld')}</span>
        ) : (
          tenant.last_payment_amount !== null && (
            <>
              <MoneyText money={tenant.last_payment_amount} />
              <br />
              <span className="muted small">
                <DateText iso={tenant.last_payment_date} />
              </span>
            </>
          )
        ),
    },
  ]
}

function Figures({ summary }: { summary: BillingSummary }) {
  const { partnerId } = useFrame()
  const { totals, fx } = summary
  if (totals.length === 0) {
    return (
      <div className="list">
        <Empty title={t('money.nothing')} text={t('money.nothing_text')} />
      </div>
    )
  }
  return (
    <div className="stack">
      {fx !== null && (
        <>
          {summary.summary !== null && (
            <AgeingPanel
              totals={summary.summary}
              days={summary.period.days}
              title={t('money.shown_in', { currency: fx.display_currency })}
            />
          )}
          <RateNote rates={fx.rates} missing={fx.missing} shownIn={fx.display_currency} />
        </>
      )}
      <AgeingPanels totals={totals} days={summary.period.days} />
      <div className="row">
        <h2 className="section-title">{t('money.by_tenant')}</h2>
        <GoLink to={partnerPlaces.invoices(partnerId)}>{t('money.to_invoices')}</GoLink>
      </div>
      <DataTable
        caption={t('money.by_tenant')}
        columns={columnsOf(partnerId)}
        rows={linesOf(summary)}
        rowId={({ tenant, totals: own }) => `${tenant.tenant_id} ${own.currency}`}
      />
    </div>
  )
}

function Tools() {
  const { partnerId } = useFrame()
  return (
    <div className="row">
      <GoLink to={partnerPlaces.invoices(partnerId)}>{t('invoices.title')}</GoLink>
      <GoLink to={partnerPlaces.payments(partnerId)}>{t('payments.title')}</GoLink>
      <GoLink to={partnerPlaces.disputes(partnerId)}>{t('disputes.title')}</GoLink>
    </div>
  )
}

const isDay = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text)

/** What all tenants of the partner are owed, by age, for each currency apart (B6). */
export function MoneyPage() {
  const filters = useFilters(spec)
  const { values, set } = filters
  const today = useNow(60_000).toISOString().slice(0, 10)
  const query = {
    ...(isDay(values.as_of) && values.as_of < today ? { as_of: values.as_of } : {}),
    ...displayCurrency(values.show),
    ...optional('group', values.group),
  }
  const summary = useRead(
    ['billing-summary', query],
    (frame, signal) => readBody(frame.client.GET('/partner/billing/summary', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page title={t('money.title')} lead={t('money.lead')} tools={<Tools />}>
      <FilterBar active={filters.active} onClear={filters.clear} note={<Refreshed query={summary} />}>
        <TextInput
          type="date"
          label={t('money.as_of')}
          value={isDay(values.as_of) ? values.as_of : today}
          max={today}
          onChange={(event) =>
            set({ as_of: event.currentTarget.value === today ? '' : event.currentTarget.value })
          }
        />
        <ShowInPick
          value={values.show}
          known={summary.data?.totals.map(({ currency }) => currency) ?? []}
          onValue={(show) => set({ show })}
        />
        <GroupPick value={values.group} onValue={(group) => set({ group })} />
      </FilterBar>
      <Answer query={summary} lines={12}>
        {(found) => (
          <div className="stack">
            <ScopeNote scope={found.scope} />
            <Figures summary={found} />
          </div>
        )}
      </Answer>
    </Page>
  )
}
