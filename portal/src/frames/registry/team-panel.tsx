import './registry-words.ts'
import type { PartnerMember } from '@liaison/client'
import { useMemo } from 'react'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame, useMay } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { StatusChip } from '../../parts/values.tsx'
import { t, tValue } from '../../platform/words.ts'
import { readEveryMember } from '../shared/every.ts'
import { factorColumn, nameColumn } from '../shared/person-columns.tsx'
import { isLastOwner, MemberActs } from './member-acts.tsx'
import type { MemberOf } from './member-acts.tsx'

const shared: readonly Column<PartnerMember>[] = [
  nameColumn(),
  { id: 'role', header: t('people.role'), cell: (row) => tValue('member_role', row.role) },
  {
    id: 'status',
    header: t('column.status'),
    cell: (row) => <StatusChip family="organisation" value={row.status} />,
  },
  factorColumn(),
]

const actsColumn = (members: readonly PartnerMember[], of: MemberOf): Column<PartnerMember> => ({
  id: 'acts',
  header: '',
  cell: (row) => <MemberActs member={row} of={of} isLastOwner={isLastOwner(row, members)} />,
})

type TeamProps = { members: readonly PartnerMember[]; of: MemberOf; mayManage: boolean }

function Team({ members, of, mayManage }: TeamProps) {
  const columns = useMemo(
    () => (mayManage ? [...shared, actsColumn(members, of)] : shared),
    [members, of, mayManage],
  )
  return (
    <DataTable
      caption={t('team_panel.title')}
      columns={columns}
      rows={members}
      rowId={(row) => row.member_id}
    />
  )
}

/** The people of the own organisation: their roles and the end of a membership, for owners. */
export function TeamPanel() {
  const { partnerId, name } = useFrame()
  const mayRead = useMay('partner_org.members.read')
  const mayManage = useMay('partner_org.members.manage')
  const of = useMemo(() => ({ partnerId, partnerName: name, side: 'partner' }) as const, [partnerId, name])
  const members = useRead(['members', 'every'], ({ client }, signal) => readEveryMember(client, signal), {
    enabled: mayRead,
  })
  if (!mayRead) return null
  return (
    <Panel title={t('team_panel.title')}>
      <Answer query={members} lines={3}>
        {(items) => <Team members={items} of={of} mayManage={mayManage} />}
      </Answer>
    </Panel>
  )
}
