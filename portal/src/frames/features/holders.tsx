import './features-words.ts'
import { readBody } from '@liaison/client'
import type { Feature, FeatureHolder, FeatureHolderPage } from '@liaison/client'
import { useMemo } from 'react'
import type { ReactNode } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { FilterBar, Pick, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { Panel } from '../../parts/page.tsx'
import { Answer, Empty, Refreshed } from '../../parts/states.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { formatCount } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { optional, pageField, pagingOf, pagingQuery } from '../shared/list-fields.ts'
import { OverrideActs } from './override-acts.tsx'
import { Why } from './why.tsx'

const answers = ['any', 'yes', 'no'] as const
const spec = { partner: textField(), has: choiceField(answers, 'any'), page: pageField() }

function toColumns(feature: Feature, mayManage: boolean): Column<FeatureHolder>[] {
  const columns: Column<FeatureHolder>[] = [
    {
      id: 'partner',
      header: t('column.partner'),
      cell: (row) => (
        <GoLink className="thing" to={platformPlaces.partnerPart(row.partner_id, 'features')}>
          {row.partner_name}
        </GoLink>
      ),
    },
    {
      id: 'has',
      header: t('holders.has'),
      cell: (row) => <StatusChip family="feature_answer" value={row.is_on ? 'on' : 'off'} />,
    },
    { id: 'why', header: t('holders.why'), cell: (row) => <Why answer={row} /> },
  ]
  if (!mayManage || feature.status === 'retired') return columns
  const acts = (row: FeatureHolder) => (
    <OverrideActs feature={feature} partner={{ id: row.partner_id, name: row.partner_name }} setting={row} />
  )
  return [...columns, { id: 'acts', header: '', cell: acts }]
}

type Filters = ReturnType<typeof useFilters<typeof spec>>

function Bar({ filters, note }: { filters: Filters; note: ReactNode }) {
  const { values, set, clear, active } = filters
  return (
    <FilterBar active={active} onClear={clear} note={note}>
      <SearchBox label={t('holders.find')} value={values.partner} onValue={(partner) => set({ partner })} />
      <Pick
        label={t('holders.has')}
        value={values.has}
        words={answers}
        labelOf={(word) => t(`holders.${word}`)}
        onValue={(has) => set({ has })}
      />
    </FilterBar>
  )
}

type ListProps = { page: FeatureHolderPage; columns: readonly Column<FeatureHolder>[]; filters: Filters }

function List({ page, columns, filters }: ListProps) {
  return (
    <>
      <p className="muted">
        {t('holders.count', { on: formatCount(page.on), all: formatCount(page.partners) })}
      </p>
      {page.items.length === 0 ? (
        <Empty title={t('state.no_match')} text={t('holders.none_text')} />
      ) : (
        <DataTable
          caption={t('holders.title')}
          columns={columns}
          rows={page.items}
          rowId={(row) => row.partner_id}
          paging={pagingOf(page, (next) => filters.set({ page: next }))}
        />
      )}
    </>
  )
}

/** Who has a feature and why, partner by partner. */
export function Holders({ feature }: { feature: Feature }) {
  const mayManage = useMay('platform.features.manage')
  const filters = useFilters(spec)
  const { values } = filters
  const query = {
    ...pagingQuery(values.page),
    ...optional('search', values.partner),
    ...(values.has === 'any' ? {} : { has: values.has === 'yes' ? ('true' as const) : ('false' as const) }),
  }
  const holders = useRead(
    ['features', 'holders', feature.key, query],
    (frame, signal) =>
      readBody(
        frame.client.GET('/admin/features/{key}/partners', {
          params: { path: { key: feature.key }, query },
          signal,
        }),
      ),
    { keep: true },
  )
  const columns = useMemo(() => toColumns(feature, mayManage), [feature, mayManage])
  return (
    <Panel title={t('holders.title')}>
      <Bar filters={filters} note={<Refreshed query={holders} />} />
      <Answer query={holders} lines={6}>
        {(page) => <List page={page} columns={columns} filters={filters} />}
      </Answer>
    </Panel>
  )
}
