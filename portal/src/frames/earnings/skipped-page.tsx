import './earnings-words.ts'
import { readBody } from '@liaison/client'
import type { ProviderSkip, ProviderSkipPage } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { FilterBar, Pick, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty, NoMatch, Refreshed } from '../../parts/states.tsx'
import { DateText, MoneyText } from '../../parts/values.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { WhyNothing } from './why-nothing.tsx'
import { optional, pageField, pageSize, pagingQuery } from '../shared/list-fields.ts'
import { PartnerPick } from '../shared/partner-pick.tsx'

/** The reasons behind which a mistake of the billing system, or of an agreement, may stand. */
const DOUBTFUL = ['ORIGINAL_UNKNOWN', 'OTHER_CURRENCY', 'CURRENCY_MISSING', 'NO_AGREEMENT'] as const

const spec = {
  partner: textField(),
  why: choiceField(['any', 'doubtful'] as const, 'any'),
  page: pageField(),
}

const columns: Column<ProviderSkip>[] = [
  {
    id: 'partner',
    header: t('earnings.partner'),
    cell: (row) => <GoLink to={platformPlaces.partner(row.partner_id)}>{row.partner_name}</GoLink>,
  },
  { id: 'kind', header: t('skipped.kind'), cell: (row) => tValue('billing_event', row.kind) },
  {
    id: 'event',
    header: t('skipped.event'),
    cell: (row) => (
      <>
        {row.external_id} <span className="small muted">{t('skipped.source', { source: row.source })}</span>
        {row.refers_to !== null && (
          <div className="small muted">{t('skipped.refers_to', { event: row.refers_to })}</div>
        )}
      </>
    ),
  },
  { id: 'at', header: t('skipped.at'), cell: (row) => <DateText iso={row.occurred_at} /> },
  {
    id: 'why',
    header: t('skipped.why'),
    cell: (row) => <WhyNothing skip={row} />,
  },
  { id: 'net', header: t('skipped.net'), numeric: true, cell: (row) => <MoneyText money={row.net} /> },
]

type ListProps = { page: ProviderSkipPage; isFiltered: boolean; onOffset: (offset: number) => void }

function List({ page, isFiltered, onOffset }: ListProps) {
  if (page.items.length === 0)
    return (
      <div className="list">
        {isFiltered ? <NoMatch /> : <Empty title={t('skipped.none')} text={t('skipped.none_text')} />}
      </div>
    )
  return (
    <DataTable
      caption={t('skipped.title')}
      columns={columns}
      rows={page.items}
      rowId={(row) => `${row.billing_event_id} ${row.referral_id} ${row.component ?? ''}`}
      paging={{ offset: page.offset, limit: page.limit, total: page.total, onOffset }}
    />
  )
}

/** Payments and refunds of referred tenants that came to nothing, and why: the refund that names no known payment among them. */
export function SkippedPage() {
  const { values, set, clear, active } = useFilters(spec)
  const query = {
    ...pagingQuery(values.page),
    ...optional('partner_id', values.partner),
    ...(values.why === 'doubtful' && { reason: [...DOUBTFUL] }),
  }
  const list = useRead(
    ['earnings', 'skipped', query],
    (frame, signal) => readBody(frame.client.GET('/admin/earnings/skipped', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page
      title={t('skipped.title')}
      lead={t('skipped.lead')}
      back={{ to: platformPlaces.earnings(), label: t('earnings.title') }}
    >
      <div className="stack">
        <FilterBar active={active} onClear={clear} note={<Refreshed query={list} />}>
          <PartnerPick value={values.partner} onValue={(partner) => set({ partner })} />
          <Pick
            label={t('skipped.why')}
            value={values.why}
            words={['any', 'doubtful']}
            labelOf={(why) => t(why === 'any' ? 'pick.any' : 'skipped.doubtful')}
            onValue={(why) => set({ why })}
          />
        </FilterBar>
        <Answer query={list} lines={8}>
          {(page) => (
            <List
              page={page}
              isFiltered={active.length > 0}
              onOffset={(offset) => set({ page: Math.floor(offset / pageSize) })}
            />
          )}
        </Answer>
      </div>
    </Page>
  )
}
