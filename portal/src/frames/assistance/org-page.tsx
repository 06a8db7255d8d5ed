import { readBody } from '@liaison/client'
import type { SupportAccess } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { ActivityList } from '../../parts/activity-list.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { readAllByOffset } from '../../platform/read-all.ts'
import { t } from '../../platform/words.ts'
import { pageField, pagingQuery } from '../shared/list-fields.ts'
import { NoRows, PagedTable } from '../shared/paged-table.tsx'
import { endOf } from './calls.ts'
import { EndedBy } from './earlier-end.tsx'
import { OrgCard } from './org-card.tsx'
import { RulePanel } from './rule-panel.tsx'

const refetchMs = 30_000
const spec = { page: pageField() }

function Cards({ title, none, rows }: { title: string; none: string; rows: readonly SupportAccess[] }) {
  return (
    <section className="stack tight" aria-label={title}>
      <h2 className="section-title">{title}</h2>
      {rows.length === 0 ? (
        <p className="muted">{none}</p>
      ) : (
        <div className="halves">
          {rows.map((row) => (
            <OrgCard key={row.support_access_id} access={row} />
          ))}
        </div>
      )}
    </section>
  )
}

function Open() {
  const query = { status: 'requested,active', limit: 100 }
  const open = useRead(
    ['support-access', 'open', query],
    ({ client }, signal) =>
      readAllByOffset<SupportAccess>((place) =>
        readBody(client.GET('/tenant/support-access', { params: { query: { ...query, ...place } }, signal })),
      ),
    { refetchMs },
  )
  return (
    <Answer query={open}>
      {(items) => (
        <>
          <Cards
            title={t('assist.to_answer')}
            none={t('assist.to_answer_none')}
            rows={items.filter(({ status }) => status === 'requested')}
          />
          <Cards
            title={t('assist.running')}
            none={t('assist.running_none')}
            rows={items.filter(({ status }) => status === 'active')}
          />
        </>
      )}
    </Answer>
  )
}

const columns: Column<SupportAccess>[] = [
  { id: 'who', header: t('assist.who'), isStrong: true, cell: (row) => row.person_name },
  { id: 'case', header: t('assist.case'), cell: (row) => <span className="nowrap">{row.case_number}</span> },
  { id: 'why', header: t('assist.why'), cell: (row) => row.reason },
  {
    id: 'status',
    header: t('column.status'),
    cell: (row) => <StatusChip family="link" value={row.status} />,
  },
  { id: 'at', header: t('assist.over_at'), cell: (row) => endOf(row).at },
  { id: 'by', header: t('assist.ended_by'), cell: (row) => <EndedBy access={row} /> },
]

function Earlier() {
  const { values, set } = useFilters(spec)
  const query = { status: 'ended,declined,withdrawn,lapsed', ...pagingQuery(values.page) }
  const earlier = useRead(
    ['support-access', query],
    ({ client }, signal) => readBody(client.GET('/tenant/support-access', { params: { query }, signal })),
    { keep: true },
  )
  return (
    <section className="stack tight" aria-label={t('assist.earlier')}>
      <h2 className="section-title">{t('assist.earlier')}</h2>
      <PagedTable
        query={earlier}
        caption={t('assist.earlier')}
        columns={columns}
        rowId={(row) => row.support_access_id}
        empty={
          <NoRows isFiltered={false} title={t('assist.earlier_none')} text={t('assist.earlier_none_text')} />
        }
        lines={4}
        onPage={(page) => set({ page })}
      />
    </section>
  )
}

const ofSupport = { action: 'assistance', by: 'provider', limit: 10 } as const

/** What support asked for and opened; "What they did" is about partners. */
function Did() {
  const maySee = useMay('tenant.partner_access.audit.read')
  if (!maySee) return null
  return (
    <section className="stack tight" aria-label={t('assist.did')}>
      <h2 className="section-title">{t('assist.did')}</h2>
      <ActivityList filter={ofSupport} isFiltered={false} emptyText={t('assist.did_none')} />
    </section>
  )
}

/** Who of the provider's support asks to look at the organisation's data, looks now, or looked; and whether it has to ask. */
export function SupportPage() {
  const { name } = useFrame()
  return (
    <Page title={t('nav.support')} lead={t('assist.lead_org', { org: name })}>
      <div className="stack wide">
        <Open />
        <RulePanel />
        <Earlier />
        <Did />
      </div>
    </Page>
  )
}
