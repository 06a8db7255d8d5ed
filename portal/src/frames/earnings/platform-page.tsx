import './earnings-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Earning, EarningDecision, EarningPage } from '@liaison/client'
import { useCallback, useMemo, useState } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { FilterBar, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty, Refreshed } from '../../parts/states.tsx'
import { textField } from '../../platform/filters.ts'
import { formatMoney } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { ProgramExportTools } from '../shared/export-link.tsx'
import { optional, pageSize } from '../shared/list-fields.ts'
import { PartnerPick } from '../shared/partner-pick.tsx'
import { AdjustDialog } from './adjust-dialog.tsx'
import { Decide, Outcome } from './decide.tsx'
import { EarningDrawer } from './earning-drawer.tsx'
import { ListPicks, listSpec, queryOf, sharedColumns } from './list-parts.tsx'

const spec = { ...listSpec, partner: textField() }

type Selection = { ids: readonly string[]; onIds: (ids: readonly string[]) => void }

function columnsOf(selection: Selection | null, onOpen: (id: string) => void): Column<Earning>[] {
  const partner: Column<Earning> = {
    id: 'partner',
    header: t('earnings.partner'),
    cell: (row) => <GoLink to={platformPlaces.partner(row.partner_id)}>{row.partner_name}</GoLink>,
  }
  const all = [partner, ...sharedColumns(onOpen)]
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
  onOpen: (id: string) => void
  onOffset: (offset: number) => void
  onDecided: (decision: EarningDecision) => void
}

/** The rows with what can be done about those that are ticked. */
function List({ page, mayDecide, onOpen, onOffset, onDecided }: ListProps) {
  const [ticked, onIds] = useState<readonly string[]>([])
  const ids = useMemo(
    () => ticked.filter((id) => page.items.some((row) => row.earning_id === id)),
    [ticked, page],
  )
  const columns = useMemo(
    () => columnsOf(mayDecide ? { ids, onIds } : null, onOpen),
    [mayDecide, ids, onOpen],
  )
  return (
    <>
      {mayDecide && (
        <div className="row">
          <SelectAll rows={page.items} selection={{ ids, onIds }} />
          <Decide
            ids={ids}
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
      <Empty
        title={t(isFiltered ? 'state.no_match' : 'earnings.platform_none')}
        text={t(isFiltered ? 'state.no_match_text' : 'earnings.platform_none_text')}
      />
    </div>
  )
}

function Tools({ mayAdjust }: { mayAdjust: boolean }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <ProgramExportTools kind="earnings" />
      {mayAdjust && (
        <Button variant="default" onClick={() => setOpen(true)}>
          {t('adjust.open')}
        </Button>
      )}
      {isOpen && <AdjustDialog onClose={() => setOpen(false)} />}
    </>
  )
}

/** What partners earned, and the decisions about it, for some at a time. */
export function PlatformEarningsPage() {
  const mayDecide = useMay('platform.earnings.approve')
  const { values, set, clear, active } = useFilters(spec)
  const [decision, setDecision] = useState<EarningDecision | null>(null)
  const query = { ...queryOf(values), ...optional('partner_id', values.partner) }
  const list = useRead(
    ['earnings', 'list', query],
    (frame, signal) => readBody(frame.client.GET('/admin/earnings', { params: { query }, signal })),
    { keep: true },
  )
  const onOpen = useCallback((earning: string) => set({ earning, page: values.page }), [set, values.page])
  return (
    <Page
      title={t('earnings.title')}
      lead={t('earnings.platform_lead')}
      tools={<Tools mayAdjust={mayDecide} />}
    >
      <div className="stack">
        <FilterBar active={active} onClear={clear} note={<Refreshed query={list} />}>
          <PartnerPick value={values.partner} onValue={(partner) => set({ partner })} />
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
    </Page>
  )
}
