import './earnings-words.ts'
import { readBody } from '@liaison/client'
import type { EarningSkip } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Refreshed } from '../../parts/states.tsx'
import { DateText, IdText } from '../../parts/values.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { WhyNothing } from './why-nothing.tsx'
import { pageField, pagingQuery } from '../shared/list-fields.ts'
import { NoRows, PagedTable } from '../shared/paged-table.tsx'

const spec = { page: pageField() }

const columns: Column<EarningSkip>[] = [
  {
    id: 'at',
    header: t('skipped.reported'),
    isStrong: true,
    cell: (row) => <DateText iso={row.created_at} />,
  },
  {
    id: 'why',
    header: t('skipped.why'),
    cell: (row) => <WhyNothing skip={row} />,
  },
  { id: 'referral', header: t('skipped.referral'), cell: (row) => <IdText id={row.referral_id} /> },
]

/** Payments of those whom the partner referred that earned nothing, and why (D10): what is asked when money was expected. */
export function OwnSkippedPage() {
  const { partnerId } = useFrame()
  const { values, set } = useFilters(spec)
  const query = pagingQuery(values.page)
  const list = useRead(
    ['earnings', 'skipped', query],
    (frame, signal) => readBody(frame.client.GET('/program/earnings/skipped', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page
      title={t('skipped.title')}
      lead={t('skipped.lead_own')}
      back={{ to: partnerPlaces.earnings(partnerId), label: t('earnings.title') }}
    >
      <div className="stack">
        <p className="muted">
          <Refreshed query={list} />
        </p>
        <PagedTable
          query={list}
          caption={t('skipped.title')}
          columns={columns}
          rowId={(row) => `${row.billing_event_id} ${row.component ?? ''}`}
          empty={<NoRows isFiltered={false} title={t('skipped.none')} text={t('skipped.none_own')} />}
          onPage={(page) => set({ page })}
        />
      </div>
    </Page>
  )
}
