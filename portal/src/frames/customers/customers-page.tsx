import { Button } from '@mantine/core'
import { useMemo } from 'react'

import { BeginButton } from '../../parts/begin-button.tsx'
import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { anyOr, FilterBar, Pick, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer, Refreshed } from '../../parts/states.tsx'
import { DateText } from '../../parts/values.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { joinNames, t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { pageField, pageSize, pagingOf } from '../shared/list-fields.ts'
import { NoRows } from '../shared/paged-table.tsx'
import { Gaps } from './gaps.tsx'
import { RelationChip } from './relation-chip.tsx'
import { firstEnd, KINDS, narrowed, toRelatedTenants } from './relations.ts'
import type { RelatedTenant, Relation } from './relations.ts'
import { kindsOf, together, useRelations } from './use-relations.ts'

const kinds = ['any', ...KINDS] as const
const states = ['now', 'ended', 'any'] as const
const spec = {
  search: textField(),
  kind: choiceField(kinds, 'any'),
  state: choiceField(states, 'now'),
  page: pageField(),
}

/** Relations that read the same, once, with how many they are. */
function counted(relations: readonly Relation[]): { relation: Relation; count: number }[] {
  const sames = Map.groupBy(relations, ({ kind, status }) => `${kind} ${status}`)
  return [...sames.values()].flatMap((same) => {
    const [relation] = same.toSorted((a, b) => (a.ends ?? '~').localeCompare(b.ends ?? '~'))
    return relation ? { relation, count: same.length } : []
  })
}

function How({ relations }: { relations: readonly Relation[] }) {
  return counted(relations).map(({ relation, count }) => (
    <div key={relation.id} className="nowrap">
      {t(`customers.kind.${relation.kind}`)} <RelationChip relation={relation} />
      {count > 1 && <span className="small muted"> {t('customers.times', { count })}</span>}
    </div>
  ))
}

/** A customer leads to its page; whoever was asked and has not answered has none, and leads to what was asked. */
function Name({ related }: { related: RelatedTenant }) {
  const { partnerId } = useFrame()
  const to =
    related.tenantId === null
      ? partnerPlaces.link(partnerId, related.key)
      : partnerPlaces.relatedTenant(partnerId, related.tenantId)
  return (
    <GoLink className="thing" to={to}>
      {related.name}
    </GoLink>
  )
}

const columns: Column<RelatedTenant>[] = [
  {
    id: 'name',
    header: t('customers.name'),
    isStrong: true,
    cell: (related) => <Name related={related} />,
  },
  {
    id: 'how',
    header: t('customers.how'),
    cell: ({ relations }) => <How relations={relations} />,
  },
  {
    id: 'since',
    header: t('customers.since'),
    numeric: true,
    cell: ({ relations }) => <DateText iso={relations.map(({ since }) => since).toSorted()[0] ?? null} />,
  },
  {
    id: 'ends',
    header: t('customers.ends'),
    numeric: true,
    cell: ({ relations }) => <DateText iso={firstEnd(relations)} />,
  },
]

/** Which kinds the list shows to this person, in words. */
function Shows() {
  const frame = useFrame()
  const seesAll = useMay('partner_org.referrals.read_all')
  const shown = kindsOf(frame)
  const names = joinNames(shown.map((kind) => t(`customers.kinds.${kind}`)))
  return (
    <p className="small muted">
      {t('customers.shows', { kinds: names })}
      {shown.includes('referred') && !seesAll && ` ${t('customers.shows_own')}`}
    </p>
  )
}

function Tools() {
  const { partnerId } = useFrame()
  const mayAsk = useMay('partner_org.consents.manage')
  return (
    <>
      {mayAsk && (
        <Button variant="default" component={GoLink} to={partnerPlaces.newAsk(partnerId)}>
          {t('customers.ask_app')}
        </Button>
      )}
      <BeginButton act="partner.link">{t('customers.ask_people')}</BeginButton>
    </>
  )
}

type ListFilters = ReturnType<typeof useFilters<typeof spec>>

function List({ relations, filters }: { relations: readonly Relation[]; filters: ListFilters }) {
  const { values, set, active } = filters
  const all = useMemo(() => toRelatedTenants(relations), [relations])
  const rows = useMemo(() => narrowed(all, values), [all, values])
  if (rows.length === 0) {
    return (
      <div className="list">
        <NoRows isFiltered={active.length > 0} title={t('customers.none')} text={t('customers.none_text')} />
      </div>
    )
  }
  const paging = { offset: values.page * pageSize, limit: pageSize, total: rows.length }
  return (
    <DataTable
      caption={t('customers.caption')}
      columns={columns}
      rows={rows.slice(paging.offset, paging.offset + pageSize)}
      rowId={({ key }) => key}
      paging={pagingOf(paging, (page) => set({ page }))}
    />
  )
}

/** Everybody that the partner has to do with, each once, with how: whom it manages, who lets its apps in, whom it referred. */
export function RelatedTenantsPage() {
  const filters = useFilters(spec)
  const { values, set, clear, active } = filters
  const parts = useRelations({ state: values.state })
  const all = together(parts)
  const shown = kindsOf(useFrame())
  return (
    <Page title={t('customers.title')} lead={t('customers.lead')} tools={<Tools />}>
      <div className="stack">
        <FilterBar active={active} onClear={clear} note={<Refreshed query={all} />}>
          <SearchBox
            label={t('customers.find')}
            value={values.search}
            onValue={(search) => set({ search })}
          />
          <Pick
            label={t('customers.how')}
            value={values.kind}
            words={kinds.filter((kind) => kind === 'any' || shown.includes(kind))}
            labelOf={anyOr('customers.kind')}
            onValue={(kind) => set({ kind })}
          />
          <Pick
            label={t('customers.state')}
            value={values.state}
            words={states}
            labelOf={(state) => (state === 'any' ? t('pick.any') : t(`customers.state_${state}`))}
            onValue={(state) => set({ state })}
          />
        </FilterBar>
        <Answer query={all} lines={12}>
          {(relations) => (
            <div className="stack">
              <Gaps parts={parts} />
              <List relations={relations} filters={filters} />
            </div>
          )}
        </Answer>
        <Shows />
      </div>
    </Page>
  )
}
