import './earnings-words.ts'
import { readBody } from '@liaison/client'
import { useMemo } from 'react'

import { FilterBar, useFilters } from '../../parts/filter-bar.tsx'
import { Note, Page } from '../../parts/page.tsx'
import { Answer, Empty, Refreshed } from '../../parts/states.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { ProgramExportTools } from '../shared/export-link.tsx'
import { NoRows, PagedTable } from '../shared/paged-table.tsx'
import { EarningDrawer } from './earning-drawer.tsx'
import { ListPicks, listSpec, queryOf, sharedColumns } from './list-parts.tsx'
import { Balances, TotalsTable } from './totals.tsx'

function Lines() {
  const filters = useFilters(listSpec)
  const { values, set, clear, active } = filters
  const query = queryOf(values)
  const lines = useRead(
    ['earnings', 'lines', query],
    (frame, signal) => readBody(frame.client.GET('/program/earnings', { params: { query }, signal })),
    { keep: true },
  )
  const columns = useMemo(
    () => sharedColumns((earning) => set({ earning, page: values.page })),
    [set, values.page],
  )
  return (
    <section className="stack" aria-label={t('earnings.lines')}>
      <h2 className="section-title">{t('earnings.lines')}</h2>
      <FilterBar active={active} onClear={clear} note={<Refreshed query={lines} />}>
        <ListPicks values={values} set={set} />
      </FilterBar>
      <PagedTable
        query={lines}
        caption={t('earnings.lines')}
        columns={columns}
        rowId={(row) => row.earning_id}
        empty={
          <NoRows isFiltered={active.length > 0} title={t('earnings.none')} text={t('earnings.none_text')} />
        }
        onPage={(page) => set({ page })}
      />
      <EarningDrawer
        side="partner"
        id={values.earning}
        earnings={lines.data?.items ?? []}
        onEarning={(earning) => set({ earning, page: values.page })}
      />
    </section>
  )
}

/** What staff read in the place of line items: whom to ask. */
function OwnersOnly({ names }: { names: readonly string[] }) {
  return (
    <Note>
      <p>
        {names.length === 0
          ? t('earnings.owners_only_nobody')
          : t('earnings.owners_only', { names: names.join(', ') })}
      </p>
    </Note>
  )
}

/** What the partner earned: totals for everybody, each earning for owners. */
export function PartnerEarningsPage() {
  const { partnerId } = useFrame()
  const maySeeLines = useMay('partner_org.earnings.read')
  const mayExport = useMay('partner_org.earnings.export')
  const summary = useRead(['earnings', 'summary'], (frame, signal) =>
    readBody(frame.client.GET('/program/earnings/summary', { signal })),
  )
  return (
    <Page
      title={t('earnings.title')}
      lead={t('earnings.lead')}
      tools={
        <>
          {maySeeLines && <GoLink to={partnerPlaces.skippedEarnings(partnerId)}>{t('skipped.title')}</GoLink>}
          {mayExport && <ProgramExportTools kind="earnings" />}
        </>
      }
    >
      <div className="stack report">
        <Answer query={summary} lines={8}>
          {(found) =>
            found.totals.length === 0 ? (
              <div className="list">
                <Empty title={t('earnings.none')} text={t('earnings.none_text')} />
              </div>
            ) : (
              <>
                <Balances summary={found} />
                {!maySeeLines && <OwnersOnly names={found.owner_names} />}
                <h2 className="section-title">{t('earnings.totals')}</h2>
                <TotalsTable totals={found.totals} />
                {maySeeLines && <Lines />}
              </>
            )
          }
        </Answer>
      </div>
    </Page>
  )
}
