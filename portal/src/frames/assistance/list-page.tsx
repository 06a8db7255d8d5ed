import { readBody } from '@liaison/client'
import type { SupportAccess } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { MoveButton, RowActs } from '../../parts/move-button.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatDateTime } from '../../platform/format.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { readAllByOffset } from '../../platform/read-all.ts'
import { t } from '../../platform/words.ts'
import { platformPlaces } from '../../places.ts'
import { pagedQuery, pagedSpec, PagedList } from '../platform/paged-list.tsx'
import { AccessFacts } from './access-facts.tsx'
import { endOf, isOpen } from './calls.ts'
import { endMove } from './end-move.ts'

const refetchMs = 30_000
const statuses = ['requested', 'active', 'ended', 'declined', 'withdrawn', 'lapsed'] as const
const spec = pagedSpec(statuses)

const titleOf = ({ case_number, tenant_name }: SupportAccess) =>
  t('assist.of', { case: case_number, tenant: tenant_name ?? '' })

function OwnCard({ access }: { access: SupportAccess }) {
  const now = useNow()
  return (
    <Panel title={titleOf(access)}>
      <div className="stack">
        <AccessFacts access={access} />
        <div className="row">
          <GoLink className="thing" to={platformPlaces.supportAccess(access.support_access_id)}>
            {t(isOpen(access, now) ? 'assist.open' : 'assist.see')}
          </GoLink>
          <MoveButton {...endMove(access)} />
        </div>
      </div>
    </Panel>
  )
}

/** What the reader asked for and is not over. */
function Own() {
  const open = useRead(
    ['support-access', 'open'],
    ({ client }, signal) =>
      readAllByOffset<SupportAccess>((place) =>
        readBody(
          client.GET('/admin/support-access', {
            params: { query: { status: 'requested,active', limit: 100, ...place } },
            signal,
          }),
        ),
      ),
    { refetchMs },
  )
  return (
    <section className="stack tight" aria-label={t('assist.yours')}>
      <h2 className="section-title">{t('assist.yours')}</h2>
      <Answer query={open} lines={4}>
        {(items) => {
          const own = items.filter(({ is_own: isOwn }) => isOwn)
          if (own.length === 0) return <p className="muted">{t('assist.yours_none')}</p>
          return (
            <div className="halves">
              {own.map((access) => (
                <OwnCard key={access.support_access_id} access={access} />
              ))}
            </div>
          )
        }}
      </Answer>
    </section>
  )
}

/** When it ends, was over, or has to be answered. */
function whenOf(access: SupportAccess): string {
  if (access.status === 'active') return formatDateTime(access.ends_at)
  return access.status === 'requested' ? formatDateTime(access.answer_by) : endOf(access).at
}

const columns: Column<SupportAccess>[] = [
  {
    id: 'case',
    header: t('assist.case'),
    cell: (row) => (
      <GoLink className="thing" to={platformPlaces.supportAccess(row.support_access_id)}>
        <span className="nowrap">{row.case_number}</span>
      </GoLink>
    ),
  },
  {
    id: 'tenant',
    header: t('assist.tenant'),
    cell: (row) => <GoLink to={platformPlaces.tenant(row.tenant_id)}>{row.tenant_name}</GoLink>,
  },
  { id: 'who', header: t('assist.who'), cell: (row) => row.person_name },
  { id: 'why', header: t('assist.why'), cell: (row) => row.reason },
  {
    id: 'status',
    header: t('column.status'),
    cell: (row) => <StatusChip family="link" value={row.status} />,
  },
  { id: 'until', header: t('assist.until'), cell: whenOf },
  {
    id: 'acts',
    header: '',
    cell: (row) =>
      (row.status === 'requested' || row.status === 'active') && (
        <RowActs>
          <MoveButton isInRow {...endMove(row)} />
        </RowActs>
      ),
  },
]

function All() {
  const filters = useFilters(spec)
  const query = pagedQuery(statuses, filters.values)
  const rows = useRead(
    ['support-access', query],
    ({ client }, signal) => readBody(client.GET('/admin/support-access', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <section className="stack tight" aria-label={t('assist.all')}>
      <h2 className="section-title">{t('assist.all')}</h2>
      <PagedList
        filters={filters}
        rows={rows}
        statuses={statuses}
        family="link"
        caption={t('assist.all')}
        columns={columns}
        rowId={(row) => row.support_access_id}
        emptyText={t('assist.all_none')}
      />
    </section>
  )
}

/** Who of the provider looks, looked, or asked to look into tenants' data. */
export function AccessesPage() {
  return (
    <Page title={t('assist.title')} lead={t('assist.lead')}>
      <div className="stack wide">
        <Own />
        <All />
      </div>
    </Page>
  )
}
