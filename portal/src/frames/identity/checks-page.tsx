import './identity-words.ts'
import { readBody } from '@liaison/client'
import type { IdentityCheck } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { FilterBar, Pick, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Empty, Refreshed } from '../../parts/states.tsx'
import { DateText, MomentText, StatusChip } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { choiceField, textField } from '../../platform/filters.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { optional, pageField, pagingQuery } from '../shared/list-fields.ts'
import { PagedTable } from '../shared/paged-table.tsx'

/** What each choice shows, as the list's filter by state. */
const shown = {
  all: '',
  waiting: 'submitted,in_review',
  user: 'draft,resubmit',
  verified: 'verified',
  over: 'rejected,expired,revoked,cancelled',
} as const
const choices = ['all', 'waiting', 'user', 'verified', 'over'] as const
const spec = {
  search: textField(),
  show: choiceField(choices, 'all'),
  user: textField(),
  page: pageField(),
}

/** The name that was stated, or why there is none. */
export function nameOf(check: Pick<IdentityCheck, 'legal_name' | 'redacted_at'>): string {
  if (check.legal_name !== null) return check.legal_name
  return t(check.redacted_at === null ? 'idcheck.no_name' : 'idcheck.name_gone')
}

const isWaiting = ({ status }: IdentityCheck) => status === 'submitted' || status === 'in_review'

function columnsFor(placeOf: (id: string) => string, now: Date): Column<IdentityCheck>[] {
  return [
    {
      id: 'user',
      header: t('idcheck.user'),
      cell: (row) => (
        <>
          <GoLink className="thing" to={placeOf(row.identity_check_id)}>
            {nameOf(row)}
          </GoLink>
          <div className="muted small">{row.email}</div>
        </>
      ),
    },
    {
      id: 'status',
      header: t('column.status'),
      cell: (row) => <StatusChip family="identity" value={row.status} />,
    },
    {
      id: 'provider',
      header: t('idcheck.decided_by'),
      cell: (row) => t(`idcheck.provider.${row.provider}`),
    },
    {
      id: 'approvals',
      header: t('idcheck.approvals'),
      numeric: true,
      cell: (row) =>
        row.provider === 'manual' && row.status === 'in_review'
          ? t('idcheck.approvals_of', { count: row.approvals, needed: row.approvals_needed })
          : '–',
    },
    {
      id: 'waits',
      header: t('idcheck.waits'),
      numeric: true,
      cell: (row) => (isWaiting(row) ? <MomentText iso={row.submitted_at} now={now} /> : '–'),
    },
    {
      id: 'until',
      header: t('idcheck.until'),
      numeric: true,
      cell: (row) => (row.status === 'verified' ? <DateText iso={row.expires_at} /> : '–'),
    },
  ]
}

function Filters({
  filters,
  note,
}: {
  filters: ReturnType<typeof useFilters<typeof spec>>
  note: React.ReactNode
}) {
  const { values, set, clear, active } = filters
  return (
    <FilterBar active={active} onClear={clear} note={note}>
      <SearchBox label={t('idcheck.find')} value={values.search} onValue={(search) => set({ search })} />
      <Pick
        label={t('idcheck.show')}
        value={values.show}
        words={choices}
        labelOf={(word) => t(`idcheck.show.${word}`)}
        onValue={(show) => set({ show })}
      />
    </FilterBar>
  )
}

/** The queue of identity checks of the partner's own user base. */
export function ChecksPage() {
  const { partnerId } = useFrame()
  const now = useNow(60_000)
  const filters = useFilters(spec)
  const { values, set, active } = filters
  const query = {
    ...pagingQuery(values.page),
    ...optional('search', values.search),
    ...optional('status', shown[values.show]),
    ...optional('end_user_id', values.user),
  }
  const checks = useRead(
    ['identity-checks', query],
    (frame, signal) => readBody(frame.client.GET('/partner/identity-checks', { params: { query }, signal })),
    { keep: true },
  )
  const placeOf = (id: string) => partnerPlaces.identityCheck(partnerId, id)
  return (
    <Page title={t('idcheck.title')} lead={t('idcheck.lead')}>
      <Filters filters={filters} note={<Refreshed query={checks} />} />
      <PagedTable
        query={checks}
        caption={t('idcheck.caption')}
        columns={columnsFor(placeOf, now)}
        rowId={(row) => row.identity_check_id}
        empty={
          <Empty
            title={t(active.length > 0 ? 'idcheck.none_match' : 'idcheck.none')}
            text={t(active.length > 0 ? 'idcheck.none_match_text' : 'idcheck.none_text')}
          />
        }
        onPage={(page) => set({ page })}
      />
    </Page>
  )
}
