import type { Ticket, TicketPage } from '@liaison/client'
import type { UseQueryResult } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { ReactNode } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import type { Filters } from '../../parts/filter-bar.tsx'
import { anyOr, FilterBar, Pick, SearchBox } from '../../parts/filter-bar.tsx'
import { Empty, HiddenCount, NoMatch, Refreshed } from '../../parts/states.tsx'
import { MomentText, StatusChip } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { choiceField, textField } from '../../platform/filters.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t, tValue } from '../../platform/words.ts'
import { optional, orderField, pageField, pagingOf, pagingQuery } from './list-fields.ts'
import { SlaText } from './sla-ring.tsx'
import { TicketBoard } from './ticket-board.tsx'

const statuses = [
  'unfinished',
  'open',
  'pending',
  'on_hold',
  'resolved',
  'closed',
  'withdrawn',
  'any',
] as const
const priorities = ['any', 'urgent', 'high', 'normal', 'low'] as const
const slaStates = ['any', 'endangered', 'breached', 'at_risk', 'ok', 'paused'] as const
const sorts = ['sla_due', 'created_at', 'updated_at', 'priority'] as const
const who = ['any', 'mine', 'unassigned'] as const
const categories = [
  'any',
  'general',
  'technical',
  'billing',
  'provisioning',
  'network',
  'performance',
  'voice',
  'installation',
  'equipment',
  'account',
] as const
const views = ['list', 'board'] as const

/** A board shows what one look takes in; the list has the rest. */
const boardSize = 100

export const ticketSpec = {
  search: textField(),
  status: choiceField(statuses, 'unfinished'),
  priority: choiceField(priorities, 'any'),
  sla: choiceField(slaStates, 'any'),
  who: choiceField(who, 'any'),
  sort: choiceField(sorts, 'sla_due'),
  order: orderField('asc'),
  page: pageField(),
  category: choiceField(categories, 'any'),
  group: textField(),
  view: choiceField(views, 'list'),
}

export type TicketFilters = Filters<typeof ticketSpec>

/** The server's query for these filters. */
export function toTicketQuery({ values, active }: TicketFilters) {
  return {
    ...(values.view === 'board' ? { limit: boardSize, offset: 0 } : pagingQuery(values.page)),
    ...optional('search', values.search),
    ...optional('status', values.status === 'unfinished' ? 'open,pending,on_hold' : values.status),
    ...optional('priority', values.priority),
    ...optional('sla_state', values.sla === 'endangered' ? 'breached,at_risk' : values.sla),
    ...optional('category', values.category),
    ...optional('group', values.group),
    ...(values.who === 'mine' ? { mine: true } : {}),
    ...(values.who === 'unassigned' ? { unassigned: true } : {}),
    ...(active.length > 0 ? { count_hidden: true } : {}),
    sort_by: values.view === 'board' ? ('sla_due' as const) : values.sort,
    sort_order: values.view === 'board' ? ('asc' as const) : values.order,
  }
}

function SlaPick({ filters }: { filters: TicketFilters }) {
  return (
    <Pick
      label={t('ticket.sla')}
      value={filters.values.sla}
      words={slaStates}
      labelOf={(word) =>
        word === 'any' || word === 'endangered' ? t(`pick.${word}`) : tValue('status.sla', word)
      }
      onValue={(sla) => filters.set({ sla })}
    />
  )
}

function WhoPick({ filters }: { filters: TicketFilters }) {
  return (
    <Pick
      label={t('ticket.assigned')}
      value={filters.values.who}
      words={who}
      labelOf={(word) => t(`pick.${word}`)}
      onValue={(next) => filters.set({ who: next })}
    />
  )
}

function CategoryPick({ filters }: { filters: TicketFilters }) {
  return (
    <Pick
      label={t('ticket.category')}
      value={filters.values.category}
      words={categories}
      labelOf={anyOr('category')}
      onValue={(category) => filters.set({ category })}
    />
  )
}

function ViewPick({ filters }: { filters: TicketFilters }) {
  return (
    <Pick
      label={t('tboard.label')}
      narrows={false}
      value={filters.values.view}
      words={views}
      labelOf={(word) => t(`tboard.${word}`)}
      onValue={(view) => filters.set({ view })}
    />
  )
}

/** How many tickets the filters hide while they show some; a list that they leave empty says it itself. */
function HiddenNote({ page }: { page: TicketPage | undefined }) {
  if (page === undefined || page.items.length === 0) return null
  return (
    <span className="small">
      <HiddenCount hidden={page.hidden} />{' '}
    </span>
  )
}

