import './deals-words.ts'
import type { ReactNode } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { anyOr, FilterBar, Pick, SearchBox } from '../../parts/filter-bar.tsx'
import type { useFilters } from '../../parts/filter-bar.tsx'
import { Empty, NoMatch } from '../../parts/states.tsx'
import { DateText, MoneyText, StatusChip } from '../../parts/values.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { t } from '../../platform/words.ts'
import { optional, pageField, pagingOf, pagingQuery } from '../shared/list-fields.ts'

const states = ['any', 'submitted', 'approved', 'won', 'rejected', 'lost', 'expired'] as const

/** By what both lists of deals are filtered. */
export const dealSpec = { search: textField(), state: choiceField(states, 'any'), page: pageField() }

type DealQuery = { search: string; state: (typeof states)[number]; page: number }

/** What a list of deals asks for. */
export const dealQueryOf = ({ search, state, page }: DealQuery) => ({
  ...pagingQuery(page),
  ...optional('search', search),
  ...optional('state', state),
})

type DealFiltersProps = {
  filters: ReturnType<typeof useFilters<typeof dealSpec>>
  note: ReactNode
}

/** Search and state. */
export function DealFilters({ filters, note }: DealFiltersProps) {
  const { values, set, clear, active } = filters
  return (
    <FilterBar active={active} onClear={clear} note={note}>
      <SearchBox label={t('deals.find')} value={values.search} onValue={(search) => set({ search })} />
      <Pick
        label={t('deals.state')}
        value={values.state}
        words={states}
        labelOf={anyOr('status.deal')}
        onValue={(state) => set({ state })}
      />
    </FilterBar>
  )
}

type Shown = {
  deal_id: string
  company_name: string
  domain: string | null
  contact_email: string | null
  expected: { amount_minor: number; currency: string } | null
  state: string
  reason: string | null
  protected_until: string | null
  created_at: string
}

/** Where the deal stands, and why where somebody said so. */
export function DealState({ deal }: { deal: Pick<Shown, 'state' | 'reason'> }) {
  return (
    <>
      <StatusChip family="deal" value={deal.state} />
      {deal.reason !== null && <p className="small muted">{deal.reason}</p>}
    </>
  )
}

/** The columns that both lists have. */
export const sharedColumns = <Deal extends Shown>(): Column<Deal>[] => [
  { id: 'state', header: t('deals.state'), cell: (deal) => <DealState deal={deal} /> },
  {
    id: 'until',
    header: t('deals.until'),
    cell: ({ protected_until: until }) => <DateText iso={until} />,
  },
  {
    id: 'value',
    header: t('deals.value'),
    numeric: true,
    cell: ({ expected }) =>
      expected === null ? <span className="muted">–</span> : <MoneyText money={[expected]} />,
  },
  { id: 'at', header: t('deals.at'), cell: ({ created_at: at }) => <DateText iso={at} /> },
]

/** By what the prospect is known. */
export const prospectOf = ({ domain, contact_email: email }: Pick<Shown, 'domain' | 'contact_email'>) =>
  domain ?? email ?? '–'

type DealListProps<Deal> = {
  page: { items: readonly Deal[]; total: number; limit: number; offset: number }
  columns: readonly Column<Deal>[]
  isFiltered: boolean
  emptyText: string
  onPage: (page: number) => void
}

/** One page of deals, or why there is none. */
export function DealList<Deal extends Shown>({
  page,
  columns,
  isFiltered,
  emptyText,
  onPage,
}: DealListProps<Deal>) {
  if (page.items.length === 0)
    return (
      <div className="list">
        {isFiltered ? <NoMatch /> : <Empty title={t('deals.none')} text={emptyText} />}
      </div>
    )
  return (
    <DataTable
      caption={t('deals.title')}
      columns={columns}
      rows={page.items}
      rowId={(deal) => deal.deal_id}
      paging={pagingOf(page, onPage)}
    />
  )
}
