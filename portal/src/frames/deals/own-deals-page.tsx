import './deals-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { OwnDeal } from '@liaison/client'
import { useMemo } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { MoveButton, RowActs } from '../../parts/move-button.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Refreshed } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { DealFilters, DealList, dealQueryOf, dealSpec, prospectOf, sharedColumns } from './deal-list.tsx'

function WithdrawButton({ deal }: { deal: OwnDeal }) {
  const names = { company: deal.company_name }
  return (
    <MoveButton
      isInRow
      isDanger
      words={{
        act: t('deals.withdraw'),
        title: t('deals.withdraw_title', names),
        effect: t('deals.withdraw_effect'),
        keep: t('deals.withdraw_keep'),
        done: t('deals.withdraw_done', names),
      }}
      move={(_reason, { client }) =>
        readBody(
          client.POST('/program/deals/{deal_id}/withdraw', {
            params: { path: { deal_id: deal.deal_id } },
          }),
        )
      }
    />
  )
}

const isOpen = ({ state }: OwnDeal) => state === 'submitted' || state === 'approved'

const toColumns = (): Column<OwnDeal>[] => [
  {
    id: 'company',
    header: t('deals.company'),
    cell: (deal) => (
      <>
        <span className="strong">{deal.company_name}</span>
        <br />
        <span className="small muted">{prospectOf(deal)}</span>
      </>
    ),
  },
  ...sharedColumns<OwnDeal>(),
  { id: 'by', header: t('deals.by'), cell: ({ registered_by_name: name }) => name },
  {
    id: 'acts',
    header: '',
    cell: (deal) =>
      isOpen(deal) && (
        <RowActs>
          <WithdrawButton deal={deal} />
        </RowActs>
      ),
  },
]

/** The prospects that the partner registered: owners see all of them, staff their own. */
export function OwnDealsPage() {
  const go = useGo()
  const { partnerId } = useFrame()
  const filters = useFilters(dealSpec)
  const query = dealQueryOf(filters.values)
  const list = useRead(
    ['program-deals', query],
    (frame, signal) => readBody(frame.client.GET('/program/deals', { params: { query }, signal })),
    { keep: true },
  )
  const columns = useMemo(() => toColumns(), [])
  const tools = (
    <Button data-new="" onClick={() => go(partnerPlaces.newDeal(partnerId))}>
      {t('deals.new')}
    </Button>
  )
  return (
    <Page title={t('deals.title')} lead={t('deals.lead')} tools={tools}>
      <div className="stack">
        <DealFilters filters={filters} note={<Refreshed query={list} />} />
        <Answer query={list} lines={6}>
          {(page) => (
            <DealList
              page={page}
              columns={columns}
              isFiltered={filters.active.length > 0}
              emptyText={t('deals.none_text')}
              onPage={(next) => filters.set({ page: next })}
            />
          )}
        </Answer>
      </div>
    </Page>
  )
}
