import './risk-words.ts'
import { readBody } from '@liaison/client'
import type { RiskCase } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { anyOr, FilterBar, Pick, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Empty, Refreshed } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { choiceField } from '../../platform/filters.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { optional, pageField, pagingQuery } from '../shared/list-fields.ts'
import { PagedTable } from '../shared/paged-table.tsx'
import { subjectOf } from './describe.ts'

const states = ['any', 'open', 'released', 'confirmed'] as const
const spec = { state: choiceField(states, 'any'), page: pageField() }

const columns: Column<RiskCase>[] = [
  {
    id: 'subject',
    header: t('risk.subject'),
    cell: (row) => (
      <GoLink className="thing" to={platformPlaces.riskCase(row.risk_case_id)}>
        {subjectOf(row)}
      </GoLink>
    ),
  },
  {
    id: 'seen',
    header: t('risk.seen'),
    cell: (row) => row.rules.map((rule) => tValue('risk_rule', rule)).join(', '),
  },
  {
    id: 'outcome',
    header: t('risk.outcome'),
    cell: (row) => (row.state === 'open' ? <StatusChip family="risk_outcome" value={row.outcome} /> : '–'),
  },
  {
    id: 'state',
    header: t('column.status'),
    cell: (row) => <StatusChip family="risk_case" value={row.state} />,
  },
  { id: 'since', header: t('risk.since'), numeric: true, cell: (row) => <DateText iso={row.created_at} /> },
]

/** What looks wrong: open checks first, the oldest of them on top. */
export function CasesPage() {
  const filters = useFilters(spec)
  const { values, set, clear, active } = filters
  const query = { ...pagingQuery(values.page), ...optional('state', values.state) }
  const cases = useRead(
    ['risk', 'cases', query],
    (frame, signal) => readBody(frame.client.GET('/admin/risk-cases', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <Page
      title={t('risk.title')}
      lead={t('risk.lead')}
      tools={<GoLink to={platformPlaces.riskRules()}>{t('risk.rules')}</GoLink>}
    >
      <FilterBar active={active} onClear={clear} note={<Refreshed query={cases} />}>
        <Pick
          label={t('column.status')}
          value={values.state}
          words={states}
          labelOf={anyOr('status.risk_case')}
          onValue={(state) => set({ state })}
        />
      </FilterBar>
      <PagedTable
        query={cases}
        caption={t('risk.caption')}
        columns={columns}
        rowId={(row) => row.risk_case_id}
        empty={<Empty title={t('risk.none')} text={t('risk.none_text')} />}
        onPage={(page) => set({ page })}
      />
    </Page>
  )
}
