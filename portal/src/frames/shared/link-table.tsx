import type { Link } from '@liaison/client'
import type { UseQueryResult } from '@tanstack/react-query'
import { useMemo } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { EndText } from '../../parts/end-text.tsx'
import type { Filters } from '../../parts/filter-bar.tsx'
import { anyOr, FilterBar, Pick, SearchBox } from '../../parts/filter-bar.tsx'
import { Refreshed } from '../../parts/states.tsx'
import { LinkChip, MomentText } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { choiceField, textField } from '../../platform/filters.ts'
import { formatCount } from '../../platform/format.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { optional, pageField, pagingOf, pagingQuery } from './list-fields.ts'
import { tenantNameOf } from './link-names.ts'

const statuses = [
  'any',
  'requested',
  'approved',
  'active',
  'suspended',
  'expired',
  'revoked',
  'declined',
  'withdrawn',
  'lapsed',
] as const

export const linkSpec = {
  search: textField(),
  status: choiceField(statuses, 'any'),
  page: pageField(),
}

export type LinkFilters = Filters<typeof linkSpec>
type LinkPageOf = { items: Link[]; total: number; limit: number; offset: number }

/** The server's query for these filters. */
export function toLinkQuery({ values }: LinkFilters) {
  return {
    ...pagingQuery(values.page),
    ...optional('tenant', values.search),
    ...optional('status', values.status),
  }
}

type LinkFilterBarProps<Data> = { filters: LinkFilters; searchLabel: string; query: UseQueryResult<Data> }

/** Filters of a list of links. */
export function LinkFilterBar<Data>({ filters, searchLabel, query }: LinkFilterBarProps<Data>) {
  const { values, set, clear, active } = filters
  return (
    <FilterBar active={active} onClear={clear} note={<Refreshed query={query} />}>
      <SearchBox label={searchLabel} value={values.search} onValue={(search) => set({ search })} />
      <Pick
        label={t('column.status')}
        value={values.status}
        words={statuses}
        labelOf={anyOr('status.link')}
        onValue={(status) => set({ status })}
      />
    </FilterBar>
  )
}

type AddressOf = (link: Link) => string

/** Whose links they are; the page of one side names the other side alone. */
type LinksOf = 'everybody' | 'partner' | 'tenant'

function sidesOf(of: LinksOf, addressOf: AddressOf): Column<Link>[] {
  const opens = (link: Link, name: string) => (
    <GoLink className="thing" to={addressOf(link)}>
      {name}
    </GoLink>
  )
  const partner: Column<Link> = {
    id: 'partner',
    header: t('column.partner'),
    cell: (link) => (of === 'tenant' ? opens(link, link.partner_name) : link.partner_name),
  }
  const tenant: Column<Link> = {
    id: 'tenant',
    header: t('column.tenant'),
    cell: (link) => opens(link, tenantNameOf(link)),
  }
  if (of === 'tenant') return [partner]
  return of === 'partner' ? [tenant] : [tenant, partner]
}

function toColumns(now: Date, addressOf: AddressOf, of: LinksOf): Column<Link>[] {
  const others: Column<Link>[] = [
    { id: 'role', header: t('column.role'), cell: (link) => link.role_title },
    {
      id: 'status',
      header: t('column.status'),
      cell: (link) => (
        <LinkChip status={link.status} days={link.expires_in_days} by={link.status_changed_by} />
      ),
    },
    {
      id: 'people',
      header: t('column.people'),
      numeric: true,
      cell: (link) => formatCount(link.members_count),
    },
    {
      id: 'used',
      header: t('link.last_used'),
      numeric: true,
      cell: (link) => <MomentText iso={link.last_used_at} now={now} />,
    },
    {
      id: 'ends',
      header: t('link.ends'),
      numeric: true,
      cell: (link) => <EndText iso={link.ends_at} isDay />,
    },
  ]
  return [...sidesOf(of, addressOf), ...others]
}

type LinkTableProps = { page: LinkPageOf; filters: LinkFilters; addressOf: AddressOf; of: LinksOf }

/** Links as rows. */
export function LinkTable({ page, filters, addressOf, of }: LinkTableProps) {
  const now = useNow(60_000)
  const columns = useMemo(() => toColumns(now, addressOf, of), [now, addressOf, of])
  return (
    <DataTable
      caption={t('links.caption')}
      columns={columns}
      rows={page.items}
      rowId={(link) => link.link_id}
      paging={pagingOf(page, (next) => filters.set({ page: next }))}
    />
  )
}
