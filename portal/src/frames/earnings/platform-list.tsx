import './earnings-words.ts'
import { readBody } from '@liaison/client'
import type { Earning, EarningDecision, EarningPage } from '@liaison/client'
import { useCallback, useMemo, useState } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { FilterBar, useFilters } from '../../parts/filter-bar.tsx'
import { Answer, Empty, NoMatch, Refreshed } from '../../parts/states.tsx'
import { textField } from '../../platform/filters.ts'
import { formatMoney } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { optional, pageSize } from '../shared/list-fields.ts'
import { PartnerPick } from '../shared/partner-pick.tsx'
import { Decide, Outcome } from './decide.tsx'
import { EarningDrawer } from './earning-drawer.tsx'
import { ListPicks, listSpec, queryOf, sharedColumns } from './list-parts.tsx'

const spec = { ...listSpec, partner: textField() }

type Selection = { ids: readonly string[]; onIds: (ids: readonly string[]) => void }

const partnerColumn: Column<Earning> = {
  id: 'partner',
  header: t('earnings.partner'),
  cell: (row) => <GoLink to={platformPlaces.partner(row.partner_id)}>{row.partner_name}</GoLink>,
}

function columnsOf(
  ofOne: boolean,
  selection: Selection | null,
  onOpen: (id: string) => void,
): Column<Earning>[] {
  const all = [...(ofOne ? [] : [partnerColumn]), ...sharedColumns(onOpen)]
  if (selection === null) return all
  const { ids, onIds } = selection
  const tick: Column<Earning> = {
    id: 'select',
    header: '',
    cell: (row) => (
      <input
        type="checkbox"
        aria-label={t('earnings.select', { amount: formatMoney(row.amount), partner: row.partner_name })}
        checked={ids.includes(row.earning_id)}
        onChange={(event) => {
          const others = ids.filter((id) => id !== row.earning_id)
          onIds(event.currentTarget.checked ? [...others, row.earning_id] : others)
        }}
      />
    ),
  }
  return [tick, ...all]
}

type SelectAllProps = { rows: readonly Earning[]; selection: Selection }

function SelectAll({ rows, selection: { ids, onIds } }: SelectAllProps) {
  const all = rows.map(({ earning_id: id }) => id)
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={all.length > 0 && all.every((id) => ids.includes(id))}
        onChange={(event) => onIds(event.currentTarget.checked ? all : [])}
      />
      {t('earnings.select_all')}
    </label>
  )
}

type ListProps = {
  page: EarningPage
  mayDecide: boolean
  /** Whether all rows are of one partner, so that none needs to name it. */
  ofOne: boolean
  onOpen: (id: string) => void
  onOffset: (offset: number) => void
  onDecided: (decision: EarningDecision) => void
}

/** The rows with what can be done about those that are ticked. */
function List({ page, mayDecide, ofOne, onOpen, onOffset, onDecided }: ListProps) {
  const [ticked, onIds] = useState<readonly string[]>([])
  const ids = useMemo(
    () => ticked.filter((id) => page.items.some((row) => row.earning_id === id)),
    [ticked, page],
  )
  const columns = useMemo(
    () => columnsOf(ofOne, mayDecide ? { ids, onIds } : null, onOpen),
    [ofOne, mayDecide, ids, onOpen],
  )
  return (
    <>
      {mayDecide && (
        <div className="row">
          <SelectAll rows={page.items} selection={{ ids, onIds }} />
          <Decide
            rows={page.items.filter(({ earning_id: id }) => ids.includes(id))}
            onDone={(made) => {
              onDecided(made)
              onIds([])
            }}
          />
        </div>
      )}
      <DataTable
        caption={t('earnings.title')}
        columns={columns}
        rows={page.items}
        rowId={(row) => row.earning_id}
        paging={{ offset: page.offset, limit: page.limit, total: page.total, onOffset }}
      />
    </>
  )
}

function Nothing({ isFiltered }: { isFiltered: boolean }) {
  return (
    <div className="list">
      {isFiltered ? (
        <NoMatch />
      ) : (
        <Empty title={t('earnings.platform_none')} text={t('earnings.platform_none_text')} />
      )}
    </div>
  )
}

type PlatformEarningsProps = {
  /** The partner whose earnings are listed; those of all partners, with a filter for one, unless told. */
  partnerId?: string
}

/** What partners earned, or one of them, and the decisions about it, for some at a time. */
export function PlatformEarnings({ partnerId }: PlatformEarningsProps) {
  const mayDecide = useMay('platform.earnings.approve')
  const { values, set, clear, active } = useFilters(spec)
  const [decision, setDecision] = useState<EarningDecision | null>(null)
  const query = { ...queryOf(values), ...optional('partner_id', partnerId ?? values.partner) }
  const list = useRead(
    ['earnings', 'list', query],
    (frame, signal) => readBody(frame.client.GET('/admin/earnings', { params: { query }, signal })),
    { keep: true },
  )
  const onOpen = useCallback((earning: string) => set({ earning, page: values.page }), [set, values.page])
  return (
    <div className="stack">
      <FilterBar active={active} onClear={clear} note={<Refreshed query={list} />}>
        {partnerId === undefined && (
          <PartnerPick value={values.partner} onValue={(partner) => set({ partner })} />
        )}
        <ListPicks values={values} set={set} />
      </FilterBar>
      {decision !== null && <Outcome decision={decision} />}
      <Answer query={list} lines={8}>
        {(page) =>
          page.items.length === 0 ? (
            <Nothing isFiltered={active.length > 0} />
          ) : (
            <List
              page={page}
              mayDecide={mayDecide}
              ofOne={partnerId !== undefined}
              onOpen={onOpen}
              onOffset={(offset) => set({ page: Math.floor(offset / pageSize) })}
              onDecided={setDecision}
            />
          )
        }
      </Answer>
      <EarningDrawer
        side="platform"
        id={values.earning}
        earnings={list.data?.items ?? []}
        onEarning={onOpen}
      />
    </div>
  )
}
