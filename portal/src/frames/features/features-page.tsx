import './features-words.ts'
import { readBody } from '@liaison/client'
import type { Feature, FeaturePage } from '@liaison/client'
import type { ReactNode } from 'react'

import { BeginButton } from '../../parts/begin-button.tsx'
import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { anyOr, FilterBar, Pick, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Empty, NoMatch, Refreshed } from '../../parts/states.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { optional, pageField, pagingOf, pagingQuery } from '../shared/list-fields.ts'
import { describeWho } from './describe.ts'

const statuses = ['any', 'active', 'killed', 'retired'] as const
const spec = { search: textField(), status: choiceField(statuses, 'any'), page: pageField() }

const columns: Column<Feature>[] = [
  {
    id: 'name',
    header: t('features.name'),
    cell: (feature) => (
      <>
        <GoLink className="thing" to={platformPlaces.feature(feature.key)}>
          {feature.name}
        </GoLink>
        <br />
        <code className="mono small muted">{feature.key}</code>
      </>
    ),
  },
  {
    id: 'status',
    header: t('column.status'),
    cell: (feature) => <StatusChip family="feature" value={feature.status} />,
  },
  { id: 'who', header: t('features.who'), cell: describeWho },
  {
    id: 'choice',
    header: t('features.choice'),
    cell: (feature) => tValue('feature_choice', feature.partner_choice),
  },
  {
    id: 'needs',
    header: t('features.needs'),
    cell: (feature) => feature.prerequisites.join(', ') || <span className="muted">–</span>,
  },
]

type Filters = ReturnType<typeof useFilters<typeof spec>>

function Bar({ filters, note }: { filters: Filters; note: ReactNode }) {
  const { values, set, clear, active } = filters
  return (
    <FilterBar active={active} onClear={clear} note={note}>
      <SearchBox label={t('features.find')} value={values.search} onValue={(search) => set({ search })} />
      <Pick
        label={t('column.status')}
        value={values.status}
        words={statuses}
        labelOf={anyOr('status.feature')}
        onValue={(status) => set({ status })}
      />
    </FilterBar>
  )
}

function List({ page, filters }: { page: FeaturePage; filters: Filters }) {
  const isFiltered = filters.active.length > 0
  if (page.items.length === 0)
    return (
      <div className="list">
        {isFiltered ? <NoMatch /> : <Empty title={t('state.none')} text={t('features.none_text')} />}
      </div>
    )
  return (
    <DataTable
      caption={t('features.title')}
      columns={columns}
      rows={page.items}
      rowId={(feature) => feature.key}
      paging={pagingOf(page, (next) => filters.set({ page: next }))}
    />
  )
}

/** The features of the product and how far each has come. */
export function FeaturesPage() {
  const filters = useFilters(spec)
  const { values } = filters
  const query = {
    ...pagingQuery(values.page),
    ...optional('search', values.search),
    ...optional('status', values.status),
  }
  const features = useRead(
    ['features', query],
    (frame, signal) => readBody(frame.client.GET('/admin/features', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page
      title={t('features.title')}
      lead={t('features.lead')}
      tools={<BeginButton act="platform.feature">{t('features.new')}</BeginButton>}
    >
      <Bar filters={filters} note={<Refreshed query={features} />} />
      <Answer query={features} lines={10}>
        {(page) => <List page={page} filters={filters} />}
      </Answer>
    </Page>
  )
}
