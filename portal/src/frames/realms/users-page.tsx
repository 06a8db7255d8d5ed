import './realms-words.ts'
import { Button, NativeSelect, TextInput } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { EndUser } from '@liaison/client'
import { useMemo, useState } from 'react'
import type { ReactNode } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { WriteProblem } from '../../parts/error-summary.tsx'
import { anyOr, FilterBar, Pick, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { Page, Panel } from '../../parts/page.tsx'
import { Empty, Refreshed } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { readTrouble } from '../../platform/access-problem.ts'
import { choiceField, textField } from '../../platform/filters.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead, useWrite } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { optional, pageField, pagingQuery } from '../shared/list-fields.ts'
import { NoRows, PagedTable } from '../shared/paged-table.tsx'
import { OwnRealmState, useOwnRealm } from './realm-state.tsx'

const roles = ['any', 'guest', 'basic', 'advanced', 'company', 'realm_admin'] as const
const statuses = ['any', 'active', 'inactive', 'idle', 'signing'] as const
const spec = {
  search: textField(),
  role: choiceField(roles, 'any'),
  status: choiceField(statuses, 'any'),
  page: pageField(),
}

function toColumns(par: string): Column<EndUser>[] {
  return [
    {
      id: 'name',
      header: t('users.name'),
      cell: (user) => (
        <>
          <GoLink className="thing" to={partnerPlaces.user(par, user.end_user_id)}>
            {user.name === '' ? user.email : user.name}
          </GoLink>
          <div className="small muted">{user.email}</div>
        </>
      ),
    },
    { id: 'role', header: t('users.role'), cell: (user) => tValue('realm_role', user.role) },
    {
      id: 'status',
      header: t('users.state'),
      cell: (user) => <StatusChip family="end_user" value={user.status} />,
    },
    {
      id: 'since',
      header: t('users.since'),
      numeric: true,
      cell: (user) => <DateText iso={user.created_at} />,
    },
    {
      id: 'seen',
      header: t('users.seen'),
      numeric: true,
      cell: (user) =>
        user.last_signed_in_at === null ? (
          <span className="muted">{t('users.never')}</span>
        ) : (
          <DateText iso={user.last_signed_in_at} />
        ),
    },
  ]
}

function Filters({
  filters,
  note,
}: {
  filters: ReturnType<typeof useFilters<typeof spec>>
  note: ReactNode
}) {
  const { values, set, clear, active } = filters
  return (
    <FilterBar active={active} onClear={clear} note={note}>
      <SearchBox label={t('users.find')} value={values.search} onValue={(search) => set({ search })} />
      <Pick
        label={t('users.role')}
        value={values.role}
        words={roles}
        labelOf={anyOr('realm_role')}
        onValue={(role) => set({ role })}
      />
      <Pick
        label={t('users.state')}
        value={values.status}
        words={statuses}
        labelOf={anyOr('status.end_user')}
        onValue={(status) => set({ status })}
      />
    </FilterBar>
  )
}

const invitedRoles = ['guest', 'realm_admin'] as const

function Invite() {
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<(typeof invitedRoles)[number]>('guest')
  const write = useWrite(
    (to: string, { client }) => readBody(client.POST('/partner/users/invite', { body: { email: to, role } })),
    (answer) => {
      setEmail('')
      showToast(t('invite_user.sent', { email: answer.email }))
    },
  )
  return (
    <Panel title={t('invite_user.title')}>
      <form
        className="stack tight form"
        onSubmit={(event) => {
          event.preventDefault()
          write.mutate(email.trim())
        }}
      >
        <WriteProblem error={write.error} />
        <TextInput
          id="email"
          type="email"
          label={t('invite_user.email')}
          required
          maxLength={254}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <NativeSelect
          label={t('invite_user.role')}
          description={t('invite_user.hint')}
          value={role}
          data={invitedRoles.map((value) => ({ value, label: tValue('realm_role', value) }))}
          onChange={(event) =>
            setRole(invitedRoles.find((one) => one === event.currentTarget.value) ?? 'guest')
          }
        />
        <div>
          <Button type="submit" loading={write.isPending}>
            {t('invite_user.send')}
          </Button>
        </div>
      </form>
    </Panel>
  )
}

function useUsers(values: ReturnType<typeof useFilters<typeof spec>>['values']) {
  const query = {
    ...pagingQuery(values.page),
    ...optional('search', values.search),
    ...optional('role', values.role),
    ...optional('status', values.status),
  }
  return useRead(
    ['users', query],
    (frame, signal) => readBody(frame.client.GET('/partner/users', { params: { query }, signal })),
    { keep: true },
  )
}

/** The partner's own user base: a list to find somebody in, and invitations; a plain word where there is none. */
export function UsersPage() {
  const { error } = useOwnRealm()
  if (error === null || readTrouble(error).kind !== 'missing') return <Users />
  return (
    <Page title={t('users.title')} lead={t('users.lead')}>
      <div className="list">
        <Empty title={t('users.no_base')} text={t('users.no_base_text')} />
      </div>
    </Page>
  )
}

function Users() {
  const { partnerId } = useFrame()
  const mayManage = useMay('partner_org.users.manage')
  const filters = useFilters(spec)
  const { values, set, active } = filters
  const users = useUsers(values)
  const columns = useMemo(() => toColumns(partnerId), [partnerId])
  const isFiltered = active.length > 0
  return (
    <Page title={t('users.title')} lead={t('users.lead')}>
      <div className="stack">
        <Filters filters={filters} note={<Refreshed query={users} />} />
        <PagedTable
          query={users}
          caption={t('users.title')}
          columns={columns}
          rowId={(user) => user.end_user_id}
          empty={<NoRows isFiltered={isFiltered} title={t('users.none')} text={t('users.none_text')} />}
          onPage={(page) => set({ page })}
        />
        {mayManage && <Invite />}
        <OwnRealmState />
      </div>
    </Page>
  )
}
