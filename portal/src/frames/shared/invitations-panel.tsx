import './invitation-words.ts'
import { readBody } from '@liaison/client'
import type { Invitation } from '@liaison/client'

import { DataTable } from '../../parts/data-table.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { MoveButton } from '../../parts/move-button.tsx'
import { Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { readTrouble } from '../../platform/access-problem.ts'
import type { Frame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { ConfirmToSee } from './confirm-to-see.tsx'
import { useMayInvite } from './invite-panel.tsx'

const read = ({ client, kind }: Frame, signal: AbortSignal) =>
  kind === 'org'
    ? readBody(client.GET('/tenant/members/invitations', { signal }))
    : readBody(client.GET('/partner/members/invitations', { signal }))

function withdraw({ client, kind }: Frame, id: string) {
  const asked = { params: { path: { invitation_id: id } } }
  return kind === 'org'
    ? client.POST('/tenant/members/invitations/{invitation_id}/withdraw', asked)
    : client.POST('/partner/members/invitations/{invitation_id}/withdraw', asked)
}

function WithdrawButton({ invitation }: { invitation: Invitation }) {
  const { email, invitation_id: id, status } = invitation
  if (status !== 'open') return null
  return (
    <MoveButton
      isInRow
      words={{
        open: t('invitations.withdraw'),
        act: t('invitations.withdraw_act'),
        title: t('invitations.withdraw_title', { email }),
        effect: t('invitations.withdraw_effect', { email }),
        keep: t('invitations.keep'),
        done: t('invitations.withdrawn', { email }),
      }}
      move={(_reason, frame) => withdraw(frame, id)}
    />
  )
}

const columns: Column<Invitation>[] = [
  { id: 'email', header: t('invite.email'), isStrong: true, cell: (row) => row.email },
  { id: 'role', header: t('invite.role'), cell: (row) => tValue('member_role', row.role) },
  {
    id: 'status',
    header: t('column.status'),
    cell: (row) => <StatusChip family="invitation" value={row.status} />,
  },
  { id: 'by', header: t('invitations.by'), cell: (row) => row.invited_by ?? t('value.none') },
  {
    id: 'ends',
    header: t('invitations.ends'),
    numeric: true,
    cell: (row) => <DateText iso={row.expires_at} />,
  },
  { id: 'acts', header: '', cell: (row) => <WithdrawButton invitation={row} /> },
]

/** Invitations that nobody has answered, and taking them back; shown to those who may invite. */
export function InvitationsPanel() {
  const mayInvite = useMayInvite()
  const invitations = useRead(['invitations'], read, { enabled: mayInvite, isAside: true })
  if (!mayInvite) return null
  const { data, error } = invitations
  if (data === undefined && error !== null && readTrouble(error).kind === 'step_up')
    return (
      <Panel title={t('invitations.title')}>
        <ConfirmToSee text={t('invitations.confirm')} onConfirmed={() => void invitations.refetch()} />
      </Panel>
    )
  return (
    <Panel title={t('invitations.title')}>
      <Answer query={invitations} lines={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="muted">{t('invitations.none')}</p>
          ) : (
            <DataTable
              caption={t('invitations.title')}
              columns={columns}
              rows={items}
              rowId={(row) => row.invitation_id}
            />
          )
        }
      </Answer>
    </Panel>
  )
}
