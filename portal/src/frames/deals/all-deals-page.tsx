import './deals-words.ts'
import { readBody } from '@liaison/client'
import type { Deal } from '@liaison/client'
import { useMemo } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Refreshed } from '../../parts/states.tsx'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { DealFilters, DealList, dealQueryOf, dealSpec, prospectOf, sharedColumns } from './deal-list.tsx'

const toColumns = (): Column<Deal>[] => [
  {
    id: 'company',
    header: t('deals.company'),
    cell: (deal) => (
      <>
        <GoLink className="thing" to={platformPlaces.deal(deal.deal_id)}>
          {deal.company_name}
        </GoLink>
        <br />
        <span className="small muted">{prospectOf(deal)}</span>
      </>
    ),
  },
  {
    id: 'partner',
    header: t('deals.partner'),
    cell: ({ partner }) => <GoLink to={platformPlaces.partner(partner.partner_id)}>{partner.name}</GoLink>,
  },
  ...sharedColumns<Deal>(),
]

/** The prospects that partners registered; each is decided on its page. */
export function AllDealsPage() {
  const filters = useFilters(dealSpec)
  const query = dealQueryOf(filters.values)
  const list = useRead(
    ['all-deals', query],
    (frame, signal) => readBody(frame.client.GET('/admin/deals', { params: { query }, signal })),
    { keep: true },
  )
  const columns = useMemo(() => toColumns(), [])
  return (
    <Page title={t('deals.title')} lead={t('all_deals.lead')}>
      <div className="stack">
        <DealFilters filters={filters} note={<Refreshed query={list} />} />
        <Answer query={list} lines={6}>
          {(page) => (
            <DealList
              page={page}
              columns={columns}
              isFiltered={filters.active.length > 0}
              emptyText={t('all_deals.none_text')}
              onPage={(next) => filters.set({ page: next })}
            />
          )}
        </Answer>
      </div>
    </Page>
  )
}
