import { readBody } from '@liaison/client'
import { useMemo } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { pageField, pagingOf, pagingQuery } from '../shared/list-fields.ts'
import { InvitationsPanel } from '../shared/invitations-panel.tsx'
import { InvitePanel } from '../shared/invite-panel.tsx'
import { factorColumn, nameColumn } from '../shared/person-columns.tsx'
import { isLastAdmin, MemberActs } from './member-acts.tsx'

const spec = { page: pageField() }

function readMembers({ client }: Frame, page: number) {
  return readBody(client.GET('/tenant/members', { params: { query: pagingQuery(page) } }))
}

type MemberList = Awaited<ReturnType<typeof readMembers>>
type Member = MemberList['items'][number]

const columns: Column<Member>[] = [
  nameColumn(),
  { id: 'role', header: t('column.role'), cell: (row) => tValue('member_role', row.role) },
  {
    id: 'status',
    header: t('column.status'),
    cell: (row) => <StatusChip family="organisation" value={row.status} />,
  },
  factorColumn(),
  { id: 'since', header: t('column.since'), numeric: true, cell: (row) => <DateText iso={row.since} /> },
]

/** The last administrator is only told apart where the list is whole; elsewhere the answer to the act says it. */
const actsColumn = ({ items, total }: MemberList, org: string): Column<Member> => ({
  id: 'acts',
  header: '',
  cell: (row) => (
    <MemberActs member={row} org={org} isLastAdmin={items.length === total && isLastAdmin(row, items)} />
  ),
})

function MemberTable({ answer, onPage }: { answer: MemberList; onPage: (page: number) => void }) {
  const { name } = useFrame()
  const mayManage = useMay('tenant.members.manage')
  const shown = useMemo(
    () => (mayManage ? [...columns, actsColumn(answer, name)] : columns),
    [answer, mayManage, name],
  )
  return (
    <DataTable
      caption={t('members.title')}
      columns={shown}
      rows={answer.items}
      rowId={(row) => row.member_id}
      paging={pagingOf(answer, onPage)}
    />
  )
}

/** The people of the own organisation. */
export function MembersPage() {
  const { name } = useFrame()
  const { values, set } = useFilters(spec)
  const members = useRead(['members', values.page], (frame) => readMembers(frame, values.page), {
    keep: true,
  })
  return (
    <Page title={t('members.title')} lead={t('members.lead', { org: name })}>
      <div className="stack">
        <Answer query={members} lines={6}>
          {(answer) => <MemberTable answer={answer} onPage={(page) => set({ page })} />}
        </Answer>
        <InvitePanel />
        <InvitationsPanel />
      </div>
    </Page>
  )
}