/** Filters of a ticket list, the same in every frame. */
export function TicketFilterBar({
  filters,
  query,
  extra,
}: {
  filters: TicketFilters
  query: UseQueryResult<TicketPage>
  /** Filters that this list has beyond the others. */
  extra?: ReactNode
}) {
  const { values, set, clear, active } = filters
  return (
    <FilterBar
      active={active}
      onClear={clear}
      note={
        <>
          <HiddenNote page={query.data} />
          <Refreshed query={query} />
        </>
      }
    >
      <SearchBox label={t('ticket.search')} value={values.search} onValue={(search) => set({ search })} />
      <Pick
        label={t('ticket.status')}
        value={values.status}
        words={statuses}
        labelOf={(word) =>
          word === 'any' || word === 'unfinished' ? t(`pick.${word}`) : tValue('status.ticket', word)
        }
        onValue={(status) => set({ status })}
      />
      <Pick
        label={t('ticket.priority')}
        value={values.priority}
        words={priorities}
        labelOf={anyOr('status.priority')}
        onValue={(priority) => set({ priority })}
      />
      <SlaPick filters={filters} />
      <WhoPick filters={filters} />
      <CategoryPick filters={filters} />
      {extra}
      <ViewPick filters={filters} />
    </FilterBar>
  )
}

function SubjectLink({ ticket, to }: { ticket: Ticket; to: string }) {
  return (
    <>
      <GoLink className="thing" to={to}>
        {ticket.subject}
      </GoLink>{' '}
      <span className="muted small num">{ticket.ticket_number}</span>
    </>
  )
}

function toColumns(now: Date, addressOf: (ticket: Ticket) => string, withTenant: boolean): Column<Ticket>[] {
  const tenant: Column<Ticket> = {
    id: 'tenant',
    header: t('column.tenant'),
    isStrong: true,
    cell: (ticket) => ticket.tenant_name,
  }
  const own: Column<Ticket>[] = [
    {
      id: 'subject',
      header: t('ticket.subject'),
      cell: (ticket) => <SubjectLink ticket={ticket} to={addressOf(ticket)} />,
    },
    {
      id: 'status',
      header: t('ticket.status'),
      cell: (ticket) => <StatusChip family="ticket" value={ticket.status} />,
    },
    {
      id: 'priority',
      header: t('ticket.priority'),
      sort: 'priority',
      cell: (ticket) => <StatusChip family="priority" value={ticket.priority} />,
    },
    {
      id: 'sla',
      header: t('ticket.sla'),
      sort: 'sla_due',
      cell: (ticket) => <SlaText ticket={ticket} now={now} />,
    },
    {
      id: 'assigned',
      header: t('ticket.assigned'),
      cell: (ticket) => ticket.assigned_to_name ?? <span className="muted">{t('ticket.nobody')}</span>,
    },
    {
      id: 'updated',
      header: t('ticket.updated'),
      numeric: true,
      sort: 'updated_at',
      cell: (ticket) => <MomentText iso={ticket.updated_at} now={now} />,
    },
  ]
  return withTenant ? [tenant, ...own] : own
}

type TicketTableProps = {
  page: TicketPage
  filters: TicketFilters
  addressOf: (ticket: Ticket) => string
  withTenant?: boolean
  emptyText: string
}

/** Tickets as rows. Across tenants the tenant is the first column. */
export function TicketTable({ page, filters, addressOf, withTenant = false, emptyText }: TicketTableProps) {
  const now = useNow(60_000)
  const { values, set, active } = filters
  const columns = useMemo(() => toColumns(now, addressOf, withTenant), [now, addressOf, withTenant])
  if (page.items.length === 0) {
    const isFiltered = active.length > 0
    return (
      <div className="list">
        {isFiltered ? <NoMatch hidden={page.hidden} /> : <Empty title={t('ticket.none')} text={emptyText} />}
      </div>
    )
  }
  if (values.view === 'board')
    return <TicketBoard page={page} addressOf={addressOf} withTenant={withTenant} />
  return (
    <DataTable
      caption={t('ticket.caption')}
      columns={columns}
      rows={page.items}
      rowId={(ticket) => ticket.ticket_id}
      sorting={{
        by: values.sort,
        order: values.order,
        onSort: (by, order) => set({ sort: sorts.find((name) => name === by) ?? 'sla_due', order }),
      }}
      paging={pagingOf(page, (next) => set({ page: next }))}
    />
  )
}
