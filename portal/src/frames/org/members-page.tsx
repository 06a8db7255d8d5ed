import { readBody } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { useFrame } from '../../platform/frame.ts'
import type { Frame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { pageField, pagingOf, pagingQuery } from '../shared/list-fields.ts'
import { InvitationsPanel } from '../shared/invitations-panel.tsx'
import { InvitePanel } from '../shared/invite-panel.tsx'
import { factorColumn, nameColumn } from '../shared/person-columns.tsx'

const spec = { page: pageField() }

function readMembers({ client }: Frame, page: number) {
  return readBody(client.GET('/tenant/members', { params: { query: pagingQuery(page) } }))
}

type Member = Awaited<ReturnType<typeof readMembers>>['items'][number]

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
          {(answer) => (
            <DataTable
              caption={t('members.title')}
              columns={columns}
              rows={answer.items}
              rowId={(row) => row.member_id}
              paging={pagingOf(answer, (page) => set({ page }))}
            />
          )}
        </Answer>
        <InvitePanel />
        <InvitationsPanel />
      </div>
    </Page>
  )
}
