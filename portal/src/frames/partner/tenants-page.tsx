import { readBody } from '@liaison/client'
import type { ManagedTenant, ManagedTenantPage } from '@liaison/client'
import type { UseQueryResult } from '@tanstack/react-query'
import { lazy, Suspense, useMemo } from 'react'

import { BeginButton } from '../../parts/begin-button.tsx'
import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { anyOr, FilterBar, Pick, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { Page, Tile } from '../../parts/page.tsx'
import { Answer, Empty, NoMatch, Refreshed, ScopeNote, TileBones } from '../../parts/states.tsx'
import { DateText, LinkChip, MoneyFigure, MoneyText, StatusChip } from '../../parts/values.tsx'
import { Coming } from '../../parts/settled.tsx'
import { choiceField, readFilters, textField } from '../../platform/filters.ts'
import { formatCount } from '../../platform/format.ts'
import { mayBegin, useFrame } from '../../platform/frame.ts'
import { GoLink, isPlainClick } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { useWasTrue } from '../../platform/was-true.ts'
import { t, tValue } from '../../platform/words.ts'
import { ACTS } from '../../acts.ts'
import { actingPlaces, partnerPlaces } from '../../places.ts'
import { shownColumns } from '../shared/columns.ts'
import { GroupPick } from '../shared/group-pick.tsx'
import { optional, orderField, pageField, pagingOf, pagingQuery } from '../shared/list-fields.ts'
import { useBeginning } from './onboarding-call.ts'

// Fetched after the board: nobody waits for them.
const SavedViews = lazy(async () => ({ default: (await import('../shared/saved-views.tsx')).SavedViews }))
const TenantDrawer = lazy(async () => ({ default: (await import('./tenant-drawer.tsx')).TenantDrawer }))
const ColumnPick = lazy(async () => ({ default: (await import('../shared/column-pick.tsx')).ColumnPick }))

const statuses = ['any', 'active', 'suspended', 'requested', 'approved', 'expired'] as const
const roles = [
  'any',
  'msp_full',
  'msp_billing',
  'msp_support',
  'enterprise_hq',
  'auditor',
  'reseller',
  'delegate',
] as const
const endings = ['any', '7', '30', '60'] as const
const sorts = [
  'name',
  'open_tickets',
  'outstanding_balance',
  'overdue',
  'sla_breaches',
  'expires_at',
  'created_at',
  'alerts',
] as const
const alerting = ['any', 'true', 'false'] as const

const spec = {
  search: textField(),
  link: choiceField(statuses, 'any'),
  role: choiceField(roles, 'any'),
  ends: choiceField(endings, 'any'),
  group: textField(),
  alerts: choiceField(alerting, 'any'),
  sort: choiceField(sorts, 'name'),
  order: orderField('asc'),
  page: pageField(),
  tenant: textField(),
  cols: textField(),
}

/** What is open beside the list, and its columns, narrow nothing. */
const isNarrowing = (name: string) => name !== 'tenant' && name !== 'cols'

const plain = readFilters(spec, {})

/** The tenant and the way in are always there. */
const fixed = ['name', 'act']

function placeColumns(partnerId: string, onOpen: (tenantId: string) => void): Column<ManagedTenant>[] {
  return [
    {
      id: 'name',
      header: t('column.tenant'),
      sort: 'name',
      cell: (row) => (
        <a
          className="thing"
          href={actingPlaces.summary(partnerId, row.tenant_id)}
          onClick={(event) => {
            if (!isPlainClick(event)) return
            event.preventDefault()
            onOpen(row.tenant_id)
          }}
        >
          {row.name}
        </a>
      ),
    },
    { id: 'role', header: t('column.my_role'), cell: (row) => tValue('role', row.relationship.access_role) },
    {
      id: 'link',
      header: t('column.status'),
      cell: (row) => <LinkChip status={row.relationship.status} days={row.relationship.expires_in_days} />,
    },
  ]
}

function figureColumns(partnerId: string): Column<ManagedTenant>[] {
  return [
    {
      id: 'tickets',
      header: t('column.open_tickets'),
      numeric: true,
      sort: 'open_tickets',
      cell: (row) => <TicketCount metrics={row.metrics} />,
    },
    {
      id: 'outstanding',
      header: t('column.outstanding'),
      numeric: true,
      sort: 'outstanding_balance',
      cell: (row) => <MoneyText money={row.metrics.outstanding} />,
    },
    {
      id: 'overdue',
      header: t('column.overdue'),
      numeric: true,
      sort: 'overdue',
      cell: (row) => <MoneyText money={row.metrics.overdue} late />,
    },
    {
      id: 'sla',
      header: t('column.sla'),
      sort: 'sla_breaches',
      cell: (row) => (row.sla?.state ? <StatusChip family="sla" value={row.sla.state} /> : <None />),
    },
    {
      id: 'alerts',
      header: t('board.alerts'),
      numeric: true,
      sort: 'alerts',
      cell: (row) => <AlertCount metrics={row.metrics} />,
    },
    {
      id: 'ends',
      header: t('column.link_ends'),
      numeric: true,
      sort: 'expires_at',
      cell: (row) => <DateText iso={row.relationship.end_date} />,
    },
    { id: 'act', header: '', cell: (row) => <ActInLink partnerId={partnerId} tenant={row} /> },
  ]
}

function columnsOf(partnerId: string, onOpen: (tenantId: string) => void): Column<ManagedTenant>[] {
  return [...placeColumns(partnerId, onOpen), ...figureColumns(partnerId)]
}

function None() {
  return <span className="muted">–</span>
}

function TicketCount({ metrics }: { metrics: ManagedTenant['metrics'] }) {
  if (metrics.open_tickets === null) return <span className="muted">{t('value.withheld')}</span>
  const atRisk = metrics.tickets_at_risk ?? 0
  return (
    <>
      {formatCount(metrics.open_tickets)}
      {atRisk > 0 && <div className="late small">{t('column.at_risk', { count: atRisk })}</div>}
    </>
  )
}

function AlertCount({ metrics }: { metrics: ManagedTenant['metrics'] }) {
  if (metrics.open_alerts === null) return <span className="muted">{t('value.withheld')}</span>
  if (metrics.open_alerts === 0) return <None />
  const critical = metrics.critical_alerts ?? 0
  return (
    <>
      {critical < metrics.open_alerts && formatCount(metrics.open_alerts)}
      {critical > 0 && <div className="late small">{t('board.critical', { count: critical })}</div>}
    </>
  )
}

function ActInLink({ partnerId, tenant }: { partnerId: string; tenant: ManagedTenant }) {
  if (!tenant.assigned || tenant.relationship.status !== 'active') return null
  return (
    <GoLink
      className="row-tool"
      to={actingPlaces.summary(partnerId, tenant.tenant_id)}
      aria-label={t('act_in', { tenant: tenant.name })}
    >
      {t('act_in_short')}
    </GoLink>
  )
}

function Tiles({ aggregates }: { aggregates: ManagedTenantPage['aggregates'] }) {
  const { partnerId } = useFrame()
  return (
    <div className="tiles">
      <Tile title={t('tile.tenants')} note={t('tile.tenants_note')}>
        <p className="figure">{formatCount(aggregates.tenants)}</p>
      </Tile>
      <Tile
        title={t('tile.open_tickets')}
        to={partnerPlaces.queue(partnerId)}
        note={t('tile.at_risk', { count: aggregates.tickets_at_risk })}
      >
        <p className="figure">{formatCount(aggregates.open_tickets)}</p>
      </Tile>
      <Tile title={t('tile.outstanding')} to={partnerPlaces.invoices(partnerId)}>
        <MoneyFigure money={aggregates.outstanding} />
      </Tile>
      <Tile title={t('tile.overdue')} to={`${partnerPlaces.invoices(partnerId)}?status=overdue`}>
        <MoneyFigure money={aggregates.overdue} />
      </Tile>
      <Tile title={t('board.alerts')} note={t('board.critical', { count: aggregates.critical_alerts })}>
        <p className="figure">{formatCount(aggregates.open_alerts)}</p>
      </Tile>
    </div>
  )
}

type ListFilters = ReturnType<typeof useFilters<typeof spec>>

type FiltersProps = { filters: ListFilters; query: UseQueryResult<ManagedTenantPage> }

function ViewTools({ values, set }: { values: ListFilters['values']; set: ListFilters['set'] }) {
  const { partnerId } = useFrame()
  const choosable = columnsOf(partnerId, () => undefined).filter(({ id }) => !fixed.includes(id))
  return (
    <Suspense fallback={<Coming />}>
      <ColumnPick
        columns={choosable}
        value={values.cols}
        onValue={(cols) => set({ cols, page: values.page })}
      />
      <SavedViews screen="board" />
    </Suspense>
  )
}

function Filters({ filters, query }: FiltersProps) {
  const { values, set, active } = filters
  return (
    <FilterBar
      active={active.filter(isNarrowing)}
      onClear={() => set({ ...plain, cols: values.cols })}
      note={<Refreshed query={query} />}
    >
      <SearchBox label={t('board.find')} value={values.search} onValue={(search) => set({ search })} />
      <Pick
        label={t('column.status')}
        value={values.link}
        words={statuses}
        labelOf={anyOr('status.link')}
        onValue={(link) => set({ link })}
      />
      <Pick
        label={t('column.my_role')}
        value={values.role}
        words={roles}
        labelOf={anyOr('role')}
        onValue={(role) => set({ role })}
      />
      <Pick
        label={t('column.link_ends')}
        value={values.ends}
        words={endings}
        labelOf={(word) => (word === 'any' ? t('pick.any') : t('pick.within_days', { days: word }))}
        onValue={(ends) => set({ ends })}
      />
      <GroupPick value={values.group} onValue={(group) => set({ group })} />
      <Pick
        label={t('board.alerts')}
        value={values.alerts}
        words={alerting}
        labelOf={(word) =>
          word === 'any' ? t('pick.any') : t(word === 'true' ? 'board.with_alerts' : 'board.without_alerts')
        }
        onValue={(alerts) => set({ alerts })}
      />
      <ViewTools values={values} set={set} />
    </FilterBar>
  )
}

function Board({ page, filters }: { page: ManagedTenantPage; filters: ListFilters }) {
  const { partnerId } = useFrame()
  const { values, set, active } = filters
  const columns = useMemo(
    () =>
      shownColumns(
        columnsOf(partnerId, (tenant) => set({ tenant, page: values.page })),
        values.cols,
        fixed,
      ),
    [partnerId, set, values.page, values.cols],
  )
  if (page.items.length === 0) return <EmptyBoard isFiltered={active.some(isNarrowing)} />
  return (
    <DataTable
      caption={t('board.caption')}
      columns={columns}
      rows={page.items}
      rowId={(row) => row.tenant_id}
      sorting={{
        by: values.sort,
        order: values.order,
        onSort: (by, order) => set({ sort: sorts.find((name) => name === by) ?? 'name', order }),
      }}
      paging={pagingOf(page, (next) => set({ page: next }))}
    />
  )
}

function EmptyBoard({ isFiltered }: { isFiltered: boolean }) {
  const frame = useFrame()
  const mayRequest = mayBegin(frame, ACTS['partner.link'])
  useBeginning(!isFiltered)
  return (
    <div className="list">
      {isFiltered ? (
        <NoMatch />
      ) : (
        <Empty title={t('board.none')} text={t('board.none_text')}>
          {mayRequest && (
            <GoLink to={partnerPlaces.requestLink(frame.partnerId)}>{t('links.request')}</GoLink>
          )}
        </Empty>
      )}
    </div>
  )
}

/** All tenants of the partner as rows: work, money, promises and the state of each link. */
export function TenantsPage() {
  const filters = useFilters(spec)
  const { values, set } = filters
  const query = {
    ...pagingQuery(values.page),
    ...optional('search', values.search),
    ...optional('link_status', values.link),
    ...optional('access_role', values.role),
    ...(values.ends === 'any' ? {} : { expiring_within_days: Number(values.ends) }),
    ...optional('group', values.group),
    ...(values.alerts === 'any' ? {} : { has_alerts: values.alerts }),
    sort_by: values.sort,
    sort_order: values.order,
  }
  const tenants = useRead(
    ['customers', query],
    (frame, signal) => readBody(frame.client.GET('/partner/customers', { params: { query }, signal })),
    { keep: true },
  )
  const wasOpened = useWasTrue(values.tenant !== '')
  const tools = <BeginButton act="partner.link">{t('links.request')}</BeginButton>
  return (
    <Page title={t('board.title')} tools={tools}>
      <TileBones query={tenants} count={5} lines={3} />
      {tenants.data && <Tiles aggregates={tenants.data.aggregates} />}
      <Filters filters={filters} query={tenants} />
      <Answer query={tenants} lines={12}>
        {(page) => (
          <div className="stack">
            <ScopeNote scope={page.scope} />
            <Board page={page} filters={filters} />
            <Suspense fallback={null}>
              {wasOpened && (
                <TenantDrawer
                  tenantId={values.tenant}
                  tenants={page.items}
                  onTenant={(tenant) => set({ tenant, page: values.page })}
                />
              )}
            </Suspense>
          </div>
        )}
      </Answer>
    </Page>
  )
}
