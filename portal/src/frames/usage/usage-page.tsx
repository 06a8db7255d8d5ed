import { readBody } from '@liaison/client'
import type { UsageConsequence, UserAgainstLimits } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { FilterBar, Pick, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import type { Filters } from '../../parts/filter-bar.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Empty } from '../../parts/states.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { formatDate } from '../../platform/format.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { pageField, pagingQuery } from '../shared/list-fields.ts'
import { PagedTable } from '../shared/paged-table.tsx'
import { Meter, Standing } from './meter.tsx'

const ROLES = ['all', 'guest', 'basic', 'advanced', 'company', 'realm_admin'] as const
const KINDS = ['all', 'warn', 'throttle', 'restrict', 'review', 'cooldown', 'suspend', 'idle'] as const

const spec = {
  q: textField(),
  role: choiceField(ROLES, 'all'),
  kind: choiceField(KINDS, 'all'),
  page: pageField(),
}

function columnsFor(par: string): Column<UserAgainstLimits>[] {
  return [
    {
      id: 'user',
      header: t('usage.user'),
      cell: (row) => (
        <>
          <GoLink className="thing" to={partnerPlaces.userUsage(par, row.end_user_id)}>
            {row.name === '' ? row.email : row.name}
          </GoLink>
          {row.name !== '' && <div className="muted small">{row.email}</div>}
        </>
      ),
    },
    { id: 'role', header: t('usage.role'), cell: (row) => tValue('usage.role', row.role) },
    { id: 'today', header: t('usage.today'), cell: (row) => <Meter quota={row.usage.day} /> },
    { id: 'week', header: t('usage.seven_days'), cell: (row) => <Meter quota={row.usage.seven_days} /> },
    { id: 'now', header: t('usage.now'), cell: (row) => <Standing inForce={row.usage.in_force} /> },
  ]
}

function CaseLine({ one }: { one: UsageConsequence }) {
  const mayManage = useMay('partner_org.users.manage')
  const user = one.user_name === '' ? one.user_email : one.user_name
  return (
    <li className="row">
      <span>{t('usage.case', { user, allowed: one.allowed, when: formatDate(one.started_at) ?? '' })}</span>
      {mayManage && (
        <MoveButton
          words={{
            act: t('usage.close'),
            title: t('usage.close_title', { user }),
            effect: t('usage.close_effect'),
            keep: t('usage.close_keep'),
            done: t('usage.closed'),
          }}
          reason="required"
          isInRow
          move={(note, frame) =>
            readBody(
              frame.client.POST('/partner/usage/consequences/{consequence_id}/review', {
                params: { path: { consequence_id: one.consequence_id } },
                body: { note },
              }),
            )
          }
        />
      )}
    </li>
  )
}

function Cases() {
  const cases = useRead(['usage', 'cases'], (frame, signal) =>
    readBody(
      frame.client.GET('/partner/usage/consequences', {
        params: { query: { kind: 'review', open: 'true', limit: 20 } },
        signal,
      }),
    ),
  )
  if (cases.data === undefined || cases.data.items.length === 0) return null
  return (
    <Panel title={t('usage.cases')}>
      <ul className="plain stack tight">
        {cases.data.items.map((one) => (
          <CaseLine key={one.consequence_id} one={one} />
        ))}
      </ul>
    </Panel>
  )
}

type UsageFilters = Filters<typeof spec>

function UserFilters({ filters: { values, set, clear, active } }: { filters: UsageFilters }) {
  return (
    <FilterBar active={active} onClear={clear}>
      <SearchBox label={t('usage.search')} value={values.q} onValue={(q) => set({ q })} />
      <Pick
        label={t('usage.role')}
        value={values.role}
        words={ROLES}
        labelOf={(role) => tValue('usage.role', role)}
        onValue={(role) => set({ role })}
      />
      <Pick
        label={t('usage.consequence')}
        value={values.kind}
        words={KINDS}
        labelOf={(kind) => (kind === 'all' ? t('usage.consequence.all') : tValue('usage.kind', kind))}
        onValue={(kind) => set({ kind })}
      />
    </FilterBar>
  )
}

function useUsers({ values }: UsageFilters) {
  const query = {
    ...pagingQuery(values.page),
    ...(values.q !== '' && { search: values.q }),
    ...(values.role !== 'all' && { role: values.role }),
    ...(values.kind !== 'all' && { consequence: values.kind }),
  }
  return useRead(
    ['usage', query],
    (frame, signal) => readBody(frame.client.GET('/partner/usage', { params: { query }, signal })),
    { keep: true },
  )
}

/** The users of the partner's own user base against their limits. */
export function UsagePage() {
  const { partnerId } = useFrame()
  const filters = useFilters(spec)
  const users = useUsers(filters)
  return (
    <Page title={t('usage.title')} lead={t('usage.lead')}>
      <div className="stack">
        <Cases />
        <UserFilters filters={filters} />
        <PagedTable
          query={users}
          caption={t('usage.title')}
          columns={columnsFor(partnerId)}
          rowId={(row) => row.end_user_id}
          empty={<Empty title={t('usage.none')} text={t('usage.none_text')} />}
          onPage={(page) => filters.set({ page })}
        />
      </div>
    </Page>
  )
}
