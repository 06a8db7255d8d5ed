import './plans-words.ts'
import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Plan } from '@liaison/client'
import { useMemo } from 'react'
import type { ReactNode } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { anyOr, FilterBar, Pick, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Refreshed } from '../../parts/states.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { formatCount } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink, useGo } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { optional, pageField, pagingQuery } from '../shared/list-fields.ts'
import { NoRows, PagedTable } from '../shared/paged-table.tsx'
import { managing, paths, placesOf } from './calls.ts'
import type { Side } from './calls.ts'
import { PriceText, rolesText } from './plan-words.tsx'

const states = ['any', 'draft', 'offered', 'discontinued'] as const
const spec = { search: textField(), state: choiceField(states, 'any'), page: pageField() }

/** What a plan costs at the reader's side. */
const priceOf = (plan: Plan) => plan.offer?.price ?? plan.terms.price

function toColumns(side: Side, addressOf: (plan: string) => string): Column<Plan>[] {
  return [
    {
      id: 'name',
      header: t('plans.plan'),
      cell: (plan) => (
        <>
          <GoLink className="thing" to={addressOf(plan.plan_id)}>
            {plan.name}
          </GoLink>
          <br />
          <span className="small muted">{plan.code}</span>
        </>
      ),
    },
    {
      id: 'state',
      header: t('plans.state'),
      cell: (plan) => <StatusChip family="plan" value={plan.state} />,
    },
    {
      id: 'source',
      header: t('plans.source'),
      cell: (plan) => tValue(side === 'partner' ? 'plans.source' : 'plans.source_admin', plan.source),
    },
    { id: 'roles', header: t('plans.roles'), cell: (plan) => rolesText(plan.roles) },
    {
      id: 'price',
      header: t('plans.price'),
      numeric: true,
      cell: (plan) => <PriceText price={priceOf(plan)} period={plan.terms.period} />,
    },
    { id: 'users', header: t('plans.users'), numeric: true, cell: (plan) => formatCount(plan.users_count) },
  ]
}

type FiltersProps = { filters: ReturnType<typeof useFilters<typeof spec>>; note: ReactNode }

function Filters({ filters, note }: FiltersProps) {
  const { values, set, clear, active } = filters
  return (
    <FilterBar active={active} onClear={clear} note={note}>
      <SearchBox label={t('plans.find')} value={values.search} onValue={(search) => set({ search })} />
      <Pick
        label={t('plans.state')}
        value={values.state}
        words={states}
        labelOf={anyOr('status.plan')}
        onValue={(state) => set({ state })}
      />
    </FilterBar>
  )
}

type PlansQuery = { search: string; state: (typeof states)[number]; page: number }

function usePlans(side: Side, { search, state, page }: PlansQuery) {
  const query = { ...pagingQuery(page), ...optional('search', search), ...optional('state', state) }
  return useRead(
    ['plans', side, query],
    (frame, signal) => readBody(frame.client.GET(paths[side].list, { params: { query }, signal })),
    { keep: true },
  )
}

function PlansPage({ side }: { side: Side }) {
  const go = useGo()
  const { partnerId } = useFrame()
  const mayManage = useMay(managing(side))
  const filters = useFilters(spec)
  const { values, set, active } = filters
  const places = useMemo(() => placesOf(side, partnerId), [side, partnerId])
  const plans = usePlans(side, values)
  const columns = useMemo(() => toColumns(side, places.one), [side, places])
  const isFiltered = active.length > 0
  const title = t(side === 'partner' ? 'plans.title' : 'plans.catalogue_title')
  return (
    <Page
      title={title}
      lead={t(side === 'partner' ? 'plans.lead' : 'plans.catalogue_lead')}
      tools={
        mayManage && (
          <Button data-new="" onClick={() => go(places.made)}>
            {t('plans.new')}
          </Button>
        )
      }
    >
      <div className="stack">
        <Filters filters={filters} note={<Refreshed query={plans} />} />
        <PagedTable
          query={plans}
          caption={title}
          columns={columns}
          rowId={(plan) => plan.plan_id}
          empty={<NoRows isFiltered={isFiltered} title={t('plans.none')} text={t('plans.none_text')} />}
          onPage={(page) => set({ page })}
        />
      </div>
    </Page>
  )
}

/** The partner's own plans, and those that the catalogue lends it. */
export function OwnPlansPage() {
  return <PlansPage side="partner" />
}

/** The provider's catalogue, and what partners offer of their own. */
export function CataloguePage() {
  return <PlansPage side="platform" />
}
